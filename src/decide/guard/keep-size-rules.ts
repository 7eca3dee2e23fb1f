import type { Action } from '../../model/rollout/action.js';
import type { Group } from '../../model/rollout/group.js';
import type { KeepSizeRecord } from '../../model/rollout/record.js';

/**
 * The rules of a size that is kept, by reasoning of their own: nobody is taken out, the desired capacity never falls,
 * and what keeps the instances goes only once the size is back. Answers the rule that the action would break.
 */
export function keepSizeRule(group: Group, record: KeepSizeRecord, action: Action): string | undefined {
  const least = Math.max(
    record.size.desired,
    group.instances
      .filter(({ lifecycle }) => lifecycle === 'InService' || lifecycle.startsWith('Pending'))
      .reduce((sum, { weight }) => sum + weight, 0),
  );
  switch (action.type) {
    case 'renew':
      return undefined;
    case 'record':
      return 'there is a record already';
    case 'rewrite':
      return action.record.run === record.run ? undefined : 'that is not the record that is here';
    case 'suspend':
      return action.processes.every((process) => record.suspended.includes(process))
        ? undefined
        : 'the record does not name these processes';
    case 'resume':
      if (!action.processes.every((process) => record.suspended.includes(process)))
        return 'these were not suspended by us';
      // rule: guard-keep-size
      return group.size.desired < least ? `${least - group.size.desired} instances would be taken out` : undefined;
    case 'resize':
      if (action.purpose !== 'restore') return 'a kept size is only given back';
      return action.size.desired < least ? `${least} are there or were there, and all of them stay` : undefined;
    case 'clear':
      if (group.size.desired < record.size.desired) return 'the size is not given back yet';
      return record.suspended.some((process) => group.suspended.includes(process))
        ? 'what the record suspended is suspended still'
        : undefined;
    default:
      return 'that is no part of keeping a size';
  }
}
