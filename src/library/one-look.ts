import { lookAtResume, lookAtRollback, type RecoverAsked } from '../app/groups/resume-rollback.js';
import { lookAtRestart, type RestartAsked } from '../app/groups/restart.js';
import { lookAtUpdate, type UpdateGroupsAsked } from '../app/groups/update-asgs.js';
import { badFlags, problem } from '../errors.js';
import type { CommandResult, LookAgain, ProcessContext, RunMemory } from '../run/process-context.js';
import { RECOVER, RESTART, UPDATE_GROUPS, type OptionTable } from './option-tables.js';
import type { FlagValues } from './read-options.js';

/** A command to take one look of, before its options are read. */
export interface LookAsked {
  readonly command: string;
  readonly options: object;
  readonly run: string;
  readonly by: string;
  readonly memory?: RunMemory | undefined;
  readonly again?: boolean | undefined;
}

/** What came of a look: the end of the run, or another look after that many milliseconds, with this memory. */
export type Look = { readonly result: CommandResult } | LookAgain;

/** What a run remembers from one look to the next: some kilobytes of JSON, for the same version of this package. */
export type { RunMemory };

/** With what `update-stack` asks of an execution: the token of its change, which is waited for first. */
const LOOKS_OF_UPDATE = { ...UPDATE_GROUPS, afterChange: 'text' } as const satisfies OptionTable;

/** Commands that can be taken look by look. */
const COMMANDS = {
  'update-asgs': [LOOKS_OF_UPDATE, (asked, context) => lookAtUpdate(asked as unknown as UpdateGroupsAsked, context)],
  restart: [RESTART, (asked, context) => lookAtRestart(asked as unknown as RestartAsked, context)],
  resume: [RECOVER, (asked, context) => lookAtResume(asked as unknown as RecoverAsked, context)],
  rollback: [RECOVER, (asked, context) => lookAtRollback(asked as unknown as RecoverAsked, context)],
} as const satisfies Readonly<
  Record<
    string,
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
  { command, options, run, by, memory, again = false }: LookAsked,
  flagsOf: (given: object, table: OptionTable) => FlagValues,
  context: ProcessContext,
): Promise<Look> {
  if (!Object.hasOwn(COMMANDS, command))
    throw badFlags([problem(`Look by look there are ${Object.keys(COMMANDS).join(', ')}, not ${command}.`)]);
  if (!RUN.test(run)) throw badFlags([problem('The option run must be 1 to 64 letters, digits, - or _.')]);
  const [table, look] = COMMANDS[command as keyof typeof COMMANDS];
  const byLooks = { run, host: by, again, ...(memory !== undefined && { memory }) };
  const after = await look(flagsOf(options, table), { ...context, byLooks });
  return 'forMs' in after ? after : { result: after };
}
