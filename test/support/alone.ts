import { DEFAULT_SUBNETS } from '../../src/sandbox/world/ec2/state.js';
import type { WorldRoot } from '../../src/sandbox/world/world.js';
import { call } from './sandbox.js';

/** Instances that belong to no group, behind one balancer. */
export interface Alone {
  /** As the engine names it: `elb:NAME`, or the ARN of the target group. */
  readonly name: string;
  readonly ids: readonly string[];
}

/** Launches instances by themselves, registers them, and lets the world run until they are in service. */
export function standAlone(
  world: WorldRoot,
  options: {
    readonly kind: 'classic' | 'target-group';
    readonly size: number;
    readonly ports?: readonly number[];
    readonly drain?: number;
  },
): Alone {
  const { kind, size, ports = [80], drain = 30 } = options;
  const launched = DEFAULT_SUBNETS.slice(0, 2).flatMap((SubnetId, index) => {
    const count = index === 0 ? Math.ceil(size / 2) : Math.floor(size / 2);
    if (count === 0) return [];
    const answer = call<{ Instances: { InstanceId: string }[] }>(world, 'ec2', 'RunInstances', {
      ImageId: 'ami-alone',
      MinCount: count,
      MaxCount: count,
      SubnetId,
    });
    return answer.Instances.map(({ InstanceId }) => InstanceId);
  });
  const name = kind === 'classic' ? classic(world, launched, drain) : targets(world, launched, ports, drain);
  world.clock.advance(300_000);
  return { name, ids: launched };
}

function classic(world: WorldRoot, ids: readonly string[], drain: number): string {
  call(world, 'elb', 'CreateLoadBalancer', {
    LoadBalancerName: 'alone',
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }],
    Subnets: [...DEFAULT_SUBNETS],
  });
  call(world, 'elb', 'ConfigureHealthCheck', {
    LoadBalancerName: 'alone',
    HealthCheck: { Target: 'HTTP:80/', Interval: 10, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 2 },
  });
  call(world, 'elb', 'ModifyLoadBalancerAttributes', {
    LoadBalancerName: 'alone',
    LoadBalancerAttributes: { ConnectionDraining: { Enabled: drain > 0, Timeout: Math.max(1, drain) } },
  });
  call(world, 'elb', 'RegisterInstancesWithLoadBalancer', {
    LoadBalancerName: 'alone',
    Instances: ids.map((InstanceId) => ({ InstanceId })),
  });
  return 'elb:alone';
}

function targets(world: WorldRoot, ids: readonly string[], ports: readonly number[], drain: number): string {
  const balancer = call<{ LoadBalancers: [{ LoadBalancerArn: string }] }>(world, 'elbv2', 'CreateLoadBalancer', {
    Name: 'alone',
    Subnets: [...DEFAULT_SUBNETS],
  });
  const group = call<{ TargetGroups: [{ TargetGroupArn: string }] }>(world, 'elbv2', 'CreateTargetGroup', {
    Name: 'alone',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: 'vpc-0a0a0a0a0a0a0a0a0',
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  const arn = group.TargetGroups[0].TargetGroupArn;
  call(world, 'elbv2', 'CreateListener', {
    LoadBalancerArn: balancer.LoadBalancers[0].LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: arn }],
  });
  call(world, 'elbv2', 'ModifyTargetGroupAttributes', {
    TargetGroupArn: arn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(drain) }],
  });
  call(world, 'elbv2', 'RegisterTargets', {
    TargetGroupArn: arn,
    Targets: ids.flatMap((Id) => ports.map((Port) => ({ Id, Port }))),
  });
  return arn;
}
