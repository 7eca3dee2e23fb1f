import {
  AutoScalingClient,
  BatchDeleteScheduledActionCommand,
  BatchPutScheduledUpdateGroupActionCommand,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  CreateOrUpdateTagsCommand,
  DeletePolicyCommand,
  DescribeAccountLimitsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
  DescribeMetricCollectionTypesCommand,
  DescribeNotificationConfigurationsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
  DescribeTerminationPolicyTypesCommand,
  DisableMetricsCollectionCommand,
  EnableMetricsCollectionCommand,
  PutNotificationConfigurationCommand,
  PutScalingPolicyCommand,
  type PutScalingPolicyCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, CreateStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'chai';
import { rawSandbox } from './raw-calls.js';
import { failure } from './support.js';

const { sandbox, query } = rawSandbox();
const client = new AutoScalingClient(sandbox.clientConfig());
const ec2 = new EC2Client(sandbox.clientConfig());
const AutoScalingGroupName = 'web';

sandbox.invoke('autoscaling', 'CreateLaunchConfiguration', {
  LaunchConfigurationName: 'one',
  ImageId: 'ami-0123',
  InstanceType: 't3.micro',
});
sandbox.invoke('autoscaling', 'CreateAutoScalingGroup', {
  AutoScalingGroupName,
  LaunchConfigurationName: 'one',
  MinSize: 0,
  MaxSize: 2,
  AvailabilityZones: ['eu-west-1a'],
});

describe('Auto Scaling: metrics of a group', () => {
  const metrics = async (): Promise<(string | undefined)[]> => {
    const { AutoScalingGroups } = await client.send(new DescribeAutoScalingGroupsCommand({}));
    const group = AutoScalingGroups!.find((one) => one.AutoScalingGroupName === AutoScalingGroupName)!;
    expect(group.EnabledMetrics?.every(({ Granularity }) => Granularity === '1Minute')).to.equal(true);
    return group.EnabledMetrics!.map(({ Metric }) => Metric);
  };
  const enable = (Metrics?: string[], Granularity = '1Minute'): Promise<unknown> =>
    client.send(new EnableMetricsCollectionCommand({ AutoScalingGroupName, Metrics, Granularity }));
  const disable = (Metrics?: string[]): Promise<unknown> =>
    client.send(new DisableMetricsCollectionCommand({ AutoScalingGroupName, Metrics }));

  it('are shown once they are enabled, all of them or those that are named', async () => {
    await disable();
    expect(await metrics()).to.deep.equal([]);
    await enable(['GroupMinSize', 'GroupMaxSize']);
    expect(await metrics()).to.deep.equal(['GroupMinSize', 'GroupMaxSize']);
    await disable(['GroupMinSize']);
    expect(await metrics()).to.deep.equal(['GroupMaxSize']);
    await enable();
    const known = await client.send(new DescribeMetricCollectionTypesCommand({}));
    expect(await metrics()).to.deep.equal(known.Metrics!.map(({ Metric }) => Metric));
    await disable();
    expect(await metrics()).to.deep.equal([]);
  });

  it('are refused by other names and in other intervals', async () => {
    expect((await failure(enable(['Foo']))).name).to.equal('ValidationError');
    expect((await failure(enable(undefined, '5Minutes'))).name).to.equal('ValidationError');
  });

  it('come with a template', async () => {
    const cloudformation = new CloudFormationClient(sandbox.clientConfig());
    const body = (Metrics: string[]): string =>
      JSON.stringify({
        Resources: {
          Group: {
            Type: 'AWS::AutoScaling::AutoScalingGroup',
            Properties: {
              AutoScalingGroupName: 'templated',
              LaunchConfigurationName: 'one',
              MinSize: 0,
              MaxSize: 0,
              AvailabilityZones: ['eu-west-1a'],
              ...(Metrics.length > 0 && { MetricsCollection: [{ Granularity: '1Minute', Metrics }] }),
            },
          },
        },
      });
    const shown = async (): Promise<unknown> => {
      sandbox.clock.advance(600_000);
      const described = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['templated'] });
      return (await client.send(described)).AutoScalingGroups?.[0]?.EnabledMetrics?.map(({ Metric }) => Metric);
    };
    await cloudformation.send(new CreateStackCommand({ StackName: 'metrics', TemplateBody: body(['GroupMinSize']) }));
    expect(await shown()).to.deep.equal(['GroupMinSize']);
    const update = (metrics: string[]): Promise<unknown> =>
      cloudformation.send(new UpdateStackCommand({ StackName: 'metrics', TemplateBody: body(metrics) }));
    await update(['GroupMaxSize']);
    expect(await shown()).to.deep.equal(['GroupMaxSize']);
    await update([]);
    expect(await shown()).to.deep.equal([]);
  });
});

describe('Auto Scaling: scaling policies', () => {
  const put = (PolicyName: string, more: Partial<PutScalingPolicyCommandInput>): Promise<{ PolicyARN?: string }> =>
    client.send(new PutScalingPolicyCommand({ AutoScalingGroupName, PolicyName, ...more })) as Promise<{
      PolicyARN?: string;
    }>;
  const target = {
    PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' as const },
    TargetValue: 60,
  };

  it('are kept, shown, replaced by their name and deleted', async () => {
    const tracking = { PolicyType: 'TargetTrackingScaling', TargetTrackingConfiguration: target };
    const { PolicyARN } = await put('cpu', tracking);
    expect(PolicyARN).to.match(/^arn:aws:autoscaling:.*:scalingPolicy:.*:autoScalingGroupName\/web:policyName\/cpu$/);
    await put('out', { AdjustmentType: 'ChangeInCapacity', ScalingAdjustment: 1 });
    expect((await put('cpu', { ...tracking, Enabled: false })).PolicyARN).to.equal(PolicyARN);
    const { ScalingPolicies } = await client.send(new DescribePoliciesCommand({ AutoScalingGroupName }));
    expect(
      ScalingPolicies?.map(({ PolicyName, PolicyType, Enabled }) => [PolicyName, PolicyType, Enabled]),
    ).to.deep.equal([
      ['cpu', 'TargetTrackingScaling', false],
      ['out', 'SimpleScaling', true],
    ]);
    expect(ScalingPolicies?.[0]?.TargetTrackingConfiguration).to.deep.equal(target);
    const simple = await client.send(new DescribePoliciesCommand({ PolicyTypes: ['SimpleScaling'] }));
    expect(simple.ScalingPolicies?.map(({ PolicyName }) => PolicyName)).to.deep.equal(['out']);
    await client.send(new DeletePolicyCommand({ PolicyName: PolicyARN }));
    await client.send(new DeletePolicyCommand({ AutoScalingGroupName, PolicyName: 'out' }));
    expect((await client.send(new DescribePoliciesCommand({}))).ScalingPolicies).to.deep.equal([]);
    const gone = await failure(client.send(new DeletePolicyCommand({ AutoScalingGroupName, PolicyName: 'out' })));
    expect([gone.name, gone.message.includes('not found')]).to.deep.equal(['ValidationError', true]);
  });

  it('need what their type goes by', async () => {
    for (const PolicyType of ['SimpleScaling', 'StepScaling', 'TargetTrackingScaling', 'PredictiveScaling', 'Foo'])
      expect((await failure(put('none', { PolicyType }))).name, PolicyType).to.equal('ValidationError');
  });
});

describe('Auto Scaling: other settings', () => {
  it('what an account may have, and what there is of each kind', async () => {
    const limits = await client.send(new DescribeAccountLimitsCommand({}));
    expect([limits.MaxNumberOfAutoScalingGroups, limits.NumberOfLaunchConfigurations]).to.deep.equal([500, 1]);
    const types = await client.send(new DescribeTerminationPolicyTypesCommand({}));
    expect(types.TerminationPolicyTypes).to.contain('OldestLaunchTemplate');
  });

  it('scheduled actions come and go several at once, and what is refused is told one by one', async () => {
    const { FailedScheduledUpdateGroupActions: failed } = await client.send(
      new BatchPutScheduledUpdateGroupActionCommand({
        AutoScalingGroupName,
        ScheduledUpdateGroupActions: [
          { ScheduledActionName: 'night', Recurrence: '0 20 * * *', MinSize: 0 },
          { ScheduledActionName: 'past', StartTime: new Date(0), MinSize: 0 },
        ],
      }),
    );
    expect(failed?.map(({ ScheduledActionName, ErrorCode }) => [ScheduledActionName, ErrorCode])).to.deep.equal([
      ['past', 'ValidationError'],
    ]);
    const names = async (): Promise<unknown> => {
      const described = await client.send(new DescribeScheduledActionsCommand({ AutoScalingGroupName }));
      return described.ScheduledUpdateGroupActions?.map(({ ScheduledActionName }) => ScheduledActionName);
    };
    expect(await names()).to.deep.equal(['night']);
    const { FailedScheduledActions } = await client.send(
      new BatchDeleteScheduledActionCommand({ AutoScalingGroupName, ScheduledActionNames: ['night', 'none'] }),
    );
    expect(FailedScheduledActions?.map(({ ScheduledActionName }) => ScheduledActionName)).to.deep.equal(['none']);
    expect(await names()).to.deep.equal([]);
  });

  it('notifications are kept and shown', async () => {
    const TopicARN = 'arn:aws:sns:eu-west-1:123456789012:told';
    const NotificationTypes = ['autoscaling:EC2_INSTANCE_LAUNCH'];
    await client.send(new PutNotificationConfigurationCommand({ AutoScalingGroupName, TopicARN, NotificationTypes }));
    const { NotificationConfigurations } = await client.send(new DescribeNotificationConfigurationsCommand({}));
    expect(NotificationConfigurations).to.deep.equal([
      { AutoScalingGroupName, TopicARN, NotificationType: NotificationTypes[0] },
    ]);
  });

  it('a launch configuration and a group can be made of an instance', async () => {
    const { Instances } = await ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-0456', InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
    );
    const InstanceId = Instances![0]!.InstanceId!;
    await client.send(new CreateLaunchConfigurationCommand({ LaunchConfigurationName: 'like', InstanceId }));
    await client.send(
      new CreateLaunchConfigurationCommand({ LaunchConfigurationName: 'but', InstanceId, ImageId: 'ami-0789' }),
    );
    await client.send(
      new CreateAutoScalingGroupCommand({ AutoScalingGroupName: 'made', InstanceId, MinSize: 0, MaxSize: 1 }),
    );
    const { LaunchConfigurations } = await client.send(
      new DescribeLaunchConfigurationsCommand({ LaunchConfigurationNames: ['like', 'but', 'made'] }),
    );
    expect(LaunchConfigurations?.map(({ ImageId, InstanceType }) => [ImageId, InstanceType])).to.deep.equal([
      ['ami-0456', 't3.small'],
      ['ami-0789', 't3.small'],
      ['ami-0456', 't3.small'],
    ]);
  });

  it('a name that means nothing and a number that is not whole are told as AWS tells them', async () => {
    const Tags = [{ ResourceId: 'x', ResourceType: 'auto-scaling-group', Key: 'a', PropagateAtLaunch: true }];
    expect((await failure(client.send(new CreateOrUpdateTagsCommand({ Tags })))).message).to.equal(
      'AutoScalingGroup not found - AutoScaling Group x not found',
    );
    expect(query('autoscaling', 'DescribeAutoScalingGroups', { MaxRecords: '1.5' })).to.include({
      status: 400,
      code: 'MalformedInput',
    });
    expect(query('ec2', 'DescribeInstances', { MaxResults: '7.5' }).code).to.equal('InvalidParameterValue');
  });
});

describe('what scripts take out of answers', () => {
  it('is there of every instance', async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    const instance = Reservations![0]!.Instances![0]!;
    expect(instance.BlockDeviceMappings![0]!.DeviceName).to.equal(instance.RootDeviceName);
    expect(instance.NetworkInterfaces![0]!.PrivateIpAddress).to.equal(instance.PrivateIpAddress);
    expect(instance).to.deep.include({ AmiLaunchIndex: 0, EbsOptimized: false, RootDeviceType: 'ebs' });
    expect(instance.MetadataOptions!.HttpTokens).to.equal('required');
  });

  it('is there of every alarm', async () => {
    const cloudwatch = new CloudWatchClient(sandbox.clientConfig());
    const alarm = {
      AlarmName: 'a',
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      MetricName: 'm',
      Namespace: 'n',
      Period: 60,
      Threshold: 1,
      Statistic: 'Sum',
    } as const;
    await cloudwatch.send(new PutMetricAlarmCommand(alarm));
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms?.[0]).to.deep.include({ ActionsEnabled: true, AlarmActions: [] });
  });

  it('is an access key that other calls take', async () => {
    const sts = new STSClient(sandbox.clientConfig());
    const role = { RoleArn: `arn:aws:iam::${sandbox.world.account}:role/deploy`, RoleSessionName: 'ci' };
    const { Credentials } = await sts.send(new AssumeRoleCommand(role));
    expect(Credentials!.AccessKeyId!.length).to.be.within(16, 128);
    for (const wrong of [{ RoleSessionName: 'a' }, { DurationSeconds: 1 }])
      expect((await failure(sts.send(new AssumeRoleCommand({ ...role, ...wrong })))).name).to.equal('ValidationError');
  });
});
