import type { Group, Size } from '../../../model/rollout/group.js';
import type { KeepSizeRecord } from '../../../model/rollout/record.js';
import { membersOf, units } from '../../instances/classify.js';

/**
 * The size that a group gets once its stack has changed. The desired capacity is the largest of what was noted before
 * the change, what the group says now and what is there: as nothing was terminated meanwhile, whatever scaling or a
 * person asked for before CloudFormation wrote its size is there. Min and max are as before, unless the template
 * itself changes them.
 */
export function keptSize(group: Group, { size, changed }: KeepSizeRecord): Size {
  // rule: keep-size-ignored
  const desired = Math.max(size.desired, group.size.desired, units(membersOf(group)));
  const min = changed.includes('min') ? group.size.min : size.min;
  const max = changed.includes('max') ? group.size.max : size.max;
  return { min: Math.min(min, desired), max: Math.max(max, desired), desired };
}
