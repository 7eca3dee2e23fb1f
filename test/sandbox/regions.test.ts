import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { EC2Client, CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { createSandbox } from '../../src/sandbox/index.js';
import { scenarioOf, serveSandbox, type LiveSandbox } from '../../src/sandbox/live.js';
import { DEFAULT_SCENARIO } from '../../src/sandbox/scenario.js';

const CREDENTIALS = { accessKeyId: 'AKIDSANDBOX', secretAccessKey: 'sandbox' };

describe('regions of the sandbox', () => {
  let live: LiveSandbox;
  const place = (region: string): { region: string; endpoint: string; credentials: typeof CREDENTIALS } => ({
    region,
    endpoint: live.url,
    credentials: CREDENTIALS,
  });
  const groups = async (region: string): Promise<readonly (readonly (string | undefined)[])[]> => {
    const { AutoScalingGroups = [] } = await new AutoScalingClient(place(region)).send(
      new DescribeAutoScalingGroupsCommand({}),
    );
    return AutoScalingGroups.map((group) => [group.AutoScalingGroupName, group.AvailabilityZones?.[0]]);
  };
  const make = async (region: string, name: string): Promise<void> => {
    const LaunchTemplateName = `${name}-launch`;
    const LaunchTemplateData = { ImageId: 'ami-11111111', InstanceType: 't3.micro' } as const;
    await new EC2Client(place(region)).send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData }),
    );
    await new AutoScalingClient(place(region)).send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: name,
        MinSize: 0,
        MaxSize: 4,
        AvailabilityZones: [`${region}a`],
        LaunchTemplate: { LaunchTemplateName, Version: '1' },
      }),
    );
  };

  beforeEach(async () => {
    live = await serveSandbox(createSandbox(DEFAULT_SCENARIO), {
      port: 0,
      speed: 1,
      elsewhere: (region) => createSandbox(scenarioOf(DEFAULT_SCENARIO, region)),
    });
  });
  afterEach(() => live.close());

  it('are kept apart: what is in one of them is not seen from another', async () => {
    await make('eu-west-1', 'web');
    await make('eu-central-1', 'shop');
    expect(await groups('eu-west-1')).to.deep.equal([['web', 'eu-west-1a']]);
    expect(await groups('eu-central-1')).to.deep.equal([['shop', 'eu-central-1a']]);
    expect(await groups('us-west-2')).to.deep.equal([]);
    const calls = (await (await fetch(`${live.url}/_sandbox/calls`)).json()) as Record<string, number>;
    expect(calls['autoscaling:CreateAutoScalingGroup']).to.equal(2);
    const changes = (await (await fetch(`${live.url}/_sandbox/changes`)).json()) as readonly { operation: string }[];
    expect(changes.filter(({ operation }) => operation === 'CreateAutoScalingGroup').length).to.equal(2);
  });

  it('share what an account has once, such as its buckets', async () => {
    const s3 = (region: string): S3Client => new S3Client({ ...place(region), forcePathStyle: true });
    await s3('eu-central-1').send(
      new CreateBucketCommand({ Bucket: 'ours', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    );
    const { Buckets = [] } = await s3('eu-west-1').send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).to.deep.equal(['ours']);
  });

  it('answer what is signed for no region of an account as the own one does', async () => {
    await make('eu-west-1', 'web');
    expect(await groups('mars-north-1')).to.deep.equal([['web', 'eu-west-1a']]);
  });

  it('have ids of their own, the same in every run, and no faults', () => {
    const faults = [{ kind: 'throttle', calls: '*:*', rate: 1 }] as const;
    const [one, again] = [1, 2].map(() => scenarioOf({ ...DEFAULT_SCENARIO, faults }, 'eu-central-1'));
    expect(one).to.deep.equal(again);
    expect([one?.seed === DEFAULT_SCENARIO.seed, one?.faults.length]).to.deep.equal([false, 0]);
  });
});
