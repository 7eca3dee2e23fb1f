import type { Instant } from '../../clock.js';
import type { decide } from '../../decide/decide.js';
import { warningsAbout } from '../../decide/rollout/start/warnings.js';
import { gapWarning } from '../../decide/memory/unseen-time.js';
import { AwsFault } from '../../errors.js';
import type { Decision, GroupResult, Observed } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { createHookRunner } from '../commands/hook-runner.js';
import type { Deps } from '../deps.js';
import { passes, pause } from '../retry.js';
import { heldBy, refusedFirst, refusedRun, resultsOf, stoppedBy } from './failures.js';
import { createObserver, type Memory, type Observer } from './observe.js';
import { createReporter, type Reporter } from './report.js';
import { createSender, type SendActions } from './send-actions.js';
import { withNotes } from '../../decide/memory/known-notes.js';

/** Looks in a row without a pause. Only reads that lag could make more of them, and then haste does not help. */
const MAX_LOOKS_WITHOUT_PAUSE = 20;

/** What a loop has beside its plan. */
export interface LoopOptions {
  /** Ends a pause early. */
  readonly wake?: AbortSignal;
  /** Of the whole run, where this loop is a part of it. */
  readonly memory?: Memory;
}

/**
 * The loop of `runRollout` with any way to decide: look, decide, tell, act once, look again.
 * @throws what `runRollout` throws
 */
export async function loopOver(
  deps: Deps,
  plan: Plan,
  decider: typeof decide,
  { wake, memory }: LoopOptions = {},
): Promise<readonly GroupResult[]> {
  if (plan.groups.length === 0) return [];
  const observer = createObserver(deps, plan, memory);
  const hooks = createHookRunner(deps, plan);
  const report = createReporter(deps, plan);
  const send = createSender(deps, plan, observer, report);
  let changed = false;
  let observed: Observed | undefined;
  let looksWithoutPause = 0;
  try {
    for (;;) {
      observer.recall(hooks.harvest);
      observed = await observer.look(true);
      let decision = decider(observed, plan);
      // rule: done-on-old-status
      if (observed.leftOut !== undefined && !isOnlyWait(decision)) {
        observed = await observer.complete();
        decision = decider(observed, plan);
      }
      changed ||= Object.keys(observed.seen.known).length > 0;
      tell(report, observed, decision, { plan, speed: deps.clock.speed ?? 1 });
      if (decision.kind === 'act' || decision.kind === 'wait') await hooks.follow(decision, observed);
      switch (decision.kind) {
        case 'refuse':
          throw refusedRun(decision.reasons, plan);
        case 'held':
          throw heldBy(decision, plan, changed ? observed : undefined);
        case 'finish':
          for (const result of decision.results) report.finished(result);
          return resultsOf(decision.results, await observer.whole(observed), plan);
        case 'wait':
          planned(observer, observed.at + decision.forMs);
          await pause(deps, decision.forMs, wake ?? hooks.woken());
          looksWithoutPause = 0;
          break;
        case 'act':
          if (++looksWithoutPause > MAX_LOOKS_WITHOUT_PAUSE) {
            looksWithoutPause = 0;
            await deps.clock.sleep(plan.timing.pollMs);
          } else changed = await sendAll(send, decision.actions, { observed, plan, changed });
      }
    }
  } catch (error) {
    if (error instanceof AwsFault && changed) throw stoppedBy(error, plan, observed);
    throw error;
  } finally {
    await hooks.end();
  }
}

function planned(observer: Observer, lookAgainAt: Instant): void {
  observer.recall((seen) => ({ ...seen, lookAgainAt }));
}

/** Nothing is done until the next look, and no command of the user's runs. */
function isOnlyWait(decision: Decision): boolean {
  return decision.kind === 'wait' && (decision.hooks ?? []).length + (decision.gates ?? []).length === 0;
}

/**
 * Sends the actions of a decision. True once anything may have changed. The very first change that AWS refuses in clear
 * words had no effect, so then the run was refused and nothing is left.
 * @throws Failure, AwsFault as sending does
 */
async function sendAll(
  send: SendActions,
  actions: Parameters<SendActions>[0],
  { observed, plan, changed }: { readonly observed: Observed; readonly plan: Plan; readonly changed: boolean },
): Promise<boolean> {
  let sent = 0;
  try {
    await send(actions, observed, () => void sent++);
    return changed || sent > 0;
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const begun = changed || sent !== 1 || observed.groups.some(({ notes }) => notes.record !== undefined);
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
