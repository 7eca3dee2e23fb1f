import type { Activity, TerminateInstanceInAutoScalingGroupType } from '@aws-sdk/client-auto-scaling';
import { drawMs } from '../../random-delay.js';
import { endInstance } from '../../ec2/start-instance.js';
import { ec2State } from '../../ec2/state.js';
import { ServiceFault } from '../../fault.js';
import { touch } from '../../revisions.js';
import type { Call, World } from '../../world.js';
import { endActivity, moveActivity, stamp, startActivity } from '../activities.js';
import type { Termination } from '../../follow-ups.js';
import { raiseHooks } from '../operations/lifecycle-hooks.js';
import { deregisterEverywhere } from './registration.js';
import {
  capacityOf,
  counts,
  leavePlace,
  findGroup,
  groupOf,
  invalid,
  isLeaving,
  memberOf,
  unitsOf,
  type GroupState,
  type Member,
} from '../state.js';
import { schedulePlan } from './plan-schedule.js';

/**
 * Terminates one instance, or up to 100 of one group. A batch is refused as a whole when one id is
 * wrong. Answers one activity per instance, in progress; the instances leave in waves.
 */
export function terminateInstanceInAutoScalingGroup(
  world: World,
  input: TerminateInstanceInAutoScalingGroupType,
  { caller }: Call,
): object {
  const by = caller === 'others' ? 'world' : 'caller';
  const batch = input.InstanceIds ?? [];
  if (input.InstanceId !== undefined && batch.length > 0)
    throw invalid('Only one of InstanceId and InstanceIds can be specified.');
  if (input.InstanceId === undefined && batch.length === 0)
    throw invalid('Either InstanceId or InstanceIds must be specified.');
  if (batch.length > 100)
    throw invalid(
      "1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member " +
        'must have length less than or equal to 100',
    );
  if (batch.length > 0 && input.AutoScalingGroupName === undefined)
    throw invalid('AutoScalingGroupName must be specified together with InstanceIds.');
  const decrement = input.ShouldDecrementDesiredCapacity === true;
  if (input.InstanceId !== undefined) {
    const { group, member } = memberOf(world, input.InstanceId);
    requireNotLeaving(member);
    requireRoom(group, [member], decrement);
    return { Activity: { ...userTerminates(world, group, member, { decrement, by }) } };
  }
  const group = groupOf(world, input.AutoScalingGroupName);
  const members = [...new Set(batch)].map((id) => {
    const member = group.members.get(id);
    if (member === undefined) throw invalid(`Instance Id not found - No managed instance found for instance ID: ${id}`);
    requireNotLeaving(member);
    return member;
  });
  requireRoom(group, members, decrement);
  return { Activities: members.map((member) => ({ ...userTerminates(world, group, member, { decrement, by }) })) };
}

/** A terminate that is sent again must not count twice. */
function requireNotLeaving(member: Member): void {
  if (isLeaving(member) && member.lifecycle !== 'Terminating:Retained')
    throw invalid(`Instance Id not found - No managed instance found for instance ID: ${member.id}`);
}

function requireRoom(group: GroupState, members: readonly Member[], decrement: boolean): void {
  if (!decrement) return;
  const units = members.filter(isDecremented).reduce((sum, member) => sum + unitsOf(member), 0);
  if (group.desired - units < group.min) {
    throw invalid(
      `Currently, desiredSize equals minSize (${group.min}). Terminating instance without ` +
        `replacement will violate group's min size constraint. Either set ` +
        `shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
}

/**
 * What the desired capacity falls by also when nobody counts it yet. Whether it falls by an instance in standby, which
 * left it long ago, is not documented: here it does, which is the worse for who relies on the opposite.
 */
function isDecremented(member: Member): boolean {
  return counts(member) || member.replaces !== undefined || member.lifecycle.endsWith('Standby');
}

function userTerminates(
  world: World,
  group: GroupState,
  member: Member,
  { decrement, by }: { readonly decrement: boolean; readonly by: Termination['by'] },
): Activity {
  const from = group.desired;
  if (member.lifecycle === 'Terminating:Retained') return endRetained(world, group, member);
  if (decrement && isDecremented(member)) {
    if (group.reached === group.desired) group.reached -= unitsOf(member);
    group.desired -= unitsOf(member);
  }
  const shrinking = decrement ? `, shrinking the capacity from ${from} to ${group.desired}` : '';
  const cause =
    `At ${stamp(world)} instance ${member.id} was taken out of service in response to a user ` + `request${shrinking}.`;
  if (decrement) group.lastChange = cause;
  const activity = beginTermination(world, group, member, { by, cause });
  // Without a decrement the gap is filled; with weights a bigger instance may have left one.
  if (capacityOf(group) !== group.desired) schedulePlan(world, group);
  return activity;
}

/** What was kept after its hook goes at once: it has drained long ago. */
function endRetained(world: World, group: GroupState, member: Member): Activity {
  const activity = startActivity(world, group, {
    description: `Terminating EC2 instance: ${member.id}`,
    cause: `At ${stamp(world)} instance ${member.id} was taken out of service in response to a user request.`,
    zone: member.zone,
  });
  member.activity = activity.ActivityId;
  shutsDown(world, group, member);
  return activity;
}

/** Marks an instance as leaving and puts it into the next wave of terminations. */
export function beginTermination(
  world: World,
  group: GroupState,
  member: Member,
  { by, cause }: Termination,
): Activity {
  endActivity(world, group, member.activity, { status: 'Cancelled' });
  const activity = startActivity(world, group, {
    description: `Terminating EC2 instance: ${member.id}`,
    cause,
    zone: member.zone,
  });
  member.activity = activity.ActivityId;
  member.lifecycle = 'Terminating';
  member.endedBy = by;
  leavePlace(group, member);
  member.hooks = [];
  const instance = ec2State(world).instances.get(member.id);
  if (instance !== undefined) instance.endedBy ??= by;
  touch(world, group.name);
  joinWave(world, group, member.id);
  return activity;
}

/** Terminations start in waves of `timing.wave`, each `timing.terminationDelay` after the one before. */
function joinWave(world: World, group: GroupState, id: string): void {
  const now = world.clock.now();
  const last = [...group.waves.entries()].at(-1);
  if (last !== undefined && last[1].at > now && last[1].ids.length < world.scenario.timing.wave) {
    last[1].ids.push(id);
    return;
  }
  const number = ++group.counter;
  const at =
    Math.max(now, last?.[1].at ?? 0) +
    drawMs(world, `autoscaling/wave/${group.name}/${number}`, world.scenario.timing.terminationDelay);
  group.waves.set(number, { at, ids: [id] });
  world.clock.at(at, () => startWave(world, group.name, number));
}

/** While Terminate is suspended nothing leaves; what waits goes on when it is resumed. */
export function startOverdueWaves(world: World, group: GroupState): void {
  for (const [number, wave] of [...group.waves]) if (wave.at <= world.clock.now()) startWave(world, group.name, number);
}

function startWave(world: World, name: string, number: number): void {
  const group = findGroup(world, name);
  const wave = group?.waves.get(number);
  if (group === undefined || wave === undefined) return;
  // Only a forced deletion of the group goes on without the process.
  if (group.suspended.has('Terminate') && group.status === undefined) return;
  group.waves.delete(number);
  const drained = new Map<number, string[]>();
  for (const id of wave.ids) {
    const member = group.members.get(id);
    if (member === undefined) continue;
    const until = deregisterEverywhere(world, group, id);
    if (until > world.clock.now()) moveActivity(group, member.activity, 'WaitingForELBConnectionDraining', 20);
    drained.set(until, [...(drained.get(until) ?? []), id]);
  }
  touch(world, name);
  for (const [until, ids] of drained) world.clock.at(until, () => ids.forEach((id) => hasDrained(world, name, id)));
}

function hasDrained(world: World, name: string, id: string): void {
  const group = findGroup(world, name);
  const member = group?.members.get(id);
  if (group === undefined || member?.lifecycle !== 'Terminating') return;
  if (raiseHooks(world, group, member, 'terminating')) {
    member.lifecycle = 'Terminating:Wait';
    moveActivity(group, member.activity, 'MidLifecycleAction', 50);
  } else {
    shutsDown(world, group, member);
  }
  touch(world, name);
}

/** The last steps: EC2 shuts the instance down, then it leaves the group. */
export function shutsDown(world: World, group: GroupState, member: Member): void {
  member.lifecycle = 'Terminating:Proceed';
  moveActivity(group, member.activity, 'InProgress', 60);
  touch(world, group.name);
  const { id } = member;
  const goneAt = endInstance(world, id, member.endedBy ?? 'caller');
  world.clock.at(goneAt, () => {
    const current = findGroup(world, group.name);
    if (current === undefined) return;
    endActivity(world, current, current.members.get(id)?.activity, { status: 'Successful' });
    current.members.delete(id);
    touch(world, current.name);
    if (capacityOf(current) !== current.desired || !current.suspended.has('AZRebalance')) schedulePlan(world, current);
  });
}

/** The error of calls that something in progress blocks. */
export function inProgress(activity: Activity): ServiceFault {
  return new ServiceFault(
    'ScalingActivityInProgress',
    `Scaling activity ${activity.ActivityId} is in progress and blocks this action`,
  );
}
