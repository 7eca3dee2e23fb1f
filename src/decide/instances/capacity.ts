import type { Group, Instance, Size } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { inService, units } from './classify.js';
import { compare } from '../../text/compare.js';
import { chunks } from '../../text/chunks.js';

/** The most ids that one terminate call takes. Source: TerminateInstanceInAutoScalingGroup, InstanceIds. */
// rule: batch-too-big
export const MAX_TERMINATED_PER_CALL = 100;

/** The doubled size: min untouched, max raised only where needed. */
export function doubled(record: RolloutRecord): Size {
  const desired = record.size.desired + record.old;
  return { min: record.size.min, max: Math.max(record.size.max, desired), desired };
}

/** Whether all three sizes are the same. */
export function sameSize(a: Size, b: Size): boolean {
  return a.min === b.min && a.max === b.max && a.desired === b.desired;
}

/**
 * Which of `leaving` may be terminated now without taking service below `floor` units: all that are
 * not in service, and of the others as many as the rest can spare.
 */
export function sparable(
  group: Group,
  leaving: readonly Instance[],
  staying: readonly Instance[],
  floor: number,
): readonly Instance[] {
  const idle = leaving.filter((instance) => !inService(group, instance));
  const busy = interleaveZones(leaving.filter((instance) => inService(group, instance)));
  let left = units(staying.filter((instance) => inService(group, instance))) + units(busy);
  const chosen: Instance[] = [...idle];
  for (const instance of busy) {
    // rule: below-desired
    if (left - instance.weight < floor) continue;
    left -= instance.weight;
    chosen.push(instance);
  }
  return interleaveZones(chosen);
}

/** One of each zone in turn, so that a batch never empties a zone first. */
export function interleaveZones(instances: readonly Instance[]): readonly Instance[] {
  const zones = new Map<string, Instance[]>();
  for (const instance of [...instances].sort(
    (a, b) => (a.launchedAt ?? 0) - (b.launchedAt ?? 0) || compare(a.id, b.id),
  )) {
    const queue = zones.get(instance.zone) ?? [];
    queue.push(instance);
    zones.set(instance.zone, queue);
  }
  const queues = [...zones.entries()].sort(([a], [b]) => compare(a, b)).map(([, queue]) => queue);
  const order: Instance[] = [];
  for (let row = 0; order.length < instances.length; row++) {
    for (const queue of queues) {
      const instance = queue[row];
      if (instance !== undefined) order.push(instance);
    }
  }
  return order;
}

/** Cuts a list into batches that one call takes. */
export function batches(instances: readonly Instance[]): readonly (readonly string[])[] {
  return chunks(
    instances.map(({ id }) => id),
    MAX_TERMINATED_PER_CALL,
  );
}
