import type { FlagShape } from '../../src/index.js';

/** A flag as oclif holds it, in a command or in its list of commands. */
interface OclifFlag {
  readonly type: string;
  readonly multiple?: boolean | undefined;
  readonly allowNo?: boolean | undefined;
  readonly options?: readonly string[] | undefined;
  readonly helpValue?: string | readonly string[] | undefined;
  readonly summary?: string | undefined;
}

/** Flags in the words of the library, which knows nothing of oclif. */
export function shapesOf(flags: Readonly<Record<string, OclifFlag>>): readonly FlagShape[] {
  return Object.entries(flags).map(([name, { type, multiple, allowNo, options, helpValue, summary }]) => ({
    name,
    kind: type === 'boolean' ? 'switch' : 'text',
    many: multiple ?? false,
    negatable: allowNo ?? false,
    ...(options !== undefined && { options }),
    ...(typeof helpValue === 'string' && { takes: helpValue }),
    ...(summary !== undefined && { summary }),
  }));
}
