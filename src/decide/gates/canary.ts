import { finalTarget, isReached, type TargetSize } from '../rollout/target-size.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { Group, Size } from '../../model/rollout/group.js';

/** Units of the canary; 0 when there is none, or when it would be all that is launched before the verdict. */
export function canaryOf(record: RolloutRecord): number {
  const canary = record.gates?.canary ?? 0;
  return canary < finalTarget(record).size.desired - record.old ? canary : 0;
}

/** What a group grows to and proves now: first its canary, if it has one, then what its strategy takes. */
export function currentTarget({ size }: Pick<Group, 'size'>, record: RolloutRecord): TargetSize {
  const target = finalTarget(record);
  const canary = canaryOf(record);
  // rule: canary-skipped
  if (canary === 0 || isReached(size, target.size)) return target;
  return {
    purpose: 'canary',
    size: canarySize(record, canary),
    needed: canary,
    why: `${canary} of ${target.needed} are proven before the rest is launched`,
  };
}

/**
 * The size with a canary of so many units beside the old ones. Where weights overshoot, less than what is there would
 * launch nothing; where old ones are missing, what takes their place is the canary. Max is raised only where needed.
 */
export function canarySize({ size, old }: RolloutRecord, canary: number): Size {
  const desired = Math.max(size.desired, old + canary);
  return { min: size.min, max: Math.max(size.max, desired), desired };
}
