import { expect } from 'chai';
import { DEFAULT_SCENARIO } from '../../../../src/sandbox/scenario.js';
import { ec2State } from '../../../../src/sandbox/world/ec2/state.js';
import {
  activitiesOf,
  classicHealthOf,
  expectRefusal,
  groupOf,
  idsOf,
  instancesOf,
  MINUTE,
  resize,
  SECOND,
  suspend,
  targetHealthOf,
  terminate,
} from '../../../support/ask.js';
import { call, makeTemplate, standardGroup, worldOf } from '../../../support/sandbox.js';

describe('Auto Scaling: launching', () => {
  it('goes from Pending to InService, spreads over zones, and is listed by the balancers a little later', () => {
    const world = worldOf({
      timing: { ...DEFAULT_SCENARIO.timing, registration: [5, 5], pending: [10, 10], launchDelay: [5, 5] },
    });
    standardGroup(world, { size: 6, settle: false });
    world.clock.advance(6 * SECOND);
    expect(instancesOf(world).map((one) => one.LifecycleState)).to.deep.equal(Array(6).fill('Pending'));
    world.clock.advance(10 * SECOND);
    expect(instancesOf(world).map((one) => one.LifecycleState)).to.deep.equal(Array(6).fill('InService'));
    expect(classicHealthOf(world)).to.deep.equal({});
    world.clock.advance(5 * SECOND);
    expect(Object.keys(classicHealthOf(world))).to.have.length(6);
    const zones = instancesOf(world)
      .map((one) => one.AvailabilityZone)
      .sort();
    expect(zones).to.deep.equal(['eu-west-1a', 'eu-west-1a', 'eu-west-1b', 'eu-west-1b', 'eu-west-1c', 'eu-west-1c']);
  });

  it('launches in waves', () => {
    const world = worldOf({ timing: { ...DEFAULT_SCENARIO.timing, wave: 4, launchDelay: [10, 10] } });
    standardGroup(world, { size: 10, settle: false });
    world.clock.advance(11 * SECOND);
    expect(idsOf(world)).to.have.length(4);
    world.clock.advance(20 * SECOND);
    expect(idsOf(world)).to.have.length(10);
  });

  it('counts weights instead of instances and may overshoot by the largest weight', () => {
    const world = worldOf();
    const template = makeTemplate(world, 'mixed', 'ami-old');
    const Overrides = [
      { InstanceType: 'm5.large', WeightedCapacity: '2' },
      { InstanceType: 'm5.xlarge', WeightedCapacity: '4' },
    ];
    const LaunchTemplateSpecification = { LaunchTemplateId: template, Version: '$Latest' };
    call(world, 'autoscaling', 'CreateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      MinSize: 0,
      MaxSize: 20,
      DesiredCapacity: 9,
      AvailabilityZones: ['eu-west-1a'],
      MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } },
    });
    world.clock.advance(3 * MINUTE);
    const weights = instancesOf(world).map((one) => Number(one.WeightedCapacity));
    const units = weights.reduce((sum, weight) => sum + weight, 0);
    expect(units).to.be.within(9, 12);
    expect(instancesOf(world)[0]?.WeightedCapacity).to.be.a('string');
    const heavy = instancesOf(world).find((one) => one.WeightedCapacity === '4');
    terminate(world, [heavy?.InstanceId!]);
    expect(groupOf(world).DesiredCapacity).to.equal(5);
  });

  it('lets go what it launched above the desired capacity in the place of a loss: that is nobody’s doing', () => {
    const world = worldOf();
    const Overrides = [
      { InstanceType: 'm5.large', WeightedCapacity: '1' },
      { InstanceType: 'm5.xlarge', WeightedCapacity: '3' },
    ];
    const LaunchTemplateSpecification = { LaunchTemplateId: makeTemplate(world, 'mixed', 'ami-old'), Version: '1' };
    call(world, 'autoscaling', 'CreateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      MinSize: 0,
      MaxSize: 20,
      DesiredCapacity: 4,
      AvailabilityZones: ['eu-west-1a'],
      MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } },
    });
    world.clock.advance(3 * MINUTE);
    /** Whose doing it is that instances left until now, those apart that this test terminated. */
    const endedBy = (): readonly (string | undefined)[] =>
      [...ec2State(world).instances.values()].flatMap((one) =>
        one.endedBy === undefined || one.endedBy === 'caller' ? [] : [one.endedBy],
      );
    for (let loss = 0; loss < 4 && endedBy().length === 0; loss++) {
      const heavy = instancesOf(world).find((one) => one.WeightedCapacity === '3');
      call(world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId: heavy?.InstanceId,
        ShouldDecrementDesiredCapacity: false,
      });
      world.clock.advance(10 * MINUTE);
    }
    expect(new Set(endedBy())).to.deep.equal(new Set(['world']));

    call(world, 'autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 1 });
    world.clock.advance(10 * MINUTE);
    expect(endedBy()).to.include('scale-in');
  });

  it('starts instances that die of themselves, and replaces them', () => {
    const world = worldOf({ images: { 'ami-old': { behaviour: 'dies', diesAfter: 600 } } });
    standardGroup(world, { size: 1 });
    const [first = ''] = idsOf(world);
    world.clock.advance(10 * MINUTE);
    expect(idsOf(world)).not.to.include(first);
    expect(
      activitiesOf(world).some((one) =>
        (one.Cause ?? '').includes('EC2 health check indicating it has been terminated or stopped'),
      ),
    ).to.equal(true);
  });
});

describe('Auto Scaling: launch configurations and templates', () => {
  it('resolves $Latest and $Default at each launch; instances carry the number', () => {
    const world = worldOf();
    const template = makeTemplate(world, 'web', 'ami-1');
    call(world, 'ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateId: template,
      SourceVersion: '1',
      LaunchTemplateData: { ImageId: 'ami-2' },
    });
    const group = {
      AutoScalingGroupName: 'web',
      MinSize: 1,
      MaxSize: 9,
      AvailabilityZones: ['eu-west-1a'],
      LaunchTemplate: { LaunchTemplateId: template, Version: '$Default' },
    };
    call(world, 'autoscaling', 'CreateAutoScalingGroup', group);
    world.clock.advance(MINUTE);
    call(world, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
      DesiredCapacity: 2,
    });
    world.clock.advance(MINUTE);
    expect(instancesOf(world).map((one) => one.LaunchTemplate?.Version)).to.deep.equal(['1', '2']);
    expect(groupOf(world).LaunchTemplate).to.deep.equal({
      LaunchTemplateId: template,
      LaunchTemplateName: 'web',
      Version: '$Latest',
    });
    call(world, 'ec2', 'ModifyLaunchTemplate', { LaunchTemplateId: template, DefaultVersion: '2' });
    call(world, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Default' },
      DesiredCapacity: 3,
    });
    world.clock.advance(MINUTE);
    expect(instancesOf(world).at(-1)?.LaunchTemplate?.Version).to.equal('2');
  });

  it('names the launch configuration of each instance and does not delete one in use', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 1, configuration: 'lc' });
    expect(instancesOf(world)[0]).to.include({ LaunchConfigurationName: 'web-1', LaunchTemplate: undefined });
    expectRefusal(
      world,
      'autoscaling',
      'DeleteLaunchConfiguration',
      { LaunchConfigurationName: 'web-1' },
      'ResourceInUse',
      /attached to AutoScalingGroup web/,
    );
    group.changeImage('ami-new');
    call(world, 'autoscaling', 'DeleteLaunchConfiguration', { LaunchConfigurationName: 'web-1' });
    expect(instancesOf(world)[0]?.LaunchConfigurationName).to.equal('web-1');
    expectRefusal(
      world,
      'autoscaling',
      'CreateLaunchConfiguration',
      { LaunchConfigurationName: 'web-2', ImageId: 'ami-1', InstanceType: 't3.micro' },
      'AlreadyExists',
      /already exists/,
    );
  });

  it('refuses configurations that do not exist and more than one of them', () => {
    const world = worldOf();
    standardGroup(world, { size: 1 });
    const refuse = (change: object, message: RegExp): void =>
      expectRefusal(
        world,
        'autoscaling',
        'UpdateAutoScalingGroup',
        { AutoScalingGroupName: 'web', ...change },
        'ValidationError',
        message,
      );
    refuse({ LaunchConfigurationName: 'nope' }, /Launch configuration name not found/);
    refuse({ LaunchTemplate: { LaunchTemplateName: 'nope' } }, /You must use a valid fully-formed launch template/);
    refuse(
      { LaunchTemplate: { LaunchTemplateName: 'web' }, LaunchConfigurationName: 'x' },
      /Valid requests must contain either/,
    );
  });
});

describe('Auto Scaling: activities', () => {
  it("fail in AWS's words for a missing image, are tried again ever more slowly, and heal with the configuration", () => {
    const world = worldOf({ images: { 'ami-gone': { behaviour: 'missing' } } });
    const group = standardGroup(world, { size: 2 });
    group.changeImage('ami-gone');
    const from = new Date(world.clock.now()).toISOString();
    resize(world, 2, 4, 4);
    world.clock.advance(30 * MINUTE);
    const failed = activitiesOf(world, 'web', {
      Filters: [
        { Name: 'Status', Values: ['Failed'] },
        { Name: 'StartTimeLowerBound', Values: [from] },
      ],
    });
    expect(failed.length).to.be.within(4, 12);
    expect(failed[0]?.StatusMessage).to.equal(
      "The image id '[ami-gone]' does not exist. Launching EC2 instance failed.",
    );
    expect(failed[0]?.Cause).to.match(
      /changing the desired capacity from 2 to 4\..*increasing the capacity from 2 to 4\.$/,
    );
    expect(groupOf(world).DesiredCapacity).to.equal(4);
    group.changeImage('ami-fine');
    world.clock.advance(10 * MINUTE);
    expect(idsOf(world)).to.have.length(4);
  });

  it('come in progress first, then the newest, one per instance, in pages', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, min: 0 });
    terminate(world, idsOf(world).slice(0, 1));
    const all = activitiesOf(world);
    expect(all).to.have.length(4);
    expect(all[0]).to.include({ StatusCode: 'InProgress' });
    expect(
      all
        .slice(1)
        .every(
          (one) =>
            one.StatusCode === 'Successful' && (one.Description ?? '').startsWith('Launching a new EC2 instance: i-0'),
        ),
    ).to.equal(true);
    const page = call<{ Activities: unknown[]; NextToken?: string }>(
      world,
      'autoscaling',
      'DescribeScalingActivities',
      { AutoScalingGroupName: 'web', MaxRecords: 3 },
    );
    expect(page.Activities).to.have.length(3);
    expect(page.NextToken).to.be.a('string');
  });
});

describe('Auto Scaling: health checks', () => {
  it('replace an instance that fails in the balancer, but only after the grace period', () => {
    const world = worldOf({ images: { 'ami-bad': { behaviour: 'unhealthy' } } });
    standardGroup(world, { size: 1, image: 'ami-bad', grace: 240, settle: false });
    world.clock.advance(3 * MINUTE);
    const [first = ''] = idsOf(world);
    expect(instancesOf(world)[0]).to.include({ LifecycleState: 'InService', HealthStatus: 'Healthy' });
    world.clock.advance(4 * MINUTE);
    expect(idsOf(world)).not.to.include(first);
    expect(activitiesOf(world).some((one) => (one.Cause ?? '').includes('ELB system health check failure'))).to.equal(
      true,
    );
  });

  it('only mark while ReplaceUnhealthy is suspended, and ignore the balancers for the type EC2', () => {
    const images = { 'ami-bad': { behaviour: 'unhealthy' } } as const;
    const marked = worldOf({ images });
    standardGroup(marked, { size: 1, image: 'ami-bad', grace: 0, settle: false });
    suspend(marked, 'ReplaceUnhealthy');
    marked.clock.advance(10 * MINUTE);
    expect(instancesOf(marked).map((one) => `${one.LifecycleState} ${one.HealthStatus}`)).to.deep.equal([
      'InService Unhealthy',
    ]);
    const ignored = worldOf({ images });
    standardGroup(ignored, { size: 1, image: 'ami-bad', grace: 0, healthCheckType: 'EC2' });
    ignored.clock.advance(10 * MINUTE);
    expect(instancesOf(ignored)[0]?.HealthStatus).to.equal('Healthy');
    expect(activitiesOf(ignored)).to.have.length(1);
  });

  it('do not mark while HealthCheck is suspended, except by SetInstanceHealth', () => {
    const world = worldOf({ images: { 'ami-bad': { behaviour: 'unhealthy' } } });
    standardGroup(world, { size: 1, image: 'ami-bad', grace: 0, settle: false });
    suspend(world, 'HealthCheck', 'ReplaceUnhealthy');
    world.clock.advance(10 * MINUTE);
    expect(instancesOf(world)[0]?.HealthStatus).to.equal('Healthy');
    call(world, 'autoscaling', 'SetInstanceHealth', {
      InstanceId: idsOf(world)[0],
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
    expect(instancesOf(world)[0]?.HealthStatus).to.equal('Unhealthy');
  });

  it('notice what EC2 ended', () => {
    const world = worldOf();
    standardGroup(world, { size: 2 });
    const [first = ''] = idsOf(world);
    call(world, 'ec2', 'TerminateInstances', { InstanceIds: [first] });
    world.clock.advance(4 * MINUTE);
    expect(idsOf(world)).to.have.length(2).and.not.include(first);
    expect(groupOf(world).DesiredCapacity).to.equal(2);
  });
});

describe('Auto Scaling: lifecycle hooks', () => {
  const hook = (LifecycleTransition: string, more: object = {}): object => ({
    LifecycleHookSpecificationList: [
      { LifecycleHookName: 'ready', LifecycleTransition, HeartbeatTimeout: 600, ...more },
    ],
  });
  const answer = (world: ReturnType<typeof worldOf>, LifecycleActionResult: string): void => {
    call(world, 'autoscaling', 'CompleteLifecycleAction', {
      AutoScalingGroupName: 'web',
      LifecycleHookName: 'ready',
      InstanceId: idsOf(world)[0],
      LifecycleActionResult,
    });
  };

  it('hold a launch in Pending:Wait until they are completed', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 1, settings: hook('autoscaling:EC2_INSTANCE_LAUNCHING') });
    expect(instancesOf(world)[0]?.LifecycleState).to.equal('Pending:Wait');
    expect(activitiesOf(world)[0]?.StatusCode).to.equal('MidLifecycleAction');
    answer(world, 'CONTINUE');
    world.clock.advance(MINUTE);
    expect(targetHealthOf(world, group.targetGroup)).to.deep.equal({ [idsOf(world)[0]!]: 'healthy' });
  });

  it('abandon a launch when their time runs out, and a fresh one is launched', () => {
    const world = worldOf();
    standardGroup(world, { size: 1, settings: hook('autoscaling:EC2_INSTANCE_LAUNCHING') });
    const [first = ''] = idsOf(world);
    world.clock.advance(9 * MINUTE);
    expect(idsOf(world)).to.have.length(1).and.not.include(first);
    expect(activitiesOf(world).some((one) => one.StatusCode === 'Failed')).to.equal(true);
  });

  it('hold a termination after draining, longer with heartbeats', () => {
    const world = worldOf();
    standardGroup(world, {
      size: 1,
      min: 0,
      settings: hook('autoscaling:EC2_INSTANCE_TERMINATING', { DefaultResult: 'CONTINUE' }),
    });
    terminate(world, idsOf(world));
    world.clock.advance(2 * MINUTE);
    expect(instancesOf(world)[0]?.LifecycleState).to.equal('Terminating:Wait');
    world.clock.advance(7 * MINUTE);
    call(world, 'autoscaling', 'RecordLifecycleActionHeartbeat', {
      AutoScalingGroupName: 'web',
      LifecycleHookName: 'ready',
      InstanceId: idsOf(world)[0],
    });
    world.clock.advance(9 * MINUTE);
    expect(idsOf(world)).to.have.length(1);
    answer(world, 'CONTINUE');
    world.clock.advance(MINUTE);
    expect(idsOf(world)).to.deep.equal([]);
  });

  it('can be put, seen and deleted', () => {
    const world = worldOf();
    standardGroup(world, { size: 0 });
    call(world, 'autoscaling', 'PutLifecycleHook', {
      AutoScalingGroupName: 'web',
      LifecycleHookName: 'a',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    });
    const hooks = call<{ LifecycleHooks: object[] }>(world, 'autoscaling', 'DescribeLifecycleHooks', {
      AutoScalingGroupName: 'web',
    }).LifecycleHooks;
    expect(hooks[0]).to.include({
      LifecycleHookName: 'a',
      HeartbeatTimeout: 3600,
      DefaultResult: 'ABANDON',
      GlobalTimeout: 172800,
    });
    call(world, 'autoscaling', 'DeleteLifecycleHook', { AutoScalingGroupName: 'web', LifecycleHookName: 'a' });
    expect(
      call<{ LifecycleHooks: object[] }>(world, 'autoscaling', 'DescribeLifecycleHooks', {
        AutoScalingGroupName: 'web',
      }).LifecycleHooks,
    ).to.deep.equal([]);
  });
});
