import { badFlags, type FlagProblem, problem } from '../errors.js';
import type {
  Gates,
  KeepSizePlan,
  Plan,
  RestartPlan,
  RollingChoice,
  SwapChoice,
  Timing,
} from '../model/rollout/rollout-plan.js';
import { readGates, type GateFlags } from './gates.js';
import { readNumbers } from './numbers.js';
import { readSetAside, readStrategy, type SetAsideChoice, type StrategyFlags } from './strategy.js';
import { choiceProblems, chooses, type ChoiceFlags } from './target.js';

/** What both update commands ask of groups, as the command line gave it. */
export interface GroupFlags extends GateFlags, StrategyFlags, ChoiceFlags {
  readonly swap?: string | undefined;
  readonly together?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly 'first-event-timeout'?: string | undefined;
  /** The former name of `first-event-timeout`. */
  readonly 'warmup-seconds'?: string | undefined;
  readonly detach?: boolean | undefined;
  readonly 'finish-kept'?: boolean | undefined;
  /** `keep` or `template`; of commands that change a stack. */
  readonly sizes?: string | undefined;
}

/** Limits of the stack action. */
export interface StackTiming {
  /** Longest wait for the first event of our action. */
  readonly warmupMs: number;
  /** Longest time without a new stack event. */
  readonly actionTimeoutMs: number;
  /** How much older than our request an event may be when it carries no token. */
  readonly lookBackMs: number;
  /** Longest wait for somebody else's change of the stack. */
  readonly waitMs: number;
}

/** The part of a plan that flags alone decide. */
export interface Wanted {
  readonly strategy: 'swap' | 'rolling';
  readonly rolling?: RollingChoice;
  readonly swap: SwapChoice;
  readonly together: boolean;
  readonly force: boolean;
  /** The run ends as soon as the old half is kept. */
  readonly detach?: true;
  /** What an earlier rollout keeps is terminated first. */
  readonly finishKept?: true;
  readonly setAside: SetAsideChoice;
  readonly gates?: Gates;
  readonly timing: Timing;
  readonly stackTiming: StackTiming;
  /** The sizes that groups have are kept while their stack changes, whatever its template says. */
  readonly keepsSizes: boolean;
  /** Which of the groups are meant. */
  readonly choice: ChoiceFlags;
}

const SWAPS: readonly SwapChoice[] = ['outdated', 'always', 'never'];

/**
 * Flags to limits, frozen for the whole run. Throws one usage Failure with every problem.
 */
export function readWanted(flags: GroupFlags, otherProblems: readonly FlagProblem[] = []): Wanted {
  const problems = [...otherProblems, ...choiceProblems(flags), ...formerNames(flags)];
  const seconds = readNumbers(
    [
      'first-event-timeout',
      'warmup-seconds',
      'action-timeout',
      'lenient-look-back',
      'wait-timeout',
      'healthy-timeout',
      'warmup',
      'deadline',
      'drain-timeout',
      'wait-for-lock',
      'poll',
    ],
    flags,
    problems,
  );
  const swap = readSwap(flags, problems);
  const gates = readGates(flags, problems);
  const strategy = readStrategy(flags, problems);
  const setAside = readSetAside(flags, problems);
  if (problems.length === 0) problems.push(...misfits(seconds, gates));
  const kept = readKept(flags, gates, strategy, problems);
  if (problems.length > 0) throw badFlags(problems);
  return deepFreeze({
    ...strategy,
    setAside,
    swap,
    keepsSizes: flags.sizes !== 'template',
    choice: { only: flags.only ?? [], except: flags.except ?? [] },
    together: flags.together ?? true,
    force: flags.force ?? false,
    ...kept,
    ...(gates === undefined ? {} : { gates }),
    timing: {
      pollMs: seconds.poll,
      warmupMs: seconds.warmup,
      progressMs: seconds['healthy-timeout'],
      totalMs: seconds.deadline,
      drainMs: seconds['drain-timeout'],
      settleMs: 120_000,
      leaseMs: 300_000,
      renewMs: 120_000,
      waitForLockMs: seconds['wait-for-lock'],
    },
    stackTiming: {
      warmupMs: seconds[firstEventName(flags)],
      actionTimeoutMs: seconds['action-timeout'],
      lookBackMs: seconds['lenient-look-back'],
      waitMs: seconds['wait-timeout'],
    },
  });
}

/** Which instances are replaced. */
function readSwap(flags: GroupFlags, problems: FlagProblem[]): SwapChoice {
  const swap = SWAPS.find((choice) => choice === (flags.swap ?? 'outdated'));
  const never = '--only and --except choose which groups are replaced; with --swap never none is.';
  if (swap === 'never' && chooses(flags)) problems.push(problem(never, 'only', 'except', 'swap'));
  if (swap === undefined)
    problems.push(problem(`--swap must be one of ${SWAPS.join(', ')}, not "${flags.swap}".`, 'swap'));
  return swap ?? 'outdated';
}

/** Limits that contradict each other. */
function misfits(
  seconds: { readonly warmup: number; readonly 'healthy-timeout': number; readonly deadline: number },
  gates: Gates | undefined,
): readonly FlagProblem[] {
  return [
    ...(seconds.warmup >= seconds['healthy-timeout']
      ? [
          problem(
            '--warmup must be shorter than --healthy-timeout: no instance could ever be proven in time.',
            'warmup',
            'healthy-timeout',
          ),
        ]
      : []),
    ...((gates?.bakeMs ?? 0) >= seconds.deadline
      ? [problem('--bake must be shorter than --deadline: nothing could ever be judged in time.', 'bake', 'deadline')]
      : []),
  ];
}

/** Under which of its names the limit was given. */
function firstEventName(flags: GroupFlags): 'first-event-timeout' | 'warmup-seconds' {
  return flags['warmup-seconds'] === undefined ? 'first-event-timeout' : 'warmup-seconds';
}

function formerNames(flags: GroupFlags): readonly FlagProblem[] {
  if (flags['first-event-timeout'] === undefined || flags['warmup-seconds'] === undefined) return [];
  return [
    problem(
      '--warmup-seconds is the former name of --first-event-timeout: give one of them.',
      'warmup-seconds',
      'first-event-timeout',
    ),
  ];
}

/** What a strategy cannot do; and what becomes of an old half that is kept, as far as the record does not say it. */
function readKept(
  flags: GroupFlags,
  gates: Gates | undefined,
  { strategy }: Pick<Wanted, 'strategy'>,
  problems: FlagProblem[],
): Pick<Wanted, 'detach' | 'finishKept'> {
  if (gates?.keepMs !== undefined && strategy !== 'swap')
    problems.push(
      problem(
        '--keep-old is for --strategy swap: a rolling rollout has no old half that could be kept.',
        'keep-old',
        'strategy',
      ),
    );
  if (gates?.pauseEnds?.by === 'rollback' && strategy !== 'swap')
    problems.push(
      problem(
        '--pause-timeout …=rollback is for --strategy swap: where a rolling rollout is paused, old instances are gone.',
        'pause-timeout',
        'strategy',
      ),
    );
  if (flags.detach === true && gates?.keepMs === undefined)
    problems.push(problem('--detach is for --keep-old.', 'detach', 'keep-old'));
  return {
    ...(flags.detach === true && { detach: true as const }),
    ...(flags['finish-kept'] === true && { finishKept: true as const }),
  };
}

/** Who runs, over which groups: the rest of a plan. */
export type RunFacts = Pick<
  Plan,
  'strategy' | 'run' | 'host' | 'pid' | 'build' | 'lock' | 'groups' | 'region' | 'again' | 'adoptOnly'
> & {
  readonly stack?: string | undefined;
  readonly part?: true;
  readonly undo?: boolean;
  readonly goOn?: boolean;
  readonly restart?: RestartPlan;
  readonly keepSize?: KeepSizePlan;
  readonly image?: NonNullable<Plan['image']>;
};

/** One plan, frozen. */
export function makePlan(
  wanted: Pick<Wanted, 'swap' | 'together' | 'force' | 'setAside' | 'gates' | 'timing' | 'rolling'> &
    Partial<Pick<Wanted, 'detach' | 'finishKept'>>,
  facts: RunFacts,
): Plan {
  const { stack, undo = false, ...rest } = facts;
  const { swap, together, force, setAside, gates, timing, rolling, detach, finishKept } = wanted;
  return deepFreeze({
    ...rest,
    ...(facts.strategy === 'rolling' && rolling !== undefined ? { rolling } : {}),
    ...(stack === undefined ? {} : { stack }),
    undo,
    ...(gates === undefined ? {} : { gates }),
    swap,
    together,
    force,
    ...setAside,
    ...(detach === true && { detach }),
    ...(finishKept === true && { finishKept }),
    timing,
    groups: [...new Set(facts.groups)],
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
