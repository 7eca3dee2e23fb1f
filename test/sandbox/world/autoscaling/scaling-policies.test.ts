import { expect } from 'chai';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../../../src/sandbox/scenario.js';
import type { WorldRoot } from '../../../../src/sandbox/world/world.js';
import { expectRefusal, groupOf, MINUTE, resume, sizesOf, suspend } from '../../../support/ask.js';
import { call, standardGroup } from '../../../support/sandbox.js';

const CPU = 'AWS/EC2/CPUUtilization';

/** A group of two, at most twelve, and what its metric shows. */
function groupUnder(scenario: Partial<Scenario>): WorldRoot {
  const { world } = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  standardGroup(world, { size: 2, min: 1, max: 12, settings: { DefaultInstanceWarmup: 60 } });
  return world;
}

function track(world: WorldRoot, more: object = {}): void {
  call(world, 'autoscaling', 'PutScalingPolicy', {
    AutoScalingGroupName: 'web',
    PolicyName: 'cpu',
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
      TargetValue: 50,
      ...more,
    },
  });
}

/** A step policy, and an alarm on the same metric that invokes it; its threshold is 60. */
function stepOut(world: WorldRoot): void {
  const { PolicyARN } = call<{ PolicyARN: string }>(world, 'autoscaling', 'PutScalingPolicy', {
    AutoScalingGroupName: 'web',
    PolicyName: 'steps',
    PolicyType: 'StepScaling',
    AdjustmentType: 'ChangeInCapacity',
    StepAdjustments: [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 1 },
      { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
    ],
  });
  call(world, 'cloudwatch', 'PutMetricAlarm', {
    AlarmName: 'busy',
    AlarmActions: [PolicyARN],
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }],
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 60,
    ComparisonOperator: 'GreaterThanThreshold',
  });
}

const alarmState = (world: WorldRoot): unknown =>
  call<{ MetricAlarms: { StateValue: string }[] }>(world, 'cloudwatch', 'DescribeAlarms').MetricAlarms[0]?.StateValue;

describe('Auto Scaling: scaling policies', () => {
  it('target tracking scales out by proportion after three minutes, and what shares the load then stays', () => {
    const world = groupUnder({ metrics: { [CPU]: { load: 300 } } });
    track(world);
    world.clock.advance(2.5 * MINUTE);
    expect(sizesOf(world)).to.deep.equal([1, 12, 2]);
    world.clock.advance(MINUTE);
    expect(sizesOf(world)).to.deep.equal([1, 12, 6]);
    world.clock.advance(60 * MINUTE);
    expect(sizesOf(world)).to.deep.equal([1, 12, 6]);
  });

  it('target tracking scales in after fifteen minutes below nine tenths, unless it may not', () => {
    for (const [DisableScaleIn, desired] of [
      [false, 1],
      [true, 2],
    ] as const) {
      const world = groupUnder({ metrics: { [CPU]: { load: 40 } } });
      track(world, { DisableScaleIn });
      world.clock.advance(14.5 * MINUTE);
      expect(sizesOf(world)).to.deep.equal([1, 12, 2]);
      world.clock.advance(MINUTE);
      expect(sizesOf(world), String(DisableScaleIn)).to.deep.equal([1, 12, desired]);
    }
  });

  it('a doubled group bears half of it each: a policy takes the new half for too much', () => {
    const world = groupUnder({ metrics: { [CPU]: { load: 90 } } });
    track(world);
    world.clock.advance(20 * MINUTE);
    expect(sizesOf(world)[2]).to.equal(2);
    call(world, 'autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 4 });
    world.clock.advance(25 * MINUTE);
    expect(sizesOf(world)[2]).to.equal(2);
  });

  it('a suspended AlarmNotification, a disabled or deleted policy, and a metric that is not scripted scale nothing', () => {
    const suspended = groupUnder({ metrics: { [CPU]: { load: 300 } } });
    suspend(suspended, 'AlarmNotification');
    track(suspended);
    stepOut(suspended);
    suspended.clock.advance(30 * MINUTE);
    expect(sizesOf(suspended)[2]).to.equal(2);
    expect(alarmState(suspended)).to.equal('ALARM');
    resume(suspended, 'AlarmNotification');
    suspended.clock.advance(2 * MINUTE);
    expect(sizesOf(suspended)[2]).to.equal(6);

    const deleted = groupUnder({ metrics: { [CPU]: { load: 300 } } });
    track(deleted);
    call(deleted, 'autoscaling', 'DeletePolicy', { AutoScalingGroupName: 'web', PolicyName: 'cpu' });
    deleted.clock.advance(30 * MINUTE);
    expect(sizesOf(deleted)[2]).to.equal(2);

    const dark = groupUnder({});
    track(dark);
    dark.clock.advance(30 * MINUTE);
    expect(sizesOf(dark)[2]).to.equal(2);
  });

  it('a step policy takes the step of the breach when its alarm rings, and waits while instances warm up', () => {
    const world = groupUnder({ metrics: { [CPU]: { load: 150 } } });
    stepOut(world);
    world.clock.advance(1.5 * MINUTE);
    expect([alarmState(world), sizesOf(world)[2]]).to.deep.equal(['INSUFFICIENT_DATA', 2]);
    world.clock.advance(MINUTE);
    expect([alarmState(world), sizesOf(world)[2]]).to.deep.equal(['ALARM', 3]);
    world.clock.advance(10 * MINUTE);
    expect([alarmState(world), sizesOf(world)[2]]).to.deep.equal(['OK', 3]);

    const busier = groupUnder({ metrics: { [CPU]: { load: 170 } } });
    stepOut(busier);
    busier.clock.advance(2.5 * MINUTE);
    expect(sizesOf(busier)[2]).to.equal(5);
  });

  it('SetAlarmState lets an alarm invoke its policies, and DisableAlarmActions does not', () => {
    const world = groupUnder({});
    stepOut(world);
    const set = (StateValue: string): unknown =>
      call(world, 'cloudwatch', 'SetAlarmState', { AlarmName: 'busy', StateValue, StateReason: 'a try' });
    call(world, 'cloudwatch', 'DisableAlarmActions', { AlarmNames: ['busy', 'nope'] });
    set('ALARM');
    expect(sizesOf(world)[2]).to.equal(2);
    set('OK');
    call(world, 'cloudwatch', 'EnableAlarmActions', { AlarmNames: ['busy'] });
    set('ALARM');
    expect(sizesOf(world)[2]).to.equal(3);
  });

  it('ExecutePolicy acts at once, by percentages that are never nothing, and honours a cooldown when it is told to', () => {
    const world = groupUnder({});
    call(world, 'autoscaling', 'PutScalingPolicy', {
      AutoScalingGroupName: 'web',
      PolicyName: 'more',
      AdjustmentType: 'PercentChangeInCapacity',
      ScalingAdjustment: 10,
    });
    const execute = { AutoScalingGroupName: 'web', PolicyName: 'more' };
    call(world, 'autoscaling', 'ExecutePolicy', execute);
    expect(sizesOf(world)[2]).to.equal(3);
    call(world, 'autoscaling', 'ExecutePolicy', execute);
    expect(sizesOf(world)[2]).to.equal(4);
    expectRefusal(
      world,
      'autoscaling',
      'ExecutePolicy',
      { ...execute, HonorCooldown: true },
      'ScalingActivityInProgress',
      'The cooldown of the group is not over yet.',
    );
    expect(groupOf(world).DesiredCapacity).to.equal(4);
  });

  it('comes of a template with its alarm, and goes with it', () => {
    const world = groupUnder({ metrics: { [CPU]: { load: 170 } } });
    const TemplateBody = `
Resources:
  Steps:
    Type: AWS::AutoScaling::ScalingPolicy
    Properties:
      AutoScalingGroupName: web
      PolicyType: StepScaling
      AdjustmentType: ChangeInCapacity
      StepAdjustments: [{MetricIntervalLowerBound: '0', ScalingAdjustment: '2'}]
  Busy:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmActions: [!Ref Steps]
      Namespace: AWS/EC2
      MetricName: CPUUtilization
      Dimensions: [{Name: AutoScalingGroupName, Value: web}]
      Statistic: Average
      Period: 60
      EvaluationPeriods: 2
      Threshold: '60'
      ComparisonOperator: GreaterThanThreshold`;
    call(world, 'cloudformation', 'CreateStack', { StackName: 'scaling', TemplateBody });
    world.clock.advance(3 * MINUTE);
    expect(sizesOf(world)[2]).to.equal(4);
    call(world, 'cloudformation', 'DeleteStack', { StackName: 'scaling' });
    world.clock.advance(2 * MINUTE);
    expect(call(world, 'autoscaling', 'DescribePolicies')).to.deep.include({ ScalingPolicies: [] });
    expect(call(world, 'cloudwatch', 'DescribeAlarms')).to.deep.include({ MetricAlarms: [] });
  });
});
