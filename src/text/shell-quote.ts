/** A word for a shell: names of groups may hold spaces, commands hold anything. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : singleQuoted(word);
}

/** Words that are quoted already, such as those of a whole choice of groups. */
export interface QuotedWords {
  readonly quoted: string;
}

/** What is quoted already stays as it is in a command. */
export function asIs(quoted: string): QuotedWords {
  return { quoted };
}

/**
 * A command that is printed for a person to run: whatever is put in is quoted, so that a name holding spaces or `;`
 * stays one word. A list is as many words. All commands that hold a value are built by it.
 */
export function command(
  words: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[] | QuotedWords)[]
): string {
  return words.reduce((line, part, index) => `${line}${spelt(values[index - 1] ?? '')}${part}`);
}

function spelt(value: string | number | readonly string[] | QuotedWords): string {
  if (typeof value === 'string' || typeof value === 'number') return quote(String(value));
  return 'quoted' in value ? value.quoted : value.map(quote).join(' ');
}

/** A switch as it was said, typed or in a settings file: both ways count where the file may say the other. */
export function switchWord(name: string, value: boolean | undefined): readonly string[] {
  return value === undefined ? [] : [value ? `--${name}` : `--no-${name}`];
}

/** The word in single quotes, whatever it holds: for lines that a shell reads. */
export function singleQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The flags that say where a command works. */
export function placeWords({
  region,
  profile,
}: {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}): readonly string[] {
  return [
    ...(region === undefined ? [] : ['--region', region]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ];
}
