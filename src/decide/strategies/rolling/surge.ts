import type { Size } from '../../../model/rollout/group.js';
import { goalOf } from '../../sizes/wanted-size.js';
import type { RollingRecord } from '../../../model/rollout/record.js';

/**
 * The size of a rolling rollout with so many units of old ones left: `surge` above its goal, and in the end, when
 * fewer old ones than that are left, only by those. So the desired capacity falls back by terminating the last ones.
 */
export function surged(record: RollingRecord, left: number): Size {
  // rule: rolling-surge
  const desired = goalOf(record) + Math.min(record.surge, left);
  return { min: record.size.min, max: Math.max(record.size.max, desired), desired };
}

/** Units that the surge launches: where weights overshoot the desired capacity, old ones take a part of it already. */
export function surgeNeeded(record: RollingRecord): number {
  return Math.max(0, Math.min(record.surge, surged(record, record.old).desired - record.old));
}
