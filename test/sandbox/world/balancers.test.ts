import { expect } from 'chai';
import { DEFAULT_SUBNETS } from '../../../src/sandbox/world/ec2/state.js';
import { DEFAULT_SCENARIO, type ImageBehaviour } from '../../../src/sandbox/scenario.js';
import { classicHealthOf, expectRefusal, idsOf, MINUTE, SECOND, suspend, targetHealthOf } from '../../support/ask.js';
import { call, standardGroup, worldOf } from '../../support/sandbox.js';

/** Boots in no time, so that all that is left is what the balancer needs. */
const AT_ONCE: ImageBehaviour = { behaviour: 'healthy', boot: [0, 0] };
const EXACT = { ...DEFAULT_SCENARIO.timing, launchDelay: [1, 1], pending: [1, 1], registration: [1, 1] } as const;

function firstWord(world: ReturnType<typeof worldOf>): string {
  return Object.values(classicHealthOf(world))[0] ?? '';
}

describe('classic balancers: health', () => {
  it('takes the healthy threshold times the interval', () => {
    const world = worldOf({ images: { 'ami-old': AT_ONCE }, timing: EXACT });
    standardGroup(world, { size: 1, balancers: ['classic'], settle: false });
    call(world, 'elb', 'ConfigureHealthCheck', {
      LoadBalancerName: 'web-classic',
      HealthCheck: { Target: 'TCP:80', Interval: 30, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 4 },
    });
    world.clock.advance(4 * SECOND);
    const from = world.clock.now();
    while (firstWord(world) !== 'InService N/A') world.clock.advance(SECOND);
    expect((world.clock.now() - from) / SECOND).to.be.within(85, 121);
  });

  it("says why not, in the service's words, one after the other", () => {
    const world = worldOf({ images: { 'ami-old': { behaviour: 'healthy', boot: [60, 60] } }, timing: EXACT });
    standardGroup(world, { size: 1, balancers: ['classic'], settle: false });
    const words = new Set<string>();
    for (let second = 0; second < 120; second++) {
      world.clock.advance(SECOND);
      words.add(firstWord(world));
    }
    expect([...words].filter((word) => word !== '')).to.deep.equal([
      'OutOfService Instance registration is still in progress.',
      'OutOfService Instance has not passed the configured HealthyThreshold number of health checks consecutively.',
      'OutOfService Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
      'InService N/A',
    ]);
  });

  it('says InService while an instance drains, and drops it afterwards', () => {
    const world = worldOf();
    standardGroup(world, { size: 1, balancers: ['classic'], drain: 30 });
    const [id = ''] = idsOf(world);
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', {
      LoadBalancerName: 'web-classic',
      Instances: [{ InstanceId: id }],
    });
    expect(firstWord(world)).to.equal('InService Instance deregistration currently in progress.');
    world.clock.advance(29 * SECOND);
    expect(firstWord(world)).to.equal('InService Instance deregistration currently in progress.');
    world.clock.advance(SECOND);
    expect(classicHealthOf(world)).to.deep.equal({});
    const asked = call<{ InstanceStates: object[] }>(world, 'elb', 'DescribeInstanceHealth', {
      LoadBalancerName: 'web-classic',
      Instances: [{ InstanceId: id }],
    });
    expect(asked.InstanceStates[0]).to.include({
      State: 'OutOfService',
      Description: 'Instance is not currently registered with the LoadBalancer.',
    });
  });

  it('cuts at once when draining is off', () => {
    const world = worldOf();
    standardGroup(world, { size: 1, balancers: ['classic'], drain: 0 });
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', {
      LoadBalancerName: 'web-classic',
      Instances: [{ InstanceId: idsOf(world)[0] }],
    });
    expect(classicHealthOf(world)).to.deep.equal({});
  });

  it('never heals in a zone that is not enabled', () => {
    const world = worldOf();
    standardGroup(world, { size: 3, balancers: ['classic'] });
    call(world, 'elb', 'DisableAvailabilityZonesForLoadBalancer', {
      LoadBalancerName: 'web-classic',
      AvailabilityZones: ['eu-west-1b'],
    });
    const words = Object.values(classicHealthOf(world));
    expect(
      words.filter(
        (word) =>
          word ===
          'OutOfService Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
      ),
    ).to.have.length(1);
    call(world, 'elb', 'EnableAvailabilityZonesForLoadBalancer', {
      LoadBalancerName: 'web-classic',
      AvailabilityZones: ['eu-west-1b'],
    });
    expect(Object.values(classicHealthOf(world))).to.deep.equal(Array(3).fill('InService N/A'));
  });

  it('flaps with its image', () => {
    const world = worldOf({ images: { 'ami-old': { behaviour: 'flaps', flapSeconds: 60 } } });
    standardGroup(world, { size: 1, balancers: ['classic'] });
    suspend(world, 'HealthCheck');
    const words = new Set<string>();
    for (let second = 0; second < 300; second += 5) {
      world.clock.advance(5 * SECOND);
      words.add(firstWord(world).split(' ')[0] ?? '');
    }
    expect([...words].sort()).to.deep.equal(['InService', 'OutOfService']);
  });
});

describe('classic balancers: balancers', () => {
  it("start with the service's defaults: ten passes of thirty seconds, and no draining", () => {
    const world = worldOf();
    call(world, 'elb', 'CreateLoadBalancer', {
      LoadBalancerName: 'plain',
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 }],
      AvailabilityZones: ['eu-west-1a'],
    });
    const [balancer] = call<{ LoadBalancerDescriptions: { HealthCheck: object }[] }>(
      world,
      'elb',
      'DescribeLoadBalancers',
      {},
    ).LoadBalancerDescriptions;
    expect(balancer?.HealthCheck).to.deep.equal({
      Target: 'TCP:8080',
      Interval: 30,
      Timeout: 5,
      UnhealthyThreshold: 2,
      HealthyThreshold: 10,
    });
    const { LoadBalancerAttributes } = call<{ LoadBalancerAttributes: { ConnectionDraining: object } }>(
      world,
      'elb',
      'DescribeLoadBalancerAttributes',
      { LoadBalancerName: 'plain' },
    );
    expect(LoadBalancerAttributes.ConnectionDraining).to.deep.equal({ Enabled: false, Timeout: 300 });
  });

  it('refuse unknown balancers and instances, and forgive deleting twice', () => {
    const world = worldOf();
    standardGroup(world, { size: 1 });
    expectRefusal(
      world,
      'elb',
      'DescribeInstanceHealth',
      { LoadBalancerName: 'nope' },
      'LoadBalancerNotFound',
      "There is no ACTIVE Load Balancer named 'nope'",
    );
    const named = {
      LoadBalancerName: 'web-classic',
      Instances: [{ InstanceId: idsOf(world)[0] }, { InstanceId: 'i-0123' }],
    };
    expectRefusal(world, 'elb', 'DescribeInstanceHealth', named, 'InvalidInstance', /i-0123/);
    expectRefusal(world, 'elb', 'RegisterInstancesWithLoadBalancer', named, 'InvalidInstance', /i-0123/);
    for (let times = 0; times < 2; times++)
      call(world, 'elb', 'DeleteLoadBalancer', { LoadBalancerName: 'web-classic' });
  });

  it('carry tags', () => {
    const world = worldOf();
    standardGroup(world, { size: 0 });
    call(world, 'elb', 'AddTags', { LoadBalancerNames: ['web-classic'], Tags: [{ Key: 'a', Value: 'b' }] });
    const answer = call<{ TagDescriptions: object[] }>(world, 'elb', 'DescribeTags', {
      LoadBalancerNames: ['web-classic'],
    });
    expect(answer.TagDescriptions).to.deep.equal([
      { LoadBalancerName: 'web-classic', Tags: [{ Key: 'a', Value: 'b' }] },
    ]);
  });
});

describe('target groups: health', () => {
  it('is healthy after the first check that passes, whatever the threshold', () => {
    const world = worldOf({ images: { 'ami-old': AT_ONCE }, timing: EXACT });
    const group = standardGroup(world, { size: 1, balancers: ['target-group'], settle: false });
    call(world, 'elbv2', 'ModifyTargetGroup', {
      TargetGroupArn: group.targetGroup,
      HealthCheckIntervalSeconds: 30,
      HealthyThresholdCount: 5,
    });
    world.clock.advance(3 * SECOND);
    expect(Object.values(targetHealthOf(world, group.targetGroup))).to.deep.equal([
      'initial Elb.RegistrationInProgress',
    ]);
    world.clock.advance(30 * SECOND);
    expect(Object.values(targetHealthOf(world, group.targetGroup))).to.deep.equal(['healthy']);
  });

  it('boots through unhealthy and then needs the healthy threshold', () => {
    const world = worldOf({ images: { 'ami-old': { behaviour: 'healthy', boot: [60, 60] } }, timing: EXACT });
    const group = standardGroup(world, { size: 1, balancers: ['target-group'], settle: false });
    const words = new Set<string>();
    for (let second = 0; second < 120; second++) {
      world.clock.advance(SECOND);
      for (const word of Object.values(targetHealthOf(world, group.targetGroup))) words.add(word);
    }
    expect([...words]).to.deep.equal([
      'initial Elb.RegistrationInProgress',
      'initial Elb.InitialHealthChecking',
      'unhealthy Target.FailedHealthChecks',
      'healthy',
    ]);
  });

  it('shows draining for the whole delay', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 1, balancers: ['target-group'], drain: 45 });
    call(world, 'elbv2', 'DeregisterTargets', {
      TargetGroupArn: group.targetGroup,
      Targets: [{ Id: idsOf(world)[0] }],
    });
    world.clock.advance(44 * SECOND);
    expect(Object.values(targetHealthOf(world, group.targetGroup))).to.deep.equal([
      'draining Target.DeregistrationInProgress',
    ]);
    world.clock.advance(SECOND);
    expect(targetHealthOf(world, group.targetGroup)).to.deep.equal({});
  });

  it('is unused without a listener, and when the zone is not enabled', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 3, balancers: ['target-group'] });
    call(world, 'elbv2', 'SetSubnets', { LoadBalancerArn: group.loadBalancer, Subnets: DEFAULT_SUBNETS.slice(0, 2) });
    expect(
      Object.values(targetHealthOf(world, group.targetGroup)).filter((word) => word === 'unused Target.NotInUse'),
    ).to.have.length(1);
    const { Listeners } = call<{ Listeners: { ListenerArn: string }[] }>(world, 'elbv2', 'DescribeListeners', {
      LoadBalancerArn: group.loadBalancer,
    });
    call(world, 'elbv2', 'DeleteListener', { ListenerArn: Listeners[0]?.ListenerArn });
    expect(Object.values(targetHealthOf(world, group.targetGroup))).to.deep.equal(
      Array(3).fill('unused Target.NotInUse'),
    );
    const [described] = call<{ TargetGroups: { LoadBalancerArns: string[] }[] }>(
      world,
      'elbv2',
      'DescribeTargetGroups',
      { Names: ['web'] },
    ).TargetGroups;
    expect(described?.LoadBalancerArns).to.deep.equal([]);
  });

  it('is used through a rule as well as through a listener, and checks start then', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 1, balancers: ['target-group'] });
    const other = call<{ TargetGroups: { TargetGroupArn: string }[] }>(world, 'elbv2', 'CreateTargetGroup', {
      Name: 'other',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-0a0a0a0a0a0a0a0a0',
    }).TargetGroups[0]?.TargetGroupArn;
    call(world, 'elbv2', 'RegisterTargets', { TargetGroupArn: other, Targets: [{ Id: idsOf(world)[0] }] });
    world.clock.advance(MINUTE);
    expect(Object.values(targetHealthOf(world, other))).to.deep.equal(['unused Target.NotInUse']);
    const { Listeners } = call<{ Listeners: { ListenerArn: string }[] }>(world, 'elbv2', 'DescribeListeners', {
      LoadBalancerArn: group.loadBalancer,
    });
    const Actions = [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: other, Weight: 1 }] } }];
    call(world, 'elbv2', 'CreateRule', {
      ListenerArn: Listeners[0]?.ListenerArn,
      Priority: 5,
      Conditions: [{ Field: 'path-pattern', Values: ['/x'] }],
      Actions,
    });
    expect(Object.values(targetHealthOf(world, other))).to.deep.equal(['initial Elb.RegistrationInProgress']);
    world.clock.advance(MINUTE);
    expect(Object.values(targetHealthOf(world, other))).to.deep.equal(['healthy']);
    expectRefusal(world, 'elbv2', 'DeleteTargetGroup', { TargetGroupArn: other }, 'ResourceInUse', /in use/);
  });

  it('knows an instance on several ports apart', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 1, balancers: ['target-group'] });
    const [id = ''] = idsOf(world);
    call(world, 'elbv2', 'RegisterTargets', { TargetGroupArn: group.targetGroup, Targets: [{ Id: id, Port: 8081 }] });
    expect(targetHealthOf(world, group.targetGroup, true)).to.deep.equal({
      [`${id}:80`]: 'healthy',
      [`${id}:8081`]: 'initial Elb.RegistrationInProgress',
    });
  });

  it('answers for targets that are not registered, and refuses what is no instance', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 1, balancers: ['target-group'] });
    const apart = call<{ Instances: { InstanceId: string }[] }>(world, 'ec2', 'RunInstances', {
      ImageId: 'ami-1',
      MinCount: 1,
      MaxCount: 1,
    }).Instances[0]?.InstanceId;
    const answer = call<{ TargetHealthDescriptions: { TargetHealth: object }[] }>(
      world,
      'elbv2',
      'DescribeTargetHealth',
      { TargetGroupArn: group.targetGroup, Targets: [{ Id: apart }] },
    );
    expect(answer.TargetHealthDescriptions[0]?.TargetHealth).to.include({
      State: 'unused',
      Reason: 'Target.NotRegistered',
    });
    expectRefusal(
      world,
      'elbv2',
      'RegisterTargets',
      { TargetGroupArn: group.targetGroup, Targets: [{ Id: 'i-0123' }] },
      'InvalidTarget',
      /i-0123/,
    );
    expectRefusal(
      world,
      'elbv2',
      'DescribeTargetHealth',
      { TargetGroupArn: 'arn:nope' },
      'TargetGroupNotFound',
      'One or more target groups not found',
    );
  });
});

describe('target groups: balancers, listeners and attributes', () => {
  it("start with the service's defaults and take changes", () => {
    const world = worldOf();
    const [made] = call<{
      TargetGroups: {
        TargetGroupArn: string;
        HealthCheckIntervalSeconds: number;
        HealthyThresholdCount: number;
        UnhealthyThresholdCount: number;
      }[];
    }>(world, 'elbv2', 'CreateTargetGroup', {
      Name: 'plain',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-0a0a0a0a0a0a0a0a0',
    }).TargetGroups;
    expect(made).to.include({ HealthCheckIntervalSeconds: 30, HealthyThresholdCount: 5, UnhealthyThresholdCount: 2 });
    const TargetGroupArn = made?.TargetGroupArn;
    const attributes = (): Record<string, string> => {
      const answer = call<{ Attributes: { Key: string; Value: string }[] }>(
        world,
        'elbv2',
        'DescribeTargetGroupAttributes',
        { TargetGroupArn },
      );
      return Object.fromEntries(answer.Attributes.map((one) => [one.Key, one.Value]));
    };
    expect(attributes()).to.include({
      'deregistration_delay.timeout_seconds': '300',
      'slow_start.duration_seconds': '0',
    });
    call(world, 'elbv2', 'ModifyTargetGroupAttributes', {
      TargetGroupArn,
      Attributes: [{ Key: 'slow_start.duration_seconds', Value: '30' }],
    });
    expect(attributes()['slow_start.duration_seconds']).to.equal('30');
    for (const [Key, Value] of [
      ['deregistration_delay.timeout_seconds', 'arn:aws:x'],
      ['deregistration_delay.timeout_seconds', '9999'],
      ['slow_start.duration_seconds', '29'],
      ['stickiness.enabled', 'yes'],
    ] as const)
      expectRefusal(
        world,
        'elbv2',
        'ModifyTargetGroupAttributes',
        { TargetGroupArn, Attributes: [{ Key, Value }] },
        'ValidationError',
        new RegExp(`The value of '${Key}' must be`),
      );
    expect(attributes()['deregistration_delay.timeout_seconds']).to.equal('300');
  });

  it('refuse duplicates, one zone for an application balancer, and what does not exist', () => {
    const world = worldOf();
    const group = standardGroup(world, { size: 0 });
    expectRefusal(
      world,
      'elbv2',
      'CreateTargetGroup',
      { Name: 'web', Protocol: 'HTTP', Port: 81, VpcId: 'vpc-0a0a0a0a0a0a0a0a0' },
      'DuplicateTargetGroupName',
      /'web'/,
    );
    expectRefusal(
      world,
      'elbv2',
      'CreateLoadBalancer',
      { Name: 'web', Subnets: [...DEFAULT_SUBNETS], Scheme: 'internal' },
      'DuplicateLoadBalancerName',
      /'web'/,
    );
    expectRefusal(
      world,
      'elbv2',
      'CreateLoadBalancer',
      { Name: 'one', Subnets: [DEFAULT_SUBNETS[0]] },
      'ValidationError',
      /two subnets/,
    );
    expectRefusal(
      world,
      'elbv2',
      'CreateListener',
      { LoadBalancerArn: group.loadBalancer, Port: 80, Protocol: 'HTTP', DefaultActions: [] },
      'DuplicateListener',
      /already exists/,
    );
    expectRefusal(world, 'elbv2', 'DescribeLoadBalancers', { Names: ['nope'] }, 'LoadBalancerNotFound', /nope/);
  });
});
