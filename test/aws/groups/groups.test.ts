import { expect } from 'chai';
import { encodeNotes } from '../../../src/aws/groups/note-tags.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import { faultOf, gatewayTo } from '../support.js';

const GROUP = {
  AutoScalingGroupName: 'web',
  MinSize: 1,
  MaxSize: 4,
  DesiredCapacity: 2,
  DefaultCooldown: 300,
  AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
  HealthCheckType: 'ELB',
  HealthCheckGracePeriod: 90,
  LaunchConfigurationName: 'web-7',
  LoadBalancerNames: ['classic'],
  TargetGroupARNs: ['arn:tg'],
};

async function describeOne(
  group: object,
): Promise<
  Awaited<ReturnType<ReturnType<typeof gatewayTo>['gateway']['describeGroups']>>['groups'][number] | undefined
> {
  const { gateway } = gatewayTo({
    autoscaling: { DescribeAutoScalingGroups: { AutoScalingGroups: [{ ...GROUP, ...group }] } },
  });
  return (await gateway.describeGroups(['web'])).groups[0];
}

describe('groups', () => {
  it('come in our words, stamped with the time of the service', async () => {
    const lease = { run: 'r7', host: 'agent', pid: 7, beat: 3, ttlMs: 90_000, at: 0 };
    const { gateway } = gatewayTo({
      autoscaling: {
        DescribeAutoScalingGroups: {
          AutoScalingGroups: [
            {
              ...GROUP,
              Status: 'Delete in progress',
              Operator: { Principal: 'eks.amazonaws.com' },
              WarmPoolConfiguration: { MinSize: 0 },
              SuspendedProcesses: [
                { ProcessName: 'AZRebalance' },
                { ProcessName: 'RemoveFromLoadBalancerLowPriority' },
              ],
              Tags: [
                { Key: 'Name', Value: 'web' },
                ...encodeNotes({ lease }).map(({ key, value }) => ({ Key: key, Value: value })),
              ],
              Instances: [
                {
                  InstanceId: 'i-1',
                  AvailabilityZone: 'eu-west-1a',
                  LifecycleState: 'InService',
                  HealthStatus: 'HEALTHY',
                  LaunchConfigurationName: 'web-6',
                  ProtectedFromScaleIn: true,
                },
                {
                  InstanceId: 'i-2',
                  AvailabilityZone: 'eu-west-1b',
                  LifecycleState: 'Pending:Wait',
                  HealthStatus: 'Unhealthy',
                  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '7' },
                  ProtectedFromScaleIn: false,
                },
              ],
            },
          ],
        },
      },
    });
    expect(await gateway.describeGroups(['web'])).to.deep.equal({
      at: Date.parse(DEFAULT_SCENARIO.start),
      groups: [
        {
          name: 'web',
          size: { min: 1, max: 4, desired: 2 },
          weighted: false,
          tags: { Name: 'web' },
          suspended: ['AZRebalance'],
          configurationRefs: ['lc/web-7'],
          instances: [
            {
              id: 'i-1',
              zone: 'eu-west-1a',
              lifecycle: 'InService',
              healthy: true,
              weight: 1,
              protectedFromScaleIn: true,
              configuration: 'lc/web-6',
              health: [],
            },
            {
              id: 'i-2',
              zone: 'eu-west-1b',
              lifecycle: 'Pending:Wait',
              healthy: false,
              weight: 1,
              protectedFromScaleIn: false,
              configuration: 'lt/lt-1:7',
              health: [],
            },
          ],
          balancerRefs: [
            { kind: 'classic', id: 'classic' },
            { kind: 'target-group', id: 'arn:tg' },
          ],
          notes: { lease },
          status: 'Delete in progress',
          operator: 'eks.amazonaws.com',
          hasWarmPool: true,
          healthCheckType: 'ELB',
          healthCheckGraceMs: 90_000,
          zones: ['eu-west-1a', 'eu-west-1b'],
        },
      ],
    });
  });

  it('name their balancers wherever AWS tells of them, each once', async () => {
    const group = await describeOne({
      TrafficSources: [
        { Identifier: 'classic', Type: 'elb' },
        { Identifier: 'second', Type: 'elb' },
        { Identifier: 'arn:tg', Type: 'elbv2' },
        { Identifier: 'arn:tg2', Type: 'elbv2' },
        { Identifier: 'arn:lattice', Type: 'vpc-lattice' },
      ],
    });
    expect(group?.balancerRefs.map((ref) => ref.id)).to.deep.equal(['classic', 'second', 'arn:tg', 'arn:tg2']);
  });

  it('say what an instance launched now would be made from', async () => {
    const refs = async (group: object): Promise<unknown> =>
      (await describeOne({ LaunchConfigurationName: undefined, ...group }))?.configurationRefs;
    const base = { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'web', Version: '$Latest' };
    expect(await refs({ LaunchTemplate: base })).to.deep.equal(['lt/lt-1:$Latest']);
    expect(await refs({ LaunchTemplate: { LaunchTemplateName: 'web' } })).to.deep.equal(['lt/web:$Default']);
    expect(
      await refs({ MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: base } } }),
    ).to.deep.equal(['lt/lt-1:$Latest']);
    const overrides = [
      { InstanceType: 'm5.large' },
      { InstanceType: 'm6g.large', LaunchTemplateSpecification: { LaunchTemplateId: 'lt-2', Version: '3' } },
      { InstanceType: 'm5a.large' },
    ];
    expect(
      await refs({
        MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: base, Overrides: overrides } },
      }),
    ).to.deep.equal(['lt/lt-1:$Latest', 'lt/lt-2:3']);
    expect(await refs({})).to.deep.equal([]);
  });

  it('are weighted when overrides carry weights or the unit is not the instance', async () => {
    const weights = {
      MixedInstancesPolicy: { LaunchTemplate: { Overrides: [{ InstanceType: 'm5.large', WeightedCapacity: '2' }] } },
    };
    const instance = {
      InstanceId: 'i-1',
      AvailabilityZone: 'a',
      LifecycleState: 'InService',
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: false,
      WeightedCapacity: '2',
    };
    const weighted = await describeOne({ ...weights, Instances: [instance] });
    expect([weighted?.weighted, weighted?.instances[0]?.weight]).to.deep.equal([true, 2]);
    expect((await describeOne({ DesiredCapacityType: 'vcpu' }))?.weighted).to.equal(true);
    expect((await describeOne({ DesiredCapacityType: 'units' }))?.weighted).to.equal(false);
  });

  it('name the types of a mixed group, unless attributes choose them', async () => {
    const types = async (...Overrides: readonly object[]): Promise<unknown> =>
      (await describeOne({ MixedInstancesPolicy: { LaunchTemplate: { Overrides } } }))?.types;
    expect(await types({ InstanceType: 'm5.large' }, { InstanceType: 'm6g.large' })).to.deep.equal([
      'm5.large',
      'm6g.large',
    ]);
    expect(await types({ InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 1024 } } })).to.equal('open');
    expect(await types({ ImageId: 'ami-arm' })).to.equal(undefined);
    expect((await describeOne({}))?.types).to.equal(undefined);
  });

  it('are asked for by a hundred names at once, all pages, and never without a name', async () => {
    const names = Array.from({ length: 101 }, (_, i) => `g${i}`);
    const { gateway, inputsOf } = gatewayTo({
      autoscaling: {
        DescribeAutoScalingGroups: (input) =>
          input['NextToken'] === undefined
            ? { AutoScalingGroups: [GROUP], NextToken: 'more' }
            : { AutoScalingGroups: [GROUP] },
      },
    });
    expect((await gateway.describeGroups(names)).groups).to.have.length(4);
    const inputs = inputsOf('DescribeAutoScalingGroups') as {
      AutoScalingGroupNames: string[];
      MaxRecords: number;
      NextToken?: string;
    }[];
    expect(
      inputs.map((input) => [input.AutoScalingGroupNames.length, input.MaxRecords, input.NextToken]),
    ).to.deep.equal([
      [100, 100, undefined],
      [100, 100, 'more'],
      [1, 100, undefined],
      [1, 100, 'more'],
    ]);
    await gateway.describeGroups([]);
    expect(
      (inputsOf('DescribeAutoScalingGroups').at(-1) as { AutoScalingGroupNames: string[] }).AutoScalingGroupNames,
    ).to.have.length(1);
  });

  it('a service that pages without end is a fault, not a run that hangs', async () => {
    const { gateway, calls } = gatewayTo({
      autoscaling: { DescribeAutoScalingGroups: { AutoScalingGroups: [], NextToken: 'again' } },
    });
    const fault = await faultOf(gateway.describeGroups(['web']));
    expect([fault.kind, fault.code, calls.length]).to.deep.equal(['invalid', 'TooManyPages', 100]);
  });
});

describe('what EC2 knows of groups', () => {
  it('launch times of all instances of all groups in one call', async () => {
    const { gateway, inputsOf } = gatewayTo({
      ec2: {
        DescribeInstances: {
          Reservations: [
            { Instances: [{ InstanceId: 'i-1', LaunchTime: new Date('2026-11-21T02:00:00Z') }] },
            { Instances: [{ InstanceId: 'i-2', LaunchTime: new Date('2026-11-21T02:00:07Z') }] },
          ],
        },
      },
    });
    expect(await gateway.launchTimes(['web', 'api'])).to.deep.equal({
      'i-1': Date.parse('2026-11-21T02:00:00Z'),
      'i-2': Date.parse('2026-11-21T02:00:07Z'),
    });
    expect(inputsOf('DescribeInstances')).to.deep.equal([
      {
        Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: ['web', 'api'] }],
        MaxResults: 1000,
      },
    ]);
  });

  it('versions of templates by id and by name; one that is missing does not hide the others', async () => {
    const { gateway } = gatewayTo({
      ec2: {
        DescribeLaunchTemplates: (input) => {
          const ids = (input['LaunchTemplateIds'] ?? []) as string[];
          if (ids.includes('lt-gone'))
            throw new ServiceFault(
              'InvalidLaunchTemplateId.NotFound',
              'The specified launch template, with template ID lt-gone, does not exist.',
            );
          return {
            LaunchTemplates: [
              { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'web', LatestVersionNumber: 7, DefaultVersionNumber: 3 },
            ],
          };
        },
      },
    });
    const versions = { latest: '7', default: '3' };
    expect(await gateway.templateVersions(['lt-1', 'lt-gone', 'web'])).to.deep.equal({
      'lt-1': versions,
      web: versions,
    });
  });
});

describe('what overrides and images say of launches', () => {
  it('types and images of overrides, each with the template that it uses', async () => {
    const { gateway } = gatewayTo({
      autoscaling: {
        DescribeAutoScalingGroups: {
          AutoScalingGroups: [
            {
              AutoScalingGroupName: 'web',
              MixedInstancesPolicy: {
                LaunchTemplate: {
                  LaunchTemplateSpecification: { LaunchTemplateId: 'lt-1', Version: '7' },
                  Overrides: [
                    { InstanceType: 'm5.large' },
                    {
                      InstanceType: 'm6g.large',
                      ImageId: 'ami-arm',
                      LaunchTemplateSpecification: { LaunchTemplateId: 'lt-2', Version: '$Latest' },
                    },
                    { InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 1024 } } },
                  ],
                },
              },
              Instances: [{ InstanceId: 'i-1', InstanceType: 'm5.large' }],
            },
            { AutoScalingGroupName: 'plain', LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '7' } },
          ],
        },
      },
    });
    const { groups } = await gateway.describeGroups(['web', 'plain']);
    expect(groups.map(({ overrides }) => overrides)).to.deep.equal([
      [
        { ref: 'lt/lt-1:7', type: 'm5.large' },
        { ref: 'lt/lt-2:$Latest', type: 'm6g.large', image: 'ami-arm' },
        { ref: 'lt/lt-1:7' },
      ],
      undefined,
    ]);
    expect(groups[0]?.instances.map(({ type }) => type)).to.deep.equal(['m5.large']);
  });

  it('images and types of template versions as they are written, by id and by name', async () => {
    const { gateway } = gatewayTo({
      ec2: {
        DescribeLaunchTemplateVersions: (input) => ({
          LaunchTemplateVersions:
            input['LaunchTemplateId'] === 'lt-1'
              ? [
                  {
                    VersionNumber: 7,
                    LaunchTemplateData: { ImageId: 'resolve:ssm:/golden', InstanceType: 't3.micro' },
                  },
                  { VersionNumber: 8, LaunchTemplateData: { ImageId: 'ami-8' } },
                ]
              : [{ VersionNumber: 3, LaunchTemplateData: {} }],
        }),
      },
    });
    expect(await gateway.templateLaunches(['lt/lt-1:7', 'lt/lt-1:8', 'lt/web:3', 'lc/old'])).to.deep.equal({
      'lt/lt-1:7': { image: 'resolve:ssm:/golden', type: 't3.micro' },
      'lt/lt-1:8': { image: 'ami-8' },
      'lt/web:3': {},
    });
  });
});

describe('failed launches and precautions', () => {
  it('keeps failed launches since then', async () => {
    const activity = (id: string, more: object): object => ({
      ActivityId: id,
      AutoScalingGroupName: 'web',
      Description: 'Launching a new EC2 instance. Status Reason: no AMI',
      Cause: 'desired rose',
      StatusCode: 'Failed',
      StatusMessage: 'The image id [ami-0] does not exist',
      StartTime: new Date('2026-11-21T03:00:05Z'),
      ...more,
    });
    const { gateway, inputsOf } = gatewayTo({
      autoscaling: {
        DescribeScalingActivities: {
          Activities: [
            activity('1', {}),
            activity('2', { StatusCode: 'Successful' }),
            activity('3', { StartTime: new Date('2026-11-21T02:00:00Z') }),
            activity('4', { Description: 'Terminating EC2 instance: i-1' }),
          ],
        },
      },
    });
    const since = Date.parse('2026-11-21T03:00:00Z');
    expect(await gateway.failedLaunches('web', since)).to.deep.equal([
      {
        id: '1',
        group: 'web',
        startedAt: since + 5000,
        message: 'The image id [ami-0] does not exist',
        cause: 'desired rose',
      },
    ]);
    expect(inputsOf('DescribeScalingActivities')).to.deep.equal([
      {
        AutoScalingGroupName: 'web',
        Filters: [
          { Name: 'Status', Values: ['Failed'] },
          { Name: 'StartTimeLowerBound', Values: ['2026-11-21T03:00:00.000Z'] },
        ],
        MaxRecords: 100,
      },
    ]);
  });

  it('tells of a running refresh, of balancers that come and go, and of sources that cannot be judged', async () => {
    const { gateway } = gatewayTo({
      autoscaling: {
        DescribeInstanceRefreshes: {
          InstanceRefreshes: [
            { InstanceRefreshId: 'ref-2', Status: 'Baking' },
            { InstanceRefreshId: 'ref-1', Status: 'Successful' },
          ],
        },
        DescribeTrafficSources: {
          TrafficSources: [
            { Identifier: 'classic', Type: 'elb', State: 'Adding' },
            { Identifier: 'arn:tg', Type: 'elbv2', State: 'InService' },
            { Identifier: 'arn:lattice', Type: 'vpc-lattice', State: 'InService' },
          ],
        },
      },
    });
    expect(await gateway.precautions('web')).to.deep.equal({
      group: 'web',
      activeRefresh: 'ref-2 (Baking)',
      changingBalancers: ['classic (Adding)'],
      unjudgedSources: ['arn:lattice (vpc-lattice)'],
      warnings: [],
    });
  });

  it('what is refused or unknown becomes a warning; what passes by itself stays a fault', async () => {
    const { gateway } = gatewayTo({
      autoscaling: {
        DescribeInstanceRefreshes: [
          new ServiceFault('AccessDenied', 'no', 403),
          new ServiceFault('Throttling', 'Rate exceeded'),
        ],
        DescribeTrafficSources: new ServiceFault('InternalFailure', 'oops', 500),
      },
    });
    expect(await gateway.precautions('web')).to.deep.equal({
      group: 'web',
      changingBalancers: [],
      unjudgedSources: [],
      warnings: [
        'It could not be read whether an instance refresh is running (autoscaling:DescribeInstanceRefreshes: AccessDenied).',
        'It could not be read whether load balancers are being attached or detached (autoscaling:DescribeTrafficSources: InternalFailure).',
      ],
    });
    expect((await faultOf(gateway.precautions('web'))).kind).to.equal('throttled');
  });
});
