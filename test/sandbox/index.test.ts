import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DescribeAutoScalingGroupsCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  ConfigureHealthCheckCommand,
  CreateLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect } from 'chai';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';
import { standardGroup } from '../support/sandbox.js';

/** A group behind both kinds of balancer: made, watched while it comes up, and doubled. */
async function story(scenario: Partial<Scenario>): Promise<{ sandbox: Sandbox; seen: string[]; serving: number[] }> {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  const autoscaling = new AutoScalingClient(sandbox.clientConfig());
  const classic = new ElasticLoadBalancingClient(sandbox.clientConfig());
  const newer = new ElasticLoadBalancingV2Client(sandbox.clientConfig());
  const ec2 = new EC2Client(sandbox.clientConfig());
  const zones = ['eu-west-1a', 'eu-west-1b'];
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'web',
      LaunchTemplateData: { ImageId: 'ami-11111111', InstanceType: 't3.micro' },
    }),
  );
  await classic.send(
    new CreateLoadBalancerCommand({
      LoadBalancerName: 'web',
      AvailabilityZones: zones,
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 }],
    }),
  );
  // By default ten checks have to pass, thirty seconds apart.
  const HealthCheck = { Target: 'HTTP:80/', Interval: 10, Timeout: 5, HealthyThreshold: 2, UnhealthyThreshold: 2 };
  await classic.send(new ConfigureHealthCheckCommand({ LoadBalancerName: 'web', HealthCheck }));
  const { TargetGroups } = await newer.send(
    new CreateTargetGroupCommand({ Name: 'web', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-11111111' }),
  );
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn!;
  await autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'web',
      MinSize: 0,
      MaxSize: 8,
      DesiredCapacity: 2,
      AvailabilityZones: zones,
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
      LoadBalancerNames: ['web'],
      TargetGroupARNs: [TargetGroupArn],
    }),
  );
  const seen: string[] = [];
  const serving: number[] = [];
  for (let minute = 0; minute < 20; minute++) {
    if (minute === 10)
      await autoscaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', DesiredCapacity: 4 }));
    sandbox.clock.advance(30_000);
    const group = await autoscaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }));
    const health = await classic.send(new DescribeInstanceHealthCommand({ LoadBalancerName: 'web' }));
    const targets = await newer.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    const instances = await ec2.send(new DescribeInstancesCommand({}));
    seen.push(
      JSON.stringify([
        group.AutoScalingGroups,
        health.InstanceStates,
        targets.TargetHealthDescriptions,
        instances.Reservations,
      ]),
    );
    serving.push(health.InstanceStates?.filter((each) => each.State === 'InService').length ?? 0);
  }
  return { sandbox, seen, serving };
}

describe('the sandbox as a whole', () => {
  it('lets a group come up behind its balancers in simulated minutes', async () => {
    const { serving, sandbox } = await story({});
    expect([serving[0], serving[9], serving[19]]).to.deep.equal([0, 2, 4]);
    expect(sandbox.calls.get('elb:DescribeInstanceHealth')).to.equal(20);
  });

  it('is the same for the same seed, and another for another', async () => {
    const [one, again, other] = await Promise.all([story({ seed: 5 }), story({ seed: 5 }), story({ seed: 6 })]);
    expect(again.seen).to.deep.equal(one.seen);
    expect(other.seen).to.not.deep.equal(one.seen);
  });

  it('shows every service as it was when reads are stale', async () => {
    const stale = (['autoscaling', 'elb', 'elbv2', 'ec2'] as const).map((service) => ({
      kind: 'staleReads' as const,
      service,
      seconds: 60,
    }));
    const { seen, serving } = await story({ faults: stale });
    expect(serving.at(-1)).to.equal(4);
    expect(seen).to.not.deep.equal((await story({})).seen);
  });

  it('takes what others ask for as none of the doings of the tool that it watches, once that has told its name', async () => {
    for (const [named, rules] of [
      [true, []],
      [false, ['foreign']],
    ] as const) {
      const sandbox = createSandbox(DEFAULT_SCENARIO);
      const { changeImage } = standardGroup(sandbox.world, { size: 1, min: 0, max: 2, balancers: [] });
      const tool = new AutoScalingClient({
        ...sandbox.clientConfig(),
        ...(named ? { customUserAgent: [['ha-updater', '1.0.0']] as [string, string][] } : {}),
      });
      const somebody = new EC2Client(sandbox.clientConfig());
      const ids = async (): Promise<string[]> =>
        ((await tool.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups?.[0]?.Instances ?? []).map(
          ({ InstanceId }) => InstanceId ?? '',
        );
      const [old = ''] = await ids();
      changeImage('ami-new');
      await tool.send(
        new CreateOrUpdateTagsCommand({
          Tags: [
            {
              ResourceId: 'web',
              ResourceType: 'auto-scaling-group',
              Key: 'ha-updater:rollout',
              Value: 'v=1',
              PropagateAtLaunch: false,
            },
          ],
        }),
      );
      await tool.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', DesiredCapacity: 2 }));
      sandbox.clock.advance(300_000);
      await tool.send(
        new TerminateInstanceInAutoScalingGroupCommand({ InstanceId: old, ShouldDecrementDesiredCapacity: true }),
      );
      await somebody.send(new TerminateInstancesCommand({ InstanceIds: (await ids()).filter((id) => id !== old) }));
      sandbox.clock.advance(10_000);
      expect(sandbox.monitor.violations.map(({ rule }) => rule).filter((rule) => rule !== 'capacity')).to.deep.equal(
        rules,
      );
      expect(sandbox.monitor.violations.length > 0).to.equal(!named);
    }
  });

  it('knows when the stack of a group is in progress', async () => {
    const sandbox = createSandbox(DEFAULT_SCENARIO);
    const TemplateBody = `
Parameters: { Image: { Type: String, Default: ami-11111111 } }
Resources:
  Template: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { ImageId: !Ref Image, InstanceType: t3.micro } } }
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: '0'
      MaxSize: '2'
      AvailabilityZones: [eu-west-1a]
      LaunchTemplate: { LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber }
`;
    const cloudformation = new CloudFormationClient(sandbox.clientConfig());
    await cloudformation.send(new CreateStackCommand({ StackName: 'web', TemplateBody }));
    sandbox.clock.advance(300_000);
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'web' }));
    expect(Stacks?.[0]?.StackStatus).to.equal('CREATE_COMPLETE');
    const { StackResources } = await cloudformation.send(new DescribeStackResourcesCommand({ StackName: 'web' }));
    const group = StackResources?.find((resource) => resource.LogicalResourceId === 'Group')?.PhysicalResourceId!;
    expect(sandbox.monitor.groupIsBusy(group)).to.equal(false);
    await cloudformation.send(
      new UpdateStackCommand({
        StackName: 'web',
        UsePreviousTemplate: true,
        Parameters: [{ ParameterKey: 'Image', ParameterValue: 'ami-22222222' }],
      }),
    );
    expect(sandbox.monitor.groupIsBusy(group)).to.equal(true);
    sandbox.clock.advance(300_000);
    expect(sandbox.monitor.groupIsBusy(group)).to.equal(false);
  });
});
