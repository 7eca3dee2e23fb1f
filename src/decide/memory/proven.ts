import { checked } from '../gates/hooks.js';
import { inService } from '../instances/classify.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Group } from '../../model/rollout/group.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Milliseconds } from '../../clock.js';

/** How long an instance of this group must be in service before it is proven. `warmupMs`: as the user says. */
export function warmup(group: Group, warmupMs: Milliseconds): Milliseconds {
  return Math.max(
    warmupMs,
    ...group.balancers.filter((balancer) => balancer.judged).map((balancer) => balancer.slowStartMs),
  );
}

/** What tells how long instances have been in service: a look, and what is remembered of those before it. */
export type TimedLook = Pick<Observed, 'seen' | 'at'>;

/** Instances that have been in service for the whole warm-up, by this process's own looks, and passed their check. */
export function proven(
  look: TimedLook,
  plan: Plan,
  group: Group,
  instances: Group['instances'] = group.instances,
): Group['instances'] {
  // rule: check-skipped
  return warm(look, plan, group, instances).filter((instance) => checked(look.seen, plan, instance));
}

/** Those that have been in service for the whole warm-up, whatever their check says. */
export function warm(
  { seen, at }: TimedLook,
  plan: Plan,
  group: Group,
  instances: Group['instances'],
): Group['instances'] {
  const needed = warmup(group, plan.timing.warmupMs);
  return instances.filter((instance) => {
    const since = seen.inServiceSince[instance.id];
    // rule: warm-up-skipped
    return since !== undefined && at - since >= needed && inService(group, instance);
  });
}
