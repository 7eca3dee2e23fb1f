/** Escapes that Java and JavaScript read alike: classes, white space, code points, and letters that mean nothing. */
const SHARED_ESCAPE = /^(?:[dDwWsSbBtnrf]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^A-Za-z0-9])/;
/** Groups that both read alike. */
const SHARED_GROUP = /^\(\?(?:[:=!]|<[=!])/;
/** What both read alike of a text: elsewhere they differ in what a line, a space and a word are. */
const SHARED_TEXT = /^[\x20-\x7e]*$/;

/**
 * Whether a value matches a pattern as a whole, as CloudFormation checks AllowedPattern: by Java's rules
 * (docs.oracle.com, java.util.regex.Pattern).
 * @returns undefined when only Java can say: the pattern or the value has something that JavaScript reads otherwise
 */
export function matchesJava(pattern: string, value: string): boolean | undefined {
  if (!SHARED_TEXT.test(value) || !readAlike(pattern)) return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`).test(value);
  } catch {
    return undefined;
  }
}

/** Every construct of the pattern is one that both know, with the same meaning. */
function readAlike(pattern: string): boolean {
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const letter = rest.charAt(0);
    if (letter === '\\') {
      const escape = SHARED_ESCAPE.exec(rest.slice(1))?.[0];
      if (escape === undefined) return false;
      // In a class Java refuses \b, and JavaScript takes it for a backspace.
      if (inClass && /^[bB]/.test(escape)) return false;
      at += escape.length;
    } else if (inClass) {
      // A class in a class and an intersection are Java's alone.
      if (letter === '[' || rest.startsWith('&&')) return false;
      if (letter === ']') inClass = false;
    } else if (letter === '[') {
      // Right at its beginning a closing bracket is a letter to Java and the end to JavaScript.
      if (/^\[\^?\]/.test(rest)) return false;
      inClass = true;
      if (rest.charAt(1) === '^') at++;
    } else if (rest.startsWith('(?') && !SHARED_GROUP.test(rest)) return false;
    else if (/^[*+?}]\+/.test(rest)) return false;
    else if (letter === '{' && !/^\{\d+(?:,\d*)?\}/.test(rest)) return false;
  }
  return !inClass;
}
