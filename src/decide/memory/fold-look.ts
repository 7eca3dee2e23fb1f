import type { Instant } from '../../clock.js';
import type { Observed, Seen, SeenSizes } from '../../model/rollout/decision.js';
import type { Group, GroupNotes } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { inService, serving, split, units } from '../instances/classify.js';
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
    adoptedAt: {},
    began: {},
    doubled: {},
    confirmed: {},
    unnoted: {},
    unshielded: {},
    hooks: {},
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

/** What this look adds to what is remembered. `look.groups` are as AWS shows them. */
export function afterLook(earlier: Seen, look: Omit<Observed, 'seen'>, plan: Plan): Seen {
  const { at } = look;
  const named = (name: string): Group | undefined => look.groups.find((group) => group.name === name);
  const seen = withLostNotes(earlier, named, at, plan);
  const unseen = withGap(seen, at, plan.timing.pollMs);
  const blind = at - seen.lastLookAt > Math.max(BLIND_MS, 3 * plan.timing.pollMs);
  const next = {
    inServiceSince: {} as Record<string, Instant>,
    progressAt: { ...seen.progressAt } as Record<string, Seen['progressAt'][string]>,
    clean: {} as Record<string, { looks: number; since: Instant }>,
    settled: {} as Record<string, number>,
    leases: {} as Record<string, { beat: string; since: Instant; moved: boolean }>,
    known: { ...seen.known } as Record<string, GroupNotes>,
    adoptedAt: { ...seen.adoptedAt } as Record<string, Instant>,
    unnoted: {} as Record<string, Instant>,
    began: { ...seen.began } as Record<string, Instant>,
    hooks: keepResults(seen, blind ? new Set() : servingNow(look.groups)),
    leaving: { ...seen.leaving } as Record<string, readonly string[]>,
    left: { ...seen.left } as Record<string, Seen['left'][string]>,
    bakingSince: {} as Record<string, Instant>,
    sizes: { ...seen.sizes } as Record<string, SeenSizes>,
  };
  for (const shown of look.groups) {
    const name = shown.name;
    const lease = shown.notes.lease;
    if (
      lease !== undefined &&
      lease.run !== plan.run &&
      leaseFingerprint(lease) !== seen.superseded[name] &&
      !isBehind(shown.notes, seen.known[name])
    ) {
      const before = seen.leases[name];
      const beat = leaseFingerprint(lease);
      // What a run that has ended by now had shown before may become visible one after the other.
      const isSign = lease.at > seen.firstLookAt || at - seen.firstLookAt >= NOTE_LAG_MS;
      const moved = before !== undefined && (before.moved || isSign);
      next.leases[name] = before?.beat === beat ? before : { beat, since: at, moved };
    }
    const group = withNotes(shown, seen);
    const { record, verdict } = group.notes;
    if (record !== undefined && factsOf(record).kind === 'replacing')
      next.sizes[name] = seenSizes(seen, group, record, at);
    const began = beginOf(record);
    if (began !== undefined) next.began[name] = began;
    if (seen.known[name]?.record !== undefined && shown.notes.record === undefined)
      next.unnoted[name] = seen.unnoted[name] ?? at;
    // rule: out-forgotten
    if (lease?.run === plan.run && record !== undefined) {
      next.known[name] = {
        record,
        lease,
        ...(verdict === undefined ? {} : { verdict }),
        ...(group.notes.frozen === undefined ? {} : { frozen: group.notes.frozen }),
        ...(group.notes.out === undefined ? {} : { out: group.notes.out }),
      };
      if (record.run !== plan.run) next.adoptedAt[name] ??= at;
    } else if (seen.known[name] !== undefined && group.notes.out !== undefined) {
      // Somebody removed our other notes: who is out must not be forgotten when the next read lags.
      next.known[name] = { ...seen.known[name], out: group.notes.out };
    }
    if (record !== undefined && lease?.run === plan.run) {
      next.leaving[name] = keepLeaving(seen, group);
      next.left[name] = whoLeft(seen.left[name], group, record, at);
    }
    for (const instance of group.instances) {
      // Nobody knows what happened while we did not look.
      if (inService(group, instance))
        // rule: blind-time-counts
        next.inServiceSince[instance.id] = (blind ? undefined : seen.inServiceSince[instance.id]) ?? at;
    }
    if (instability(group, record) === undefined) next.settled[name] = (seen.settled[name] ?? 0) + 1;
    if (record === undefined ? factsOf(plan).provesWithoutRecord : isProving(group, record, verdict)) {
      const candidates = record === undefined ? group.instances : split(group, record).new;
      const count = units(
        proven(group, candidates, { ...seen, inServiceSince: next.inServiceSince, hooks: next.hooks }, plan, at),
      );
      const before = seen.progressAt[name];
      const baking =
        record === undefined ? undefined : bakingSince(seen, name, isEnough(group, record, verdict, count), at);
      if (baking !== undefined) next.bakingSince[name] = baking;
      const fell = seen.bakingSince[name] !== undefined && baking === undefined;
      const falls = before?.falls ?? 0;
      if (before === undefined || count > before.proven) next.progressAt[name] = { proven: count, at };
      // What fell gets its time once more; what flaps must not get it for ever.
      else if (fell && falls < FALLS) next.progressAt[name] = { proven: before.proven, at, falls: falls + 1 };
    }
    if (record !== undefined && verdict?.outcome === 'rollBack' && group.suspended.includes('Launch')) {
      const halves = split(group, record);
      if (
        standIn({ group, record, halves }, serving(group, halves.old)) &&
        halves.unknown.length + halves.leaving.length === 0
      ) {
        const before = seen.clean[name];
        next.clean[name] = { looks: (before?.looks ?? 0) + 1, since: before?.since ?? at };
      }
    }
  }
  const noted = look.groups.map((group) => withNotes(group, { ...seen, known: next.known }));
  const restarts = rememberRestart(
    { ...seen, unseen, inServiceSince: next.inServiceSince, hooks: next.hooks },
    look,
    noted,
    plan,
  );
  const held = Object.keys(next.leases).length > 0;
  const { stackBusySince: before, ...rest } = seen;
  const stackBusySince = look.stackStatus !== undefined && busy(look.stackStatus) ? (before ?? at) : undefined;
  return {
    ...rest,
    ...next,
    ...restarts,
    lastLookAt: at,
    unseen,
    ...(held ? { heldAt: at } : {}),
    pending: seen.pending.filter(
      ({ action, since, sure }) => !isVisible(action, named) && at - since < (sure ? plan.timing.settleMs : UNSURE_MS),
    ),
    ...(stackBusySince === undefined ? {} : { stackBusySince }),
  };
}

/**
 * Who has been seen to leave, and when the last one began to. A group that loses instances without end makes nobody
 * wait without end: twice as many as it may hold of either half count, and no more.
 */
function whoLeft(
  { ids, at: last }: Seen['left'][string] = { ids: [], at: 0 },
  group: Group,
  record: RolloutRecord,
  at: Instant,
): Seen['left'][string] {
  const more = split(group, record)
    .leaving.map(({ id }) => id)
    .filter((id) => !ids.includes(id));
  if (more.length === 0 || ids.length > 4 * Math.max(record.old, record.size.desired)) return { ids, at: last };
  return { ids: [...ids, ...more], at };
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
    .reduce((sum, { action }) => afterAction(sum, action, at, true, plan), seen);
}

/** New ones are waited for: in a swap until the verdict, in a rolling rollout until the end. */
function isProving(group: Group, record: RolloutRecord, verdict: Verdict | undefined): boolean {
  return (
    isReached(group.size, currentTarget(group, record).size) ||
    (factsOf(record).provesAfterVerdict && verdict?.outcome === 'promote')
  );
}

/** All that is to be proven at this stage is; in a rolling rollout all that is not old. */
function isEnough(group: Group, record: RolloutRecord, verdict: Verdict | undefined, proven: number): boolean {
  if (verdict === undefined) return proven >= currentTarget(group, record).needed;
  return (
    factsOf(record).provesAfterVerdict &&
    verdict.outcome === 'promote' &&
    proven + units(split(group, record).old) >= group.size.desired
  );
}

/** True while CloudFormation works on the stack. REVIEW_IN_PROGRESS moves by nobody. */
export function busy(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
