import { command, usage, type Failure } from '../../src/index.js';

/** A command as oclif lists it. */
interface Known {
  readonly id: string;
  readonly flags: Readonly<Record<string, { readonly type: string }>>;
}

/**
 * The failure of a command line whose flags stand before the command; undefined of any other. Flags are named, what
 * they are set to is not: it may be a secret.
 */
export function misplacedFlags(words: readonly string[], commands: readonly Known[]): Failure | undefined {
  if (words[0]?.startsWith('-') !== true) return undefined;
  const switches = new Set(
    commands.flatMap(({ flags }) =>
      Object.entries(flags).flatMap(([name, { type }]) => (type === 'boolean' ? [`--${name}`, `--no-${name}`] : [])),
    ),
  );
  const flags: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word.startsWith('-')) {
      flags.push(word.replace(/=.*$/s, word.includes('=') ? '=…' : ''));
      // Its value is the next word.
      if (!word.includes('=') && !switches.has(word)) {
        flags.push('…');
        at++;
      }
      continue;
    }
    const meant = [`${word}:${words[at + 1] ?? ''}`, word].find((id) => commands.some((one) => one.id === id));
    if (meant === undefined) return undefined;
    const name = meant.split(':');
    return usage('usage.command', `Flags come after the command: ha-updater ${[...name, ...flags].join(' ')}`, [
      command`ha-updater ${name} --help`,
    ]);
  }
  return undefined;
}
