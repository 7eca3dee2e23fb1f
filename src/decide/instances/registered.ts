import type { Target } from '../../model/rollout/action.js';
import type { Balancer, BalancerHealth, Group, Instance } from '../../model/rollout/group.js';
import type { OutInstance } from '../../model/rollout/record.js';

/** What a balancer lists of an instance; undefined when it does not list it. */
function rowOf(instance: Instance, balancer: Balancer): BalancerHealth | undefined {
  return instance.health.find((row) => row.balancer === balancer.id && row.verdict !== 'absent');
}

/** Registered with the balancer on any port and not on its way out of it. */
export function isRegistered(instance: Instance, balancer: Balancer): boolean {
  const row = rowOf(instance, balancer);
  return row !== undefined && (row.ports === undefined ? row.verdict !== 'draining' : row.ports.length > 0);
}

/** The balancer still lists it, registered or draining. */
export function isListed(instance: Instance, balancer: Balancer): boolean {
  return rowOf(instance, balancer) !== undefined;
}

/** Registered with all balancers of its group; true without any. */
export function registeredEverywhere(group: Group, instance: Instance): boolean {
  return group.balancers.every((balancer) => isRegistered(instance, balancer));
}

/** Registered with any balancer of its group, while the others may still follow; true without any. */
export function registeredAnywhere(group: Group, instance: Instance): boolean {
  return group.balancers.length === 0 || group.balancers.some((balancer) => isRegistered(instance, balancer));
}

/** Registered as it was before it was taken out: on all of its ports. */
export function isBack(instance: Instance, balancer: Balancer, out: OutInstance): boolean {
  const ports = portsOf(out, balancer);
  if (ports === undefined) return isRegistered(instance, balancer);
  const have = rowOf(instance, balancer)?.ports ?? [];
  // rule: restart-ports
  return ports.every((port) => have.includes(port));
}

/** What is written down of an instance before it is taken out: its id, and the ports that are not as usual. */
export function noteOf(group: Group, instance: Instance): OutInstance {
  const unusual = group.balancers.flatMap((balancer): (readonly [string, readonly number[]])[] => {
    const ports = rowOf(instance, balancer)?.ports;
    const usual = ports === undefined || (ports.length === 1 && ports[0] === balancer.port);
    return usual ? [] : [[tailOf(balancer), [...ports].sort((a, b) => a - b)]];
  });
  return { id: instance.id, ...(unusual.length === 0 ? {} : { ports: Object.fromEntries(unusual) }) };
}

/** The same for a call to the balancer. */
export function targetOf(out: OutInstance, balancer: Balancer): Target {
  const ports = portsOf(out, balancer);
  return { instance: out.id, ...(ports === undefined ? {} : { ports }) };
}

function portsOf(out: OutInstance, balancer: Balancer): readonly number[] | undefined {
  return balancer.kind === 'classic' ? undefined : out.ports?.[tailOf(balancer)];
}

/** The part of a target group's ARN that is its own. */
function tailOf(balancer: Balancer): string {
  return balancer.id.slice(balancer.id.lastIndexOf('/') + 1);
}
