import type { Group, Instance } from '../model/group.js';
import { inService, units } from './classify.js';

/** Instances whose launches lie no further apart than this were launched together: their zones matter more than their age. */
const TOGETHER_MS = 60_000;

/**
 * Which old instances may go now, in this order, without taking service below `floor` units. Those that do not serve go
 * first, because nobody misses them; then the oldest first, and among those that were launched together
 * from the zone that has most of them. Not one more goes than the floor allows if every new one were to fail: what does not serve now counts
 * as if it might come back, so that a look that shows nobody in service takes out no more than any other.
 */
export function nextOut(group: Group, old: readonly Instance[], ready: readonly Instance[], floor: number): readonly Instance[] {
  const idle = oldestFirst(old.filter((instance) => !inService(group, instance)));
  const busy = oldestFirst(old.filter((instance) => inService(group, instance)));
  let left = units(ready) + units(old) - floor;
  let spare = units(ready) + units(busy) - floor;
  const chosen: Instance[] = [];
  for (const instance of idle) {
    if (instance.weight > left) break;
    left -= instance.weight;
    chosen.push(instance);
  }
  for (const instance of busy) {
    // A lighter one that would fit is younger: it waits for its turn.
    if (instance.weight > Math.min(left, spare)) break;
    left -= instance.weight;
    spare -= instance.weight;
    chosen.push(instance);
  }
  return chosen;
}

/** By age; those that were launched together spread over zones. */
export function oldestFirst(instances: readonly Instance[]): readonly Instance[] {
  const byAge = [...instances].sort((a, b) => (a.launchedAt ?? 0) - (b.launchedAt ?? 0));
  const batches: Instance[][] = [];
  for (const instance of byAge) {
    const last = batches.at(-1);
    const before = last?.at(-1)?.launchedAt ?? 0;
    if (last !== undefined && (instance.launchedAt ?? 0) - before <= TOGETHER_MS) last.push(instance);
    else batches.push([instance]);
  }
  return batches.flatMap((batch) => spread(batch));
}

/** Always from the zone that has most left, and there the oldest: a later batch goes on where this one ends. */
function spread(instances: readonly Instance[]): readonly Instance[] {
  const left = [...instances].sort((a, b) => (a.launchedAt ?? 0) - (b.launchedAt ?? 0) || compare(a.zone, b.zone) || compare(a.id, b.id));
  const order: Instance[] = [];
  while (left.length > 0) {
    const count = (zone: string): number => left.filter((instance) => instance.zone === zone).length;
    const most = Math.max(...left.map(({ zone }) => count(zone)));
    order.push(...left.splice(left.findIndex(({ zone }) => count(zone) === most), 1));
  }
  return order;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
