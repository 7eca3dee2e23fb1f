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
function shapesOf(flags: Readonly<Record<string, OclifFlag>>): readonly FlagShape[] {
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

/**
 * Flags that only a command line sets: `wait` of update-stack is for somebody else's change, which one may want always,
 * that of watch would make it wait for a rollout that never comes.
 */
const TYPED_ONLY: Readonly<Record<string, readonly string[]>> = { watch: ['wait'] };

/** Those of a command's flags that variables and a settings file may set. */
export function settableOf(command: string, flags: Readonly<Record<string, OclifFlag>>): ReturnType<typeof shapesOf> {
  return shapesOf(flags).filter(({ name }) => TYPED_ONLY[command]?.includes(name) !== true);
}
