import { Failure } from '../../errors.js';
import type { Reason } from '../../model/rollout/decision.js';

/** Where values come from that are not written on the command line. */
export interface ValueSources {
  readonly readFile: (path: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A value as it is meant: `@file:PATH` is the file's text (without its last line break), `@env:NAME` that
 * variable, `@@text` is `@text`. They keep secrets out of process lists and logs. Any other value that begins
 * with `@` is refused: it is likelier one of these, misspelt, than a value.
 * @returns undefined when it could not be had; `problems` says why, without the value
 */
export async function expandValue(
  key: string,
  raw: string,
  { readFile, env }: ValueSources,
  problems: Reason[],
): Promise<string | undefined> {
  const wrong = (text: string, remedy: string): undefined =>
    void problems.push({ code: 'parameters.source', text, remedy });
  if (!raw.startsWith('@')) return raw;
  if (raw.startsWith('@@')) return raw.slice(1);
  const [, kind, name = ''] = /^@(file|env):(.*)$/s.exec(raw) ?? [];
  switch (kind) {
    case 'env': {
      const value = env[name];
      return (
        value ??
        void wrong(
          `${key} is to come from the environment, where ${name === '' ? 'no name was given' : `${name} is not set`}.`,
          'Set it, or correct the name.',
        )
      );
    }
    case 'file':
      if (name === '')
        return void wrong(`${key} is to come from a file, and no path was given.`, `Write ${key}=@file:PATH.`);
      try {
        return (await readFile(name)).replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return void wrong(`${key}: ${error.facts.what}`, '');
      }
    default:
      return void wrong(
        `The value of ${key} begins with "@".`,
        `Write ${key}=@file:PATH or ${key}=@env:NAME, or ${key}=@@… for a value that begins with one @.`,
      );
  }
}
