import type { Instant } from '../../clock.js';
import type { Observed, Seen, TakenOff } from '../../model/rollout/decision.js';
import type { Group, GroupNotes } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Lease, RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { inService, overtaken, serving, split, units } from '../instances/classify.js';
import { beginOf } from '../instances/who-serves.js';
import { BLIND_MS, NOTE_LAG_MS, UNSURE_MS } from '../read-lag.js';
import { standIn } from '../instances/stand-ins.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { isReached } from '../rollout/target-size.js';
import { keepLeaving, keepResults } from '../gates/hooks.js';
import { leaseFingerprint } from '../ownership/lease.js';
import { rememberRestart } from './fold-restart.js';
import { instability } from '../instances/stability.js';
import { isVisible } from './action-visible.js';
import { currentTarget } from '../gates/canary.js';
import { bakingSince } from '../gates/bake.js';
import { seenSizes } from '../sizes/seen-sizes.js';
import { proven } from './proven.js';
import { withGap } from './unseen-time.js';
import { withNotes, isBehind } from './known-notes.js';
import { afterAction } from './fold-action.js';
import { without } from './without.js';

/** How often what was all proven may fall and get its time once more, until a further one is proven. */
const FALLS = 3;

/** What a fresh process remembers: nothing. */
export function nothingSeen(at: Instant): Seen {
  return {
    firstLookAt: at,
    lastLookAt: at,
    unseen: [],
    inServiceSince: {},
    progressAt: {},
    clean: {},
    settled: {},
    leases: {},
    superseded: {},
    known: {},
    cleared: {},
    recorded: {},
    adoptedAt: {},
    began: {},
    doubled: {},
    suspensions: {},
    confirmed: {},
    unnoted: {},
    unshielded: {},
    hooks: {},
    gates: {},
    leaving: {},
    left: {},
    bakingSince: {},
    outSince: {},
    backSince: {},
    failed: {},
    short: {},
    sizes: {},
    pending: [],
    results: {},
  };
}

type Look = Omit<Observed, 'seen'>;

/** What is remembered by the name of a group or by an instance, while a look is added to it. */
type ByName = { -readonly [Key in Folded]: Record<string, Seen[Key][string]> };
type Folded =
  | 'inServiceSince'
  | 'progressAt'
  | 'clean'
  | 'settled'
  | 'leases'
  | 'known'
  | 'recorded'
  | 'adoptedAt'
  | 'unnoted'
  | 'began'
  | 'hooks'
  | 'leaving'
  | 'left'
  | 'bakingSince'
  | 'sizes';

/** One group of a look, and what is known of it. */
interface Shown {
  readonly name: string;
  /** The notes as AWS shows them. */
  readonly notes: GroupNotes;
  /** The group with our notes as we know them. */
  readonly group: Group;
  readonly at: Instant;
  readonly plan: Plan;
  /** What is remembered of the looks before. */
  readonly seen: Seen;
  /** What people took off the desired capacity together with instances, where that was asked for. */
  readonly takenOff: readonly TakenOff[] | undefined;
}

/** What this look adds to what is remembered. `look.groups` are as AWS shows them. */
export function afterLook(earlier: Seen, look: Look, plan: Plan): Seen {
  const { at } = look;
  const named = (name: string): Group | undefined => look.groups.find((group) => group.name === name);
  const seen = withLostNotes(earlier, named, at, plan);
  const unseen = withGap(seen, at, plan.timing.pollMs);
  const blind = at - seen.lastLookAt > Math.max(BLIND_MS, 3 * plan.timing.pollMs);
  const next = begin(seen, look, blind);
  for (const shown of look.groups) {
    const { name, notes } = shown;
    const one: Shown = { name, notes, group: withNotes(shown, seen), at, plan, seen, takenOff: look.takenOff?.[name] };
    foldNotes(next, one);
    // Nobody knows what happened while we did not look.
    for (const instance of serving(one.group))
      // rule: blind-time-counts
      next.inServiceSince[instance.id] = (blind ? undefined : seen.inServiceSince[instance.id]) ?? at;
    if (instability(one.group, one.group.notes.record) === undefined)
      next.settled[name] = (seen.settled[name] ?? 0) + 1;
    foldProving(next, one);
    foldRollBack(next, one);
  }
  const noted = look.groups.map((group) => withNotes(group, { ...seen, known: next.known }));
  const restarts = rememberRestart(
    { ...seen, unseen, inServiceSince: next.inServiceSince, hooks: next.hooks },
    look,
    noted,
    plan,
  );
  const { stackBusySince: before, ...rest } = seen;
  const isBusy = look.stackStatus !== undefined && busy(look.stackStatus);
  return {
    ...rest,
    ...next,
    ...restarts,
    lastLookAt: at,
    unseen,
    ...(Object.keys(next.leases).length > 0 && { heldAt: at }),
    pending: stillPending(seen, named, at, plan),
    ...(isBusy && { stackBusySince: before ?? at }),
  };
}

/** What holds before the first group of a look is taken in: some things have to be seen at every look. */
function begin(seen: Seen, { groups }: Look, blind: boolean): ByName {
  return {
    inServiceSince: {},
    progressAt: { ...seen.progressAt },
    clean: {},
    settled: {},
    leases: {},
    known: { ...seen.known },
    recorded: { ...seen.recorded },
    adoptedAt: { ...seen.adoptedAt },
    unnoted: {},
    began: { ...seen.began },
    hooks: { ...keepResults(seen, blind ? new Set() : servingNow(groups)) },
    leaving: { ...seen.leaving },
    left: { ...seen.left },
    bakingSince: {},
    sizes: { ...seen.sizes },
  };
}

/** Who holds the group, and what is noted on it. */
function foldNotes(next: ByName, one: Shown): void {
  const { name, notes, group, at, plan, seen } = one;
  const { record } = group.notes;
  foldLease(next, one);
  // A run that does not hold the group cannot tell the holder’s changes of the sizes from those of others.
  // rule: watched-sizes
  const holds = group.notes.lease?.run === plan.run;
  if (!holds) next.sizes = without(next.sizes, name);
  else if (record !== undefined && factsOf(record).kind === 'replacing')
    next.sizes[name] = seenSizes({ ...seen, takenOff: one.takenOff }, group, record, at);
  const began = beginOf(record);
  if (began !== undefined) next.began[name] = began;
  next.recorded[name] = recordedRuns(one);
  if (seen.known[name]?.record !== undefined && notes.record === undefined)
    next.unnoted[name] = seen.unnoted[name] ?? at;
  const ours = notes.lease?.run === plan.run ? notes.lease : undefined;
  // rule: out-forgotten
  if (ours !== undefined && record !== undefined) {
    next.known[name] = ourNotes(group.notes, record, ours);
    if (record.run !== plan.run) next.adoptedAt[name] ??= at;
  } else if (seen.known[name] !== undefined && group.notes.out !== undefined) {
    // Somebody removed our other notes: who is out must not be forgotten when the next read lags.
    next.known[name] = { ...seen.known[name], out: group.notes.out };
  }
  if (ours !== undefined && record !== undefined) {
    next.leaving[name] = keepLeaving(seen, group);
    next.left[name] = whoLeft(seen.left[name], group, { record, verdict: group.notes.verdict }, at);
  }
}

/** The runs whose records looks have shown, with this one. */
function recordedRuns({ name, notes, seen }: Shown): readonly string[] {
  const before = seen.recorded[name] ?? [];
  return notes.record === undefined ? before : [...new Set([...before, notes.record.run])];
}

/** Since when another run's lease has not moved. */
function foldLease(next: ByName, one: Shown): void {
  const { name, at, seen } = one;
  const other = leaseOfOther(one);
  if (other === undefined) return;
  const before = seen.leases[name];
  const beat = leaseFingerprint(other);
  // What a run that has ended by now had shown before may become visible one after the other.
  const isSign = other.at > seen.firstLookAt || at - seen.firstLookAt >= NOTE_LAG_MS;
  const moved = before !== undefined && (before.moved || isSign);
  next.leases[name] = before?.beat === beat ? before : { beat, since: at, moved };
}

/** The lease of another run, as far as it shows: neither one that ours replaced, nor one of before. */
function leaseOfOther({ name, notes, plan, seen }: Shown): Lease | undefined {
  const { lease } = notes;
  if (lease === undefined || lease.run === plan.run) return undefined;
  return leaseFingerprint(lease) === seen.superseded[name] || isBehind(notes, seen.known[name]) ? undefined : lease;
}

/** What is remembered of notes of ours. */
function ourNotes({ verdict, frozen, out }: GroupNotes, record: RolloutRecord, lease: Lease): GroupNotes {
  return {
    record,
    lease,
    ...(verdict !== undefined && { verdict }),
    ...(frozen !== undefined && { frozen }),
    ...(out !== undefined && { out }),
  };
}

/** How many new instances are proven, and since when all that are needed. */
function foldProving(next: ByName, { name, group, at, plan, seen }: Shown): void {
  const { record, verdict } = group.notes;
  const isAwaited = record === undefined ? factsOf(plan).provesWithoutRecord : isProving(group, record, verdict);
  if (!isAwaited) return;
  const candidates = record === undefined ? group.instances : split(group, record).new;
  const now = { at, seen: { ...seen, inServiceSince: next.inServiceSince, hooks: next.hooks } };
  const count = units(proven(now, plan, group, candidates));
  const before = seen.progressAt[name];
  const baking =
    record === undefined
      ? undefined
      : bakingSince(seen, name, isEnough(group, record, verdict, { now, plan, adoptedAt: next.adoptedAt[name] }), at);
  if (baking !== undefined) next.bakingSince[name] = baking;
  const fell = seen.bakingSince[name] !== undefined && baking === undefined;
  const falls = before?.falls ?? 0;
  if (before === undefined || count > before.proven) next.progressAt[name] = { proven: count, at };
  // What fell gets its time once more; what flaps must not get it for ever.
  else if (fell && falls < FALLS) next.progressAt[name] = { proven: before.proven, at, falls: falls + 1 };
}

/** For how many looks the new instances of a roll-back have been gone. */
function foldRollBack(next: ByName, { name, group, at, seen }: Shown): void {
  const { record, verdict } = group.notes;
  if (record === undefined || verdict?.outcome !== 'rollBack' || !group.suspended.includes('Launch')) return;
  const halves = split(group, record);
  if (!standIn({ group, record, halves }, serving(group, halves.old))) return;
  if (halves.unknown.length + halves.leaving.length > 0) return;
  const before = seen.clean[name];
  next.clean[name] = { looks: (before?.looks ?? 0) + 1, since: before?.since ?? at };
}

/** Actions that do not show yet: those that AWS confirmed for long, the others for as long as a call may take. */
function stillPending(
  { pending }: Seen,
  named: (name: string) => Group | undefined,
  at: Instant,
  { timing }: Plan,
): Seen['pending'] {
  return pending.filter(
    ({ action, since, sure }) => !isVisible(action, named) && at - since < (sure ? timing.settleMs : UNSURE_MS),
  );
}

/**
 * Who has been seen to leave, and when the last one began to. A group that loses instances without end makes nobody
 * wait without end: twice as many as it may hold of either half count, and no more.
 */
function whoLeft(
  { ids, at: last, taken }: Seen['left'][string] = { ids: [], at: 0, taken: [] },
  group: Group,
  { record, verdict }: { readonly record: RolloutRecord; readonly verdict: Verdict | undefined },
  at: Instant,
): Seen['left'][string] {
  const more = split(group, record).leaving.filter(({ id }) => !ids.includes(id));
  if (more.length === 0 || ids.length > 4 * Math.max(record.old, record.size.desired)) return { ids, at: last, taken };
  const fresh = more.filter(({ launchedAt = 0 }) => verdict === undefined && launchedAt >= record.startedAt);
  return { ids: [...ids, ...more.map(({ id }) => id)], at, taken: [...taken, ...fresh.map(({ id }) => id)] };
}

function servingNow(groups: readonly Group[]): ReadonlySet<string> {
  return new Set(
    groups.flatMap((group) => group.instances.filter((instance) => inService(group, instance)).map(({ id }) => id)),
  );
}

/**
 * A removal of notes whose reply was lost and whose effect shows was ours: nobody has to write them again. So was a
 * record: what an earlier rollout of this run left in memory is none of its business.
 */
function withLostNotes(seen: Seen, named: (name: string) => Group | undefined, at: Instant, plan: Plan): Seen {
  // rule: record-lost
  return seen.pending
    .filter(
      ({ action, sure }) => !sure && (action.type === 'clear' || action.type === 'record') && isVisible(action, named),
    )
    .reduce((sum, { action }) => afterAction(sum, { action, at, sure: true }, plan), seen);
}

/** New ones are waited for: in a swap until the verdict, in a rolling rollout until the end. */
function isProving(group: Group, record: RolloutRecord, verdict: Verdict | undefined): boolean {
  return (
    isReached(group.size, currentTarget(group, record).size) ||
    (factsOf(record).provesAfterVerdict && verdict?.outcome === 'promote')
  );
}

/** All that is to be proven at this stage is; in a rolling rollout all that is not old. */
function isEnough(
  group: Group,
  record: RolloutRecord,
  verdict: Verdict | undefined,
  {
    now,
    plan,
    adoptedAt,
  }: { readonly now: Pick<Observed, 'at' | 'seen'>; readonly plan: Plan; readonly adoptedAt: Instant | undefined },
): boolean {
  const { old, new: fresh } = split(group, record);
  if (verdict === undefined) return units(proven(now, plan, group, fresh)) >= currentTarget(group, record).needed;
  if (!factsOf(record).provesAfterVerdict || verdict.outcome !== 'promote') return false;
  // Those that a newer configuration has overtaken go like old ones: nobody waits until they are proven.
  // rule: overtaken-unproven
  const gone = overtaken(group, fresh, adoptedAt);
  const ready = proven(
    now,
    plan,
    group,
    fresh.filter((one) => !gone.includes(one)),
  );
  return units(ready) + units(gone) + units(old) >= group.size.desired;
}

/** True while CloudFormation works on the stack. REVIEW_IN_PROGRESS moves by nobody. */
export function busy(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
