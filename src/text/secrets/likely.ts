/** Words that name a secret; what `=` or `:` gives to them is one. Request tokens are what AWS's support asks for. */
const NAMES = `(?:${[
  'passw(?:or)?d',
  'passphrase',
  'pwd',
  'secret',
  '(?<!request)(?<!next)token',
  'api[_-]?key',
  'private[_-]?key',
  'signature',
  'credentials?',
].join('|')})`;

/** In quotes to the closing one, otherwise to the blank, quote or mark that ends a value in an address or shell. */
const VALUE = `(?:\\\\"[^"\\\\\\n]*\\\\"|"(?:[^"\\\\\\n]|\\\\.)*"|'[^'\\n]*'|[^\\s"'&;]+)`;

/**
 * What looks like a secret to everybody, though nobody said so: keys, tokens, passwords in `name=value`, in options
 * or in an address.
 */
const LIKELY: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '****'],
  [/\bA(?:KIA|SIA)[A-Z0-9]{12,}\b/g, '****'],
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeprs]-)[\w-]{10,}/g, '****'],
  // A JSON Web Token: its header always begins with `{"`.
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, '****'],
  [/\b(Bearer|Basic) [\w.~+/=-]{8,}/g, '$1 ****'],
  [/(:\/\/[^\s:@/]+:)[^\s@/]+(?=@)/g, '$1****'],
  [new RegExp(`(${NAMES}[\\w-]{0,40}\\\\?["']?\\s{0,8}[=:]\\s{0,8})${VALUE}`, 'gi'), '$1****'],
  [new RegExp(`((?<![^\\s"'])--?[\\w-]{0,40}${NAMES}\\s{1,8})(?!-)${VALUE}`, 'gi'), '$1****'],
];

/** Takes out what looks like a secret: for text that a stranger's program wrote. */
export function maskLikely(text: string): string {
  return LIKELY.reduce((shown, [pattern, instead]) => shown.replace(pattern, instead), text);
}
