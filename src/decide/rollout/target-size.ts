import type { Size } from '../../model/rollout/group.js';
import type { RollingRecord, RolloutRecord } from '../../model/rollout/record.js';
import { doubled } from '../instances/capacity.js';

/** What a rollout grows its group to and proves before its verdict. */
export interface TargetSize {
  readonly purpose: 'canary' | 'double' | 'surge';
  /** Min is always as it was; max is raised only where needed. */
  readonly size: Size;
  /** Capacity units that must be proven for the verdict. */
  readonly needed: number;
  readonly why: string;
}

/** The aim by the record's strategy. A rolling rollout that terminates first grows nothing and proves nothing before. */
export function finalTarget(record: RolloutRecord): TargetSize {
  switch (record.strategy) {
    case 'swap':
      return {
        purpose: 'double',
        size: doubled(record),
        needed: record.size.desired,
        why: `${record.old} old stay in service while as many new ones are proven`,
      };
    case 'rolling':
      return {
        purpose: 'surge',
        size: surged(record, record.old),
        needed: surgeNeeded(record),
        why: `${record.surge} more than ${record.size.desired} may run, so that new ones are proven before old ones go`,
      };
    case 'restart':
      // In place: nothing grows.
      return { purpose: 'surge', size: record.size, needed: 0, why: 'a restart changes no size' };
  }
}

/** What of the surge is launched at all: where weights overshoot the desired capacity, old ones take a part of it already. */
function surgeNeeded(record: RollingRecord): number {
  return Math.max(0, Math.min(record.surge, surged(record, record.old).desired - record.old));
}

/** Whether a group has at least the size that the aim takes. More is somebody's wish and does no harm. */
export function isReached(size: Size, target: Size): boolean {
  return size.desired >= target.desired && size.max >= target.max && size.min >= target.min;
}

/** The size to ask for: a surge never makes anything smaller, because that would let Auto Scaling choose who goes. */
export function raisedTo({ purpose, size }: TargetSize, now: Size): Size {
  return purpose === 'double'
    ? size
    : { min: size.min, desired: Math.max(size.desired, now.desired), max: Math.max(size.max, now.max) };
}

/**
 * The size of a rolling rollout with so many units of old ones left: `surge` above the original, and in the end, when
 * fewer old ones than that are left, only by those. So the desired capacity falls back by terminating the last ones.
 */
export function surged(record: RollingRecord, left: number): Size {
  // rule: rolling-surge
  const desired = record.size.desired + Math.min(record.surge, left);
  return { min: record.size.min, max: Math.max(record.size.max, desired), desired };
}
