import type { Size } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { TargetSize } from '../strategies/facts.js';
import { factsOf } from '../strategies/facts-by-name.js';

export type { TargetSize } from '../strategies/facts.js';

/** What the group is grown to by the record's strategy, and what is proven before the verdict. */
export function finalTarget(record: RolloutRecord): TargetSize {
  return factsOf(record).target(record);
}

/** Whether a group has at least the size of the target. More is somebody's wish and does no harm. */
export function isReached(size: Size, target: Size): boolean {
  return size.desired >= target.desired && size.max >= target.max && size.min >= target.min;
}

/** The size to ask for: a surge never makes anything smaller, for Auto Scaling would choose what goes. */
export function raisedTo({ purpose, size }: TargetSize, now: Size): Size {
  return purpose === 'double'
    ? size
    : { min: size.min, desired: Math.max(size.desired, now.desired), max: Math.max(size.max, now.max) };
}
