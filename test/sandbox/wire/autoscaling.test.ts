import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { expect } from 'chai';
import fc from 'fast-check';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import { answering, failure, sandboxOf } from './support.js';

const instance = (n: number): NonNullable<AutoScalingGroup['Instances']>[number] => ({
  InstanceId: `i-${n.toString(16).padStart(17, '0')}`,
  InstanceType: 't3.micro',
  AvailabilityZone: `eu-west-1${'abc'.charAt(n % 3)}`,
  LifecycleState: 'InService',
  HealthStatus: 'Healthy',
  LaunchTemplate: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'web', Version: '3' },
  ProtectedFromScaleIn: false,
});

const group: AutoScalingGroup = {
  AutoScalingGroupName: 'web',
  MinSize: 0,
  MaxSize: 8,
  DesiredCapacity: 4,
  DefaultCooldown: 300,
  AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
  LoadBalancerNames: [],
  TargetGroupARNs: ['arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef'],
  HealthCheckType: 'ELB',
  CreatedTime: new Date('2026-11-21T03:00:00.250Z'),
  CapacityRebalance: true,
  Instances: [instance(0), instance(1)],
  Tags: [{ Key: 'note', Value: 'a <b> & "c" ünï 日本 🦆\r\n\t end', PropagateAtLaunch: false }],
  SuspendedProcesses: [{ ProcessName: 'AZRebalance', SuspensionReason: "User's wish" }],
  MixedInstancesPolicy: {
    LaunchTemplate: {
      Overrides: [
        { InstanceType: 'm5.large', WeightedCapacity: '2' },
        { InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 0 } } },
      ],
    },
  },
};

describe('the wire of Auto Scaling', () => {
  it('gives the SDK a group as the world has it', async () => {
    const { services, inputs } = answering('autoscaling', 'DescribeAutoScalingGroups', {
      AutoScalingGroups: [group],
      NextToken: 'more',
    });
    const client = new AutoScalingClient(sandboxOf(services).clientConfig());
    const { $metadata, ...output } = await client.send(
      new DescribeAutoScalingGroupsCommand({
        AutoScalingGroupNames: ['web', 'a & b', ''],
        Filters: [
          { Name: 'tag:stage', Values: ['a', 'b'] },
          { Name: 'tag-key', Values: [] },
        ],
        IncludeInstances: false,
        MaxRecords: 100,
      }),
    );
    expect(output).to.deep.equal({ AutoScalingGroups: [group], NextToken: 'more' });
    expect($metadata.requestId).to.match(/^[0-9a-f-]{36}$/);
    expect(inputs).to.deep.equal([
      {
        AutoScalingGroupNames: ['web', 'a & b', ''],
        Filters: [
          { Name: 'tag:stage', Values: ['a', 'b'] },
          { Name: 'tag-key', Values: [] },
        ],
        IncludeInstances: false,
        MaxRecords: 100,
      },
    ]);
  });

  it('reads every kind of member of a request', async () => {
    const { services, inputs } = answering('autoscaling', 'CreateAutoScalingGroup', {});
    const client = new AutoScalingClient(sandboxOf(services).clientConfig());
    const input = {
      AutoScalingGroupName: 'web',
      MinSize: 0,
      MaxSize: 12,
      TargetGroupARNs: [],
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'web' },
          Overrides: Array.from({ length: 12 }, (_, n) => ({ InstanceType: `m${n}` })),
        },
        InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0 },
      },
      CapacityRebalance: true,
      Tags: [{ Key: 'k', Value: '', PropagateAtLaunch: true }],
    };
    await client.send(new CreateAutoScalingGroupCommand(input));
    expect(inputs).to.deep.equal([input]);
  });

  it('takes an operation without output', async () => {
    const { services, inputs } = answering('autoscaling', 'SuspendProcesses', {});
    await new AutoScalingClient(sandboxOf(services).clientConfig()).send(
      new SuspendProcessesCommand({ AutoScalingGroupName: 'web', ScalingProcesses: ['AZRebalance'] }),
    );
    expect(inputs).to.deep.equal([{ AutoScalingGroupName: 'web', ScalingProcesses: ['AZRebalance'] }]);
  });

  it('names modelled and other errors as AWS does', async () => {
    const refuse = (fault: ServiceFault): Promise<Error & Record<string, unknown>> => {
      const services = {
        autoscaling: {
          SetDesiredCapacity: () => {
            throw fault;
          },
        },
      };
      const client = new AutoScalingClient(sandboxOf(services).clientConfig());
      return failure(client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity: 3 })));
    };
    const busy = await refuse(
      new ServiceFault('ScalingActivityInProgress', 'Scaling activity x is in progress & blocks'),
    );
    expect([busy.name, busy['Code'], busy.message]).to.deep.equal([
      'ScalingActivityInProgressFault',
      'ScalingActivityInProgress',
      'Scaling activity x is in progress & blocks',
    ]);
    expect((await refuse(new ServiceFault('ResourceContention', 'try again', 500))).name).to.equal(
      'ResourceContentionFault',
    );
    const invalid = await refuse(new ServiceFault('ValidationError', 'AutoScalingGroup name not found - null'));
    expect([invalid.name, (invalid['$metadata'] as { httpStatusCode: number }).httpStatusCode]).to.deep.equal([
      'ValidationError',
      400,
    ]);
  });

  it('refuses a request without its required members, all at once and in the words of the service', async () => {
    const { services, inputs } = answering('autoscaling', 'TerminateInstanceInAutoScalingGroup', {});
    const client = new AutoScalingClient(sandboxOf(services).clientConfig());
    const missing = await failure(
      client.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceIds: ['i-1'],
          ShouldDecrementDesiredCapacity: undefined,
        }),
      ),
    );
    expect(missing.name).to.equal('ValidationError');
    expect(missing.message).to.equal(
      "1 validation error detected: Value null at 'shouldDecrementDesiredCapacity' failed to satisfy constraint: Member must not be null",
    );
    expect(inputs).to.deep.equal([]);
    const nested = await failure(
      client.send(new CreateOrUpdateTagsCommand({ Tags: [{ Key: 'a' }, { Key: undefined, Value: 'x' }] })),
    );
    expect(nested.message).to.contain("Value null at 'tags.2.member.key'");
  });

  it('carries any text of a tag there and back', async () => {
    const stored: { Tags: { Key: string; Value: string }[] } = { Tags: [] };
    const services = {
      autoscaling: {
        CreateOrUpdateTags: (_: unknown, input: typeof stored) => {
          Object.assign(stored, input);
          return {};
        },
        DescribeAutoScalingGroups: () => ({ AutoScalingGroups: [{ ...group, Tags: stored.Tags }] }),
      },
    };
    const client = new AutoScalingClient(sandboxOf(services).clientConfig());
    // XML has no way to write other control characters; text of blanks and line ends alone is lost by the SDK's own parser.

    const text = fc
      .string({ unit: 'binary' })
      .filter(
        (each) =>
          !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(each) && (each.trim() !== '' || each === ''),
      );
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        await client.send(new CreateOrUpdateTagsCommand({ Tags: [{ Key: 'k', Value: value }] }));
        expect(stored.Tags[0]?.Value).to.equal(value);
        const answer = await client.send(new DescribeAutoScalingGroupsCommand({}));
        expect(answer.AutoScalingGroups?.[0]?.Tags?.[0]?.Value).to.equal(value);
      }),
      { numRuns: 100 },
    );
  });
});
