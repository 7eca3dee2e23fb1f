import { expect } from 'chai';
import { classicVerdict, targetVerdict } from '../../../src/aws/balancers/health.js';
import type { Balancer, HealthVerdict } from '../../../src/model/rollout/group.js';
import { gatewayTo } from '../support.js';

const balancer = (kind: Balancer['kind']): Balancer => ({
  kind,
  id: 'web',
  name: 'web',
  judged: true,
  note: '',
  drainMs: 0,
  slowStartMs: 0,
  healthFloorMs: 0,
});

describe('health at a classic load balancer', () => {
  const rows: readonly [HealthVerdict, string, string][] = [
    ['healthy', 'InService', 'N/A'],
    ['draining', 'InService', 'Instance deregistration currently in progress.'],
    [
      'starting',
      'OutOfService',
      'Instance has not passed the configured HealthyThreshold number of health checks consecutively.',
    ],
    ['starting', 'OutOfService', 'Instance registration is still in progress.'],
    ['starting', 'OutOfService', 'Instance is in pending state.'],
    [
      'unhealthy',
      'OutOfService',
      'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
    ],
    ['unhealthy', 'OutOfService', 'Instance is in stopped state.'],
    [
      'hopeless',
      'OutOfService',
      'Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
    ],
    [
      'hopeless',
      'OutOfService',
      'Instance has failed at least the UnhealthyThreshold number of health checks consecutively. Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
    ],
    ['absent', 'OutOfService', 'Instance is not currently registered with the LoadBalancer.'],
    ['unknown', 'Unknown', 'A transient error occurred. Please try again later.'],
    ['unhealthy', 'OutOfService', 'Something that AWS will say one day.'],
    ['unknown', 'Else', ''],
  ];
  for (const [verdict, state, description] of rows) {
    it(`${state}, "${description}" is ${verdict}`, () => expect(classicVerdict(state, description)).to.equal(verdict));
  }

  it('asks for everything and names no instance', async () => {
    const { gateway, inputsOf } = gatewayTo({
      elb: {
        DescribeInstanceHealth: {
          InstanceStates: [
            { InstanceId: 'i-1', State: 'InService', ReasonCode: 'N/A', Description: 'N/A' },
            {
              InstanceId: 'i-2',
              State: 'OutOfService',
              ReasonCode: 'ELB',
              Description: 'Instance registration is still in progress.',
            },
          ],
        },
      },
    });
    expect(await gateway.health(balancer('classic'))).to.deep.equal({
      'i-1': { balancer: 'web', verdict: 'healthy', reason: 'InService' },
      'i-2': {
        balancer: 'web',
        verdict: 'starting',
        reason: 'OutOfService: Instance registration is still in progress.',
      },
    });
    expect(inputsOf('DescribeInstanceHealth')).to.deep.equal([{ LoadBalancerName: 'web' }]);
  });
});

describe('health in a target group', () => {
  const rows: readonly [HealthVerdict, string, string][] = [
    ['healthy', 'healthy', ''],
    ['starting', 'initial', 'Elb.InitialHealthChecking'],
    ['unhealthy', 'unhealthy', 'Target.FailedHealthChecks'],
    ['unhealthy', 'unhealthy', 'Elb.InternalError'],
    ['draining', 'draining', 'Target.DeregistrationInProgress'],
    ['draining', 'unhealthy.draining', 'Target.FailedHealthChecks'],
    ['absent', 'unused', 'Target.NotRegistered'],
    ['hopeless', 'unused', 'Target.NotInUse'],
    ['hopeless', 'unused', 'Target.IpUnusable'],
    ['unhealthy', 'unused', 'Target.InvalidState'],
    ['unknown', 'unavailable', 'Target.HealthCheckDisabled'],
    ['unknown', 'unavailable', 'Elb.InternalError'],
    ['unknown', 'else', 'Target.New'],
  ];
  for (const [verdict, state, reason] of rows) {
    it(`${state} ${reason} is ${verdict}`, () => expect(targetVerdict(state, reason)).to.equal(verdict));
  }

  it('an instance on several ports is as bad as its worst one, in whatever order they come', async () => {
    const good = { Target: { Id: 'i-1', Port: 80 }, TargetHealth: { State: 'healthy' } };
    const bad = {
      Target: { Id: 'i-1', Port: 81 },
      TargetHealth: { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' },
    };
    for (const rowsOfOne of [
      [good, bad],
      [bad, good],
    ]) {
      const { gateway, inputsOf } = gatewayTo({
        elbv2: { DescribeTargetHealth: { TargetHealthDescriptions: rowsOfOne } },
      });
      expect(await gateway.health(balancer('target-group'))).to.deep.equal({
        'i-1': {
          balancer: 'web',
          verdict: 'unhealthy',
          reason: 'unhealthy Target.Timeout: Request timed out',
          ports: rowsOfOne.map((row) => row.Target.Port),
        },
      });
      expect(inputsOf('DescribeTargetHealth')).to.deep.equal([{ TargetGroupArn: 'web' }]);
    }
  });
});

describe('balancers', () => {
  it('a classic one drains as long as its attribute says and needs threshold × interval to say healthy', async () => {
    const { gateway } = gatewayTo({
      elb: {
        DescribeLoadBalancers: {
          LoadBalancerDescriptions: [
            {
              LoadBalancerName: 'web',
              HealthCheck: {
                Target: 'HTTP:80/',
                Interval: 30,
                Timeout: 5,
                HealthyThreshold: 10,
                UnhealthyThreshold: 2,
              },
            },
          ],
        },
        DescribeLoadBalancerAttributes: [
          { LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 60 } } },
          { LoadBalancerAttributes: { ConnectionDraining: { Enabled: false, Timeout: 60 } } },
        ],
      },
    });
    const expected = { ...balancer('classic'), drainMs: 60_000, healthFloorMs: 300_000 };
    expect(await gateway.describeBalancers([{ kind: 'classic', id: 'web' }])).to.deep.equal([expected]);
    expect(await gateway.describeBalancers([{ kind: 'classic', id: 'web' }])).to.deep.equal([
      { ...expected, drainMs: 0 },
    ]);
  });

  it('a target group without a listener, or without health checks, is not judged', async () => {
    const group = (name: string, more: object): object => ({
      TargetGroupArn: `arn:${name}`,
      TargetGroupName: name,
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: 10,
      LoadBalancerArns: ['arn:lb'],
      ...more,
    });
    const { gateway, inputsOf } = gatewayTo({
      elbv2: {
        DescribeTargetGroups: {
          TargetGroups: [
            group('a', {}),
            group('b', { LoadBalancerArns: [] }),
            group('c', { HealthCheckEnabled: false }),
          ],
        },
        DescribeTargetGroupAttributes: {
          Attributes: [
            { Key: 'deregistration_delay.timeout_seconds', Value: '45' },
            { Key: 'slow_start.duration_seconds', Value: '30' },
          ],
        },
      },
    });
    const refs = ['a', 'b', 'c', 'a'].map((name) => ({ kind: 'target-group' as const, id: `arn:${name}` }));
    const found = await gateway.describeBalancers(refs);
    expect(found[0]).to.deep.equal({
      ...balancer('target-group'),
      id: 'arn:a',
      name: 'a',
      drainMs: 45_000,
      slowStartMs: 30_000,
      healthFloorMs: 10_000,
    });
    expect(found.map(({ judged, note }) => [judged, note])).to.deep.equal([
      [true, ''],
      [false, 'The target group b has no listener: it gets no traffic and its targets never become healthy.'],
      [false, 'The target group c has its health checks switched off.'],
    ]);
    expect(inputsOf('DescribeTargetGroups')).to.deep.equal([{ TargetGroupArns: ['arn:a', 'arn:b', 'arn:c'] }]);
  });

  it('asks neither service when there is no balancer', async () => {
    const { gateway, calls } = gatewayTo({});
    expect(await gateway.describeBalancers([])).to.deep.equal([]);
    expect(calls).to.deep.equal([]);
  });
});
