/** A word for a shell: names of groups may hold spaces, commands hold anything. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : singleQuoted(word);
}

/**
 * A command that is printed for a person to run: whatever is put in is quoted, so that a name holding spaces or `;`
 * stays one word. A list is as many words. All commands that hold a value are built by it.
 */
export function command(
  words: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): string {
  const quoted = values.map((value) => (Array.isArray(value) ? value.map(quote).join(' ') : quote(String(value))));
  return words.reduce((line, part, index) => `${line}${quoted[index - 1] ?? ''}${part}`);
}

/** A switch as it was said, typed or in a settings file: both ways count where the file may say the other. */
export function switchWord(name: string, value: boolean | undefined): readonly string[] {
  return value === undefined ? [] : [value ? `--${name}` : `--no-${name}`];
}

/** The word in single quotes, whatever it holds: for lines that a shell reads. */
export function singleQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
