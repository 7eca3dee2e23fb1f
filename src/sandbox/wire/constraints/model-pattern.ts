/** Classes of characters that Java has and JavaScript has not, as the inside of a class in brackets. */
const POSIX: Readonly<Record<string, string>> = {
  Alnum: 'A-Za-z0-9',
  Alpha: 'A-Za-z',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1f\\x7f',
  Digit: '0-9',
  Graph: '!-~',
  Lower: 'a-z',
  Print: ' -~',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Space: ' \\t\\n\\x0b\\f\\r',
  Upper: 'A-Z',
  XDigit: '0-9A-Fa-f',
  IsAlphabetic: '\\p{Alphabetic}',
  IsLetter: '\\p{L}',
  IsDigit: '\\p{Nd}',
};

/** What may stand behind a backslash in Java; JavaScript (with `u`) allows one only before what has a meaning. */
const NEEDS_NO_BACKSLASH = /[^A-Za-z0-9\s^$\\.*+?()[\]{}|/-]/;

/**
 * A pattern of AWS's models, which is Java's and meant of the whole text, as JavaScript reads it.
 * @returns nothing for a pattern that JavaScript cannot read, or would read as something else
 */
export function modelPattern(pattern: string): RegExp | undefined {
  const parts: string[] = [];
  let inClass = false;
  for (const [part] of pattern.matchAll(/\\[pP]\{\w+\}|\\u[0-9A-Fa-f]{4}|\\[^]|&&|[^]/g)) {
    // Classes within classes, intersections and possessive quantifiers are Java's alone.
    if (inClass && (part === '[' || part === '&&')) return undefined;
    if (!inClass && part === '[') inClass = true;
    else if (inClass && part === ']') inClass = false;
    parts.push(part.startsWith('\\') ? escaped(part, inClass) : part);
  }
  try {
    return new RegExp(`^(?:${parts.join('')})$`, 'u');
  } catch {
    return undefined;
  }
}

function escaped(part: string, inClass: boolean): string {
  const name = /^\\p\{(\w+)\}$/.exec(part)?.[1] ?? '';
  const members = part === '\\s' ? POSIX['Space'] : POSIX[name];
  if (members !== undefined) return inClass ? members : `[${members}]`;
  const sign = part.slice(1);
  // A hyphen has a meaning in a class alone.
  if (sign === '-') return inClass ? part : '-';
  return sign.length === 1 && NEEDS_NO_BACKSLASH.test(sign) ? sign : part;
}
