import type { Instant, Milliseconds } from '../../clock.js';
import type { Observed, Wait } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { inService, isAway, standing } from '../instances/classify.js';
import { factsOf } from '../strategies/facts-by-name.js';
import type { RolloutView } from '../view.js';
import { warmup } from '../memory/proven.js';
import { isPending } from '../memory/fold-action.js';

/** Pause before a look that waits for an effect of our own to become visible. */
const SETTLING_MS = 1_000;

/** The shortest pause before a look at something that AWS may have brought about by now. */
const MIN_EXPECTED_PAUSE_MS = 2_000;

/** What one call of a quick look costs in pause: at most two calls a second, however many groups there are. */
const PER_CALL_MS = 500;

/** The longer something is overdue, the less it matters to see it at once: a twentieth of that time. */
const OVERDUE_DIVISOR = 20;

/**
 * How long to sleep: until the next warm-up ends if that comes first, else one poll; less than a poll
 * where an end of waiting is due, because nothing goes on until it is seen.
 */
export function pollInterval({ observed, plan }: RolloutView, waits: readonly Wait[]): Milliseconds {
  const due = [plan.timing.pollMs];
  for (const group of observed.groups) {
    if (isPending(observed.seen, group.name)) due.push(SETTLING_MS);
    const proof = nextProof(observed, plan, group);
    if (proof !== undefined) due.push(proof - observed.at);
    const expected = expectedAt(group);
    if (expected === undefined) continue;
    const overdue = observed.at - expected;
    due.push(overdue < 0 ? -overdue : Math.max(quickPause(observed), overdue / OVERDUE_DIVISOR));
  }
  for (const wait of waits)
    if (wait.until !== undefined && wait.until > observed.at) due.push(wait.until - observed.at);
  return Math.max(100, Math.round(Math.min(...due)));
}

/** The earliest moment at which waiting for this group can end by AWS's doing; undefined when that is not known. */
function expectedAt(group: Group): Instant | undefined {
  const { record, verdict } = group.notes;
  if (record === undefined) return undefined;
  const judges = group.balancers.filter((balancer) => balancer.judged);
  if (verdict !== undefined && !isProving(group)) {
    const leaves = group.instances.some((instance) => standing(instance.lifecycle) === 'leaving');
    return leaves ? verdict.at + Math.max(0, ...judges.map((balancer) => balancer.drainMs)) : undefined;
  }
  const live = group.instances.filter((instance) => standing(instance.lifecycle) === 'live');
  const open = live.filter((instance) => (instance.launchedAt ?? 0) >= record.startedAt && !inService(group, instance));
  // While more have to launch, the last of them decides, and launches take long.
  if (open.length === 0 || live.length < group.size.desired) return undefined;
  return (
    Math.max(...open.map((instance) => instance.launchedAt ?? 0)) +
    Math.max(0, ...judges.map((balancer) => balancer.healthFloorMs))
  );
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

/** A quick look costs one call for all groups, one for the stack and one per load balancer that is asked. */
function quickPause(observed: Observed): Milliseconds {
  const asked = new Set(
    observed.groups.flatMap((group) =>
      group.notes.verdict === undefined || isProving(group)
        ? group.balancers.filter((balancer) => balancer.judged).map((balancer) => balancer.id)
        : [],
    ),
  );
  const calls = 1 + (observed.stackStatus === undefined ? 0 : 1) + asked.size;
  return Math.max(MIN_EXPECTED_PAUSE_MS, calls * PER_CALL_MS);
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
