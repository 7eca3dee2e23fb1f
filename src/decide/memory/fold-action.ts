import { groupsOf } from './action-visible.js';
import { factsOf } from '../strategies/facts-by-name.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { GroupNotes } from '../../model/rollout/group.js';
import type { GroupResult, Seen, SeenSizes } from '../../model/rollout/decision.js';
import type { Action } from '../../model/rollout/action.js';
import type { Instant } from '../../clock.js';

/** What sending an action adds. `sure` when the service confirmed it, false when the reply was lost. */
export function afterAction(seen: Seen, action: Action, at: Instant, sure: boolean, plan: Plan): Seen {
  const pending = [...seen.pending, { action, since: at, sure }];
  const sizes = withSizes(seen, action, at);
  if (!sure) return { ...seen, pending, sizes };
  const known = { ...seen.known } as Record<string, GroupNotes>;
  const base = { ...seen, pending, sizes, known };
  switch (action.type) {
    case 'record': {
      known[action.group] = {
        ...dropKey(dropKey(known[action.group], 'verdict'), 'out'),
        record: action.record,
        lease: action.lease,
      };
      return {
        ...base,
        results: without(seen.results, action.group),
        adoptedAt: without(seen.adoptedAt, action.group),
        progressAt: without(seen.progressAt, action.group),
        leaving: without(seen.leaving, action.group),
        left: without(seen.left, action.group),
        doubled: without(seen.doubled, action.group),
        sizes: { ...sizes, [action.group]: asRecorded(action.record.size.desired, at) },
        confirmed: without(seen.confirmed, action.group),
      };
    }
    case 'judge':
      for (const name of action.groups) known[name] = { ...known[name], verdict: action.verdict, lease: action.lease };
      return base;
    case 'rewrite':
      known[action.group] = { ...known[action.group], record: action.record, lease: action.lease };
      return { ...base, superseded: { ...seen.superseded, ...leaseFingerprints(seen, [action.group]) } };
    case 'renew':
      for (const name of action.groups)
        if (known[name] !== undefined) known[name] = { ...known[name], lease: action.lease };
      return { ...base, superseded: { ...seen.superseded, ...leaseFingerprints(seen, action.groups) } };
    case 'resume':
      return { ...base, confirmed: withConfirmed(seen, action.group, 'processes') };
    case 'suspend':
      return { ...base, confirmed: withConfirmed(seen, action.group, 'suspended') };
    case 'freeze':
      known[action.group] = { ...known[action.group], frozen: action.note };
      return base;
    case 'resize':
      if (action.purpose === 'restore') return { ...base, confirmed: withConfirmed(seen, action.group, 'size') };
      if (action.purpose === 'fit') return base;
      return {
        ...base,
        ...progressTimerReset(seen, action.group, at),
        doubled: { ...seen.doubled, [action.group]: (seen.doubled[action.group] ?? 0) + 1 },
      };
    case 'clear': {
      const was = known[action.group];
      const result =
        action.result ??
        (was?.record !== undefined && !factsOf(was.record).replaces
          ? undefined
          : !factsOf(plan).keepsRecord
            ? unfrozen(action.group)
            : was === undefined
              ? undefined
              : resultOf(action.group, was, plan));
      const run = was?.record?.run;
      return {
        ...base,
        known: without(known, action.group),
        cleared:
          run === undefined
            ? seen.cleared
            : { ...seen.cleared, [action.group]: [...(seen.cleared[action.group] ?? []), run] },
        results: result === undefined ? seen.results : { ...seen.results, [action.group]: result },
      };
    }
    case 'note':
      known[action.group] = { ...known[action.group], out: action.out };
      return base;
    case 'terminate':
      return {
        ...base,
        bakingSince: without(seen.bakingSince, action.group),
        ...progressTimerReset(seen, action.group, at),
        leaving: {
          ...seen.leaving,
          [action.group]: [...new Set([...(seen.leaving[action.group] ?? []), ...action.instances])],
        },
      };
    case 'pause': {
      const { lease, ...rest } = known[action.group] ?? {};
      const record = action.record;
      known[action.group] = { ...rest, record };
      const why = `at ${record.gates?.paused ?? 0} %, as asked; its record is kept until somebody resumes it`;
      return { ...base, results: { ...seen.results, [action.group]: { group: action.group, outcome: 'paused', why } } };
    }
    case 'suspend':
    case 'resume':
    case 'shield':
    case 'deregister':
    case 'register':
    case 'run':
    case 'cancel':
      return base;
  }
}

/** The size that a record was written with: whatever else is seen before our first change of it is somebody's. */
function asRecorded(desired: number, at: Instant): SeenSizes {
  return { desired, aim: desired, changedAt: at };
}

/** When the desired capacity was changed last, and how often sizes of others were noted. */
function withSizes({ sizes }: Seen, action: Action, at: Instant): Seen['sizes'] {
  const changes = action.type === 'resize' || (action.type === 'terminate' && action.decrement);
  const notes = action.type === 'rewrite' && action.record.theirs !== undefined;
  if (!changes && !notes) return sizes;
  const before = sizes[action.group] ?? {};
  const noted = (before.noted ?? 0) + (notes ? 1 : 0);
  const aim = action.type === 'resize' ? action.size.desired : decremented(before, action);
  return {
    ...sizes,
    [action.group]: { ...before, noted, ...(changes && { changedAt: at, ...(aim !== undefined && { aim }) }) },
  };
}

function decremented({ aim, desired }: SeenSizes, action: Action): number | undefined {
  const from = aim ?? desired;
  return action.type === 'terminate' && from !== undefined ? from - action.instances.length : undefined;
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

function withConfirmed(seen: Seen, group: string, what: Confirmed[number]): Seen['confirmed'] {
  const before = seen.confirmed[group] ?? [];
  return { ...seen.confirmed, [group]: before.includes(what) ? before : [...before, what] };
}

/** How a rollout ended whose notes were just removed; undefined when it was undone before it began. */
function resultOf(group: string, notes: GroupNotes, plan: Plan): GroupResult | undefined {
  if (notes.verdict === undefined || notes.record === undefined) return undefined;
  const adopted = notes.record.run === plan.run ? '' : ` (run ${notes.record.run}, taken over)`;
  const all = notes.record.size.desired;
  if (notes.verdict.outcome === 'promote' && factsOf(notes.record).provesAfterVerdict)
    return {
      group,
      outcome: 'promoted',
      why: `${all === 1 ? 'its one instance is' : `all ${all} are`} new and proven${adopted}`,
    };
  if (notes.verdict.outcome === 'promote') return { group, outcome: 'promoted', why: `${notes.verdict.why}${adopted}` };
  return { group, outcome: 'rolledBack', why: `${notes.verdict.why}${adopted}`, frozen: notes.frozen?.processes ?? [] };
}

function unfrozen(group: string): GroupResult {
  return { group, outcome: 'unfrozen', why: 'what the roll-back had left suspended runs again' };
}

/** The leases of dead runs that ours takes the place of. */
function leaseFingerprints(seen: Seen, groups: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    groups.flatMap((name) => (seen.leases[name] === undefined ? [] : [[name, seen.leases[name].beat]])),
  );
}

function without<T>(of: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: dropped, ...rest } = of;
  return rest;
}

function dropKey(notes: GroupNotes | undefined, key: keyof GroupNotes): GroupNotes {
  const { [key]: dropped, ...rest } = notes ?? {};
  return rest;
}
