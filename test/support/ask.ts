import type { Activity, AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import { expect } from 'chai';
import { ServiceFault } from '../../src/sandbox/world/fault.js';
import type { ServiceName, World } from '../../src/sandbox/world/world.js';
import { call } from './sandbox.js';

/** The group as DescribeAutoScalingGroups shows it. */
export function groupOf(world: World, name = 'web'): AutoScalingGroup {
  const answer = call<{ AutoScalingGroups: AutoScalingGroup[] }>(world, 'autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: [name],
  });
  const [group] = answer.AutoScalingGroups;
  if (group === undefined) throw new Error(`there is no group ${name}`);
  return group;
}

export function instancesOf(world: World, name = 'web'): Instance[] {
  return groupOf(world, name).Instances ?? [];
}

export function idsOf(world: World, name = 'web'): string[] {
  return instancesOf(world, name).map((one) => one.InstanceId!);
}

export function sizesOf(world: World, name = 'web'): (number | undefined)[] {
  const group = groupOf(world, name);
  return [group.MinSize, group.MaxSize, group.DesiredCapacity];
}

/** Newest first. */
export function activitiesOf(world: World, name = 'web', input: object = {}): Activity[] {
  return call<{ Activities: Activity[] }>(world, 'autoscaling', 'DescribeScalingActivities', {
    AutoScalingGroupName: name,
    ...input,
  }).Activities;
}

export function resize(world: World, min: number, max: number, desired: number, name = 'web'): void {
  call(world, 'autoscaling', 'UpdateAutoScalingGroup', {
    AutoScalingGroupName: name,
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: desired,
  });
}

export function suspend(world: World, ...processes: string[]): void {
  call(world, 'autoscaling', 'SuspendProcesses', { AutoScalingGroupName: 'web', ScalingProcesses: processes });
}

export function resume(world: World, ...processes: string[]): void {
  call(world, 'autoscaling', 'ResumeProcesses', { AutoScalingGroupName: 'web', ScalingProcesses: processes });
}

export function terminate(world: World, ids: readonly string[], decrement = true): Activity[] {
  return call<{ Activities: Activity[] }>(world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    InstanceIds: ids,
    ShouldDecrementDesiredCapacity: decrement,
  }).Activities;
}

/** `STATE DESCRIPTION` by instance id. */
export function classicHealthOf(world: World, name = 'web-classic'): Record<string, string> {
  const answer = call<{ InstanceStates: { InstanceId: string; State: string; Description: string }[] }>(
    world,
    'elb',
    'DescribeInstanceHealth',
    { LoadBalancerName: name },
  );
  return Object.fromEntries(answer.InstanceStates.map((one) => [one.InstanceId, `${one.State} ${one.Description}`]));
}

/** `STATE REASON` by instance id (or `id:port`, when asked to). */
export function targetHealthOf(
  world: World,
  targetGroup: string | undefined,
  withPorts = false,
): Record<string, string> {
  const answer = call<{
    TargetHealthDescriptions: {
      Target: { Id: string; Port: number };
      TargetHealth: { State: string; Reason?: string };
    }[];
  }>(world, 'elbv2', 'DescribeTargetHealth', { TargetGroupArn: targetGroup });
  return Object.fromEntries(
    answer.TargetHealthDescriptions.map(({ Target, TargetHealth }) => [
      withPorts ? `${Target.Id}:${Target.Port}` : Target.Id,
      TargetHealth.Reason === undefined ? TargetHealth.State : `${TargetHealth.State} ${TargetHealth.Reason}`,
    ]),
  );
}

/** Expects the call to be refused with this wire code and a message like that. */
export function expectRefusal(
  world: World,
  service: ServiceName,
  operation: string,
  input: object,
  code: string,
  message: RegExp | string,
): void {
  try {
    call(world, service, operation, input);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    expect(error.code).to.equal(code);
    if (typeof message === 'string') expect(error.message).to.equal(message);
    else expect(error.message).to.match(message);
    return;
  }
  throw new Error(`${operation} was not refused`);
}

export const SECOND = 1000;
export const MINUTE = 60_000;
