import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';

/** Sizes of a group, each absent where the template says none. */
export interface Sizes {
  readonly min: number;
  readonly max: number;
  readonly desired?: number;
}

/** One group as its template makes it. */
export interface ChangedGroup {
  readonly balancer: 'none' | 'classic' | 'target-group';
  readonly configuration: 'lc' | 'lt';
  /** `IgnoreUnmodifiedGroupSizeProperties`; absent: no update policy. */
  readonly ignores?: boolean;
  readonly template: Sizes;
  /** What scaling and people have made of it. */
  readonly live: Required<Sizes>;
}

/** Where the template of the nested stack is, as `bucket/key` and as its address. */
export const INNER = {
  object: 'templates/inner.json',
  url: 'https://templates.s3.eu-west-1.amazonaws.com/inner.json',
} as const;

type Json = Readonly<Record<string, unknown>>;

/** Parameters of the stack: the image, and the sizes of its first group. */
const PARAMETERS = {
  ImageId: { Type: 'String' },
  Min: { Type: 'Number' },
  Max: { Type: 'Number' },
};

/**
 * A stack with these groups, one after another, and a resource after them whose change can fail. Nested: the groups are
 * in a stack of their own within it.
 */
export function templatesOf(
  groups: readonly ChangedGroup[],
  nested: boolean,
): { readonly body: string; readonly inner: string } {
  const desired = groups[0]?.template.desired !== undefined;
  const parameters = { ...PARAMETERS, ...(desired && { Desired: { Type: 'Number' } }) };
  const made = Object.assign({}, ...groups.map((group, index) => resourcesOf(group, index + 1))) as Json;
  const inner = JSON.stringify({ Parameters: parameters, Resources: made });
  const names = Object.keys(made).filter((name) => name.startsWith('Group'));
  const nestedStack = {
    Inner: {
      Type: 'AWS::CloudFormation::Stack',
      Properties: {
        TemplateURL: INNER.url,
        Parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, { Ref: name }])),
      },
    },
  };
  const body = JSON.stringify({
    Parameters: parameters,
    Resources: {
      ...(nested ? nestedStack : made),
      Last: {
        Type: 'AWS::SNS::Topic',
        DependsOn: nested ? ['Inner'] : names,
        Properties: { DisplayName: { Ref: 'ImageId' } },
      },
    },
  });
  return { body, inner };
}

function resourcesOf(group: ChangedGroup, number: number): Json {
  const { ignores, configuration, balancer } = group;
  return {
    ...balancerOf(balancer, number),
    [`Launch${number}`]:
      configuration === 'lc'
        ? {
            Type: 'AWS::AutoScaling::LaunchConfiguration',
            Properties: { ImageId: { Ref: 'ImageId' }, InstanceType: 't3.micro' },
          }
        : {
            Type: 'AWS::EC2::LaunchTemplate',
            Properties: { LaunchTemplateData: { ImageId: { Ref: 'ImageId' }, InstanceType: 't3.micro' } },
          },
    [`Group${number}`]: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      DependsOn: [...(number === 1 ? [] : [`Group${number - 1}`]), ...(balancer === 'none' ? [] : [`Door${number}`])],
      ...(ignores !== undefined && {
        UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: ignores } },
      }),
      Properties: {
        ...(configuration === 'lc'
          ? { LaunchConfigurationName: { Ref: `Launch${number}` } }
          : {
              LaunchTemplate: {
                LaunchTemplateId: { Ref: `Launch${number}` },
                Version: { 'Fn::GetAtt': [`Launch${number}`, 'LatestVersionNumber'] },
              },
            }),
        ...sizesOf(group, number),
        VPCZoneIdentifier: DEFAULT_SUBNETS,
        ...(balancer !== 'none' && { HealthCheckType: 'ELB', HealthCheckGracePeriod: 300 }),
        ...(balancer === 'classic' && { LoadBalancerNames: [{ Ref: `Door${number}` }] }),
        ...(balancer === 'target-group' && { TargetGroupARNs: [{ Ref: `Targets${number}` }] }),
      },
    },
  };
}

/** Of the first group by parameters, of the others as numbers. */
function sizesOf({ template: { min, max, desired } }: ChangedGroup, number: number): Json {
  const of = (name: string, value: number): unknown => (number === 1 ? { Ref: name } : String(value));
  return {
    MinSize: of('Min', min),
    MaxSize: of('Max', max),
    ...(desired !== undefined && { DesiredCapacity: of('Desired', desired) }),
  };
}

function balancerOf(balancer: ChangedGroup['balancer'], number: number): Json {
  if (balancer === 'none') return {};
  if (balancer === 'classic')
    return {
      [`Door${number}`]: {
        Type: 'AWS::ElasticLoadBalancing::LoadBalancer',
        Properties: {
          Subnets: DEFAULT_SUBNETS,
          Listeners: [{ LoadBalancerPort: '80', InstancePort: '80', Protocol: 'HTTP' }],
          HealthCheck: {
            Target: 'HTTP:80/',
            Interval: '10',
            Timeout: '5',
            UnhealthyThreshold: '2',
            HealthyThreshold: '2',
          },
        },
      },
    };
  return {
    [`Balancer${number}`]: {
      Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      Properties: { Type: 'application', Subnets: DEFAULT_SUBNETS },
    },
    [`Targets${number}`]: {
      Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
      Properties: {
        VpcId: DEFAULT_VPC,
        Port: 80,
        Protocol: 'HTTP',
        HealthCheckIntervalSeconds: 10,
        HealthyThresholdCount: 2,
        TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }],
      },
    },
    [`Door${number}`]: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: {
        LoadBalancerArn: { Ref: `Balancer${number}` },
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: `Targets${number}` } }],
      },
    },
  };
}
