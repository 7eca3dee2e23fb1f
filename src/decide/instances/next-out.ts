import type { Group, Instance } from '../../model/rollout/group.js';
import { inService, isAway, units } from './classify.js';
import { compare } from '../../text/compare.js';

/**
 * Instances whose launches lie no further apart than this were launched together: their zones matter more than their
 * age.
 */
const TOGETHER_MS = 60_000;

/**
 * Which old instances may go now, in this order, without taking service below `floor` units. Those that do not serve
 * go first, because nobody misses them; then the oldest first, and among those that were launched together from the
 * zone that has most instances left, so that no zone is emptied before others. Not one more goes than the floor allows
 * if every new one were to fail: what does not serve now counts as if it might come back, so that a look that shows
 * no instance in service takes out no more than any other.
 */
export function nextOut(
  group: Group,
  old: readonly Instance[],
  ready: readonly Instance[],
  floor: number,
): readonly Instance[] {
  const idle = oldestFirst(
    group,
    old.filter((instance) => !inService(group, instance)),
  );
  const busy = oldestFirst(
    group,
    old.filter((instance) => inService(group, instance)),
  );
  let left = units(ready) + units(old) - floor;
  let spare = units(ready) + units(busy) - floor;
  const chosen: Instance[] = [];
  for (const instance of idle) {
    // rule: rolling-idle
    if (instance.weight > left) break;
    left -= instance.weight;
    chosen.push(instance);
  }
  for (const instance of busy) {
    // A lighter one that would fit is younger: it waits for its turn.
    // rule: rolling-below
    if (instance.weight > Math.min(left, spare)) break;
    left -= instance.weight;
    spare -= instance.weight;
    chosen.push(instance);
  }
  return chosen;
}

/** By age; those that were launched together spread over zones. */
function oldestFirst(group: Group, instances: readonly Instance[]): readonly Instance[] {
  // rule: rolling-youngest
  const byAge = [...instances].sort((a, b) => (a.launchedAt ?? 0) - (b.launchedAt ?? 0));
  const batches: Instance[][] = [];
  for (const instance of byAge) {
    const last = batches.at(-1);
    const before = last?.at(-1)?.launchedAt ?? 0;
    if (last !== undefined && (instance.launchedAt ?? 0) - before <= TOGETHER_MS) last.push(instance);
    else batches.push([instance]);
  }
  const here = zoneCounts(group.instances.filter((instance) => !isAway(instance)));
  return batches.flatMap((batch) => spread(batch, here));
}

/** Always from the zone that has most instances left, and there the oldest. */
function spread(instances: readonly Instance[], here: Map<string, number>): readonly Instance[] {
  const left = [...instances].sort(
    (a, b) => (a.launchedAt ?? 0) - (b.launchedAt ?? 0) || compare(a.zone, b.zone) || compare(a.id, b.id),
  );
  const order: Instance[] = [];
  while (left.length > 0) {
    const own = zoneCounts(left);
    const fullness = ({ zone }: Instance): number => (here.get(zone) ?? 0) * 10_000 + (own.get(zone) ?? 0);
    const most = Math.max(...left.map(fullness));
    const [next] = left.splice(
      left.findIndex((instance) => fullness(instance) === most),
      1,
    );
    if (next === undefined) break;
    here.set(next.zone, (here.get(next.zone) ?? 0) - 1);
    order.push(next);
  }
  return order;
}

/**
 * Whether the zones would be so uneven with these instances alone that Auto Scaling would even them out by itself:
 * it would launch one and terminate another without waiting for any balancer.
 */
export function isUneven(group: Group, instances: readonly Instance[]): boolean {
  const here = zoneCounts(instances);
  const counts = group.zones.map((zone) => here.get(zone) ?? 0);
  return Math.max(...counts) - Math.min(...counts) > 1;
}

function zoneCounts(instances: readonly Instance[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { zone } of instances) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  return counts;
}
