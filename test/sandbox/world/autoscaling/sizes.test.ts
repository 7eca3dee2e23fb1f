import { expect } from 'chai';
import {
  activitiesOf,
  expectRefusal,
  groupOf,
  idsOf,
  instancesOf,
  MINUTE,
  resize,
  SECOND,
  sizesOf,
  suspend,
  terminate,
  resume,
} from '../../../support/ask.js';
import { call, standardGroup, worldOf } from '../../../support/sandbox.js';

const update = (sizes: object): object => ({ AutoScalingGroupName: 'web', ...sizes });

describe('Auto Scaling: groups and sizes', () => {
  it('clamps a desired capacity that is not given', () => {
    const world = worldOf();
    standardGroup(world, { size: 2, min: 1, max: 4 });
    call(world, 'autoscaling', 'UpdateAutoScalingGroup', update({ MinSize: 3 }));
    expect(sizesOf(world)).to.deep.equal([3, 4, 3]);
    call(world, 'autoscaling', 'UpdateAutoScalingGroup', update({ MinSize: 0, MaxSize: 1 }));
    expect(sizesOf(world)).to.deep.equal([0, 1, 1]);
  });

  it("refuses sizes that contradict each other, in the service's words", () => {
    const world = worldOf();
    standardGroup(world, { size: 2, min: 1, max: 4 });
    const refuse = (operation: string, sizes: object, message: string): void =>
      expectRefusal(world, 'autoscaling', operation, update(sizes), 'ValidationError', message);
    refuse(
      'UpdateAutoScalingGroup',
      { DesiredCapacity: 15 },
      'Desired capacity:15 must be between the specified min size:1 and max size:4',
    );
    refuse(
      'UpdateAutoScalingGroup',
      { MinSize: 5, MaxSize: 3 },
      'Max bound, 3, must be greater than or equal to min bound, 5',
    );
    refuse(
      'SetDesiredCapacity',
      { DesiredCapacity: 5 },
      'New SetDesiredCapacity value 5 is above max value 4 for the AutoScalingGroup.',
    );
    refuse(
      'SetDesiredCapacity',
      { DesiredCapacity: 0 },
      'New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup.',
    );
    expect(sizesOf(world)).to.deep.equal([1, 4, 2]);
  });

  it('refuses a group that exists, and one without a launch source or a place', () => {
    const world = worldOf();
    standardGroup(world);
    const base = {
      AutoScalingGroupName: 'web',
      MinSize: 1,
      MaxSize: 1,
      AvailabilityZones: ['eu-west-1a'],
      LaunchTemplate: { LaunchTemplateName: 'web' },
    };
    expectRefusal(world, 'autoscaling', 'CreateAutoScalingGroup', base, 'AlreadyExists', /already exists/);
    expectRefusal(
      world,
      'autoscaling',
      'CreateAutoScalingGroup',
      { ...base, AutoScalingGroupName: 'b', LaunchTemplate: undefined },
      'ValidationError',
      /launchTemplate/,
    );
    expectRefusal(
      world,
      'autoscaling',
      'CreateAutoScalingGroup',
      { ...base, AutoScalingGroupName: 'b', AvailabilityZones: [] },
      'ValidationError',
      /Availability Zone/,
    );
    expectRefusal(
      world,
      'autoscaling',
      'UpdateAutoScalingGroup',
      { AutoScalingGroupName: 'nope' },
      'ValidationError',
      /name not found/,
    );
  });

  it('lists groups in pages, by name and by tag', () => {
    const world = worldOf();
    for (const name of ['a', 'b', 'c'])
      standardGroup(world, { name, size: 0, balancers: [], settings: { Tags: [{ Key: 'of', Value: name }] } });
    interface Page {
      AutoScalingGroups: { AutoScalingGroupName: string }[];
      NextToken?: string;
    }
    const names = (page: Page): string[] => page.AutoScalingGroups.map((one) => one.AutoScalingGroupName);
    const first = call<Page>(world, 'autoscaling', 'DescribeAutoScalingGroups', { MaxRecords: 2 });
    expect(names(first)).to.deep.equal(['a', 'b']);
    expect(
      names(
        call<Page>(world, 'autoscaling', 'DescribeAutoScalingGroups', { MaxRecords: 2, NextToken: first.NextToken }),
      ),
    ).to.deep.equal(['c']);
    expect(
      names(
        call<Page>(world, 'autoscaling', 'DescribeAutoScalingGroups', { Filters: [{ Name: 'tag:of', Values: ['b'] }] }),
      ),
    ).to.deep.equal(['b']);
    expect(
      names(call<Page>(world, 'autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: ['c', 'nope'] })),
    ).to.deep.equal(['c']);
  });
});

describe('Auto Scaling: terminating instances', () => {
  it('answers one activity per instance and counts the desired capacity down at once', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, min: 1 });
    const [a = '', b = ''] = idsOf(world);
    const activities = terminate(world, [a, b]);
    expect(activities.map((one) => one.StatusCode)).to.deep.equal(['InProgress', 'InProgress']);
    expect(activities[0]?.Description).to.equal(`Terminating EC2 instance: ${a}`);
    expect(activities[0]?.Cause).to.match(/in response to a user request, shrinking the capacity from 3 to 2\.$/);
    expect(activities[1]?.Cause).to.match(/shrinking the capacity from 2 to 1\.$/);
    expect(groupOf(world).DesiredCapacity).to.equal(1);
    expect(instancesOf(world).filter((one) => one.LifecycleState === 'Terminating')).to.have.length(2);
  });

  it('refuses to go below the minimum', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, min: 2 });
    const ids = idsOf(world);
    const input = { AutoScalingGroupName: 'web', InstanceIds: ids.slice(0, 2), ShouldDecrementDesiredCapacity: true };
    expectRefusal(
      world,
      'autoscaling',
      'TerminateInstanceInAutoScalingGroup',
      input,
      'ValidationError',
      /^Currently, desiredSize equals minSize \(2\)\. Terminating instance without replacement/,
    );
    expect(groupOf(world).DesiredCapacity).to.equal(3);
  });

  it('refuses a whole batch when one id is wrong, and an id that is leaving already', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, min: 0 });
    const [a = ''] = idsOf(world);
    const batch = (...InstanceIds: string[]): object => ({
      AutoScalingGroupName: 'web',
      InstanceIds,
      ShouldDecrementDesiredCapacity: true,
    });
    expectRefusal(
      world,
      'autoscaling',
      'TerminateInstanceInAutoScalingGroup',
      batch(a, 'i-0123'),
      'ValidationError',
      'Instance Id not found - No managed instance found for instance ID: i-0123',
    );
    expect(groupOf(world).DesiredCapacity).to.equal(3);
    terminate(world, [a]);
    expectRefusal(
      world,
      'autoscaling',
      'TerminateInstanceInAutoScalingGroup',
      batch(a),
      'ValidationError',
      /Instance Id not found/,
    );
    const single = { InstanceId: a, ShouldDecrementDesiredCapacity: true };
    expectRefusal(
      world,
      'autoscaling',
      'TerminateInstanceInAutoScalingGroup',
      single,
      'ValidationError',
      /Instance Id not found/,
    );
    expect(groupOf(world).DesiredCapacity).to.equal(2);
  });

  it('replaces what was terminated without a decrement', () => {
    const world = worldOf();
    standardGroup(world, { size: 2 });
    const [a = ''] = idsOf(world);
    terminate(world, [a], false);
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world)).to.have.length(2).and.not.include(a);
  });

  it('deregisters, drains, shuts down and forgets, in this order', () => {
    const world = worldOf();
    standardGroup(world, { size: 1, min: 0, drain: 60 });
    const [id = ''] = idsOf(world);
    terminate(world, [id]);
    world.clock.advance(11 * SECOND);
    expect(activitiesOf(world)[0]?.StatusCode).to.equal('WaitingForELBConnectionDraining');
    const state = (): string =>
      call<{ Reservations: { Instances: { State: { Name: string } }[] }[] }>(world, 'ec2', 'DescribeInstances', {
        InstanceIds: [id],
      }).Reservations[0]?.Instances[0]?.State.Name ?? '';
    expect(state()).to.equal('running');
    world.clock.advance(85 * SECOND);
    expect(idsOf(world)).to.deep.equal([]);
    expect(state()).to.equal('terminated');
    expect(activitiesOf(world)[0]).to.include({ StatusCode: 'Successful', Progress: 100 });
  });

  it('lets big batches leave in waves', () => {
    const world = worldOf({ timing: { ...worldOf().scenario.timing, wave: 5, terminationDelay: [10, 10] } });
    standardGroup(world, { size: 12, min: 0, drain: 60 });
    terminate(world, idsOf(world));
    world.clock.advance(11 * SECOND);
    const draining = (): number =>
      activitiesOf(world).filter((one) => one.StatusCode === 'WaitingForELBConnectionDraining').length;
    expect(draining()).to.equal(5);
    world.clock.advance(10 * SECOND);
    expect(draining()).to.equal(10);
  });
});

describe('Auto Scaling: scaling in', () => {
  it('takes the oldest template version first: the good set of a half-done swap', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 3 });
    const old = idsOf(world);
    group.changeImage('ami-new');
    resize(world, 3, 6, 6);
    world.clock.advance(3 * MINUTE);
    resize(world, 3, 6, 3);
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world).some((id) => old.includes(id))).to.equal(false);
  });

  it('follows the termination policy', () => {
    const world = worldOf();
    standardGroup(world, {
      size: 3,
      settings: { TerminationPolicies: ['NewestInstance'], VPCZoneIdentifier: '', AvailabilityZones: ['eu-west-1a'] },
    });
    resize(world, 1, 4, 4);
    world.clock.advance(3 * MINUTE);
    const newest = idsOf(world).at(-1)!;
    resize(world, 1, 4, 3);
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world)).to.have.length(3).and.not.include(newest);
  });

  it('spares protected instances; when all are protected it only says so', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, min: 1 });
    const ids = idsOf(world);
    call(world, 'autoscaling', 'SetInstanceProtection', {
      AutoScalingGroupName: 'web',
      InstanceIds: ids,
      ProtectedFromScaleIn: true,
    });
    resize(world, 1, 3, 2);
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world)).to.deep.equal(ids);
    expect(groupOf(world).DesiredCapacity).to.equal(2);
    expect(activitiesOf(world)[0]?.Description).to.equal(
      'Could not scale to desired capacity because all remaining instances are protected from scale in.',
    );
    call(world, 'autoscaling', 'SetInstanceProtection', {
      AutoScalingGroupName: 'web',
      InstanceIds: [ids[2]],
      ProtectedFromScaleIn: false,
    });
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world)).to.deep.equal(ids.slice(0, 2));
  });

  it('terminates protected instances all the same when asked by id', () => {
    const world = worldOf();
    standardGroup(world, { size: 2, min: 1, settings: { NewInstancesProtectedFromScaleIn: true } });
    expect(instancesOf(world).every((one) => one.ProtectedFromScaleIn)).to.equal(true);
    terminate(world, idsOf(world).slice(0, 1));
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world)).to.have.length(1);
  });
});

describe('Auto Scaling: suspended processes', () => {
  it('launches nothing without Launch and catches up when it is resumed', () => {
    const world = worldOf();
    standardGroup(world, { size: 2 });
    suspend(world, 'Launch');
    resize(world, 2, 4, 4);
    world.clock.advance(5 * MINUTE);
    expect(idsOf(world)).to.have.length(2);
    resume(world, 'Launch');
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world)).to.have.length(4);
  });

  it('lets nothing leave without Terminate, not even what a caller terminates', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, min: 1 });
    suspend(world, 'Terminate');
    terminate(world, idsOf(world).slice(0, 1));
    resize(world, 1, 3, 1);
    world.clock.advance(10 * MINUTE);
    expect(instancesOf(world).map((one) => one.LifecycleState)).to.deep.equal([
      'Terminating',
      'InService',
      'InService',
    ]);
    resume(world, 'Terminate');
    world.clock.advance(3 * MINUTE);
    expect(idsOf(world)).to.have.length(1);
  });

  it('never registers what was launched without AddToLoadBalancer', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 1 });
    suspend(world, 'AddToLoadBalancer');
    resize(world, 1, 2, 2);
    world.clock.advance(3 * MINUTE);
    resume(world, 'AddToLoadBalancer');
    world.clock.advance(5 * MINUTE);
    expect(instancesOf(world).map((one) => one.LifecycleState)).to.deep.equal(['InService', 'InService']);
    const answer = call<{ TargetHealthDescriptions: unknown[] }>(world, 'elbv2', 'DescribeTargetHealth', {
      TargetGroupArn: group.targetGroup,
    });
    expect(answer.TargetHealthDescriptions).to.have.length(1);
  });

  it('evens out zones when AZRebalance is on, and not while it is suspended', () => {
    const world = worldOf();
    standardGroup(world, { size: 4, min: 0, max: 8 });
    suspend(world, 'AZRebalance');
    const inZone = (zone: string): string[] =>
      instancesOf(world)
        .filter((one) => one.AvailabilityZone === zone)
        .map((one) => one.InstanceId!);
    const fullest = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'].find((zone) => inZone(zone).length === 2)!;
    const other = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'].find((zone) => zone !== fullest)!;
    terminate(world, inZone(other));
    world.clock.advance(5 * MINUTE);
    expect(inZone(other)).to.have.length(0);
    resume(world, 'AZRebalance');
    world.clock.advance(10 * MINUTE);
    expect(idsOf(world)).to.have.length(3);
    expect(inZone(other)).to.have.length(1);
    expect(inZone(fullest)).to.have.length(1);
  });

  it('suspends and resumes all of them when none is named, keeps the first reason, and refuses names it does not know', () => {
    const world = worldOf();
    standardGroup(world, { size: 1 });
    suspend(world, 'Launch');
    const reason = groupOf(world).SuspendedProcesses?.[0]?.SuspensionReason;
    expect(reason).to.match(/^User suspended at 2026-/);
    world.clock.advance(MINUTE);
    suspend(world);
    expect(groupOf(world).SuspendedProcesses).to.have.length(9);
    expect(groupOf(world).SuspendedProcesses?.find((one) => one.ProcessName === 'Launch')?.SuspensionReason).to.equal(
      reason,
    );
    resume(world);
    expect(groupOf(world).SuspendedProcesses).to.deep.equal([]);
    expectRefusal(
      world,
      'autoscaling',
      'SuspendProcesses',
      { AutoScalingGroupName: 'web', ScalingProcesses: ['Lunch'] },
      'ValidationError',
      /Lunch/,
    );
  });
});
