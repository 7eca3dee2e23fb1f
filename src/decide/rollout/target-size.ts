import type { Size } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { TargetSize } from '../strategies/facts.js';
import { factsOf } from '../strategies/facts-by-name.js';

export type { TargetSize } from '../strategies/facts.js';

/** What the group is grown to by the record's strategy, and what is proven before the verdict. */
export function finalTarget(record: RolloutRecord): TargetSize {
  return factsOf(record).target(record);
}

/**
 * Whether a group has at least the desired capacity of the target; AWS keeps max above it. More is somebody's wish and
 * does no harm.
 */
export function isReached(size: Size, target: Size): boolean {
  return size.desired >= target.desired;
}

/**
 * The size to ask for: min is left alone, so that a dead runner leaves a safe group and halving cannot hit it; max is
 * raised only where needed. It never makes anything smaller, for Auto Scaling would choose what goes.
 */
export function raisedTo({ desired }: Pick<Size, 'desired'>, now: Size): Size {
  // rule: min-raised
  // rule: max-not-raised
  return { min: now.min, max: Math.max(now.max, desired), desired: Math.max(desired, now.desired) };
}
