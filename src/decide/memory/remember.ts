import type { Instant } from '../../clock.js';
import type { Action } from '../../model/rollout/action.js';
import type { GroupResult, Observed, Seen } from '../../model/rollout/decision.js';
import type { Group, GroupNotes } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { OutNote, RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { inService, split, units } from '../instances/classify.js';
import { BLIND_MS, UNSURE_MS } from '../read-lag.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { isReached } from '../rollout/target-size.js';
import { checked, keepLeaving, keepResults } from '../gates/hooks.js';
import { bakingSince, currentTarget } from '../gates/gates.js';
import { leaseFingerprint } from '../ownership/lease.js';
import { rememberRestart } from './restart-memory.js';
import { instability } from '../instances/stability.js';
import { groupsOf, isVisible } from './action-visible.js';

/** How often what was all proven may fall and get its time once more, until a further one is proven. */
const FALLS = 3;

/** What a fresh process remembers: nothing. */
export function nothingSeen(at: Instant): Seen {
  return {
    firstLookAt: at,
    lastLookAt: at,
    inServiceSince: {},
    progressAt: {},
    clean: {},
    settled: {},
    leases: {},
    superseded: {},
    known: {},
    cleared: {},
    adoptedAt: {},
    doubled: {},
    unnoted: {},
    unshielded: {},
    hooks: {},
    leaving: {},
    bakingSince: {},
    outSince: {},
    backSince: {},
    failed: {},
    short: {},
    pending: [],
    results: {},
  };
}

/** How long an instance of this group must be in service before it is proven. */
export function warmup(group: Group, plan: Plan): number {
  return Math.max(
    plan.timing.warmupMs,
    ...group.balancers.filter((balancer) => balancer.judged).map((balancer) => balancer.slowStartMs),
  );
}

/** Instances that have been in service for the whole warm-up, by this process's own looks, and passed their check. */
export function proven(
  group: Group,
  instances: Group['instances'],
  seen: Seen,
  plan: Plan,
  at: Instant,
): Group['instances'] {
  // rule: check-skipped
  return warm(group, instances, seen, plan, at).filter((instance) => checked(seen, plan, instance));
}

/** Those that have been in service for the whole warm-up, whatever their check says. */
export function warm(
  group: Group,
  instances: Group['instances'],
  seen: Seen,
  plan: Plan,
  at: Instant,
): Group['instances'] {
  const needed = warmup(group, plan);
  return instances.filter((instance) => {
    const since = seen.inServiceSince[instance.id];
    // rule: warm-up-skipped
    return since !== undefined && at - since >= needed && inService(group, instance);
  });
}

/**
 * The group as we know it: what the look shows, completed by notes of ours that it does not show yet,
 * and without notes that we removed. A read that lags must never make us forget a record or a verdict.
 */
export function withNotes(group: Group, seen: Seen): Group {
  const known = seen.known[group.name];
  const gone = seen.cleared[group.name] ?? [];
  const shown = group.notes;
  const record = shown.record !== undefined && gone.includes(shown.record.run) ? undefined : shown.record;
  // rule: notes-forgotten
  const current = record ?? known?.record;
  const shownVerdict = shown.verdict?.run === current?.run ? shown.verdict : undefined;
  // Ours is the same verdict with its reason in full: a tag holds only so much.
  const verdict =
    shownVerdict !== undefined && shownVerdict.outcome !== known?.verdict?.outcome
      ? shownVerdict
      : known?.verdict?.run === current?.run
        ? known?.verdict
        : undefined;
  const stale = shown.record !== undefined && record === undefined;
  const lagging = shown.lease !== undefined && leaseFingerprint(shown.lease) === seen.superseded[group.name];
  const older =
    shown.lease !== undefined && shown.lease.run === known?.lease?.run && shown.lease.beat < known.lease.beat;
  const lease = stale || lagging || older || isBehind(shown, known) ? known?.lease : (shown.lease ?? known?.lease);
  const frozen = shown.frozen ?? known?.frozen;
  const out = newerOut(stale ? undefined : shown.out, known?.out);
  const notes: GroupNotes = {
    ...(current === undefined ? {} : { record: withFurthest(current, known?.record) }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(lease === undefined ? {} : { lease }),
    ...(frozen === undefined ? {} : { frozen }),
    // One of another rollout is nobody's business any more.
    ...(shown.wish === undefined || shown.wish.run !== current?.run ? {} : { wish: shown.wish }),
    ...(out === undefined ? {} : { out }),
    ...(shown.unreadable === undefined ? {} : { unreadable: shown.unreadable }),
  };
  return { ...group, notes };
}

/** The later of two notes on what is out. Whoever took them out: a record that was written over it must not make anybody forget them. */
function newerOut(shown: OutNote | undefined, known: OutNote | undefined): OutNote | undefined {
  return (shown?.number ?? -1) >= (known?.number ?? -1) ? shown : known;
}

/** A look from before we resumed what was paused: the lease that it shows is that of the run that paused. */
function isBehind({ record }: GroupNotes, known: GroupNotes | undefined): boolean {
  return record?.run === known?.record?.run && (record?.gates?.passed ?? 0) < (known?.record?.gates?.passed ?? 0);
}

/** A look that lags must not take us back to before a pause. */
function withFurthest(
  record: NonNullable<GroupNotes['record']>,
  known: GroupNotes['record'],
): NonNullable<GroupNotes['record']> {
  if (known?.gates === undefined || known.run !== record.run) return record;
  const further = (name: 'paused' | 'passed'): { readonly paused?: number; readonly passed?: number } => {
    const most = Math.max(record.gates?.[name] ?? 0, known.gates?.[name] ?? 0);
    return most === 0 ? {} : { [name]: most };
  };
  return { ...record, gates: { ...known.gates, ...record.gates, ...further('paused'), ...further('passed') } };
}

/** What this look adds to what is remembered. `look.groups` are as AWS shows them. */
export function afterLook(earlier: Seen, look: Omit<Observed, 'seen'>, plan: Plan): Seen {
  const { at } = look;
  const named = (name: string): Group | undefined => look.groups.find((group) => group.name === name);
  const seen = withLostNotes(earlier, named, at, plan);
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
    hooks: keepResults(seen, blind ? new Set() : servingNow(look.groups)),
    leaving: { ...seen.leaving } as Record<string, readonly string[]>,
    bakingSince: {} as Record<string, Instant>,
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
      next.leases[name] = before?.beat === beat ? before : { beat, since: at, moved: before !== undefined };
    }
    const group = withNotes(shown, seen);
    const { record, verdict } = group.notes;
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
    if (record !== undefined && lease?.run === plan.run) next.leaving[name] = keepLeaving(seen, group);
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
      if (halves.new.length + halves.unknown.length + halves.leaving.length === 0) {
        const before = seen.clean[name];
        next.clean[name] = { looks: (before?.looks ?? 0) + 1, since: before?.since ?? at };
      }
    }
  }
  const noted = look.groups.map((group) => withNotes(group, { ...seen, known: next.known }));
  const restarts = rememberRestart(
    { ...seen, inServiceSince: next.inServiceSince, hooks: next.hooks },
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
    ...(held ? { heldAt: at } : {}),
    pending: seen.pending.filter(
      ({ action, since, sure }) => !isVisible(action, named) && at - since < (sure ? plan.timing.settleMs : UNSURE_MS),
    ),
    ...(stackBusySince === undefined ? {} : { stackBusySince }),
  };
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

/** What sending an action adds. `sure` when the service confirmed it, false when the reply was lost. */
export function afterAction(seen: Seen, action: Action, at: Instant, sure: boolean, plan: Plan): Seen {
  const pending = [...seen.pending, { action, since: at, sure }];
  if (!sure) return { ...seen, pending };
  const known = { ...seen.known } as Record<string, GroupNotes>;
  const base = { ...seen, pending, known };
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
        doubled: without(seen.doubled, action.group),
      };
    }
    case 'judge':
      for (const name of action.groups) known[name] = { ...known[name], verdict: action.verdict, lease: action.lease };
      return base;
    case 'rewrite':
      known[action.group] = { ...known[action.group], record: action.record, lease: action.lease };
      return { ...base, superseded: { ...seen.superseded, ...pulses(seen, [action.group]) } };
    case 'renew':
      for (const name of action.groups)
        if (known[name] !== undefined) known[name] = { ...known[name], lease: action.lease };
      return { ...base, superseded: { ...seen.superseded, ...pulses(seen, action.groups) } };
    case 'freeze':
      known[action.group] = { ...known[action.group], frozen: action.note };
      return base;
    case 'resize':
      if (action.purpose === 'restore' || action.purpose === 'fit') return base;
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

/** True while CloudFormation works on the stack. REVIEW_IN_PROGRESS moves by nobody. */
export function busy(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
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
function pulses(seen: Seen, groups: readonly string[]): Record<string, string> {
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
