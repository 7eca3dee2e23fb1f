import type {
  AttachInstancesQuery,
  DetachInstancesQuery,
  EnterStandbyQuery,
  ExitStandbyQuery,
  SetInstanceProtectionQuery,
} from '@aws-sdk/client-auto-scaling';
import { ec2State } from '../../ec2/state.js';
import { drawMs } from '../../random-delay.js';
import { touch } from '../../revisions.js';
import type { Call, World } from '../../world.js';
import { endActivity, stamp, startActivity } from '../activities.js';
import { scheduleHealthCheck } from './health-checks.js';
import { leavesPending } from './launch.js';
import { deregisterEverywhere, scheduleRegistration } from './registration.js';
import { counts, findGroup, groupOf, invalid, leavePlace, unitsOf, type GroupState, type Member } from '../state.js';
import { schedulePlan } from './plan-schedule.js';

/** At most 50 instances. Protection only keeps them from scaling in, nothing else. */
export function setInstanceProtection(world: World, input: SetInstanceProtectionQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  for (const member of membersOf(group, input.InstanceIds, 50)) member.protected = input.ProtectedFromScaleIn === true;
  touch(world, group.name);
  schedulePlan(world, group);
  return {};
}

/**
 * At most 20 instances. They leave every balancer and drain; the desired capacity falls by them, or what is missing is
 * launched. Source: EnterStandby; EC2 Auto Scaling user guide, "Temporarily remove instances".
 */
export function enterStandby(world: World, input: EnterStandbyQuery, { caller }: Call): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const members = membersOf(group, input.InstanceIds, 20);
  for (const member of members) requireInService(member);
  const from = group.desired;
  if (input.ShouldDecrementDesiredCapacity === true) decrement(group, members);
  const activities = members.map((member) => {
    const cause =
      `At ${stamp(world)} instance ${member.id} was moved to standby in response to a user request` +
      `${from === group.desired ? '' : `, shrinking the capacity from ${from} to ${group.desired}`}.`;
    const activity = startActivity(world, group, {
      description: `Moving EC2 instance to Standby: ${member.id}`,
      cause,
      zone: member.zone,
    });
    member.activity = activity.ActivityId;
    member.lifecycle = 'EnteringStandby';
    leavePlace(group, member);
    member.asideBy = caller === 'outside' ? 'caller' : 'world';
    const until = deregisterEverywhere(world, group, member.id);
    world.clock.at(until, () => hasEnteredStandby(world, group.name, member.id));
    return { ...activity };
  });
  touch(world, group.name);
  schedulePlan(world, group);
  return { Activities: activities };
}

function hasEnteredStandby(world: World, name: string, id: string): void {
  const group = findGroup(world, name);
  const member = group?.members.get(id);
  if (group === undefined || member?.lifecycle !== 'EnteringStandby') return;
  member.lifecycle = 'Standby';
  endActivity(world, group, member.activity, { status: 'Successful' });
  member.activity = undefined;
  touch(world, name);
}

/** What an instance takes from standby to service, in seconds; not published. */
const EXIT: readonly [number, number] = [2, 10];

/**
 * Back into service, by way of `Pending`: the desired capacity rises by what stood by. Whether launching hooks are
 * passed again is not documented; the state that they are raised in is, so they are raised here.
 * Sources: ExitStandby, whose activities are in `PreInService`; EC2 Auto Scaling user guide, "Instance lifecycle".
 */
export function exitStandby(world: World, input: ExitStandbyQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const members = membersOf(group, input.InstanceIds, 20);
  for (const member of members) {
    if (member.lifecycle !== 'Standby') throw invalid(`The instance ${member.id} is not in Standby.`);
  }
  const units = members.reduce((sum, member) => sum + unitsOf(member), 0);
  if (group.desired + units > group.max) {
    throw invalid(
      `Currently, desiredSize (${group.desired}) plus the instances to move out of standby would ` +
        `exceed the group's max size (${group.max}).`,
    );
  }
  if (group.suspended.has('Launch'))
    throw invalid(`Cannot exit standby while the Launch process is suspended for AutoScalingGroup ${group.name}.`);
  const from = group.desired;
  group.desired += units;
  const activities = members.map((member) => {
    const cause =
      `At ${stamp(world)} instance ${member.id} was moved out of standby in response to a user ` +
      `request, increasing the capacity from ${from} to ${group.desired}.`;
    const activity = startActivity(world, group, {
      description: `Moving EC2 instance out of Standby: ${member.id}`,
      cause,
      zone: member.zone,
      status: 'PreInService',
    });
    activity.Progress = 30;
    member.activity = activity.ActivityId;
    member.lifecycle = 'Pending';
    member.asideBy = undefined;
    const delay = drawMs(world, `autoscaling/exit-standby/${member.id}/${++group.counter}`, EXIT);
    world.clock.after(delay, () => leavesPending(world, group.name, member.id));
    return { ...activity };
  });
  touch(world, group.name);
  return { Activities: activities };
}

/** The instances leave the group and go on running on their own. */
export function detachInstances(world: World, input: DetachInstancesQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const members = membersOf(group, input.InstanceIds, 20);
  for (const member of members) if (member.lifecycle !== 'Standby') requireInService(member);
  const isDecremented = input.ShouldDecrementDesiredCapacity === true;
  let capacity = group.desired;
  if (isDecremented) decrement(group, members);
  const activities = members.map((member) => {
    const from = capacity;
    if (counts(member)) capacity -= unitsOf(member);
    const shrinking = isDecremented ? `, shrinking the capacity from ${from} to ${capacity}` : '';
    const cause = `At ${stamp(world)} instance ${member.id} was detached in response to a user request${shrinking}.`;
    const activity = startActivity(world, group, {
      description: `Detaching EC2 instance: ${member.id}`,
      cause,
      zone: member.zone,
    });
    member.activity = activity.ActivityId;
    member.lifecycle = 'Detaching';
    leavePlace(group, member);
    const until = deregisterEverywhere(world, group, member.id);
    world.clock.at(until, () => hasDetached(world, group.name, member.id));
    return { ...activity };
  });
  touch(world, group.name);
  schedulePlan(world, group);
  return { Activities: activities };
}

function hasDetached(world: World, name: string, id: string): void {
  const group = findGroup(world, name);
  const member = group?.members.get(id);
  if (group === undefined || member === undefined) return;
  endActivity(world, group, member.activity, { status: 'Successful' });
  group.members.delete(id);
  const instance = ec2State(world).instances.get(id);
  instance?.tags.delete('aws:autoscaling:groupName');
  if (instance !== undefined) instance.group = undefined;
  touch(world, name);
}

/** Running instances join the group; the desired capacity rises. They carry no launch configuration. */
export function attachInstances(world: World, input: AttachInstancesQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const ids = input.InstanceIds ?? [];
  if (group.suspended.has('Launch'))
    throw invalid(`Cannot attach instances while the Launch process is suspended for AutoScalingGroup ${group.name}.`);
  const instances = ids.map((id) => {
    const instance = ec2State(world).instances.get(id);
    if (instance?.state !== 'running') throw invalid(`Invalid Instance ID(s): [${id}] specified`);
    if (instance.group !== undefined) throw invalid(`The instance ${id} is already part of another AutoScalingGroup.`);
    return instance;
  });
  if (group.desired + ids.length > group.max) {
    throw invalid(
      `AutoScalingGroup ${group.name} would exceed its max size of ${group.max} by attaching ${ids.length} instances.`,
    );
  }
  for (const instance of instances) {
    instance.group = group.name;
    instance.tags.set('aws:autoscaling:groupName', group.name);
    const member: Member = {
      id: instance.id,
      order: ++group.counter,
      type: instance.type,
      zone: instance.zone,
      lifecycle: 'InService',
      health: 'Healthy',
      protected: group.protectNew,
      inServiceAt: world.clock.now(),
      hooks: [],
    };
    group.members.set(member.id, member);
    if (!group.suspended.has('AddToLoadBalancer')) scheduleRegistration(world, group, member);
  }
  group.desired += ids.length;
  touch(world, group.name);
  scheduleHealthCheck(world, group);
  return {};
}

function membersOf(group: GroupState, ids: readonly string[] | undefined, most: number): Member[] {
  const wanted = ids ?? [];
  if (wanted.length > most)
    throw invalid(
      `1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member ` +
        `must have length less than or equal to ${most}`,
    );
  return wanted.map((id) => {
    const member = group.members.get(id);
    if (member === undefined) throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    return member;
  });
}

function requireInService(member: Member): void {
  if (member.lifecycle !== 'InService') throw invalid(`The instance ${member.id} is not in InService.`);
}

function decrement(group: GroupState, members: readonly Member[]): void {
  const units = members.filter(counts).reduce((sum, member) => sum + unitsOf(member), 0);
  if (group.desired - units < group.min) {
    throw invalid(
      `AutoScalingGroup ${group.name} has min-size=${group.min}, max-size=${group.max}, and ` +
        `desired-size=${group.desired}. To place into standby or detach ${members.length} ` +
        'instance(s), please update the AutoScalingGroup sizes appropriately.',
    );
  }
  group.desired -= units;
}
