import {
  createWorld,
  type ServiceName,
  type Services,
  type World,
  type WorldRoot,
} from '../../src/sandbox/world/world.js';
import { autoscalingOperations } from '../../src/sandbox/world/autoscaling/index.js';
import { ec2Operations } from '../../src/sandbox/world/ec2/index.js';
import { elbOperations } from '../../src/sandbox/world/elb/index.js';
import { elbv2Operations } from '../../src/sandbox/world/elbv2/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';

/** Auto Scaling, EC2 and both kinds of balancers; no CloudFormation. */
const GROUP_SERVICES: Services = {
  autoscaling: autoscalingOperations,
  ec2: ec2Operations,
  elb: elbOperations,
  elbv2: elbv2Operations,
};

/** A world of groups and balancers; what the scenario leaves out is as by default. */
export function worldOf(scenario: Partial<Scenario> = {}): WorldRoot {
  return createWorld({ ...DEFAULT_SCENARIO, ...scenario }, GROUP_SERVICES);
}

/** Calls an operation as a person or a tool would. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each test knows what its operation answers
export function call<T = Record<string, unknown>>(
  world: World,
  service: ServiceName,
  operation: string,
  input: object = {},
): T {
  return world.invoke(service, operation, input, 'outside') as T;
}

export interface StandardGroup {
  readonly name: string;
  /** The classic balancer's name, if there is one. */
  readonly classic?: string | undefined;
  /** The target group's ARN, if there is one. */
  readonly targetGroup?: string | undefined;
  readonly loadBalancer?: string | undefined;
  /** Name of the launch configuration or id of the launch template. */
  readonly configuration: string;
  /** Makes the group launch from another image from now on: a new configuration or template version. */
  readonly changeImage: (image: string) => void;
}

/**
 * Makes a group of `size` instances with fast health checks and short draining behind the balancers
 * asked for, and lets the world run until all of them are in service everywhere.
 */
export function standardGroup(
  world: WorldRoot,
  options: {
    readonly name?: string;
    readonly size?: number;
    readonly min?: number;
    readonly max?: number;
    readonly balancers?: readonly ('classic' | 'target-group')[];
    readonly image?: string;
    readonly configuration?: 'lc' | 'lt';
    /** Seconds of draining of every balancer. */
    readonly drain?: number;
    readonly healthCheckType?: 'EC2' | 'ELB';
    readonly grace?: number;
    /** Anything else for CreateAutoScalingGroup. */
    readonly settings?: object;
    /** False: answers at once, before any instance was launched. */
    readonly settle?: boolean;
    /** It counts units: instances of so many weights take turns. Only with a launch template. */
    readonly weights?: readonly number[];
    /** Seconds between the launches of its instances; without it all are launched at once. */
    readonly stagger?: number;
  } = {},
): StandardGroup {
  const { name = 'web', size = 3, balancers = ['classic', 'target-group'], image = 'ami-old', drain = 30 } = options;
  const classic = balancers.includes('classic') ? makeClassic(world, `${name}-classic`, drain) : undefined;
  const behind = balancers.includes('target-group') ? makeTargetGroup(world, name, drain) : undefined;
  const configuration =
    options.configuration === 'lc' ? makeConfiguration(world, `${name}-1`, image) : makeTemplate(world, name, image);
  call(world, 'autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: name,
    MinSize: options.min ?? size,
    MaxSize: options.max ?? size,
    DesiredCapacity: options.stagger === undefined ? size : Math.max(1, options.min ?? size),
    VPCZoneIdentifier: DEFAULT_SUBNETS.join(','),
    HealthCheckType: options.healthCheckType ?? 'ELB',
    HealthCheckGracePeriod: options.grace ?? 300,
    LoadBalancerNames: classic === undefined ? [] : [classic],
    TargetGroupARNs: behind === undefined ? [] : [behind.targetGroup],
    ...launchedFrom(configuration, options),
    ...options.settings,
  });
  const stagger = (options.stagger ?? 0) * 1000;
  for (let desired = Math.max(1, options.min ?? size) + 1; stagger > 0 && desired <= size; desired++) {
    world.clock.advance(stagger);
    call(world, 'autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: name, DesiredCapacity: desired });
  }
  if (options.settle !== false) world.clock.advance(300_000);
  let versions = 1;
  return {
    name,
    classic,
    targetGroup: behind?.targetGroup,
    loadBalancer: behind?.loadBalancer,
    configuration,
    changeImage: (next) => {
      if (options.configuration !== 'lc') {
        call(world, 'ec2', 'CreateLaunchTemplateVersion', {
          LaunchTemplateId: configuration,
          SourceVersion: '$Latest',
          LaunchTemplateData: { ImageId: next },
        });
        return;
      }
      versions += 1;
      makeConfiguration(world, `${name}-${versions}`, next);
      call(world, 'autoscaling', 'UpdateAutoScalingGroup', {
        AutoScalingGroupName: name,
        LaunchConfigurationName: `${name}-${versions}`,
      });
    },
  };
}

function launchedFrom(
  id: string,
  { configuration, weights }: { readonly configuration?: 'lc' | 'lt'; readonly weights?: readonly number[] },
): object {
  if (configuration === 'lc') return { LaunchConfigurationName: id };
  const specification = { LaunchTemplateId: id, Version: '$Latest' };
  if (weights === undefined) return { LaunchTemplate: specification };
  const Overrides = weights.map((weight, index) => ({
    InstanceType: ['m5.large', 'm5.xlarge', 'm5.2xlarge'][index] ?? 'm5.4xlarge',
    WeightedCapacity: String(weight),
  }));
  return { MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: specification, Overrides } } };
}

function makeConfiguration(world: World, name: string, image: string): string {
  call(world, 'autoscaling', 'CreateLaunchConfiguration', {
    LaunchConfigurationName: name,
    ImageId: image,
    InstanceType: 't3.micro',
  });
  return name;
}

export function makeTemplate(world: World, name: string, image: string): string {
  const answer = call<{ LaunchTemplate: { LaunchTemplateId: string } }>(world, 'ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: name,
    LaunchTemplateData: { ImageId: image, InstanceType: 't3.micro' },
  });
  return answer.LaunchTemplate.LaunchTemplateId;
}

function makeClassic(world: World, name: string, drain: number): string {
  call(world, 'elb', 'CreateLoadBalancer', {
    LoadBalancerName: name,
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstanceProtocol: 'HTTP', InstancePort: 80 }],
    Subnets: [...DEFAULT_SUBNETS],
  });
  call(world, 'elb', 'ConfigureHealthCheck', {
    LoadBalancerName: name,
    HealthCheck: { Target: 'HTTP:80/', Interval: 10, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 2 },
  });
  call(world, 'elb', 'ModifyLoadBalancerAttributes', {
    LoadBalancerName: name,
    LoadBalancerAttributes: { ConnectionDraining: { Enabled: drain > 0, Timeout: Math.max(1, drain) } },
  });
  return name;
}

function makeTargetGroup(
  world: World,
  name: string,
  drain: number,
): { readonly targetGroup: string; readonly loadBalancer: string } {
  const balancer = call<{ LoadBalancers: [{ LoadBalancerArn: string }] }>(world, 'elbv2', 'CreateLoadBalancer', {
    Name: name,
    Subnets: [...DEFAULT_SUBNETS],
  });
  const group = call<{ TargetGroups: [{ TargetGroupArn: string }] }>(world, 'elbv2', 'CreateTargetGroup', {
    Name: name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: DEFAULT_VPC,
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  const loadBalancer = balancer.LoadBalancers[0].LoadBalancerArn;
  const targetGroup = group.TargetGroups[0].TargetGroupArn;
  call(world, 'elbv2', 'CreateListener', {
    LoadBalancerArn: loadBalancer,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroup }],
  });
  call(world, 'elbv2', 'ModifyTargetGroupAttributes', {
    TargetGroupArn: targetGroup,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: String(drain) }],
  });
  return { targetGroup, loadBalancer };
}
