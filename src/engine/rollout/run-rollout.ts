import type { Milliseconds } from '../../clock.js';
import { decide } from '../../decide/decide.js';
import { guard } from '../../decide/guard/guard.js';
import { warningsAbout } from '../../decide/rollout/warnings.js';
import { afterAction, withNotes } from '../../decide/memory/remember.js';
import { AwsFault } from '../../errors.js';
import type { Action } from '../../model/rollout/action.js';
import type { Decision, GroupResult, Observed } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import { execute } from './execute.js';
import { createHookRunner } from '../commands/hook-runner.js';
import { createObserver, type Observer } from './observe.js';
import { brokenRule, concluded, heldBy, stoppedBy } from './failures.js';
import { createReporter, type Reporter } from './report.js';
import { backOff, passes, PATIENCE, pause } from '../retry.js';

/** Looks in a row without a pause. Only reads that lag could make more of them, and then haste does not help. */
const MAX_LOOKS_WITHOUT_PAUSE = 20;

/**
 * Runs the plan over its groups in one loop: observe, decide, tell, act once, and look again. All
 * that it needs to go on after a crash is on the groups themselves.
 *
 * @param decider only tests that prove what happens to a bad decision give another one
 * @returns one result per group, in the plan's order; all of them promoted, proven or skipped
 * @throws Failure `refused` or `held` (nothing was changed), `swapRolledBack`, `stopped` (record kept)
 * @throws AwsFault when AWS could not be asked at all before anything was changed
 */
export async function runRollout(
  deps: Deps,
  plan: Plan,
  decider: typeof decide = decide,
): Promise<readonly GroupResult[]> {
  if (plan.groups.length === 0) return [];
  const observer = createObserver(deps, plan);
  const hooks = createHookRunner(deps, plan);
  const report = createReporter(deps, plan);
  const trouble = createTrouble(deps);
  const isFresh = createFreshness(deps, plan);
  let changed = false;
  let observed: Observed | undefined;
  let hasty = 0;
  try {
    for (;;) {
      observer.recall(hooks.harvest);
      observed = await observer.look();
      const decision = decider(observed, plan);
      changed ||= Object.keys(observed.seen.known).length > 0;
      tell(report, observed, decision, plan);
      if (decision.kind === 'act' || decision.kind === 'wait') await hooks.follow(decision.hooks ?? [], observed);
      switch (decision.kind) {
        case 'refuse':
          throw concluded.refused(decision.reasons, plan);
        case 'held':
          throw heldBy(decision, plan, changed);
        case 'finish':
          return concluded.finished(decision.results, observed, plan, report);
        case 'wait':
          await pause(deps, decision.forMs, hooks.woken());
          hasty = 0;
          break;
        case 'act':
          if (++hasty > MAX_LOOKS_WITHOUT_PAUSE) {
            hasty = 0;
            await deps.clock.sleep(plan.timing.pollMs);
            continue;
          }
          for (const { action, why } of decision.actions) {
            if (!isFresh(observed, action)) break;
            changed = true;
            const rule = guard(observed, plan, action);
            // rule: guard-unheard
            if (rule !== undefined) throw brokenRule(rule, plan, observed);
            report.started(action, why);
            if (!(await send(deps, observer, report, trouble, action, observed, plan))) break;
          }
      }
    }
  } catch (error) {
    if (error instanceof AwsFault && changed) throw stoppedBy(error, plan, observed);
    throw error;
  } finally {
    await hooks.end();
  }
}

/** A look that is older than this is made again before anything is changed. */
const FRESH_MS = 60_000;

/** The same before instances are taken out of service: who serves changes fastest. */
const FRESH_TO_TAKE_MS = 15_000;

/** Old looks in a row; then they are old because AWS answers slowly. */
const OLD_LOOKS = 3;

/**
 * Whether a look may still be acted on. The process, or its machine, may have stood still since: others may
 * have taken over, and instances may be gone. Where looks themselves take long an older one has to do, but
 * never one so old that another run could have taken over since.
 */
function createFreshness({ clock }: Deps, plan: Plan): (observed: Observed, action: Action) => boolean {
  const old = { take: 0, other: 0 };
  return ({ at }, { type }) => {
    const kind = type === 'terminate' || type === 'deregister' ? 'take' : 'other';
    const age = clock.now() - at;
    old[kind] = age <= (kind === 'take' ? FRESH_TO_TAKE_MS : FRESH_MS) ? 0 : old[kind] + 1;
    return old[kind] === 0 || (old[kind] > OLD_LOOKS && age < plan.timing.leaseMs - FRESH_MS);
  };
}

/** Sends one action. False when it failed for now; what to do is decided anew after another look. */
async function send(
  deps: Deps,
  observer: Observer,
  report: Reporter,
  trouble: Trouble,
  action: Action,
  observed: Observed,
  plan: Plan,
): Promise<boolean> {
  try {
    await execute(deps, action);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    if (action.type === 'shield' && !passes(error)) return unshielded(deps, observer, trouble, action, error);
    const again = passes(error) && trouble.goesOn();
    report.failed(action, error, again);
    if (!again) throw error;
    // After a lost reply the effect may still show up; a throttled call surely had none.
    if (error.kind === 'transient' || error.kind === 'unreachable')
      observer.recall((seen) => afterAction(seen, action, observed.at, false, plan));
    await pause(deps, trouble.met());
    return false;
  }
  trouble.isOver();
  report.done(action);
  observer.recall((seen) => afterAction(seen, action, observed.at, true, plan));
  return true;
}

/** The shield is a precaution: where AWS refuses it, the rollout goes on and a warning says so. */
async function unshielded(
  deps: Deps,
  observer: Observer,
  trouble: Trouble,
  { group, instances, on }: Extract<Action, { type: 'shield' }>,
  fault: AwsFault,
): Promise<false> {
  const text = `its old instances could not be ${on ? 'protected' : 'freed'} from scale-in (${fault.code}: ${fault.message})`;
  const remedy = on
    ? 'Nobody should lower its desired capacity before the rollout is over.'
    : `aws autoscaling set-instance-protection --auto-scaling-group-name ${group} --no-protected-from-scale-in --instance-ids ${instances.join(' ')}`;
  deps.emit({ type: 'warning', reason: { code: 'group.unshielded', group, text, remedy } });
  observer.recall((seen) => ({
    ...seen,
    unshielded: { ...seen.unshielded, [group]: (seen.unshielded[group] ?? 0) + 1 },
  }));
  await pause(deps, trouble.met());
  return false;
}

/** Changes that fail in a row: how long to wait before the next, and when to give up. */
interface Trouble {
  readonly met: () => Milliseconds;
  readonly isOver: () => void;
  readonly goesOn: () => boolean;
}

function createTrouble({ clock }: Deps): Trouble {
  let count = 0;
  let since: number | undefined;
  return {
    met: () => {
      since ??= clock.now();
      return backOff(++count);
    },
    isOver: () => {
      count = 0;
      since = undefined;
    },
    goesOn: () => since === undefined || clock.now() - since < PATIENCE.totalMs,
  };
}

function tell(report: Reporter, observed: Observed, decision: Decision, plan: Plan): void {
  report.warnings(
    observed.groups.flatMap((group) => warningsAbout({ observed, plan }, withNotes(group, observed.seen))),
  );
  report.adopted(observed);
  report.commands(observed);
  for (const result of Object.values(observed.seen.results)) report.finished(result);
  if (decision.kind === 'act' || decision.kind === 'wait') report.progress(decision.progress);
  if (decision.kind === 'wait') report.waits(decision.waits);
}
