import { expect } from 'chai';
import { expectRefusal, idsOf, MINUTE, SECOND } from '../../../support/ask.js';
import { call, makeTemplate, standardGroup, worldOf } from '../../../support/sandbox.js';

interface Row {
  readonly InstanceId: string;
  readonly LaunchTime: Date;
  readonly PrivateIpAddress?: string;
  readonly ImageId: string;
  readonly State: { readonly Name: string };
}

function rows(world: ReturnType<typeof worldOf>, input: object = {}): Row[] {
  return call<{ Reservations: { Instances: Row[] }[] }>(world, 'ec2', 'DescribeInstances', input).Reservations.flatMap(
    (one) => one.Instances,
  );
}

describe('EC2: instances', () => {
  it('tell their launch time in whole seconds, their image and their addresses', () => {
    const world = worldOf();
    standardGroup(world, { size: 2 });
    const [first] = rows(world);
    expect(first?.LaunchTime.getTime() ?? 1).to.satisfy(
      (at: number) => at % 1000 === 0 && at > world.startedAt && at < world.clock.now(),
    );
    expect(first?.ImageId).to.equal('ami-old');
    expect(first?.PrivateIpAddress).to.match(/^172\.31\./);
    expect(new Set(rows(world).map((row) => row.PrivateIpAddress)).size).to.equal(2);
  });

  it('are found by id, state and tag, in pages', () => {
    const world = worldOf();
    standardGroup(world, { size: 3 });
    standardGroup(world, { name: 'other', size: 2, balancers: [] });
    expect(
      rows(world, {
        Filters: [
          { Name: 'tag:aws:autoscaling:groupName', Values: ['web', 'other'] },
          { Name: 'instance-state-name', Values: ['running'] },
        ],
      }),
    ).to.have.length(5);
    expect(rows(world, { Filters: [{ Name: 'tag:aws:autoscaling:groupName', Values: ['o*'] }] })).to.have.length(2);
    const page = call<{ Reservations: object[]; NextToken?: string }>(world, 'ec2', 'DescribeInstances', {
      MaxResults: 4,
    });
    expect(page.Reservations).to.have.length(4);
    expect(rows(world, { MaxResults: 4, NextToken: page.NextToken })).to.have.length(1);
    expectRefusal(
      world,
      'ec2',
      'DescribeInstances',
      { InstanceIds: ['i-0123'] },
      'InvalidInstanceID.NotFound',
      "The instance ID 'i-0123' does not exist",
    );
    expectRefusal(
      world,
      'ec2',
      'DescribeInstances',
      { Filters: [{ Name: 'colour', Values: ['red'] }] },
      'InvalidParameterValue',
      "The filter 'colour' is invalid",
    );
  });

  it('run on their own, pass status checks, and are shown for an hour after their end', () => {
    const world = worldOf();
    const id = call<{ Instances: { InstanceId: string }[] }>(world, 'ec2', 'RunInstances', {
      ImageId: 'ami-1',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    }).Instances[0]?.InstanceId!;
    expect(rows(world)[0]?.State.Name).to.equal('pending');
    world.clock.advance(20 * SECOND);
    const status = (): string | undefined =>
      call<{ InstanceStatuses: { InstanceStatus: { Status: string } }[] }>(world, 'ec2', 'DescribeInstanceStatus', {
        InstanceIds: [id],
      }).InstanceStatuses[0]?.InstanceStatus.Status;
    expect(status()).to.equal('initializing');
    world.clock.advance(MINUTE);
    expect(status()).to.equal('ok');
    expect(
      Buffer.from(
        call<{ Output: string }>(world, 'ec2', 'GetConsoleOutput', { InstanceId: id }).Output,
        'base64',
      ).toString(),
    ).to.match(/starting ami-1/);
    call(world, 'ec2', 'TerminateInstances', { InstanceIds: [id] });
    expect(rows(world)[0]?.State.Name).to.equal('shutting-down');
    world.clock.advance(MINUTE);
    expect(rows(world)[0]?.State.Name).to.equal('terminated');
    world.clock.advance(60 * MINUTE);
    expect(rows(world)).to.deep.equal([]);
  });

  it('refuse images that do not exist', () => {
    const world = worldOf({ images: { 'ami-gone': { behaviour: 'missing' } } });
    const run = (ImageId: string): object => ({ ImageId, MinCount: 1, MaxCount: 1 });
    expectRefusal(
      world,
      'ec2',
      'RunInstances',
      run('ami-gone'),
      'InvalidAMIID.NotFound',
      "The image id '[ami-gone]' does not exist",
    );
    expectRefusal(world, 'ec2', 'RunInstances', run('image'), 'InvalidAMIID.Malformed', /expecting "ami-/);
  });
});

describe('EC2: launch templates', () => {
  it('count versions up, keep a default, and merge with a source version', () => {
    const world = worldOf();
    const LaunchTemplateId = makeTemplate(world, 'web', 'ami-1');
    const made = call<{ LaunchTemplateVersion: { VersionNumber: number; LaunchTemplateData: object } }>(
      world,
      'ec2',
      'CreateLaunchTemplateVersion',
      {
        LaunchTemplateId,
        SourceVersion: '1',
        LaunchTemplateData: { ImageId: 'ami-2' },
      },
    );
    expect(made.LaunchTemplateVersion.LaunchTemplateData).to.deep.equal({ ImageId: 'ami-2', InstanceType: 't3.micro' });
    const [template] = call<{ LaunchTemplates: object[] }>(world, 'ec2', 'DescribeLaunchTemplates', {
      LaunchTemplateNames: ['web'],
    }).LaunchTemplates;
    expect(template).to.include({ LaunchTemplateId, DefaultVersionNumber: 1, LatestVersionNumber: 2 });
    const versions = (Versions: string[]): number[] =>
      call<{ LaunchTemplateVersions: { VersionNumber: number }[] }>(world, 'ec2', 'DescribeLaunchTemplateVersions', {
        LaunchTemplateId,
        Versions,
      }).LaunchTemplateVersions.map((one) => one.VersionNumber);
    expect(versions(['$Latest', '$Default'])).to.deep.equal([2, 1]);
  });

  it('refuse names in use and templates or versions that do not exist', () => {
    const world = worldOf();
    const LaunchTemplateId = makeTemplate(world, 'web', 'ami-1');
    expectRefusal(
      world,
      'ec2',
      'CreateLaunchTemplate',
      { LaunchTemplateName: 'web', LaunchTemplateData: {} },
      'InvalidLaunchTemplateName.AlreadyExistsException',
      /already in use/,
    );
    expectRefusal(
      world,
      'ec2',
      'DescribeLaunchTemplates',
      { LaunchTemplateIds: ['lt-0123'] },
      'InvalidLaunchTemplateId.NotFound',
      /lt-0123/,
    );
    expectRefusal(
      world,
      'ec2',
      'DescribeLaunchTemplates',
      { LaunchTemplateNames: ['nope'] },
      'InvalidLaunchTemplateName.NotFoundException',
      /nope/,
    );
    expectRefusal(
      world,
      'ec2',
      'ModifyLaunchTemplate',
      { LaunchTemplateId, DefaultVersion: '9' },
      'InvalidLaunchTemplateId.VersionNotFound',
      /9/,
    );
  });

  it('resolve an SSM parameter at launch', () => {
    const world = worldOf({ parameters: { '/images/web': 'ami-ssm' } });
    standardGroup(world, { size: 1, image: 'resolve:ssm:/images/web' });
    expect(rows(world)[0]?.ImageId).to.equal('ami-ssm');
    expect(idsOf(world)).to.have.length(1);
  });
});

describe('EC2: network and images', () => {
  it('starts with a default VPC of three subnets in three zones', () => {
    const world = worldOf();
    const { Subnets } = call<{ Subnets: { AvailabilityZone: string; AvailableIpAddressCount: number }[] }>(
      world,
      'ec2',
      'DescribeSubnets',
      { Filters: [{ Name: 'default-for-az', Values: ['true'] }] },
    );
    expect(Subnets.map((one) => one.AvailabilityZone)).to.deep.equal(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
    expect(call<{ Vpcs: object[] }>(world, 'ec2', 'DescribeVpcs').Vpcs).to.have.length(1);
    expect(
      call<{ AvailabilityZones: object[] }>(world, 'ec2', 'DescribeAvailabilityZones').AvailabilityZones,
    ).to.have.length(3);
    standardGroup(world, { size: 3 });
    expect(
      call<{ Subnets: { AvailableIpAddressCount: number }[] }>(world, 'ec2', 'DescribeSubnets').Subnets[0]
        ?.AvailableIpAddressCount,
    ).to.equal(4090);
  });

  it('takes subnets for granted that it did not make, and refuses what is no subnet id', () => {
    const world = worldOf();
    makeTemplate(world, 'web', 'ami-1');
    const group = (VPCZoneIdentifier: string): object => ({
      AutoScalingGroupName: 'web',
      MinSize: 0,
      MaxSize: 0,
      VPCZoneIdentifier,
      LaunchTemplate: { LaunchTemplateName: 'web' },
    });
    expectRefusal(
      world,
      'autoscaling',
      'CreateAutoScalingGroup',
      group('my-subnet'),
      'ValidationError',
      "The subnet ID 'my-subnet' does not exist",
    );
    call(world, 'autoscaling', 'CreateAutoScalingGroup', group('subnet-01234567,subnet-89abcdef'));
    expectRefusal(
      world,
      'ec2',
      'DescribeSubnets',
      { SubnetIds: ['subnet-00000000'] },
      'InvalidSubnetID.NotFound',
      /does not exist/,
    );
  });

  it('keeps security groups, and shows the images that the scenario names', () => {
    const world = worldOf({ images: { 'ami-1': { behaviour: 'flaps' }, 'ami-gone': { behaviour: 'missing' } } });
    const { GroupId } = call<{ GroupId: string }>(world, 'ec2', 'CreateSecurityGroup', {
      GroupName: 'web',
      Description: 'x',
    });
    call(world, 'ec2', 'AuthorizeSecurityGroupIngress', {
      GroupId,
      IpProtocol: 'tcp',
      FromPort: 80,
      ToPort: 80,
      CidrIp: '0.0.0.0/0',
    });
    const [group] = call<{ SecurityGroups: { IpPermissions: object[] }[] }>(world, 'ec2', 'DescribeSecurityGroups', {
      GroupIds: [GroupId],
    }).SecurityGroups;
    expect(group?.IpPermissions).to.have.length(1);
    call(world, 'ec2', 'DeleteSecurityGroup', { GroupId });
    expectRefusal(
      world,
      'ec2',
      'DescribeSecurityGroups',
      { GroupIds: [GroupId] },
      'InvalidGroup.NotFound',
      /does not exist/,
    );
    expect(
      call<{ Images: { ImageId: string }[] }>(world, 'ec2', 'DescribeImages').Images.map((one) => one.ImageId),
    ).to.deep.equal(['ami-1']);
    expectRefusal(world, 'ec2', 'DescribeImages', { ImageIds: ['ami-gone'] }, 'InvalidAMIID.NotFound', /ami-gone/);
  });
});
