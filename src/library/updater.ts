import { restart } from '../app/groups/restart.js';
import { cancel } from '../app/groups/cancel.js';
import { planGroups, type PlanGroupsAsked } from '../app/groups/plan-groups.js';
import { resume, rollback, unfreeze } from '../app/groups/resume-rollback.js';
import { updateGroups } from '../app/groups/update-asgs.js';
import { status, type GroupsStatusDocument, type StatusAsked, type StatusDocument } from '../app/inspect/status.js';
import { watch } from '../app/inspect/watch.js';
import { plan, type PlanAsked } from '../app/stack/plan.js';
import { updateStack } from '../app/stack/update-stack.js';
import type { FailureFacts, Outcome } from '../model/event.js';
import { tellFacts, toFailure } from '../run/failure.js';
import type { CommandResult, ProcessContext } from '../run/process-context.js';
import { libraryContext, type Simulation } from './library-context.js';
import { takeLookOf, type Look, type RunMemory } from './one-look.js';
import * as tables from './option-tables.js';
import type { OptionsOf, OptionTable } from './option-tables.js';
import { readOptions, readParameterValues, type FlagValues } from './read-options.js';
import { UpdaterError } from './updater-error.js';
import { startRun, type UpdaterRun } from './updater-run.js';

/** Where an updater works. What is left out is found as the commands find it: environment, profile, role. */
export interface UpdaterOptions {
  /** AWS region, such as `eu-west-1`. */
  readonly region?: string | undefined;
  /** Profile of the AWS configuration files. */
  readonly profile?: string | undefined;
  /** Address of a strict lock for all calls, as `--lock` takes it. */
  readonly lock?: string | undefined;
  /** Where runs on a stack are kept, for all calls, as `--history` takes it. */
  readonly history?: string | undefined;
}

/** What every call that may take long has besides its own options. */
export interface CallOptions {
  /**
   * Aborting it is the first Ctrl-C of a command: what is begun is rolled back or finished, and the call ends then.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Values of a template's parameters by name. They mean themselves: nothing is read from files or the environment. */
export type Parameters = Readonly<Record<string, string>>;

/** Of `updateStack`: the flags of `ha-updater update-stack` in camel case; docs/FLAGS.md tells each. */
export interface UpdateStackOptions extends OptionsOf<typeof tables.UPDATE_STACK>, CallOptions {
  /** The stack's name or ARN; may be absent with `app`, when the app has one stack. */
  readonly stack?: string | undefined;
  /** Parameters that are not given keep their previous values. */
  readonly parameters?: Parameters | undefined;
}

/** Of `plan`: those of `updateStack`, or groups in place of the stack. */
export interface PlanOptions extends OptionsOf<typeof tables.PLAN>, CallOptions {
  /** Parameters that are not given keep their previous values. */
  readonly parameters?: Parameters | undefined;
}

/** Of `updateGroups`: the flags of `ha-updater update-asgs` in camel case, `groups` for `--asg`. */
export interface UpdateGroupsOptions extends OptionsOf<typeof tables.UPDATE_GROUPS>, CallOptions {}

/** Of `restart`: the flags of `ha-updater restart` in camel case, `groups` for `--asg`. */
export interface RestartOptions extends OptionsOf<typeof tables.RESTART>, CallOptions {}

/** Of `resume`, `rollback` and `unfreeze`: their flags in camel case, `groups` for `--asg`. */
export interface RecoverOptions extends OptionsOf<typeof tables.RECOVER>, CallOptions {}

/** Of `cancel`: the flags of `ha-updater cancel` in camel case, `groups` for `--asg`. */
export interface CancelOptions extends OptionsOf<typeof tables.CANCEL>, CallOptions {}

/** Of `watch`: the flags of `ha-updater watch` in camel case, `groups` for `--asg`. */
export interface WatchOptions extends OptionsOf<typeof tables.WATCH>, CallOptions {}

/** Of `status`: a stack or groups, and `events: true` for those of the stack. */
export type StatusOptions = OptionsOf<typeof tables.STATUS>;

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
    | { readonly command: 'restart'; readonly options: RestartOptions }
    | { readonly command: 'resume' | 'rollback'; readonly options: RecoverOptions }
  );

/**
 * The commands for programs. Each call is what the command of that name does, with the same defaults, safety and notes
 * on the groups; a call that fails throws `UpdaterError`. Nothing is printed, no settings file is read.
 */
export interface Updater {
  /** Changes a stack and replaces the instances of its groups. */
  readonly updateStack: (options: UpdateStackOptions) => UpdaterRun<CommandResult>;
  /** Replaces the instances of groups. */
  readonly updateGroups: (options: UpdateGroupsOptions) => UpdaterRun<CommandResult>;
  /** What `updateStack` or `updateGroups` would do, in `plan` of the result; changes nothing. */
  readonly plan: (options: PlanOptions) => UpdaterRun<CommandResult>;
  /** Restarts what runs on instances, in place. */
  readonly restart: (options: RestartOptions) => UpdaterRun<CommandResult>;
  /** Finishes what an interrupted run left. */
  readonly resume: (options: RecoverOptions) => UpdaterRun<CommandResult>;
  /** Undoes what an interrupted run left. */
  readonly rollback: (options: RecoverOptions) => UpdaterRun<CommandResult>;
  /** Has Auto Scaling launch again what a roll-back has frozen. */
  readonly unfreeze: (options: RecoverOptions) => UpdaterRun<CommandResult>;
  /** Calls back what is under way, whoever runs it. */
  readonly cancel: (options: CancelOptions) => UpdaterRun<CommandResult>;
  /**
   * Follows a rollout that another run works on, wherever it runs, by looking alone: its events are what can be seen of
   * that rollout, and it ends, or throws, as that one ends. Leaving the loop over the events, or aborting, ends the
   * watching and nothing else.
   */
  readonly watch: (options: WatchOptions) => UpdaterRun<CommandResult>;
  /**
   * One look of a command that no process lives through: whoever calls it keeps the memory and comes back in time. It
   * looks, decides, and sends what the look before has decided; a run that did not end well is a `result` with its
   * failure, and not an error. docs/LIBRARY.md says what the caller has to promise.
   */
  readonly look: (options: LookOptions) => UpdaterRun<Look>;
  /** One look: the stack, its groups, their instances and notes. */
  readonly status: (options: StatusOptions) => Promise<StatusDocument | GroupsStatusDocument>;
}

/**
 * Makes an updater; nothing is connected before the first call.
 *
 * @throws UpdaterError (exit code 2) for options that there are none of
 */
export function createUpdater(options: UpdaterOptions = {}): Updater {
  return updaterOver(options, { env: process.env });
}

/** The same over a simulated AWS. */
export function updaterOver(options: UpdaterOptions, world: Simulation): Updater {
  const { lock, history, ...place } = orThrow('', () => readOptions(options, OWN, []));
  /** The flags of a command line that says the same. */
  const flagsOf = (given: object, table: OptionTable): FlagValues => {
    const { groups = [], ...said } = readOptions(given, table, ['signal', 'parameters']);
    const own = {
      ...(lock !== undefined && 'lock' in table && { lock }),
      ...(history !== undefined && 'history' in table && { history }),
    };
    return { ...place, ...own, ...said, asgs: groups, 'ci-log': 'none' };
  };
  const ofStack = (given: PlanOptions, table: OptionTable): FlagValues => ({
    capabilities: [],
    'on-interrupt': 'cancel',
    ...flagsOf(given, table),
    parameters: readParameterValues(given.parameters),
  });
  const run =
    <A>(command: string, task: Task<A>, read: (given: CallOptions) => FlagValues) =>
    (given: CallOptions, onLeave?: () => void): UpdaterRun<CommandResult> =>
      startRun((onEvent) => {
        const context = libraryContext({ command, signal: given.signal, onEvent }, world);
        // What a flag may say is checked where a command line is: the names and kinds are those of the tables.
        return ended(command, () => task(read(given) as A, context));
      }, onLeave);
  const over = (table: OptionTable) => (given: CallOptions) => flagsOf(given, table);
  const follow = run('watch', watch, over(tables.WATCH));
  return {
    updateStack: run('update-stack', updateStack, (given) => ofStack(given, { ...tables.UPDATE_STACK, stack: 'text' })),
    updateGroups: run('update-asgs', updateGroups, over(tables.UPDATE_GROUPS)),
    plan: run('plan', planEither, (given) => ofStack(given, tables.PLAN)),
    restart: run('restart', restart, over(tables.RESTART)),
    resume: run('resume', resume, over(tables.RECOVER)),
    rollback: run('rollback', rollback, over(tables.RECOVER)),
    unfreeze: run('unfreeze', unfreeze, over(tables.RECOVER)),
    cancel: run('cancel', cancel, over(tables.CANCEL)),
    watch: (given) => {
      // Nobody would hear of the looks that go on after the loop was left.
      const left = new AbortController();
      const signals = given.signal === undefined ? [left.signal] : [given.signal, left.signal];
      return follow({ ...given, signal: AbortSignal.any(signals) }, () => left.abort());
    },
    look: (given) =>
      startRun((onEvent) => {
        const { command, options } = given;
        const context = libraryContext({ command, signal: options.signal, onEvent }, world);
        return ended(command, async () => ({ look: await takeLookOf(given, flagsOf, context) })).then(
          ({ look }) => look,
        );
      }),
    status: (given) =>
      ended('status', () =>
        status(flagsOf(given, tables.STATUS) as unknown as StatusAsked, libraryContext({ command: 'status' }, world)),
      ),
  };
}

const OWN = { region: 'text', profile: 'text', lock: 'text', history: 'text' } as const;

/** A command's function. */
type Task<A> = (asked: A, context: ProcessContext) => Promise<CommandResult>;

/** Of a stack, or of groups that were named. */
function planEither(asked: PlanAsked & PlanGroupsAsked, context: ProcessContext): Promise<CommandResult> {
  const named = [...asked.asgs, ...(asked['asg-tag'] ?? [])];
  return named.length === 0 ? plan(asked, context) : planGroups(asked, context);
}

/** What a call ended with. @throws UpdaterError where a command would have said last words */
async function ended<T extends object>(command: string, call: () => Promise<T | CommandResult>): Promise<T> {
  let result: T | CommandResult;
  try {
    result = await call();
  } catch (error) {
    const failure = toFailure(error, { command });
    const { outcome, exitCode } = failure;
    throw new UpdaterError({ outcome, exitCode, facts: tellFacts(failure.facts) }, { cause: error });
  }
  if (!hasFailed(result)) return result as T;
  throw new UpdaterError({ ...result, facts: result.failure }, { result });
}

/** A command that did not end well, as its document says it. */
type Failed = CommandResult & { readonly failure: FailureFacts; readonly outcome: Outcome };

function hasFailed(result: object): result is Failed {
  return 'failure' in result && result.failure !== undefined;
}

function orThrow<T>(command: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const failure = toFailure(error, { command });
    const { outcome, exitCode } = failure;
    throw new UpdaterError({ outcome, exitCode, facts: tellFacts(failure.facts) }, { cause: error });
  }
}
