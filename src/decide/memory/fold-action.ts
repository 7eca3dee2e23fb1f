import { timestamp } from '../../text/timestamp.js';
import { unlessDecided } from '../gates/pause-end.js';
import { groupsOf } from './action-visible.js';
import { goalOf } from '../sizes/wanted-size.js';
import { confirmedSizes } from '../sizes/confirmed-sizes.js';
import { without } from './without.js';
import { SCALING } from '../rollout/processes.js';
import { factsOf } from '../strategies/facts-by-name.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { GroupNotes } from '../../model/rollout/group.js';
import type { GroupResult, Seen, SeenSizes } from '../../model/rollout/decision.js';
import { inSentence } from '../step.js';
import type { Action } from '../../model/rollout/action.js';
import type { Instant } from '../../clock.js';

/** An action that was sent. */
export interface SentAction {
  readonly action: Action;
  /** When the look was made that it was decided on. */
  readonly at: Instant;
  /** When it was sent, which may be much later while AWS answers late; absent: at once. */
  readonly sentAt?: Instant;
  /** True when the service confirmed it, false when the reply was lost. */
  readonly sure: boolean;
}

/** What sending an action adds to what is remembered. */
export function afterAction(seen: Seen, { action, at, sentAt = at, sure }: SentAction, plan: Plan): Seen {
  const pending = [...seen.pending, { action, since: at, sure }];
  // rule: changed-when-sent
  const base = { ...seen, pending, sizes: withSizes(seen, { action, at, sentAt, sure }) };
  return sure ? afterConfirmed(base, action, at, plan) : afterLostReply(base, action, at);
}

/** What an action adds whose reply was lost. */
function afterLostReply(seen: Seen, action: Action, at: Instant): Seen {
  if (action.type !== 'judge') return seen;
  const { outcome } = action.verdict;
  const sent = Object.fromEntries(action.groups.map((name) => [name, { outcome, at }]));
  return { ...seen, unsureVerdicts: { ...seen.unsureVerdicts, ...sent } };
}

/** What an action adds that the service confirmed. */
function afterConfirmed(seen: Seen, action: Action, at: Instant, plan: Plan): Seen {
  switch (action.type) {
    case 'record':
      return afterRecord(seen, action, at);
    case 'judge':
      return withKnown(seen, action.groups, { verdict: action.verdict, lease: action.lease });
    case 'rewrite':
      return {
        ...withKnown(seen, [action.group], {
          record: action.record,
          lease: action.lease,
          ...(action.verdict !== undefined && { verdict: action.verdict }),
        }),
        superseded: { ...seen.superseded, ...leaseFingerprints(seen, [action.group]) },
      };
    case 'renew': {
      const ours = action.groups.filter((name) => seen.known[name] !== undefined);
      return {
        ...withKnown(seen, ours, { lease: action.lease }),
        superseded: { ...seen.superseded, ...leaseFingerprints(seen, action.groups) },
      };
    }
    case 'resume':
      return { ...seen, confirmed: withConfirmed(seen, action.group, 'processes') };
    case 'suspend':
      return {
        ...seen,
        confirmed: withConfirmed(owing(seen, action.group), action.group, 'suspended'),
        suspensions: { ...seen.suspensions, [action.group]: (seen.suspensions[action.group] ?? 0) + 1 },
      };
    case 'freeze':
      return withKnown(seen, [action.group], { frozen: action.note });
    case 'note':
      return withKnown(seen, [action.group], { out: action.out });
    case 'resize':
      return afterResize(seen, action, at);
    case 'terminate':
      return afterTermination(seen, action, at);
    case 'pause':
      return afterPause(seen, action);
    case 'clear':
      return afterClear(seen, action, plan);
    case 'shield':
    case 'standby':
    case 'version':
    case 'point':
    case 'deregister':
    case 'register':
    case 'run':
    case 'cancel':
      return seen;
  }
}

type Of<T extends Action['type']> = Extract<Action, { readonly type: T }>;

/** A rollout begins: what is remembered of one before it is none of its business. */
function afterRecord(seen: Seen, { group, record, lease }: Of<'record'>, at: Instant): Seen {
  const kept = dropKey(dropKey(seen.known[group], 'verdict'), 'out');
  // A record is written where none stands: what looks have shown before is gone, also where another run removed it.
  // rule: record-of-the-dead
  const gone = (seen.recorded[group] ?? []).filter((run) => run !== record.run);
  return {
    ...seen,
    cleared: { ...seen.cleared, [group]: [...new Set([...(seen.cleared[group] ?? []), ...gone])] },
    known: { ...seen.known, [group]: { ...kept, record, lease } },
    results: without(seen.results, group),
    adoptedAt: without(seen.adoptedAt, group),
    ...(seen.unsureVerdicts !== undefined && { unsureVerdicts: without(seen.unsureVerdicts, group) }),
    progressAt: without(seen.progressAt, group),
    leaving: without(seen.leaving, group),
    left: without(seen.left, group),
    doubled: without(seen.doubled, group),
    suspensions: without(seen.suspensions, group),
    sizes: { ...seen.sizes, [group]: asRecorded(record.size.desired, at) },
    confirmed: without(seen.confirmed, group),
  };
}

function afterResize(seen: Seen, { group, purpose }: Of<'resize'>, at: Instant): Seen {
  if (purpose === 'restore') return { ...seen, confirmed: withConfirmed(seen, group, 'size') };
  if (purpose === 'fit' || purpose === 'room') return seen;
  return {
    ...seen,
    ...progressTimerReset(seen, group, at),
    doubled: { ...seen.doubled, [group]: (seen.doubled[group] ?? 0) + 1 },
  };
}

function afterTermination(seen: Seen, { group, instances }: Of<'terminate'>, at: Instant): Seen {
  return {
    ...seen,
    bakingSince: without(seen.bakingSince, group),
    ...progressTimerReset(seen, group, at),
    leaving: { ...seen.leaving, [group]: [...new Set([...(seen.leaving[group] ?? []), ...instances])] },
  };
}

/** The record stays, and nobody holds the group. */
function afterPause(seen: Seen, { group, record }: Of<'pause'>): Seen {
  const { keptUntil: until, pauseEnds, pauseUntil } = record.gates ?? {};
  const result: GroupResult =
    until === undefined
      ? {
          group,
          outcome: 'paused',
          why:
            `at ${record.gates?.paused ?? 0} %, as asked; its record is kept until somebody resumes it` +
            unlessDecided(record.gates ?? {}),
          ...(pauseEnds !== undefined && pauseUntil !== undefined && { until: pauseUntil, then: pauseEnds.by }),
        }
      : {
          group,
          outcome: 'kept',
          why: `the new instances serve, and the old ones are kept in standby until ${timestamp(until)}`,
        };
  return {
    ...seen,
    known: { ...seen.known, [group]: { ...dropKey(seen.known[group], 'lease'), record } },
    results: { ...seen.results, [group]: result },
  };
}

/** Our notes are gone, and with them the rollout. */
function afterClear(seen: Seen, { group, result: given }: Of<'clear'>, plan: Plan): Seen {
  const was = seen.known[group];
  const ended = given ?? resultWithout(group, was, plan);
  const result: GroupResult | undefined =
    ended?.outcome === 'rolledBack' && plan.undo ? { ...ended, asked: true } : ended;
  const run = was?.record?.run;
  return {
    ...seen,
    known: without(seen.known, group),
    ...(run !== undefined && {
      cleared: { ...seen.cleared, [group]: [...(seen.cleared[group] ?? []), run] },
    }),
    ...(result !== undefined && { results: { ...seen.results, [group]: result } }),
  };
}

/** The result of a group whose notes went without one. A restart says its own, or is as if it had never been. */
function resultWithout(group: string, was: GroupNotes | undefined, plan: Plan): GroupResult | undefined {
  if (was?.record !== undefined && !factsOf(was.record).replaces) return undefined;
  if (!factsOf(plan).keepsRecord) return unfrozen(group);
  return was === undefined ? undefined : resultOf(group, was, plan);
}

/** The same with more known of the notes on these groups. */
function withKnown(seen: Seen, groups: readonly string[], notes: GroupNotes): Seen {
  const more = Object.fromEntries(groups.map((name) => [name, { ...seen.known[name], ...notes }]));
  return { ...seen, known: { ...seen.known, ...more } };
}

/** The size that a record was written with: whatever else is seen before our first change of it is somebody's. */
function asRecorded(desired: number, at: Instant): SeenSizes {
  return { desired, aim: desired, changedAt: at };
}

/** When the desired capacity was changed last, which max was set, and how often sizes of others were noted. */
function withSizes({ sizes, pending }: Seen, { action, at, sentAt, sure }: Required<SentAction>): Seen['sizes'] {
  if (!('group' in action)) return sizes;
  const before = sizes[action.group] ?? {};
  if (action.type === 'resume' && SCALING.some((process) => action.processes.includes(process)))
    return { ...sizes, [action.group]: { ...before, resumed: true } };
  if (action.type === 'rewrite' && action.record.theirs !== undefined)
    return { ...sizes, [action.group]: { ...before, noted: (before.noted ?? 0) + 1 } };
  // Nothing is sent while something is open, so the last look shows all that was sent before it, or that it came to
  // nothing; only what was sent by the same look comes on top.
  // rule: aim-twice
  const isFirst = !pending.some(({ action: sent, since }) => since === at && groupsOf(sent).includes(action.group));
  const set = action.type === 'resize' ? whatIsSet(action) : whoIsEnded(action, before);
  const changed = changesDesired(action) ? withAim(action, isFirst ? before.desired : before.aim, sentAt) : {};
  if (Object.keys(set).length + Object.keys(changed).length === 0) return sizes;
  const sent = { ...before, noted: before.noted ?? 0, ...set, ...changed };
  // rule: lost-change-explains
  const isSet = sure && 'changedAt' in changed;
  return { ...sizes, [action.group]: isSet ? confirmedSizes(sent, action.type === 'resize') : sent };
}

/** The sizes that are this run's own from now on. */
function whatIsSet(action: Of<'resize'>): SeenSizes {
  return {
    ...(action.sets?.includes('max') !== false && { ourMax: action.size.max }),
    ...(changesDesired(action) && { ourDesired: action.size.desired }),
  };
}

/** With whom the desired capacity falls, whether the reply comes or not: people take off what is left. */
function whoIsEnded(action: Action, { ended = [] }: SeenSizes): SeenSizes {
  if (action.type !== 'terminate' || !action.decrement) return {};
  return { ended: [...new Set([...ended, ...action.instances])] };
}

/** When the desired capacity was changed, and what that leads to. @param from what it leads from */
function withAim(action: Action, from: number | undefined, sentAt: Instant): SeenSizes {
  const aim = action.type === 'resize' ? action.size.desired : aimAfter(from, action);
  return { changedAt: sentAt, ...(aim !== undefined && { aim }) };
}

function changesDesired(action: Action): boolean {
  // Whatever the desired capacity does after max alone was set is not our doing.
  // rule: max-explains-desired
  if (action.type === 'resize') return action.sets?.includes('desired') !== false;
  if (action.type === 'standby') return action.decrement || !action.on;
  return action.type === 'terminate' && action.decrement;
}

/** The desired capacity that an action leads to from this one; undefined where that is not known. */
function aimAfter(from: number | undefined, action: Action): number | undefined {
  if (from === undefined) return undefined;
  if (action.type === 'standby' && !action.on) return from + action.instances.length;
  return action.type === 'terminate' || action.type === 'standby' ? from - action.instances.length : undefined;
}

/** With every batch of a rolling rollout the time begins in which one more has to be proven. */
function progressTimerReset(seen: Seen, group: string, at: Instant): Pick<Seen, 'progressAt'> {
  const before = seen.progressAt[group];
  const known = seen.known[group];
  if (before === undefined || known?.record === undefined || known.verdict?.outcome !== 'promote')
    return { progressAt: seen.progressAt };
  if (!factsOf(known.record).provesAfterVerdict) return { progressAt: seen.progressAt };
  return { progressAt: { ...seen.progressAt, [group]: { proven: before.proven, at } } };
}

/** Whether any action on the group is still to become visible. */
export function isPending(seen: Seen, group: string): boolean {
  // rule: record-unseen
  return seen.pending.some(({ action }) => groupsOf(action).includes(group));
}

type Confirmed = Seen['confirmed'][string];

/** What is suspended anew has to be resumed anew. */
function owing(seen: Seen, group: string): Seen {
  const before = seen.confirmed[group] ?? [];
  return { ...seen, confirmed: { ...seen.confirmed, [group]: before.filter((what) => what !== 'processes') } };
}

function withConfirmed(seen: Seen, group: string, what: Confirmed[number]): Seen['confirmed'] {
  const before = seen.confirmed[group] ?? [];
  return { ...seen.confirmed, [group]: before.includes(what) ? before : [...before, what] };
}

/** How a rollout ended whose notes were just removed; undefined when it was undone before it began. */
function resultOf(group: string, notes: GroupNotes, plan: Plan): GroupResult | undefined {
  if (notes.verdict === undefined || notes.record === undefined) return undefined;
  const adopted = notes.record.run === plan.run ? '' : ` (run ${notes.record.run}, taken over)`;
  const all = goalOf(notes.record);
  if (notes.verdict.outcome === 'promote' && factsOf(notes.record).provesAfterVerdict)
    return {
      group,
      outcome: 'promoted',
      why: `${all === 1 ? 'its one instance is' : `all ${all} are`} new and proven${adopted}`,
    };
  if (notes.verdict.outcome === 'promote') return { group, outcome: 'promoted', why: `${notes.verdict.why}${adopted}` };
  const told = inSentence(notes.verdict, (text) => `${text}${adopted}`);
  return { group, outcome: 'rolledBack', ...told, frozen: notes.frozen?.processes ?? [] };
}

/** What is said of a group whose freeze is lifted. */
export const UNFROZEN = 'what the roll-back had left suspended runs again';

function unfrozen(group: string): GroupResult {
  return { group, outcome: 'unfrozen', why: UNFROZEN };
}

/** The leases of dead runs that ours takes the place of. */
function leaseFingerprints(seen: Seen, groups: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    groups.flatMap((name) => (seen.leases[name] === undefined ? [] : [[name, seen.leases[name].beat]])),
  );
}

function dropKey(notes: GroupNotes | undefined, key: keyof GroupNotes): GroupNotes {
  const { [key]: dropped, ...rest } = notes ?? {};
  return rest;
}
