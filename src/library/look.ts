import { lookAtResume, lookAtRollback, type RecoverAsked } from '../app/groups/resume-rollback.js';
import { lookAtUpdate, type UpdateGroupsAsked } from '../app/groups/update-asgs.js';
import { badFlags, problem } from '../errors.js';
import type { CommandResult, LookAgain, ProcessContext, RunMemory } from '../run/process-context.js';
import type { RecoverOptions, UpdateGroupsOptions } from './updater.js';
import { RECOVER, UPDATE_GROUPS, type OptionTable } from './option-tables.js';
import type { FlagValues } from './read-options.js';

/** Which look of which run. */
interface LookOf {
  /** The id of the run, the same for all of its looks and of no other run: at most 64 letters, digits, `-` and `_`. */
  readonly run: string;
  /** Who takes the looks, as leases and notes name it to people. */
  readonly by: string;
  /** What the look before has left; absent for the first one. */
  readonly memory?: RunMemory | undefined;
  /**
   * The same look was begun before, with the same memory, and nobody heard how it ended. Whoever cannot know that must
   * say true.
   */
  readonly again?: boolean | undefined;
}

/** A command to take one look of, with its options: the same at every look of a run. */
export type LookOptions = LookOf &
  (
    | { readonly command: 'update-asgs'; readonly options: UpdateGroupsOptions }
    | { readonly command: 'resume' | 'rollback'; readonly options: RecoverOptions }
  );

/** What came of a look: the end of the run, or another look after that many milliseconds, with this memory. */
export type Look = { readonly result: CommandResult } | LookAgain;

/** What a run remembers from one look to the next: some kilobytes of JSON, for the same version of this package. */
export type { RunMemory };

/** Commands that can be taken look by look. */
const COMMANDS = {
  'update-asgs': [UPDATE_GROUPS, (asked, context) => lookAtUpdate(asked as unknown as UpdateGroupsAsked, context)],
  resume: [RECOVER, (asked, context) => lookAtResume(asked as unknown as RecoverAsked, context)],
  rollback: [RECOVER, (asked, context) => lookAtRollback(asked as unknown as RecoverAsked, context)],
} as const satisfies Readonly<
  Record<
    LookOptions['command'],
    readonly [OptionTable, (asked: FlagValues, context: ProcessContext) => Promise<CommandResult | LookAgain>]
  >
>;

/** Names of runs, and of executions, that notes can hold. */
const RUN = /^[\w-]{1,64}$/;

/**
 * Takes the look. @param flagsOf the options as flags of a command line
 * @throws Failure `usage`
 */
export async function takeLookOf(
  { command, options, run, by, memory, again = false }: LookOptions,
  flagsOf: (given: object, table: OptionTable) => FlagValues,
  context: ProcessContext,
): Promise<Look> {
  if (!Object.hasOwn(COMMANDS, command))
    throw badFlags([problem(`Look by look there are ${Object.keys(COMMANDS).join(', ')}, not ${command}.`)]);
  if (!RUN.test(run)) throw badFlags([problem('The option run must be 1 to 64 letters, digits, - or _.')]);
  const [table, look] = COMMANDS[command];
  const byLooks = { run, host: by, again, ...(memory !== undefined && { memory }) };
  const after = await look(flagsOf(options, table), { ...context, byLooks });
  return 'forMs' in after ? after : { result: after };
}
