import { expect } from 'chai';
import { createTag } from '../tag.js';
import {
  classicHealthOf,
  expectRefusal,
  groupOf,
  idsOf,
  instancesOf,
  MINUTE,
  SECOND,
  sizesOf,
  suspend,
  targetHealthOf,
  terminate,
} from '../../../support/ask.js';
import { call, standardGroup, worldOf } from '../../../support/sandbox.js';

const web = { AutoScalingGroupName: 'web' };

interface Told {
  readonly StatusCode: string;
  readonly StatusMessage?: string;
  readonly Details: string;
  readonly StartTime: Date;
}

function activitiesOf(world: Parameters<typeof idsOf>[0]): readonly Told[] {
  return call<{ Activities: Told[] }>(world, 'autoscaling', 'DescribeScalingActivities', web).Activities;
}

describe('Auto Scaling: standby, detach and attach', () => {
  it('takes an instance out of the balancers and the count, and back in', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 2, min: 1 });
    const [first = ''] = idsOf(world);
    call(world, 'autoscaling', 'EnterStandby', { ...web, InstanceIds: [first], ShouldDecrementDesiredCapacity: true });
    world.clock.advance(2 * MINUTE);
    expect(instancesOf(world)[0]?.LifecycleState).to.equal('Standby');
    expect(Object.keys(targetHealthOf(world, group.targetGroup))).to.have.length(1);
    expect(groupOf(world).DesiredCapacity).to.equal(1);
    call(world, 'autoscaling', 'ExitStandby', { ...web, InstanceIds: [first] });
    world.clock.advance(2 * MINUTE);
    expect(groupOf(world).DesiredCapacity).to.equal(2);
    expect(targetHealthOf(world, group.targetGroup)[first]).to.equal('healthy');
  });

  it('leaves standby by way of Pending, and only with room in max', () => {
    const world = worldOf();
    standardGroup(world, { size: 2, min: 1, max: 2 });
    const [first = ''] = idsOf(world);
    const one = { ...web, InstanceIds: [first] };
    call(world, 'autoscaling', 'EnterStandby', { ...one, ShouldDecrementDesiredCapacity: true });
    expect(activitiesOf(world)[0])
      .to.have.property('Cause')
      .that.matches(/shrinking the capacity from 2 to 1\.$/);
    expectRefusal(world, 'autoscaling', 'ExitStandby', one, 'ValidationError', /is not in Standby/);
    world.clock.advance(2 * MINUTE);
    call(world, 'autoscaling', 'SetDesiredCapacity', { ...web, DesiredCapacity: 2 });
    expectRefusal(world, 'autoscaling', 'ExitStandby', one, 'ValidationError', /exceed the group's max size \(2\)/);
    call(world, 'autoscaling', 'UpdateAutoScalingGroup', { ...web, MaxSize: 3 });
    call(world, 'autoscaling', 'ExitStandby', one);
    expect(instancesOf(world)[0]?.LifecycleState).to.equal('Pending');
    expect(sizesOf(world)).to.deep.equal([1, 3, 3]);
    world.clock.advance(20 * SECOND);
    expect(instancesOf(world)[0]?.LifecycleState).to.equal('InService');
    world.clock.advance(2 * MINUTE);
    expect(idsOf(world)).to.have.length(3);
  });

  it('takes at most 20 into standby, and none below min', () => {
    const world = worldOf();
    standardGroup(world, { size: 2, min: 2, max: 4 });
    const ids = idsOf(world);
    const ask = { ...web, ShouldDecrementDesiredCapacity: true };
    const many = Array.from({ length: 21 }, () => ids[0] ?? '');
    expectRefusal(
      world,
      'autoscaling',
      'EnterStandby',
      { ...ask, InstanceIds: many },
      'ValidationError',
      /less than or equal to 20/,
    );
    expectRefusal(
      world,
      'autoscaling',
      'EnterStandby',
      { ...ask, InstanceIds: ids },
      'ValidationError',
      /has min-size=2/,
    );
  });

  it('terminates what stands by without touching what serves, unless asked to decrement', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, min: 1, max: 4 });
    const ids = idsOf(world).slice(0, 2);
    call(world, 'autoscaling', 'EnterStandby', { ...web, InstanceIds: ids, ShouldDecrementDesiredCapacity: true });
    world.clock.advance(2 * MINUTE);
    const [kept = '', other = ''] = ids;
    terminate(world, [kept], false);
    world.clock.advance(10 * MINUTE);
    expect(sizesOf(world)).to.deep.equal([1, 4, 1]);
    expect(idsOf(world)).to.have.length(2).and.to.not.include(kept);
    expectRefusal(
      world,
      'autoscaling',
      'TerminateInstanceInAutoScalingGroup',
      { InstanceId: other, ShouldDecrementDesiredCapacity: true },
      'ValidationError',
      /desiredSize equals minSize/,
    );
  });

  it('detaches an instance that goes on running, and attaches it again without a configuration', () => {
    const world = worldOf();
    standardGroup(world, { size: 2, min: 1, max: 3 });
    const [first = ''] = idsOf(world);
    expectRefusal(
      world,
      'autoscaling',
      'EnterStandby',
      { ...web, InstanceIds: ['i-1'], ShouldDecrementDesiredCapacity: true },
      'ValidationError',
      /is not part of Auto Scaling group web/,
    );
    call(world, 'autoscaling', 'DetachInstances', {
      ...web,
      InstanceIds: [first],
      ShouldDecrementDesiredCapacity: true,
    });
    world.clock.advance(2 * MINUTE);
    expect(idsOf(world)).not.to.include(first);
    call(world, 'autoscaling', 'AttachInstances', { ...web, InstanceIds: [first] });
    expect(sizesOf(world)).to.deep.equal([1, 3, 2]);
    expect(instancesOf(world).at(-1)).to.include({
      InstanceId: first,
      LaunchTemplate: undefined,
      LaunchConfigurationName: undefined,
    });
  });
});

describe('Auto Scaling: balancers of a group', () => {
  interface States {
    LoadBalancerTargetGroups: { State: string }[];
    TrafficSources: { State: string; Type: string }[];
  }
  const state = (world: ReturnType<typeof worldOf>): string | undefined =>
    call<States>(world, 'autoscaling', 'DescribeLoadBalancerTargetGroups', web).LoadBalancerTargetGroups[0]?.State;

  it('attach a target group to the instances in service and show Adding, then InService', () => {
    const world = worldOf();
    const other = standardGroup(world, { name: 'other', size: 0, balancers: ['target-group'] });
    standardGroup(world, { size: 1, balancers: [] });
    call(world, 'autoscaling', 'AttachLoadBalancerTargetGroups', { ...web, TargetGroupARNs: [other.targetGroup] });
    expect(state(world)).to.equal('Adding');
    world.clock.advance(2 * MINUTE);
    expect(state(world)).to.equal('InService');
    expect(Object.values(targetHealthOf(world, other.targetGroup))).to.deep.equal(['healthy']);
    call(world, 'autoscaling', 'DetachLoadBalancerTargetGroups', { ...web, TargetGroupARNs: [other.targetGroup] });
    expect(state(world)).to.equal('Removing');
    expect(Object.values(targetHealthOf(world, other.targetGroup))).to.deep.equal([
      'draining Target.DeregistrationInProgress',
    ]);
    world.clock.advance(MINUTE);
    expect(state(world)).to.equal(undefined);
  });

  it('show traffic sources only where AWS shows them', () => {
    const world = worldOf();
    const other = standardGroup(world, { name: 'other', size: 0 });
    standardGroup(world, { size: 1, balancers: [] });
    const sources = [
      { Identifier: other.targetGroup, Type: 'elbv2' },
      { Identifier: other.classic, Type: 'elb' },
    ];
    call(world, 'autoscaling', 'AttachTrafficSources', { ...web, TrafficSources: sources });
    world.clock.advance(2 * MINUTE);
    expect(groupOf(world)).to.deep.include({ LoadBalancerNames: [], TargetGroupARNs: [], TrafficSources: sources });
    expect(state(world)).to.equal(undefined);
    expect(
      call<States>(world, 'autoscaling', 'DescribeTrafficSources', web).TrafficSources.map(
        (one) => `${one.Type} ${one.State}`,
      ),
    ).to.deep.equal(['elbv2 InService', 'elb InService']);
    expect(Object.values(classicHealthOf(world, 'other-classic'))).to.deep.equal(['InService N/A']);
  });

  it('refuse what does not exist', () => {
    const world = worldOf();
    standardGroup(world, { size: 0 });
    expectRefusal(
      world,
      'autoscaling',
      'AttachLoadBalancerTargetGroups',
      { ...web, TargetGroupARNs: ['arn:nope'] },
      'ValidationError',
      /One or more target groups not found/,
    );
    expectRefusal(
      world,
      'autoscaling',
      'AttachLoadBalancers',
      { ...web, LoadBalancerNames: ['nope'] },
      'ValidationError',
      /Load Balancers may not be valid/,
    );
  });
});

describe('Auto Scaling: tags', () => {
  it('are overwritten without an error, deleted without one, and listed', () => {
    const world = worldOf();
    standardGroup(world, { size: 1, settings: { Tags: [{ Key: 'Name', Value: 'web', PropagateAtLaunch: true }] } });
    createTag(world, 'a', '1');
    createTag(world, 'a', '2');
    const tags = call<{ Tags: { Key: string; Value: string }[] }>(world, 'autoscaling', 'DescribeTags', {
      Filters: [{ Name: 'key', Values: ['a'] }],
    }).Tags;
    expect(tags).to.deep.equal([
      { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'a', Value: '2', PropagateAtLaunch: false },
    ]);
    for (let times = 0; times < 2; times++)
      call(world, 'autoscaling', 'DeleteTags', {
        Tags: [{ ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: 'a' }],
      });
    expect(groupOf(world).Tags?.map((tag) => tag.Key)).to.deep.equal(['Name']);
  });

  it('reach instances only when they propagate, beside those of AWS', () => {
    const world = worldOf();
    standardGroup(world, {
      size: 1,
      settings: {
        Tags: [
          { Key: 'Name', Value: 'web', PropagateAtLaunch: true },
          { Key: 'x', Value: 'y', PropagateAtLaunch: false },
        ],
      },
    });
    const found = call<{ Reservations: { Instances: { Tags: { Key: string }[] }[] }[] }>(
      world,
      'ec2',
      'DescribeInstances',
      { Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: ['web'] }] },
    );
    expect(found.Reservations[0]?.Instances[0]?.Tags.map((tag) => tag.Key)).to.deep.equal([
      'Name',
      'aws:autoscaling:groupName',
      'aws:ec2launchtemplate:id',
      'aws:ec2launchtemplate:version',
    ]);
  });

  it('hold at most 256 characters, 50 of them on a group, and only on groups that exist', () => {
    const world = worldOf();
    standardGroup(world, { size: 0 });
    const refuse = (ResourceId: string, Key: string, Value: string, message: RegExp): void =>
      expectRefusal(
        world,
        'autoscaling',
        'CreateOrUpdateTags',
        { Tags: [{ ResourceId, Key, Value }] },
        'ValidationError',
        message,
      );
    refuse('web', 'a', 'x'.repeat(257), /length less than or equal to 256/);
    refuse('nope', 'a', 'x', /not found/);
    for (let index = 0; index < 50; index++) createTag(world, `k${index}`, 'v');
    refuse('web', 'one-more', 'x', /limit/);
  });
});

describe('Auto Scaling: deleting a group', () => {
  it('is refused while instances live, forced it ends them', () => {
    const world = worldOf();
    standardGroup(world, { size: 2 });
    expectRefusal(world, 'autoscaling', 'DeleteAutoScalingGroup', web, 'ResourceInUse', /while there are instances/);
    call(world, 'autoscaling', 'DeleteAutoScalingGroup', { ...web, ForceDelete: true });
    expect(groupOf(world).Status).to.equal('Delete in progress');
    expectRefusal(
      world,
      'autoscaling',
      'UpdateAutoScalingGroup',
      { ...web, MinSize: 0 },
      'ScalingActivityInProgress',
      /pending delete/,
    );
    world.clock.advance(3 * MINUTE);
    expectRefusal(world, 'autoscaling', 'SuspendProcesses', web, 'ValidationError', /not found/);
    const states = call<{ Reservations: { Instances: { State: { Name: string } }[] }[] }>(
      world,
      'ec2',
      'DescribeInstances',
    ).Reservations.flatMap((one) => one.Instances.map((i) => i.State.Name));
    expect(states).to.deep.equal(['terminated', 'terminated']);
  });

  it('works at once when it is empty, and not at all when it is protected', () => {
    const world = worldOf();
    standardGroup(world, { size: 0 });
    standardGroup(world, {
      name: 'kept',
      size: 0,
      balancers: [],
      settings: { DeletionProtection: 'prevent-all-deletion' },
    });
    call(world, 'autoscaling', 'DeleteAutoScalingGroup', web);
    expectRefusal(world, 'autoscaling', 'DeleteAutoScalingGroup', web, 'ValidationError', /not found/);
    expectRefusal(
      world,
      'autoscaling',
      'DeleteAutoScalingGroup',
      { AutoScalingGroupName: 'kept' },
      'ValidationError',
      /deletion protection/,
    );
  });

  it('blocks while the last instances are leaving', () => {
    const world = worldOf();
    standardGroup(world, { size: 1, min: 0 });
    terminate(world, idsOf(world));
    expectRefusal(
      world,
      'autoscaling',
      'DeleteAutoScalingGroup',
      web,
      'ScalingActivityInProgress',
      /^Scaling activity [0-9a-f-]+ is in progress and blocks this action$/,
    );
  });
});

describe('Auto Scaling: what a swap refuses', () => {
  it('shows a warm pool, and an instance refresh in progress until it is cancelled', () => {
    const world = worldOf();
    standardGroup(world, { size: 1 });
    call(world, 'autoscaling', 'PutWarmPool', { ...web, MinSize: 1 });
    expect(groupOf(world).WarmPoolConfiguration).to.deep.include({ MinSize: 1, PoolState: 'Stopped' });
    call(world, 'autoscaling', 'StartInstanceRefresh', web);
    world.clock.advance(10 * MINUTE);
    const refreshes = (): string[] =>
      call<{ InstanceRefreshes: { Status: string }[] }>(
        world,
        'autoscaling',
        'DescribeInstanceRefreshes',
        web,
      ).InstanceRefreshes.map((one) => one.Status);
    expect(refreshes()).to.deep.equal(['InProgress']);
    expectRefusal(
      world,
      'autoscaling',
      'StartInstanceRefresh',
      web,
      'InstanceRefreshInProgress',
      /already in progress/,
    );
    call(world, 'autoscaling', 'CancelInstanceRefresh', web);
    expect(refreshes()).to.deep.equal(['Cancelled']);
    expectRefusal(
      world,
      'autoscaling',
      'CancelInstanceRefresh',
      web,
      'ActiveInstanceRefreshNotFound',
      /No in progress/,
    );
  });

  it('lets nobody but its operator change an operated group', () => {
    const world = worldOf();
    standardGroup(world, { size: 0, settings: { Operator: { Principal: 'other.amazonaws.com' } } });
    expectRefusal(world, 'autoscaling', 'SuspendProcesses', web, 'AccessDenied', /other\.amazonaws\.com/);
    expect(groupOf(world).Operator).to.deep.equal({ Principal: 'other.amazonaws.com' });
  });
});

describe('Auto Scaling: scheduled actions', () => {
  it('resize the group when due, and are lost while ScheduledActions is suspended', () => {
    const world = worldOf();
    standardGroup(world, { size: 1, max: 5 });
    const put = (name: string, seconds: number, DesiredCapacity: number): void => {
      call(world, 'autoscaling', 'PutScheduledUpdateGroupAction', {
        ...web,
        ScheduledActionName: name,
        StartTime: new Date(world.clock.now() + seconds * SECOND),
        DesiredCapacity,
      });
    };
    put('up', 60, 3);
    put('higher', 120, 5);
    expect(
      call<{ ScheduledUpdateGroupActions: object[] }>(world, 'autoscaling', 'DescribeScheduledActions', web)
        .ScheduledUpdateGroupActions,
    ).to.have.length(2);
    world.clock.advance(90 * SECOND);
    expect(groupOf(world).DesiredCapacity).to.equal(3);
    suspend(world, 'ScheduledActions');
    world.clock.advance(90 * SECOND);
    expect(groupOf(world).DesiredCapacity).to.equal(3);
  });
});

describe('faults of the world', () => {
  it('noCapacity fails launches in its zone, and elsewhere they work', () => {
    const world = worldOf({ faults: [{ kind: 'noCapacity', zone: 'eu-west-1a' }] });
    standardGroup(world, { size: 4 });
    expect(new Set(instancesOf(world).map((one) => one.AvailabilityZone))).to.deep.equal(
      new Set(['eu-west-1b', 'eu-west-1c']),
    );
    const failed = call<{ Activities: { StatusCode: string; StatusMessage?: string }[] }>(
      world,
      'autoscaling',
      'DescribeScalingActivities',
      web,
    ).Activities.filter((one) => one.StatusCode === 'Failed');
    expect(failed[0]?.StatusMessage).to.match(
      /^We currently do not have sufficient t3\.micro capacity in the Availability Zone you requested \(eu-west-1a\)\..*Launching EC2 instance failed\.$/,
    );
  });

  it('noCapacity everywhere lets `after` launches through and ends with its window', () => {
    const world = worldOf({ faults: [{ kind: 'noCapacity', after: 2, until: 900 }] });
    standardGroup(world, { size: 4 });
    world.clock.advance(5 * MINUTE);
    expect(idsOf(world)).to.have.length(2);
    world.clock.advance(15 * MINUTE);
    expect(idsOf(world)).to.have.length(4);
  });

  it('launchFails in one zone, in the words given; what was missed is tried in another zone some seconds later', () => {
    const world = worldOf({
      faults: [
        {
          kind: 'launchFails',
          code: 'Unsupported',
          message: 'No {type} in ({zone})',
          zone: 'eu-west-1a',
          type: 't3.micro',
        },
      ],
    });
    standardGroup(world, { size: 3 });
    expect(idsOf(world)).to.have.length(3);
    const activities = activitiesOf(world);
    const failed = activities.filter((one) => one.StatusCode === 'Failed');
    expect(failed.map((one) => one.StatusMessage)).to.deep.equal([
      'No t3.micro in (eu-west-1a). Launching EC2 instance failed.',
    ]);
    const starts = activities.map((one) => one.StartTime.getTime()).sort((a, b) => a - b);
    expect(starts.filter((at) => at === starts[0])).to.have.length(3);
    expect(((starts[3] ?? 0) - (starts[0] ?? 0)) / SECOND).to.be.within(4, 12);
  });

  it('launchFails for a quota counts what runs, and works again once others left', () => {
    const world = worldOf({
      faults: [
        { kind: 'launchFails', code: 'InstanceLimitExceeded', message: 'Your quota allows for 0 more', running: 3 },
      ],
    });
    standardGroup(world, { size: 5, min: 1 });
    expect(idsOf(world)).to.have.length(3);
    expect(
      new Set(activitiesOf(world).flatMap((one) => (one.StatusCode === 'Failed' ? [one.Details] : []))).size,
    ).to.equal(3);
    const [first = ''] = idsOf(world);
    terminate(world, [first], false);
    world.clock.advance(10 * MINUTE);
    expect(idsOf(world)).to.have.length(3).and.not.include(first);
  });

  it('killInstance ends the oldest or the newest, and the group heals', () => {
    const world = worldOf({ faults: [{ kind: 'killInstance', group: 'web', at: 310, which: 'oldest' }] });
    standardGroup(world, { size: 2 });
    const [first = ''] = idsOf(world);
    world.clock.advance(5 * MINUTE);
    expect(idsOf(world)).to.have.length(2).and.not.include(first);
  });

  it('resize changes the sizes as somebody else would', () => {
    const world = worldOf({ faults: [{ kind: 'resize', group: 'logical', at: 310, max: 5, desired: 4 }] });
    standardGroup(world, { size: 2, settings: { Tags: [{ Key: 'aws:cloudformation:logical-id', Value: 'logical' }] } });
    world.clock.advance(5 * MINUTE);
    expect(sizesOf(world)).to.deep.equal([2, 5, 4]);
    expect(idsOf(world)).to.have.length(4);
  });
});
