import type { Milliseconds } from '../../clock.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import { seconds } from '../../text/duration.js';
import { verdictOf } from './classify.js';

/** Assumed from InService until the application answers. Images differ widely. */
const BOOT_MS: Milliseconds = 60_000;

/**
 * The grace period that lets a new instance boot and pass the health checks of its balancers; 0 without balancers that
 * judge.
 */
export function graceNeeded({ balancers }: Pick<Group, 'balancers'>): Milliseconds {
  const floors = balancers.filter(({ judged }) => judged).map(({ healthFloorMs }) => healthFloorMs);
  return floors.length === 0 ? 0 : Math.max(...floors) + BOOT_MS;
}

/**
 * Why new instances can never be proven although their balancers call them healthy: Auto Scaling marked them Unhealthy
 * before, which it takes back never, and with ReplaceUnhealthy suspended nobody replaces them. Undefined when there are
 * none, and of those that EC2 does not run any more. Source: Auto Scaling user guide, "Health checks for instances in
 * an Auto Scaling group".
 */
export function markedForGood(observed: Observed, group: Group, fresh: readonly Instance[]): string | undefined {
  const judges = group.balancers.filter(({ judged }) => judged);
  if (judges.length === 0 || observed.ended === undefined || !group.suspended.includes('ReplaceUnhealthy'))
    return undefined;
  const { ended } = observed;
  const marked = fresh.filter(
    (instance) =>
      !instance.healthy &&
      instance.lifecycle === 'InService' &&
      ended[instance.id] === undefined &&
      judges.every((balancer) => verdictOf(instance, balancer).verdict === 'healthy'),
  );
  const [first] = marked;
  if (first === undefined) return undefined;
  const more = marked.length === 1 ? '' : ` and ${marked.length - 1} more`;
  const needed = graceNeeded(group);
  const grace =
    group.healthCheckGraceMs >= needed
      ? ''
      : `: its grace period is ${seconds(group.healthCheckGraceMs)}, and booting and health checks take about ` +
        `${seconds(needed)} (set HealthCheckGracePeriod to ${Math.ceil(needed / 1000)} or more)`;
  const who = `${first.id}${more}`;
  return `Auto Scaling has marked ${who} Unhealthy for good, although the balancers call it healthy now${grace}`;
}
