import type { Reason } from '../../../model/rollout/decision.js';
import type { Size } from '../../../model/rollout/group.js';

/** Why the size of a group cannot be kept through a change that gives it this MaxSize. */
export function doesNotFit(group: string, { desired }: Size, max: number): Reason {
  return {
    code: 'group.sizeDoesNotFit',
    group,
    text:
      `its desired capacity is ${desired}, and the change sets MaxSize to ${max}: ${desired - max} of its instances ` +
      'would have to leave',
    remedy:
      `Leave MaxSize at ${desired} or more, lower the desired capacity first, or say --sizes template to let ` +
      'them go.',
  };
}
