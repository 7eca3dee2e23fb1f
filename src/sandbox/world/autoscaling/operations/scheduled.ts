import type {
  BatchDeleteScheduledActionType,
  BatchPutScheduledUpdateGroupActionType,
  DeleteScheduledActionType,
  DescribeScheduledActionsType,
  PutScheduledUpdateGroupActionType,
} from '@aws-sdk/client-auto-scaling';
import { Cron } from 'croner';
import { ServiceFault } from '../../fault.js';
import { page } from '../../page.js';
import type { World } from '../../world.js';
import { resizeByOthers } from './sizes.js';
import { autoScalingState, findGroup, groupOf, invalid, type ScheduledAction } from '../state.js';

/** A resize at one time, or again and again by a cron expression. */
export function putScheduledUpdateGroupAction(world: World, input: PutScheduledUpdateGroupActionType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const { Recurrence: recurrence, TimeZone: zone, MinSize: min, MaxSize: max, DesiredCapacity: desired } = input;
  const start = (input.StartTime ?? input.Time)?.getTime();
  const endAt = input.EndTime?.getTime();
  if (min === undefined && max === undefined && desired === undefined)
    throw invalid('At least one of MinSize, MaxSize and DesiredCapacity must be specified.');
  if (start !== undefined && start <= world.clock.now()) throw invalid('Given start time is in the past');
  if (endAt !== undefined && endAt <= (start ?? world.clock.now())) throw invalid('End time must be after start time');
  if (start === undefined && recurrence === undefined) throw invalid('A start time or a recurrence is required.');
  const startAt = start ?? nextOf({ recurrence, zone }, world.clock.now());
  if (startAt === undefined) throw invalid(`The recurrence ${recurrence ?? ''} never comes due.`);
  const name = input.ScheduledActionName ?? '';
  put(world, group.name, { name, startAt, endAt, recurrence, zone, min, max, desired });
  return {};
}

function put(world: World, groupName: string, action: ScheduledAction): void {
  findGroup(world, groupName)?.schedule.set(action.name, action);
  world.clock.at(action.startAt, () => isDue(world, groupName, action));
}

/** When a recurrence is due next after an instant; undefined when it never is. Its times are those of its zone. */
function nextOf({ recurrence, zone }: Pick<ScheduledAction, 'recurrence' | 'zone'>, after: number): number | undefined {
  if (recurrence === undefined) return undefined;
  try {
    return new Cron(recurrence, { timezone: zone ?? 'Etc/UTC', mode: '5-part' }).nextRun(new Date(after))?.getTime();
  } catch {
    throw invalid(`Given recurrence string: ${recurrence} is invalid`);
  }
}

/**
 * An action that comes due while ScheduledActions is suspended is lost. One that is done is listed no more; one that
 * recurs is listed with the next time at which it starts.
 */
function isDue(world: World, groupName: string, action: ScheduledAction): void {
  const group = findGroup(world, groupName);
  if (group?.schedule.get(action.name) !== action) return;
  group.schedule.delete(action.name);
  const next = nextOf(action, action.startAt);
  if (next !== undefined && next <= (action.endAt ?? Infinity)) put(world, groupName, { ...action, startAt: next });
  if (group.suspended.has('ScheduledActions')) return;
  resizeByOthers(world, group, action, 'a scheduled action update of AutoScalingGroup constraints to');
}

/** Several at once; those that are refused are told one by one, the others are made. */
export function batchPutScheduledUpdateGroupAction(
  world: World,
  input: BatchPutScheduledUpdateGroupActionType,
): object {
  groupOf(world, input.AutoScalingGroupName);
  const failed = (input.ScheduledUpdateGroupActions ?? []).flatMap((action) =>
    refusalOf(action.ScheduledActionName, () =>
      putScheduledUpdateGroupAction(world, { ...action, AutoScalingGroupName: input.AutoScalingGroupName }),
    ),
  );
  return { FailedScheduledUpdateGroupActions: failed };
}

export function batchDeleteScheduledAction(world: World, input: BatchDeleteScheduledActionType): object {
  groupOf(world, input.AutoScalingGroupName);
  const failed = (input.ScheduledActionNames ?? []).flatMap((ScheduledActionName) =>
    refusalOf(ScheduledActionName, () =>
      deleteScheduledAction(world, { AutoScalingGroupName: input.AutoScalingGroupName, ScheduledActionName }),
    ),
  );
  return { FailedScheduledActions: failed };
}

function refusalOf(name: string | undefined, act: () => object): object[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    return [{ ScheduledActionName: name, ErrorCode: error.code, ErrorMessage: error.message }];
  }
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
        group.arn.replace(':autoScalingGroup:', ':scheduledUpdateGroupAction:') + `:scheduledActionName/${action.name}`,
      StartTime: new Date(action.startAt),
      Time: new Date(action.startAt),
      EndTime: action.endAt === undefined ? undefined : new Date(action.endAt),
      Recurrence: action.recurrence,
      TimeZone: action.zone,
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
