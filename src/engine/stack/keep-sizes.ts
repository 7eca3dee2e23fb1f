import { command, remarked } from '../../text/commands/next-command.js';
import { decide } from '../../decide/decide.js';
import { busy } from '../../decide/memory/fold-look.js';
import { touchedGroups } from '../../decide/stack/touched-groups.js';
import { AwsFault, Failure, type FailureData } from '../../errors.js';
import type { KeepSizePlan, Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import { retrying } from '../retrying-gateway.js';
import { stoppedBy } from '../rollout/failures.js';
import type { Memory } from '../rollout/observe.js';
import { loopOver } from '../rollout/rollout-loop.js';
import { runRollout } from '../rollout/run-rollout.js';
import { faultText } from '../../text/fault-text.js';
import { withoutStop } from '../../text/sentence.js';
import type { OpenChange } from './stack-change.js';
import { stackGroups } from './stack-groups.js';

/** Keeps the sizes of a stack's groups through one change of it. */
export interface SizeKeeper {
  /**
   * Notes the sizes on the groups that the change touches, and suspends what could take instances out. Called after
   * everything else that may still refuse the change, right before it is sent.
   * @param last what comes before the change is sent, once the sizes are noted
   * @throws Failure `refused` (nothing was noted) or `held`; AwsFault; what `last` throws
   */
  readonly begin: (open: OpenChange, last?: () => Promise<void>) => Promise<void>;
  /** Gives the sizes back once the stack has settled. @throws Failure `stopped` with the note kept; AwsFault */
  readonly end: () => Promise<void>;
  /**
   * After a change that ended with an error: gives the sizes back, unless the stack goes on changing.
   * @returns the error, with what was seen of the groups and what is left on them
   */
  readonly endAfter: (error: unknown) => Promise<unknown>;
}

/** @param planFor the plan of the run over these groups, with the part that is under way */
export function createSizeKeeper(
  deps: Deps,
  stack: string,
  planFor: (groups: readonly string[], keepSize: KeepSizePlan) => Plan,
): SizeKeeper {
  // How a group ends is said of its rollout alone; that its size is kept is told by what is done for it.
  const quiet: Deps = {
    ...deps,
    emit: (event) => {
      if (event.type !== 'group.finished' || event.result.outcome !== 'sizeKept') deps.emit(event);
    },
  };
  let begun: { readonly groups: readonly string[]; readonly changed: KeepSizePlan['changed'] } | undefined;
  let meanwhile: Meanwhile | undefined;
  /** Why the sizes could not be noted whole. */
  let unnoted: unknown;
  // Others may remove our notes between two parts of the run: what it noted it still knows.
  const memory: Memory = {};
  const plan = (phase: KeepSizePlan['phase']): Plan =>
    planFor(begun?.groups ?? [], { phase, changed: begun?.changed ?? {} });
  const end = async (): Promise<void> => {
    await meanwhile?.stop();
    if (begun !== undefined) await runRollout(quiet, plan('end'), memory);
  };
  const note = async ({ review, prepared: { before, replacesByPolicy } }: OpenChange): Promise<void> => {
    if (review === undefined || before === undefined || before.status === 'REVIEW_IN_PROGRESS') return;
    // CloudFormation could not replace instances itself with Terminate suspended.
    if (replacesByPolicy) return;
    const { named, others, changed } = touchedGroups(review.changes);
    const groups = others ? await stackGroups(deps, before.id) : named;
    if (groups.length === 0) return;
    begun = { groups, changed };
    try {
      await runRollout(quiet, plan('begin'), memory);
    } catch (error) {
      // Then nothing was noted, and there is nothing to give back.
      if (!(error instanceof Failure) || error.outcome === 'refused' || error.outcome === 'held') begun = undefined;
      unnoted = error;
      throw error;
    }
  };
  return {
    begin: async (open, last) => {
      await note(open);
      await last?.();
      if (begun !== undefined) meanwhile = keepOn(quiet, plan('during'), memory);
    },
    end,
    endAfter: async (error) => {
      if (begun === undefined || !(error instanceof Failure || error instanceof AwsFault)) return error;
      await meanwhile?.stop();
      return afterError(deps, { stack, plan: plan('end'), end, error, isUnnoted: error === unnoted });
    },
  };
}

/** A change that ended with an error while sizes were kept. */
interface Ended {
  readonly stack: string;
  readonly plan: Plan;
  /** Gives the sizes back. */
  readonly end: () => Promise<void>;
  readonly error: Failure | AwsFault;
  /** It is why the sizes could not be noted whole. */
  readonly isUnnoted: boolean;
}

/** Gives the sizes back, unless the stack goes on changing. Answers the error, with what is left. */
async function afterError(deps: Deps, { stack, plan, end, error, isUnnoted }: Ended): Promise<Failure | AwsFault> {
  const failure = error instanceof Failure ? error : stoppedBy(error, plan, undefined);
  const kept = stillKept(stack, plan.groups);
  try {
    const now = await retrying(deps).describeStack(stack);
    if (now !== undefined && busy(now.status)) return amended(failure, kept);
    await end();
    if (isUnnoted && failure.outcome === 'stopped') return notStarted(failure, plan);
    if (failure.outcome !== 'stackFailed') return error;
    return amended(failure, { serves: 'The stack action failed; the groups have the sizes that they had.' });
  } catch (later) {
    if (!(later instanceof Failure || later instanceof AwsFault)) throw later;
    const why = later instanceof Failure ? later.facts.what : faultText(later);
    return amended(failure, { ...kept, left: `${kept.left} That failed now: ${withoutStop(why)}.` });
  }
}

/** What was noted of the sizes is given back, and the change of the stack was never sent. */
function notStarted(failure: Failure, plan: Plan): Failure {
  const { facts } = failure;
  const what = `The change of the stack was not started: ${withoutStop(facts.what)}.`;
  return new Failure(
    'refused',
    { code: facts.code, what, reasons: facts.reasons, serves: 'Nothing was changed.', left: '', next: [plan.again] },
    { cause: failure },
  );
}

/** What goes on beside the change of the stack. */
interface Meanwhile {
  /** Ends it, and waits until the last of its calls is answered. */
  readonly stop: () => Promise<void>;
}

/**
 * Keeps the size of the groups while their stack changes. What AWS refuses meanwhile is met again, and told, at the
 * end.
 */
function keepOn(deps: Deps, plan: Plan, memory: Memory): Meanwhile {
  const over = new AbortController();
  const looking = loopOver(
    deps,
    plan,
    (observed) => (over.signal.aborted ? { kind: 'finish', results: [] } : decide(observed, plan)),
    { wake: over.signal, memory },
  ).catch((error: unknown) => {
    if (!(error instanceof Failure || error instanceof AwsFault)) throw error;
    return [];
  });
  // The caller that stops looking hears of what goes wrong.
  looking.catch(() => undefined);
  return {
    stop: async () => {
      over.abort();
      await looking;
    },
  };
}

/** The last words about groups whose size is not given back yet. */
function stillKept(stack: string, groups: readonly string[]): Pick<FailureData, 'serves' | 'left' | 'next'> {
  const names = groups.join(', ');
  return {
    serves: `The same instances as before: none is terminated in ${names}, whatever size CloudFormation writes there.`,
    left:
      `The note of the size of ${names}, with Terminate and AZRebalance suspended, until somebody gives the size ` +
      'back once the stack has settled.',
    next: [remarked(command`ha-updater resume ${stack}`, 'once the stack has settled: gives the size back')],
  };
}

/** The failure with more in its last words; what it said is left comes first. What was noted is a change. */
function amended(failure: Failure, more: Partial<Pick<FailureData, 'serves' | 'left' | 'next'>>): Failure {
  const { outcome, facts } = failure;
  return new Failure(
    outcome === 'refused' && more.left !== undefined ? 'stopped' : outcome,
    {
      ...facts,
      ...(more.serves !== undefined && { serves: more.serves }),
      ...(more.left !== undefined && { left: [facts.left, more.left].filter((text) => text !== '').join(' ') }),
      ...(more.next !== undefined && { next: [...facts.next, ...more.next] }),
    },
    { cause: failure },
  );
}
