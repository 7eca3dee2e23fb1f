/** Takes the values of NoEcho parameters out of a text that the service wrote. */
export type Redact = (text: string) => string;

/** Shorter values are words of every sentence; taking them out would only make it unreadable. */
const shortest = 4;

/** Makes what replaces each of these values by `****`; values shorter than `shortest` stay. */
export function redactor(secrets: readonly string[]): Redact {
  // Longest first, so that a value which holds another one is taken out whole.
  const hidden = secrets.filter((secret) => secret.length >= shortest).sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, '****'), text);
}

/** For a text whose beginning was cut off: it may begin with the end of a secret. */
export function restRedactor(secrets: readonly string[]): Redact {
  return (text) => {
    const rest = Math.max(
      0,
      ...secrets.filter(({ length }) => length >= shortest).map((secret) => restOf(secret, text)),
    );
    return rest === 0 ? text : `****${text.slice(rest)}`;
  };
}

function restOf(secret: string, text: string): number {
  for (let length = secret.length - 1; length > 0; length--) if (text.startsWith(secret.slice(-length))) return length;
  return 0;
}

/**
 * What looks like a secret to everybody, though nobody said so: keys, tokens, passwords in `name=value` or in an
 * address.
 */
const LIKELY: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '****'],
  [/\bA(?:KIA|SIA)[A-Z0-9]{12,}\b/g, '****'],
  [/\b(Bearer|Basic) [\w.~+/=-]{8,}/g, '$1 ****'],
  [/(:\/\/[^\s:@/]+:)[^\s@/]+(?=@)/g, '$1****'],
  [
    /((?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credentials?)[\w-]*["']?\s*[=:]\s*["']?)[^\s"',;]+/gi,
    '$1****',
  ],
];

/** Takes out what looks like a secret: for text that a stranger's program wrote. */
export function maskLikely(text: string): string {
  return LIKELY.reduce((shown, [pattern, instead]) => shown.replace(pattern, instead), text);
}
