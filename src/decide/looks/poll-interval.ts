import type { Instant, Milliseconds } from '../../clock.js';
import type { Observed, Wait } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { inService, isAway, standing } from '../instances/classify.js';
import { factsOf } from '../strategies/facts-by-name.js';
import type { LookAndPlan } from '../view.js';
import { warmup } from '../memory/proven.js';
import { isPending } from '../memory/fold-action.js';
import { launchedSince, nothingNewServes } from './booting.js';

/** Pause before a look that waits for an effect of our own to become visible. */
const SETTLING_MS = 1_000;

/** Pause before the look that confirms that a group is settled. */
const CONFIRM_MS = 2_000;

/** The shortest pause before a look at something that AWS may have brought about by now. */
const MIN_EXPECTED_PAUSE_MS = 2_000;

/** A quick look comes after this part of `--poll`: half of what is due is seen within 2 s of the 5 s. */
const QUICK_POLLS = 0.6;

/**
 * What serves is watched every so many `--poll`s: the death of an instance, or an alarm, is noticed within 5 s, half of
 * the time.
 */
const WATCH_POLLS = 1.9;

/** What one call of a quick look costs in pause: at most seven calls a second, however many groups there are. */
const PER_CALL_MS = 150;

/** The longer something is overdue, the less it matters to see it at once: a twentieth of that time. */
const OVERDUE_DIVISOR = 20;

/** The longest pause that somebody who calls a rollout back has to wait for. */
const LONGEST_MS = 20_000;

/** For so long after AWS has throttled a call the run asks half as often. */
const THROTTLED_MS = 60_000;

/** The longest pause between two looks: a cancellation is a note on the groups, and so is our sign of life. */
export function longestPause({ pollMs, renewMs }: Pick<Plan['timing'], 'pollMs' | 'renewMs'>): Milliseconds {
  return Math.max(pollMs, Math.min(LONGEST_MS, 4 * pollMs, renewMs / 2));
}

/**
 * How long to sleep: until something can have changed that matters. Long while all that is new boots, or all that is
 * old drains; quick where an end of waiting is due, because nothing goes on until it is seen.
 */
export function pollInterval({ observed, plan }: LookAndPlan, waits: readonly Wait[]): Milliseconds {
  const slower = observed.at - (observed.seen.throttledAt ?? -Infinity) < THROTTLED_MS ? 2 : 1;
  const due = [longestPause(plan.timing)];
  for (const group of observed.groups) {
    if (isPending(observed.seen, group.name)) due.push(SETTLING_MS);
    const proof = nextProof(observed, plan, group);
    if (proof !== undefined) due.push(proof - observed.at);
    due.push(slower * Math.min(pauseFor(observed, plan, group), longestPause(plan.timing) / slower));
  }
  for (const wait of waits)
    if (wait.until !== undefined && wait.until > observed.at) due.push(wait.until - observed.at);
  return Math.max(100, Math.round(Math.min(...due)));
}

/** How long one group can be left alone, apart from what is pending and from the ends of warm-ups. */
function pauseFor(observed: Observed, plan: Plan, group: Group): Milliseconds {
  const { pollMs } = plan.timing;
  const longest = longestPause(plan.timing) * spread(plan.run);
  const { record, verdict } = group.notes;
  if (observed.seen.results[group.name] !== undefined) return longest;
  if (record === undefined) return (observed.seen.settled[group.name] ?? 0) > 0 ? Math.min(pollMs, CONFIRM_MS) : pollMs;
  if (!factsOf(record).replaces) return pollMs;
  const until = (expected: Instant): Milliseconds => {
    const overdue = observed.at - expected;
    const quick = Math.max(quickPause(observed, plan), overdue / OVERDUE_DIVISOR);
    return overdue < 0 ? Math.min(longest, -overdue) : Math.min(longest, quick);
  };
  if (verdict !== undefined && !isProving(group)) {
    const leaves = group.instances.some((instance) => standing(instance.lifecycle) === 'leaving');
    return leaves ? until(verdict.at + Math.max(0, ...judgesOf(group).map((balancer) => balancer.drainMs))) : pollMs;
  }
  const live = group.instances.filter((instance) => standing(instance.lifecycle) === 'live');
  const open = live.filter((instance) => (instance.launchedAt ?? 0) >= record.startedAt && !inService(group, instance));
  const floor = Math.max(0, ...judgesOf(group).map((balancer) => balancer.healthFloorMs));
  const alone = nothingNewServes(group, record);
  // What serves is watched: an instance that dies must not be taken for proven.
  const watch = alone ? longest : Math.min(longest, WATCH_POLLS * pollMs);
  // While more have to launch, the last of them decides; none can be in service before its first checks.
  if (live.length < group.size.desired) return Math.min(watch, Math.max(pollMs, floor));
  if (open.length === 0) return watch;
  return Math.min(watch, until(Math.max(...open.map((instance) => instance.launchedAt ?? 0)) + floor));
}

function judgesOf({ balancers }: Group): Group['balancers'] {
  return balancers.filter((balancer) => balancer.judged);
}

/** From 0.9 to 1, by the run's name: runs that began together do not go on asking in the same moments. */
function spread(run: string): number {
  let sum = 0;
  for (const char of run) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1009;
  return 1 - sum / 10_090;
}

/** New instances are to be proven after the verdict too. */
function isProving({ notes: { record, verdict }, instances }: Group): boolean {
  return (
    record !== undefined &&
    factsOf(record).provesAfterVerdict &&
    verdict?.outcome === 'promote' &&
    instances.some((instance) => (instance.launchedAt ?? Infinity) < record.startedAt && !isAway(instance))
  );
}

/** A quick look costs one call for all groups and one per load balancer that is asked: of all groups together. */
function quickPause(observed: Observed, plan: Plan): Milliseconds {
  const asked = new Set(
    observed.groups.flatMap((group) => {
      const { record, verdict } = group.notes;
      if (verdict !== undefined && !isProving(group)) return [];
      const judges = judgesOf(group).map((balancer) => balancer.id);
      if (record === undefined) return judges;
      // One that says no is enough while nothing new serves, and what serves is asked for less often.
      if (nothingNewServes(group, record)) return judges.slice(0, 1);
      return launchedSince(group.instances, record).every((instance) => inService(group, instance)) ? [] : judges;
    }),
  );
  return Math.max(MIN_EXPECTED_PAUSE_MS, QUICK_POLLS * plan.timing.pollMs, (1 + asked.size) * PER_CALL_MS);
}

/** When the next instance of this group completes its warm-up, if one is warming up. */
function nextProof(observed: Observed, plan: Plan, group: Group): Instant | undefined {
  const needed = warmup(group, plan.timing.warmupMs);
  const due = group.instances
    .map((instance) => observed.seen.inServiceSince[instance.id])
    .filter((since): since is Instant => since !== undefined && since + needed > observed.at)
    .map((since) => since + needed);
  return due.length === 0 ? undefined : Math.max(...due);
}
