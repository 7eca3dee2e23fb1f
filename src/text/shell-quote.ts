/** A word for a shell: names of groups may hold spaces, commands hold anything. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : singleQuoted(word);
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
