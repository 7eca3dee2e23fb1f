import type { ResourceChange, StackChanges } from '../../model/stack/change-set.js';
import type { KeepSizePlan } from '../../model/rollout/rollout-plan.js';
import { certainDetails } from './change-causes.js';
import { allChanges } from './read-change-set.js';

/** The groups that a change updates: CloudFormation writes the sizes of the template on them. */
export interface TouchedGroups {
  /** Physical names. */
  readonly named: readonly string[];
  /** Some nested stack changes, and nobody says what in it: any group of the stack may be touched. */
  readonly others: boolean;
  readonly changed: KeepSizePlan['changed'];
}

/**
 * Which groups a change touches. CloudFormation sets MinSize, MaxSize and DesiredCapacity to those of the template
 * whenever it updates a group, and also with `IgnoreUnmodifiedGroupSizeProperties` when it rolls back. Source: user
 * guide, "UpdatePolicy attribute", AutoScalingScheduledAction.
 */
export function touchedGroups(changes: StackChanges): TouchedGroups {
  const rows = allChanges(changes).map(({ change }) => change);
  const groups = rows.filter(
    ({ type, action, physicalId }) =>
      type === 'AWS::AutoScaling::AutoScalingGroup' && action === 'Modify' && physicalId !== '',
  );
  return {
    named: [...new Set(groups.map(({ physicalId }) => physicalId))],
    others: allRows(changes).some(
      ({ type, action, nested }) =>
        type === 'AWS::CloudFormation::Stack' && action === 'Modify' && nested === undefined,
    ),
    changed: Object.fromEntries(groups.map((group) => [group.physicalId, changedSizes(group)])),
  };
}

function allRows({ changes }: StackChanges): StackChanges['changes'] {
  return changes.flatMap((change) => [change, ...(change.nested === undefined ? [] : allRows(change.nested))]);
}

const SIZE_OF = { MinSize: 'min', MaxSize: 'max', DesiredCapacity: 'desired' } as const;

function changedSizes(group: ResourceChange): KeepSizePlan['changed'][string] {
  return Object.fromEntries(
    certainDetails(group).flatMap(({ name, after }) => {
      const size = name === undefined || !(name in SIZE_OF) ? undefined : SIZE_OF[name as keyof typeof SIZE_OF];
      if (size === undefined) return [];
      return [[size, after !== undefined && /^\d+$/.test(after) ? Number(after) : 'unknown']];
    }),
  );
}
