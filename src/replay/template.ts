import type { ReplayBalancer, ReplayGroup } from './replay.js';

/** Where the groups run. */
export interface Network {
  readonly vpc: string;
  readonly subnets: readonly string[];
}

type Resources = Readonly<Record<string, object>>;

/** A template of CloudFormation that makes groups like these, each with an image of its own by a parameter. */
export function replayTemplate(groups: readonly ReplayGroup[], network: Network): object {
  return {
    Parameters: Object.fromEntries(groups.map(({ id }) => [imageOf(id), { Type: 'AWS::EC2::Image::Id' }])),
    Resources: Object.assign({}, ...groups.map((group) => resourcesOf(group, network))) as Resources,
  };
}

const imageOf = (id: string): string => `Image${id.slice('Group'.length)}`;

function resourcesOf({ id, size, balancers }: ReplayGroup, { vpc, subnets }: Network): Resources {
  const launch = `${id}Launch`;
  const made = balancers.map((balancer, index) => balancerOf(`${id}Balancer${index + 1}`, balancer, { vpc, subnets }));
  return {
    ...(Object.assign({}, ...made.map(({ resources }) => resources)) as Resources),
    [launch]: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { LaunchTemplateData: { ImageId: { Ref: imageOf(id) }, InstanceType: 't3.micro' } },
    },
    [id]: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      DependsOn: made.flatMap(({ waits }) => waits),
      Properties: {
        VPCZoneIdentifier: subnets,
        LaunchTemplate: {
          LaunchTemplateId: { Ref: launch },
          Version: { 'Fn::GetAtt': [launch, 'LatestVersionNumber'] },
        },
        MinSize: `${size.min}`,
        DesiredCapacity: `${size.desired}`,
        MaxSize: `${size.max}`,
        HealthCheckType: balancers.length > 0 ? 'ELB' : 'EC2',
        HealthCheckGracePeriod: 300,
        LoadBalancerNames: made.flatMap(({ classic }) => classic),
        TargetGroupARNs: made.flatMap(({ targets }) => targets),
      },
      UpdatePolicy: { AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: true } },
    },
  };
}

/** What a balancer is made of, and what a group names of it. */
interface Made {
  readonly resources: Resources;
  readonly waits: readonly string[];
  readonly classic: readonly object[];
  readonly targets: readonly object[];
}

function balancerOf(name: string, { kind, interval, drain }: ReplayBalancer, { vpc, subnets }: Network): Made {
  if (kind === 'classic')
    return {
      resources: {
        [name]: {
          Type: 'AWS::ElasticLoadBalancing::LoadBalancer',
          Properties: {
            Subnets: subnets,
            Listeners: [{ LoadBalancerPort: '80', Protocol: 'HTTP', InstancePort: '80' }],
            HealthCheck: {
              Target: 'HTTP:80/',
              Interval: `${interval}`,
              Timeout: '5',
              HealthyThreshold: '2',
              UnhealthyThreshold: '2',
            },
            ConnectionDrainingPolicy: drain > 0 ? { Enabled: true, Timeout: drain } : { Enabled: false },
          },
        },
      },
      waits: [],
      classic: [{ Ref: name }],
      targets: [],
    };
  const [front, targets] = [`${name}Front`, `${name}Targets`];
  return {
    resources: {
      [front]: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { Type: 'application', Subnets: subnets },
      },
      [targets]: {
        Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
        Properties: {
          VpcId: vpc,
          Port: 80,
          Protocol: 'HTTP',
          HealthCheckIntervalSeconds: interval,
          HealthCheckTimeoutSeconds: 5,
          HealthyThresholdCount: 2,
          UnhealthyThresholdCount: 2,
          TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: `${drain}` }],
        },
      },
      [name]: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: {
          LoadBalancerArn: { Ref: front },
          Port: 80,
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: targets } }],
        },
      },
    },
    waits: [name],
    classic: [],
    targets: [{ Ref: targets }],
  };
}
