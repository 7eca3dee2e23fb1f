import type { Activity, DescribeScalingActivitiesType, ScalingActivityStatusCode } from '@aws-sdk/client-auto-scaling';
import { page } from '../page.js';
import type { World } from '../world.js';
import { autoScalingState, groupOf, invalid, type GroupState } from './state.js';

/** Most activities that are kept of one group; AWS keeps six weeks. */
const KEPT = 1000;

/** The time as causes tell it: whole seconds. */
export function stamp(world: World): string {
  return `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`;
}

/** Starts an activity of a group. There is one activity per instance, never one per batch. */
export function startActivity(
  world: World,
  group: GroupState,
  facts: {
    readonly description: string;
    readonly cause: string;
    readonly subnet?: string;
    readonly zone?: string;
    readonly status?: ScalingActivityStatusCode;
  },
): Activity {
  const random = world.random.fork(`autoscaling/activity/${group.name}/${++group.counter}`);
  const activity: Activity = {
    ActivityId: [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-'),
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    Description: facts.description,
    Cause: facts.cause,
    StartTime: new Date(world.clock.now()),
    StatusCode: facts.status ?? 'InProgress',
    Progress: 0,
    Details: JSON.stringify({
      ...(facts.subnet === undefined ? {} : { 'Subnet ID': facts.subnet }),
      'Availability Zone': facts.zone,
    }),
  };
  group.activities.push(activity);
  if (group.activities.length > KEPT) group.activities.shift();
  return activity;
}

export function moveActivity(
  group: GroupState,
  id: string | undefined,
  status: ScalingActivityStatusCode,
  progress: number,
): void {
  const activity = findActivity(group, id);
  if (activity === undefined) return;
  activity.StatusCode = status;
  activity.Progress = progress;
}

/** How an activity ended, and AWS's words for it. */
export interface ActivityEnd {
  readonly status: 'Successful' | 'Failed' | 'Cancelled';
  readonly message?: string | undefined;
}

/** Ends an activity of a group; one that is not known any more is left alone. */
export function endActivity(
  world: World,
  group: GroupState,
  id: string | undefined,
  { status, message }: ActivityEnd,
): void {
  const activity = findActivity(group, id);
  if (activity === undefined) return;
  activity.StatusCode = status;
  activity.Progress = 100;
  activity.EndTime = new Date(world.clock.now());
  // Auto Scaling cuts messages at 255 characters.
  if (message !== undefined) activity.StatusMessage = message.slice(0, 255);
}

function findActivity(group: GroupState, id: string | undefined): Activity | undefined {
  return id === undefined ? undefined : group.activities.findLast((one) => one.ActivityId === id);
}

/** In progress first, then the newest first. */
export function describeScalingActivities(world: World, input: DescribeScalingActivitiesType): object {
  const state = autoScalingState(world);
  const gone = input.IncludeDeletedGroups === true ? state.past : [];
  const all =
    input.AutoScalingGroupName === undefined
      ? [...gone, ...[...state.groups.values()].flatMap((group) => group.activities)]
      : state.groups.has(input.AutoScalingGroupName) || input.IncludeDeletedGroups !== true
        ? groupOf(world, input.AutoScalingGroupName).activities
        : gone.filter((one) => one.AutoScalingGroupName === input.AutoScalingGroupName);
  const found = all
    .map((activity, index) => ({ activity, index }))
    .filter(
      ({ activity }) =>
        input.ActivityIds === undefined ||
        input.ActivityIds.length === 0 ||
        input.ActivityIds.includes(activity.ActivityId ?? ''),
    )
    .filter(({ activity }) =>
      (input.Filters ?? []).every((filter) => keeps(activity, filter.Name ?? '', filter.Values ?? [])),
    )
    .sort(
      (a, b) =>
        Number(isOver(a.activity)) - Number(isOver(b.activity)) ||
        startOf(b.activity) - startOf(a.activity) ||
        b.index - a.index,
    )
    .map(({ activity }) => ({ ...activity }));
  const { items, next } = page(found, Math.min(100, input.MaxRecords ?? 100), input.NextToken);
  return { Activities: items, NextToken: next };
}

function keeps(activity: Activity, name: string, values: readonly string[]): boolean {
  switch (name) {
    case 'StartTimeLowerBound':
      return values.every((value) => startOf(activity) >= Date.parse(value));
    case 'StartTimeUpperBound':
      return values.every((value) => startOf(activity) <= Date.parse(value));
    case 'Status':
      return values.some((value) => value === activity.StatusCode || (value === 'InProgress' && !isOver(activity)));
    default:
      throw invalid(
        `Filter name ${name} is invalid. Valid filter names are: StartTimeLowerBound, StartTimeUpperBound, Status`,
      );
  }
}

function isOver(activity: Activity): boolean {
  return activity.EndTime !== undefined;
}

function startOf(activity: Activity): number {
  return activity.StartTime?.getTime() ?? 0;
}
