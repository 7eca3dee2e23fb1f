import { autoScalingState, type GroupState } from '../../../src/sandbox/world/autoscaling/state.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import type { Fault, ImageBehaviour, Scenario } from '../../../src/sandbox/scenario.js';
import { createCommandStage, type CommandStage } from '../../support/command-stage.js';

const GOOD = 'ami-00000000000000001';
export const BETTER = 'ami-00000000000000002';
export const BAD = 'ami-0000000000000bad0';

export const MISSING = 'ami-000000000000dead0';

/** Every call of this operation is refused from now on, or in so many simulated seconds, as for a role without it. */
export function refuseCalls(
  { sandbox: { world } }: CommandStage,
  calls: string,
  code = 'AccessDenied',
  inSeconds = 0,
): void {
  const from = (world.clock.now() - world.startedAt) / 1000 + inSeconds;
  world.disturb({ kind: 'refuse', calls, code, message: 'not authorized', from, until: 1e9 } as never);
}

/** A group of two behind a target group, in a stack whose parameter says the image. */
export const STACK_TEMPLATE = {
  Parameters: { ImageId: { Type: 'String' }, Secret: { Type: 'String', NoEcho: true, Default: 'never-to-be-seen' } },
  Resources: {
    Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: DEFAULT_SUBNETS } },
    Targets: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: {
        VpcId: DEFAULT_VPC,
        Port: 80,
        Protocol: 'HTTP',
        HealthCheckIntervalSeconds: 10,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 2,
        TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }],
      },
    },
    Listener: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: {
        LoadBalancerArn: { Ref: 'Balancer' },
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'Targets' } }],
      },
    },
    Launch: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { LaunchTemplateData: { ImageId: { Ref: 'ImageId' }, InstanceType: 't3.micro' } },
    },
    Group: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      DependsOn: 'Listener',
      Properties: {
        AutoScalingGroupName: 'web-group',
        VPCZoneIdentifier: DEFAULT_SUBNETS.slice(0, 2),
        LaunchTemplate: {
          LaunchTemplateId: { Ref: 'Launch' },
          Version: { 'Fn::GetAtt': ['Launch', 'LatestVersionNumber'] },
        },
        MinSize: '2',
        MaxSize: '6',
        DesiredCapacity: '2',
        TargetGroupARNs: [{ Ref: 'Targets' }],
        HealthCheckType: 'ELB',
        HealthCheckGracePeriod: 120,
        Tags: [{ Key: 'team', Value: 'web', PropagateAtLaunch: true }],
      },
      UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } },
    },
    Last: { Type: 'AWS::SNS::Topic', DependsOn: 'Group', Properties: { DisplayName: { Ref: 'ImageId' } } },
  },
};

const IMAGES: Readonly<Record<string, ImageBehaviour>> = {
  [BAD]: { behaviour: 'unhealthy' },
  [MISSING]: { behaviour: 'missing' },
};

/** The stack `web`, complete, with its group `web-group` in service. */
export function stackWorld(
  faults: readonly Fault[] = [],
  more: Partial<Scenario> = {},
  through?: Parameters<typeof createCommandStage>[1],
): CommandStage {
  const stage = createCommandStage({ images: IMAGES, faults, ...more }, through);
  stage.sandbox.invoke('cloudformation', 'CreateStack', {
    StackName: 'web',
    TemplateBody: JSON.stringify(STACK_TEMPLATE),
    Parameters: [{ ParameterKey: 'ImageId', ParameterValue: GOOD }],
  });
  stage.sandbox.clock.advance(BEGIN_S * 1000);
  return stage;
}

/** Seconds from the start of the world to the first command. */
export const BEGIN_S = 600;

export function groupIn({ sandbox }: CommandStage): GroupState | undefined {
  return [...autoScalingState(sandbox.world).groups.values()][0];
}

/** Somebody else's call about the group. */
export function meanwhile({ sandbox }: CommandStage, operation: string, input: object): void {
  sandbox.invoke('autoscaling', operation, { AutoScalingGroupName: 'web-group', ...input });
}

/** Everything of a rollout that is left on the group: our tags, suspended processes, a size that is not its own. */
export function leftOn(stage: CommandStage): readonly string[] {
  const group = groupIn(stage);
  if (group === undefined) return [];
  const size = `${group.min}/${group.desired}/${group.max}`;
  return [
    ...[...group.tags.keys()].filter((key) => key.startsWith('ha-updater:')),
    ...group.suspended.keys(),
    ...(size === '2/2/6' ? [] : [size]),
  ];
}
