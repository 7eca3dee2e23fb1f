import { command, commandText } from '../../../text/commands/next-command.js';
import { targetWords } from '../../../text/commands/target-words.js';
import { timestamp } from '../../../text/timestamp.js';
import { chunks } from '../../../text/chunks.js';
import { count } from '../../../text/count.js';
import type { Instant } from '../../../clock.js';
import { batches } from '../../instances/capacity.js';
import { endsKept, keptHalf } from '../../gates/kept-half.js';
import { gateInWindow, whyNewHalfFails } from '../../gates/window.js';
import { standing } from '../../instances/classify.js';
import { ourLease } from '../../ownership/lease.js';
import { finish, giveBack, stillLeaving, waitFor } from '../../rollout/finish.js';
import { terminateHalf } from '../../rollout/terminate-half.js';
import { noteTheirs } from '../../sizes/note-theirs.js';
import { act, type GroupStep, type ReasonedAction } from '../../step.js';
import type { JudgedGroup, RolloutView } from '../../view.js';
import { isTurned, matesOf } from './kept-mates.js';
import { MAX_STANDBY_PER_CALL, serveAgain } from './serve-again.js';
import { giveRoomBack, replaceTakenOut } from './taken-out.js';

/** What is in standby left the desired capacity when it went there; whether AWS would take it off again is open. */
// rule: kept-decremented
const DECREMENTS_KEPT = false;

/**
 * A swap after its verdict to promote, where the old half is kept: it goes into standby, the group becomes as it was
 * before, and only when its time is over the old half is terminated; unless somebody wants it back until then.
 */
export function keep(view: RolloutView, of: JudgedGroup): GroupStep {
  const { backAt, keptUntil, endedAt } = of.record.gates ?? {};
  if (backAt !== undefined) return serveAgain(view, of, backAt);
  if (keptUntil === undefined) return putAside(view, of);
  // What was in standby is gone by then: there is nothing whole to go back to any more.
  // rule: ended-turned
  return endedAt === undefined ? inWindow(view, of, keptUntil) : endWindow(view, of, keptUntil);
}

/** The old half leaves the balancers into standby; then the group is given back its sizes and processes. */
function putAside(view: RolloutView, of: JudgedGroup): GroupStep {
  const { observed, plan } = view;
  const { name, group, record, verdict, halves } = of;
  if (halves.old.length > 0) {
    const step = noteTheirs(view, of, 'halve') ?? terminateHalf(view, of, 'old');
    return step.kind === 'act' ? { ...step, acts: step.acts.flatMap((one) => aside(of, one)) } : step;
  }
  const kept = keptHalf(group, record);
  if (kept.length === 0) return finish(view, of, verdict.at);
  const draining = kept.filter(({ lifecycle }) => lifecycle !== 'Standby');
  if (draining.length > 0)
    return waitFor(view, of, verdict.at, {
      why: `${count(draining.length, 'old instance')} draining on the way into standby`,
      instances: draining.map(({ id, lifecycle }) => ({ id, why: lifecycle })),
    });
  const back = giveBack(view, of, verdict.at);
  if (back !== undefined) return back;
  // Evening out zones goes on once nothing leaves.
  const last = record.suspended.some((process) => group.suspended.includes(process))
    ? stillLeaving(view, of, verdict.at)
    : undefined;
  if (last !== undefined) return last;
  const until = observed.at + (record.gates?.keepMs ?? 0);
  const noted = { ...record, gates: { ...record.gates, keptUntil: until } };
  return act(
    'keep',
    { type: 'rewrite', group: name, record: noted, lease: ourLease(observed, plan, [group]) },
    `${count(kept.length, 'old instance')} can serve again until ${timestamp(until)}, and then will be terminated`,
  );
}

/** What would be terminated goes into standby instead, as far as it serves; what is broken is not worth keeping. */
function aside({ group }: JudgedGroup, { action, why }: ReasonedAction): readonly ReasonedAction[] {
  if (action.type !== 'terminate') return [{ action, why }];
  const { instances, decrement } = action;
  const isKept = (id: string): boolean =>
    group.instances.some((one) => one.id === id && one.healthy && standing(one.lifecycle) === 'live');
  const gone = instances.filter((id) => !isKept(id));
  const reason = `${why}; the old ones are kept`;
  return [
    ...(gone.length === 0 ? [] : [{ action: { ...action, instances: gone }, why }]),
    ...chunks(instances.filter(isKept), MAX_STANDBY_PER_CALL).map((part): ReasonedAction => ({
      action: { type: 'standby', group: group.name, instances: part, on: true, decrement },
      why: reason,
    })),
  ];
}

/** The time for which the old half is kept: until it is over, or somebody wants the old half back. */
function inWindow(view: RolloutView, of: JudgedGroup, until: Instant): GroupStep {
  const { observed, plan } = view;
  const { name, group, record, verdict, halves } = of;
  const kept = keptHalf(group, record);
  // An instance that was taken out of standby by hand can serve again, and goes when the time is over.
  // rule: window-ended-by-hand
  const isLeft = kept.length + halves.old.length > 0;
  const turn = isLeft ? whyBack(view, of) : undefined;
  if (turn !== undefined)
    return act(
      'back',
      {
        type: 'rewrite',
        group: name,
        record: { ...record, gates: { ...record.gates, backAt: observed.at } },
        verdict: { ...verdict, why: turn },
        lease: ourLease(observed, plan, [group]),
      },
      `${turn}; the kept instances serve again`,
    );
  const open = endsAt(view, of, until);
  const left = isLeft && open !== undefined ? leaveKept(view, of, until) : undefined;
  if (left !== undefined) return left;
  if (isLeft && open !== undefined) {
    const why = sayKept(kept.length, halves.old.length);
    const { gate = [], stage } = gateInWindow(view, of) ?? {};
    const asked = { ...(gate.length > 0 && { gate }), ...(stage !== undefined && { stage }) };
    return { kind: 'wait', wait: { group: name, phase: 'keep', why, instances: [], until: open, ...asked } };
  }
  // Groups that are judged together go together, once all of them may.
  const asking = isLeft ? [of, ...matesOf(view, of)].map((one) => gateInWindow(view, one)).find(isThere) : undefined;
  if (asking !== undefined) {
    const own = gateInWindow(view, of) ?? { ...asking, why: `${asking.group}: ${asking.why}`, gate: [] };
    return { kind: 'wait', wait: { ...own, group: name } };
  }
  return endWindow(view, of, until);
}

/**
 * The run ends and leaves the old half kept: as it was asked to once every group of the rollout is that far, or where
 * one of them never will be. Undefined while the run stays.
 */
function leaveKept(view: RolloutView, of: JudgedGroup, until: Instant): GroupStep | undefined {
  const { observed, plan } = view;
  const { name, record, block } = of;
  const opened = matesOf(view, of).every(({ record: { gates } }) => gates?.keptUntil !== undefined);
  if (block !== undefined && !opened) return act('keep', { type: 'pause', group: name, record }, block.why);
  // rule: left-unasked
  const ends = plan.detach === true || observed.leavesKept === true;
  if (!ends || record.run !== plan.run || !opened) return undefined;
  const target = plan.stack === undefined || plan.part === true ? targetWords(name) : [plan.stack];
  const back = command`ha-updater rollback ${target}`;
  return act(
    'keep',
    { type: 'pause', group: name, record },
    `until ${timestamp(until)} ${commandText(back)} lets them serve again`,
  );
}

/** What becomes of the old half when its time is over. @param taken how many somebody took out of standby */
function sayKept(kept: number, taken: number): string {
  const all = kept > 0 ? kept : taken;
  const [who, are, they] =
    all === 1 ? ['the old instance', 'is', 'it is'] : [`the ${all} old instances`, 'are', 'they are'];
  const where =
    kept > 0 ? `${are} kept in standby and can serve again` : `${are} out of standby, by somebody else's doing`;
  return `${who} ${where}; after that, ${they} terminated`;
}

function isThere<T>(one: T | undefined): one is T {
  return one !== undefined;
}

/** Why the kept half should serve again; undefined when nobody asks, or its time is over. */
function whyBack(view: RolloutView, of: JudgedGroup): string | undefined {
  const { observed, plan } = view;
  // A run that ends the time of an earlier one has decided already; a mate that goes back decides for all.
  const mate = matesOf(view, of).find(isTurned);
  if (mate !== undefined) return mate.verdict?.why ?? `${mate.name} goes back`;
  if (endsKept(observed, plan, of.record)) return undefined;
  // What is overdue is ended, unless a person asks for exactly the opposite while all is still there.
  const over = observed.at >= (of.record.gates?.keptUntil ?? 0);
  if (over && !plan.undo && of.record.run !== plan.run) return undefined;
  return of.cancellation ?? whyNewHalfFails(view, of);
}

/**
 * When the old half goes; undefined when that is due now. Groups that are judged together end together: as long as one
 * of them is not that far, all can go back.
 */
function endsAt(view: RolloutView, of: JudgedGroup, until: Instant): Instant | undefined {
  const { observed, plan } = view;
  if (endsKept(observed, plan, of.record)) return undefined;
  const mates = matesOf(view, of);
  const last = Math.max(until, ...mates.map(({ record }) => record.gates?.keptUntil ?? until));
  const late = mates.some(({ record }) => record.gates?.keptUntil === undefined);
  // rule: window-cut-short
  if (observed.at < last) return last;
  return late ? observed.at + plan.timing.pollMs : undefined;
}

/** The old half is terminated: its time is over. */
function endWindow(view: RolloutView, of: JudgedGroup, until: Instant): GroupStep {
  const { group, record, verdict, halves } = of;
  const since = view.observed.at >= until ? until : verdict.at;
  const why = 'the time for which they were kept is over';
  const kept = keptHalf(group, record);
  const acts = batches(kept).map((instances): ReasonedAction => ({
    action: { type: 'terminate', group: group.name, half: 'old', instances, decrement: DECREMENTS_KEPT, aside: true },
    why,
  }));
  if (acts.length > 0) return { kind: 'act', phase: 'halve', acts };
  if (halves.old.length > 0) return replaceTakenOut(view, of);
  return (
    giveRoomBack(of) ??
    stillLeaving(view, of, since, ({ launchedAt = 0 }) => launchedAt < record.startedAt) ??
    act(
      'clear',
      { type: 'clear', group: group.name, notes: clearedWith(of) },
      'the swap is done, and the old instances are gone',
    )
  );
}

function clearedWith({ group }: JudgedGroup): ('record' | 'verdict' | 'lease' | 'frozen')[] {
  return ['record', 'verdict', 'lease', ...(group.notes.frozen === undefined ? [] : (['frozen'] as const))];
}
