import type { Milliseconds } from '../../../clock.js';
import type { decide } from '../../../decide/decide.js';
import { withNotes } from '../../../decide/memory/known-notes.js';
import { gapWarning } from '../../../decide/memory/unseen-time.js';
import { warningsAbout } from '../../../decide/rollout/start/warnings.js';
import { AwsFault } from '../../../errors.js';
import type { Action } from '../../../model/rollout/action.js';
import type { Decision, GroupResult, Observed } from '../../../model/rollout/decision.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { createHookRunner } from '../../commands/hook-runner.js';
import type { Deps } from '../../deps.js';
import { passes } from '../../retry.js';
import { heldBy, refusedFirst, refusedRun, resultsOf, stoppedBy } from '../failures.js';
import { sendable } from './intend.js';
import { noLookYet, type LookMemory } from './look-memory.js';
import { createObserver, type Observer, type ObserverOptions } from '../observe.js';
import { createReporter, type Reporter } from '../report.js';
import { createSender, type SendActions } from '../send-actions.js';

/** Looks in a row without a pause. Only reads that lag could make more of them, and then haste does not help. */
const MAX_LOOKS_WITHOUT_PAUSE = 20;

/** What comes after a look: the next one, or the end. */
export type AfterLook =
  | {
      readonly kind: 'look';
      /** For so long nothing can happen that has to be seen; absent after something was done. */
      readonly forMs?: Milliseconds;
      /** Nothing that ends meanwhile makes an earlier look worth while. */
      readonly whole?: true;
    }
  | { readonly kind: 'end'; readonly results: readonly GroupResult[] };

/** Takes the looks of a plan one by one: observe, decide, tell, act once. */
export interface Looker {
  /**
   * One look.
   * @throws Failure as `runRollout` does
   * @throws AwsFault when AWS does not answer; `ending` says what that means for the run
   */
  readonly look: () => Promise<AfterLook>;
  /** What the run ends with when its look failed like this. */
  readonly ending: (error: unknown) => unknown;
  /** Aborted when a command of the user's ends. */
  readonly woken: () => AbortSignal;
  /** Takes over into what is remembered what was answered since the last look. */
  readonly harvest: () => void;
  /** Ends all that runs beside. */
  readonly end: () => Promise<void>;
}

/** What a looker begins with. */
export interface LookerOptions extends Pick<ObserverOptions, 'memory' | 'patience'> {
  /** Of the looks before. */
  readonly kept?: LookMemory;
  /** Nothing is sent but this and signs of life; what else is decided becomes the intent of what is kept. */
  readonly intended?: readonly Action[];
}

/** Makes what takes the looks of a plan with any way to decide. */
export function createLooker(
  deps: Deps,
  plan: Plan,
  decider: typeof decide,
  { kept = noLookYet(), intended, ...options }: LookerOptions = {},
): Looker {
  const observer = createObserver(deps, plan, { ...options, kept: kept.observer });
  const hooks = createHookRunner(deps, plan, kept.answers);
  const report = createReporter(deps, plan, kept.told);
  const send = createSender(deps, plan, { observer, report }, kept.sending);
  let observed: Observed | undefined;
  return {
    look: async () => {
      observer.recall(hooks.harvest);
      observed = await observer.look(true);
      let decision = decider(observed, plan);
      // rule: done-on-old-status
      if (observed.leftOut !== undefined && !isOnlyWait(decision)) {
        observed = await observer.complete();
        decision = decider(observed, plan);
      }
      kept.changed ||= Object.keys(observed.seen.known).length > 0;
      tell(report, observed, decision, { plan, speed: deps.clock.speed ?? 1 });
      if (decision.kind === 'act' || decision.kind === 'wait') await hooks.follow(decision, observed);
      return follow({ plan, observer, report, send, kept, intended }, decision, observed);
    },
    ending: (error) => (error instanceof AwsFault && kept.changed ? stoppedBy(error, plan, observed) : error),
    woken: hooks.woken,
    harvest: () => observer.recall(hooks.harvest),
    end: hooks.end,
  };
}

/** What following a decision takes. */
interface Following {
  readonly plan: Plan;
  readonly observer: Observer;
  readonly report: Reporter;
  readonly send: SendActions;
  readonly kept: LookMemory;
  readonly intended: readonly Action[] | undefined;
}

/** Does what was decided, once. */
async function follow(
  { plan, observer, report, send, kept, intended }: Following,
  decision: Decision,
  observed: Observed,
): Promise<AfterLook> {
  switch (decision.kind) {
    case 'refuse':
      throw refusedRun(decision.reasons, plan);
    case 'held':
      throw heldBy(decision, plan, kept.changed ? observed : undefined);
    case 'finish':
      for (const result of decision.results) report.finished(result);
      return { kind: 'end', results: resultsOf(decision.results, await observer.whole(observed), plan) };
    case 'wait':
      observer.recall((seen) => ({ ...seen, lookAgainAt: observed.at + decision.forMs }));
      kept.looksWithoutPause = 0;
      return { kind: 'look', forMs: decision.forMs };
    case 'act':
      // What is intended first takes two looks.
      if (++kept.looksWithoutPause > MAX_LOOKS_WITHOUT_PAUSE * (intended === undefined ? 1 : 2)) {
        kept.looksWithoutPause = 0;
        return { kind: 'look', forMs: plan.timing.pollMs, whole: true };
      }
      await sendAll(send, sendable(decision.actions, { intended, kept, at: observed.at }), { observed, plan, kept });
      return { kind: 'look' };
  }
}

/** Nothing is done until the next look, and no command of the user's runs. */
function isOnlyWait(decision: Decision): boolean {
  return decision.kind === 'wait' && (decision.hooks ?? []).length + (decision.gates ?? []).length === 0;
}

/**
 * Sends the actions of a decision, and notes once anything may have changed. The very first change that AWS refuses in
 * clear words had no effect, so then the run was refused and nothing is left.
 * @throws Failure, AwsFault as sending does
 */
async function sendAll(
  send: SendActions,
  actions: Parameters<SendActions>[0],
  { observed, plan, kept }: { readonly observed: Observed; readonly plan: Plan; readonly kept: LookMemory },
): Promise<void> {
  let sent = 0;
  try {
    await send(actions, observed, () => void sent++);
    kept.changed ||= sent > 0;
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const begun = kept.changed || sent !== 1 || observed.groups.some(({ notes }) => notes.record !== undefined);
    if (begun || passes(error)) throw stoppedBy(error, plan, observed);
    throw refusedFirst(error, plan);
  }
}

function tell(
  report: Reporter,
  observed: Observed,
  decision: Decision,
  { plan, speed }: { readonly plan: Plan; readonly speed: number },
): void {
  report.warnings(
    observed.groups.flatMap((group) => warningsAbout({ observed, plan }, withNotes(group, observed.seen))),
  );
  const gap = gapWarning(observed.seen, speed);
  if (gap !== undefined) report.warnings([gap]);
  report.adopted(observed);
  report.commands(observed);
  for (const result of Object.values(observed.seen.results)) report.finished(result);
  if (decision.kind !== 'refuse' && decision.kind !== 'held') {
    report.state(observed);
    report.instances(observed);
  }
  if (decision.kind === 'act' || decision.kind === 'wait') report.progress(decision.progress);
  if (decision.kind === 'wait') report.waits(decision.waits);
}
