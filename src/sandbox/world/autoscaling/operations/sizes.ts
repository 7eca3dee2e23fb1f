import type { SetDesiredCapacityType } from '@aws-sdk/client-auto-scaling';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { stamp } from '../activities.js';
import { groupOf, invalid, sizesChanged, type GroupState, type Sizes } from '../state.js';
import { schedulePlan } from '../capacity/plan-schedule.js';

/** What a request says of sizes; what it leaves out stays, or is clamped. */
export interface WantedSize {
  readonly MinSize?: number | undefined;
  readonly MaxSize?: number | undefined;
  readonly DesiredCapacity?: number | undefined;
}

/**
 * The sizes after a request. A desired capacity that is not given follows the new bounds; one that is
 * given must lie within them.
 */
export function sizesAfter(
  group: Pick<GroupState, 'min' | 'max' | 'desired'>,
  wanted: WantedSize,
): { readonly min: number; readonly max: number; readonly desired: number } {
  const min = wanted.MinSize ?? group.min;
  const max = wanted.MaxSize ?? group.max;
  if (min < 0 || max < 0) throw invalid('Group sizes must not be negative');
  if (max < min) throw invalid(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  if (wanted.DesiredCapacity === undefined) return { min, max, desired: Math.min(max, Math.max(min, group.desired)) };
  if (wanted.DesiredCapacity < min || wanted.DesiredCapacity > max) {
    throw invalid(
      `Desired capacity:${wanted.DesiredCapacity} must be between the specified min size:${min} and max size:${max}`,
    );
  }
  return { min, max, desired: wanted.DesiredCapacity };
}

/** Gives the group new sizes; what follows from them happens at the next planning tick. */
export function resize(
  world: World,
  group: GroupState,
  wanted: WantedSize,
  by = 'a user request update of AutoScalingGroup constraints to',
): void {
  const before = group.desired;
  const { min, max, desired } = sizesAfter(group, wanted);
  group.min = min;
  group.max = max;
  group.desired = desired;
  touch(world, group.name);
  if (desired === before) return;
  // What others set stays theirs through a call that leaves the desired capacity as it is.
  group.resizedByWorld = false;
  group.lastChange =
    `At ${stamp(world)} ${by} min: ${min}, max: ${max}, desired: ${desired} changing the desired ` +
    `capacity from ${before} to ${desired}.`;
  schedulePlan(world, group);
}

/**
 * Gives it sizes that somebody else wants, or a scheduled action: noted as none of the doing of who is watched. What
 * does not fit is clamped.
 */
export function resizeByOthers(
  world: World,
  group: GroupState,
  wanted: { readonly [Name in keyof Sizes]?: number | undefined },
  by?: string,
): void {
  const before = { min: group.min, max: group.max, desired: group.desired };
  const min = wanted.min ?? group.min;
  const max = Math.max(min, wanted.max ?? group.max);
  const desired = wanted.desired === undefined ? undefined : Math.min(max, Math.max(min, wanted.desired));
  resize(world, group, { MinSize: min, MaxSize: max, DesiredCapacity: desired }, by);
  group.resizedByWorld = true;
  const set = sizesChanged(before, group);
  group.others.push({ at: world.clock.now(), operation: 'UpdateAutoScalingGroup', set, desired: group.desired });
}

export function setDesiredCapacity(world: World, input: SetDesiredCapacityType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const wanted = input.DesiredCapacity ?? 0;
  if (wanted > group.max)
    throw invalid(`New SetDesiredCapacity value ${wanted} is above max value ${group.max} for the AutoScalingGroup.`);
  if (wanted < group.min)
    throw invalid(`New SetDesiredCapacity value ${wanted} is below min value ${group.min} for the AutoScalingGroup.`);
  const before = group.desired;
  group.desired = wanted;
  group.resizedByWorld = false;
  touch(world, group.name);
  if (wanted !== before) {
    group.lastChange =
      `At ${stamp(world)} a user request explicitly set group desired capacity changing the desired ` +
      `capacity from ${before} to ${wanted}.`;
    schedulePlan(world, group);
  }
  return {};
}
