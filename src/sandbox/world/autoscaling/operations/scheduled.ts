import type {
  DeleteScheduledActionType,
  DescribeScheduledActionsType,
  PutScheduledUpdateGroupActionType,
} from '@aws-sdk/client-auto-scaling';
import { page } from '../../page.js';
import type { World } from '../../world.js';
import { resize } from './sizes.js';
import { autoScalingState, findGroup, groupOf, invalid } from '../state.js';

/** One resize at one time. Recurrence is not modelled: only the start time counts. */
export function putScheduledUpdateGroupAction(world: World, input: PutScheduledUpdateGroupActionType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const startAt = (input.StartTime ?? input.Time)?.getTime();
  if (startAt === undefined) throw invalid('A start time is required.');
  if (startAt <= world.clock.now()) throw invalid('Given start time is in the past');
  const name = input.ScheduledActionName ?? '';
  group.schedule.set(name, { name, startAt, min: input.MinSize, max: input.MaxSize, desired: input.DesiredCapacity });
  world.clock.at(startAt, () => isDue(world, group.name, name, startAt));
  return {};
}

/** An action that comes due while ScheduledActions is suspended is lost. */
function isDue(world: World, groupName: string, name: string, startAt: number): void {
  const group = findGroup(world, groupName);
  const action = group?.schedule.get(name);
  if (group === undefined || action?.startAt !== startAt) return;
  group.schedule.delete(name);
  if (group.suspended.has('ScheduledActions')) return;
  const min = action.min ?? group.min;
  const max = Math.max(min, action.max ?? group.max);
  const desired = action.desired === undefined ? undefined : Math.min(max, Math.max(min, action.desired));
  resize(
    world,
    group,
    { MinSize: min, MaxSize: max, DesiredCapacity: desired },
    `a scheduled action update of AutoScalingGroup constraints to`,
  );
}

export function deleteScheduledAction(world: World, input: DeleteScheduledActionType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  if (!group.schedule.delete(input.ScheduledActionName ?? ''))
    throw invalid(`Scheduled action name not found - Scheduled action '${input.ScheduledActionName}' not found`);
  return {};
}

export function describeScheduledActions(world: World, input: DescribeScheduledActionsType): object {
  const groups =
    input.AutoScalingGroupName === undefined
      ? [...autoScalingState(world).groups.values()]
      : [groupOf(world, input.AutoScalingGroupName)];
  const rows = groups.flatMap((group) =>
    [...group.schedule.values()].map((action) => ({
      AutoScalingGroupName: group.name,
      ScheduledActionName: action.name,
      ScheduledActionARN:
        `${group.arn.replace(':autoScalingGroup:', ':scheduledUpdateGroupAction:')}` +
        `:scheduledActionName/${action.name}`,
      StartTime: new Date(action.startAt),
      Time: new Date(action.startAt),
      MinSize: action.min,
      MaxSize: action.max,
      DesiredCapacity: action.desired,
    })),
  );
  const found = rows
    .filter(
      (row) =>
        input.ScheduledActionNames === undefined ||
        input.ScheduledActionNames.length === 0 ||
        input.ScheduledActionNames.includes(row.ScheduledActionName),
    )
    .filter((row) => input.StartTime === undefined || row.StartTime >= input.StartTime)
    .filter((row) => input.EndTime === undefined || row.StartTime <= input.EndTime);
  const { items, next } = page(found, Math.min(100, input.MaxRecords ?? 50), input.NextToken);
  return { ScheduledUpdateGroupActions: items, NextToken: next };
}
