import { checked } from '../gates/hooks.js';
import { inService } from '../instances/classify.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Group } from '../../model/rollout/group.js';
import type { Seen } from '../../model/rollout/decision.js';
import type { Instant, Milliseconds } from '../../clock.js';

/** How long an instance of this group must be in service before it is proven. `warmupMs`: as the user says. */
export function warmup(group: Group, warmupMs: Milliseconds): Milliseconds {
  return Math.max(
    warmupMs,
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
  const needed = warmup(group, plan.timing.warmupMs);
  return instances.filter((instance) => {
    const since = seen.inServiceSince[instance.id];
    // rule: warm-up-skipped
    return since !== undefined && at - since >= needed && inService(group, instance);
  });
}
