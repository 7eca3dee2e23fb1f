import { command, withWords } from '../../text/commands/next-command.js';
import { remedyText } from '../../text/commands/remedy.js';
import type { Milliseconds } from '../../clock.js';
import { guard } from '../../decide/guard/guard.js';
import { withKept } from '../../decide/ownership/ignored-old.js';
import { FRESH_MS, FRESH_TO_TAKE_MS } from '../../decide/read-lag.js';
import { AwsFault } from '../../errors.js';
import type { Action } from '../../model/rollout/action.js';
import type { Decision, Observed } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import { backOff, passes, PATIENCE, pause } from '../retry.js';
import { execute } from './execute.js';
import { brokenRule } from './failures.js';
import type { Observer } from './observe.js';
import type { Reporter } from './report.js';
import { afterAction, type SentAction } from '../../decide/memory/fold-action.js';

/** Old looks in a row; then they are old because AWS answers slowly. */
const OLD_LOOKS = 3;

/** Actions with their reasons. */
type Actions = Extract<Decision, { kind: 'act' }>['actions'];

/**
 * Sends the actions of one decision, each once, until one may not be sent on this look any more or fails for now.
 * `aboutToSend` is called before each that is sent.
 * @throws Failure `guard.broken`
 * @throws AwsFault for a call that failed for good
 */
export type SendActions = (actions: Actions, observed: Observed, aboutToSend: () => void) => Promise<void>;

/** What sending an action works with. */
interface Sending {
  readonly deps: Deps;
  readonly plan: Plan;
  readonly observer: Observer;
  readonly report: Reporter;
  readonly trouble: Trouble;
}

/** What a sender remembers of looks that were old, and of changes that failed. */
export interface SendingMemory {
  /** Looks in a row that were too old to act on, by what they were for. */
  readonly old: { take: number; other: number };
  /** Changes that failed in a row, and since when. */
  readonly trouble: { count: number; since?: number };
}

/** Nothing was sent yet. */
export function nothingSent(): SendingMemory {
  return { old: { take: 0, other: 0 }, trouble: { count: 0 } };
}

/** Makes the sender of a run. */
export function createSender(
  deps: Deps,
  plan: Plan,
  { observer, report }: Pick<Sending, 'observer' | 'report'>,
  memory: SendingMemory = nothingSent(),
): SendActions {
  const sending: Sending = { deps, plan, observer, report, trouble: createTrouble(deps, memory.trouble) };
  const isFresh = createFreshness(deps, plan, memory.old);
  return async (actions, observed, aboutToSend) => {
    for (const { action, why } of actions) {
      if (!isFresh(observed, action)) return;
      aboutToSend();
      const rule = guard(observed, plan, action);
      // rule: guard-unheard
      if (rule !== undefined) throw brokenRule(rule, plan, observed);
      report.started(withKept(action, observed.groups), why);
      if (!(await send(sending, action, observed))) return;
    }
  };
}

/**
 * Whether a look may still be acted on. The process, or its machine, may have stood still since: others may
 * have taken over, and instances may be gone. Where looks themselves take long an older one has to do, but
 * never one so old that another run could have taken over since.
 */
function createFreshness(
  { clock }: Deps,
  plan: Plan,
  old: SendingMemory['old'],
): (observed: Observed, action: Action) => boolean {
  return ({ at }, { type }) => {
    const kind = ['terminate', 'deregister', 'standby'].includes(type) ? 'take' : 'other';
    const age = clock.now() - at;
    old[kind] = age <= (kind === 'take' ? FRESH_TO_TAKE_MS : FRESH_MS) ? 0 : old[kind] + 1;
    return old[kind] === 0 || (old[kind] > OLD_LOOKS && age < plan.timing.leaseMs - FRESH_MS);
  };
}

/** Sends one action. False when it failed for now; what to do is decided anew after another look. */
async function send(sending: Sending, action: Action, observed: Observed): Promise<boolean> {
  const { deps, plan, observer, report, trouble } = sending;
  const whole = withKept(action, observed.groups);
  const sent = (): Pick<SentAction, 'at' | 'sentAt'> => ({ at: observed.at, sentAt: deps.clock.now() });
  try {
    await execute(deps, whole);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    if (action.type === 'shield' && !passes(error)) return unshielded(sending, action, error);
    const again = passes(error) && trouble.goesOn();
    report.failed(whole, error, again);
    if (!again) throw error;
    // After a lost reply the effect may still show up; a throttled call surely had none.
    if (error.kind === 'transient' || error.kind === 'unreachable')
      observer.recall((seen) => afterAction(seen, { action, ...sent(), sure: false }, plan));
    await pause(deps, trouble.met());
    return false;
  }
  trouble.isOver();
  report.done(whole);
  observer.recall((seen) => afterAction(seen, { action, ...sent(), sure: true }, plan));
  return true;
}

/** Protection from scale-in is a precaution: where AWS refuses it, the rollout goes on and a warning says so. */
async function unshielded(
  { deps, observer, trouble }: Sending,
  { group, instances, on }: Extract<Action, { type: 'shield' }>,
  { code, message }: AwsFault,
): Promise<false> {
  const failed = `could not be ${on ? 'protected' : 'freed'} from scale-in`;
  const free = withWords(command`aws autoscaling set-instance-protection --auto-scaling-group-name ${group}`, [
    ...['--no-protected-from-scale-in', '--instance-ids'],
    ...instances,
  ]);
  deps.emit({
    type: 'warning',
    reason: {
      code: 'group.unshielded',
      group,
      text: `its old instances ${failed} (${code}: ${message})`,
      remedy: on ? 'Do not lower its desired capacity before the rollout is over.' : remedyText([free], deps.placed),
    },
  });
  observer.recall((seen) => ({
    ...seen,
    unshielded: { ...seen.unshielded, [group]: (seen.unshielded[group] ?? 0) + 1 },
  }));
  await pause(deps, trouble.met());
  return false;
}

/** Changes that fail in a row: how long to wait before the next, and when to give up. */
interface Trouble {
  /** One more failed. Answers how long to wait. */
  readonly met: () => Milliseconds;
  readonly isOver: () => void;
  readonly goesOn: () => boolean;
}

function createTrouble({ clock }: Deps, trouble: SendingMemory['trouble']): Trouble {
  return {
    met: () => {
      trouble.since ??= clock.now();
      return backOff(++trouble.count);
    },
    isOver: () => {
      trouble.count = 0;
      delete trouble.since;
    },
    goesOn: () => trouble.since === undefined || clock.now() - trouble.since < PATIENCE.totalMs,
  };
}
