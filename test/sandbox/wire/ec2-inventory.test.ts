import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  DescribeVpnGatewaysCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { createSandbox } from '../../../src/sandbox/index.js';
import { DEFAULT_SCENARIO } from '../../../src/sandbox/scenario.js';
import { failure } from './support.js';

describe('EC2: what is only looked up', () => {
  const sandbox = createSandbox(DEFAULT_SCENARIO);
  const client = new EC2Client(sandbox.clientConfig());

  it('routes of a network, which leads to the internet when it is the default one', async () => {
    const { Vpcs } = await client.send(new DescribeVpcsCommand({}));
    const vpc = Vpcs![0]!;
    const Filters = [{ Name: 'vpc-id', Values: [vpc.VpcId!] }];
    const { RouteTables } = await client.send(new DescribeRouteTablesCommand({ Filters }));
    expect(RouteTables).to.have.length(1);
    expect(RouteTables![0]!.Associations![0]!.Main).to.equal(true);
    expect(
      RouteTables![0]!.Routes!.map((route) => [route.DestinationCidrBlock, route.GatewayId?.split('-')[0]]),
    ).to.deep.equal([
      [vpc.CidrBlock, 'local'],
      ['0.0.0.0/0', 'igw'],
    ]);
    const none = new DescribeRouteTablesCommand({ RouteTableIds: ['rtb-0'] });
    expect((await failure(client.send(none))).name).to.equal('InvalidRouteTableID.NotFound');
    expect((await client.send(new DescribeVpnGatewaysCommand({}))).VpnGateways).to.satisfy(
      (all: unknown[] | undefined) => (all ?? []).length === 0,
    );
  });

  it('types and regions', async () => {
    const asked = new DescribeInstanceTypesCommand({ InstanceTypes: ['m7g.2xlarge', 't3.micro'] });
    const { InstanceTypes } = await client.send(asked);
    expect(
      InstanceTypes!.map((type) => [type.VCpuInfo?.DefaultVCpus, type.ProcessorInfo?.SupportedArchitectures]),
    ).to.deep.equal([
      [8, ['arm64']],
      [2, ['x86_64']],
    ]);
    const wrong = new DescribeInstanceTypesCommand({ InstanceTypes: ['foo' as 't3.micro'] });
    expect((await failure(client.send(wrong))).name).to.equal('InvalidInstanceType');
    const { Regions } = await client.send(new DescribeRegionsCommand({}));
    expect(Regions!.map(({ RegionName }) => RegionName)).to.include.members(['eu-west-1', 'us-east-1']);
  });

  it('tags, keys and volumes of instances', async () => {
    await client.send(
      new RunInstancesCommand({
        ...{ ImageId: 'ami-0123', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, KeyName: 'ops' },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team', Value: 'web' }] }],
      }),
    );
    const { Reservations } = await client.send(new DescribeInstancesCommand({}));
    const instance = Reservations![0]!.Instances![0]!;
    const ofInstance = [{ Name: 'resource-id', Values: [instance.InstanceId!] }];
    const { Tags } = await client.send(new DescribeTagsCommand({ Filters: ofInstance }));
    expect(Tags).to.deep.equal([
      { ResourceId: instance.InstanceId, ResourceType: 'instance', Key: 'team', Value: 'web' },
    ]);
    const { KeyPairs } = await client.send(new DescribeKeyPairsCommand({}));
    expect(KeyPairs!.map(({ KeyName }) => KeyName)).to.deep.equal(['ops']);
    const attached = [{ Name: 'attachment.instance-id', Values: [instance.InstanceId!] }];
    const { Volumes } = await client.send(new DescribeVolumesCommand({ Filters: attached }));
    expect(Volumes!.map(({ VolumeId }) => VolumeId)).to.deep.equal([instance.BlockDeviceMappings![0]!.Ebs!.VolumeId]);
    expect(
      (await client.send(new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: ['none'] }] }))).Tags,
    ).to.satisfy((all: unknown[] | undefined) => (all ?? []).length === 0);
  });
});
