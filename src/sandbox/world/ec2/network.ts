import { there } from '../../there.js';
import type {
  CreateSubnetRequest,
  CreateVpcRequest,
  DescribeAvailabilityZonesRequest,
  DescribeSubnetsRequest,
  DescribeVpcsRequest,
} from '@aws-sdk/client-ec2';
import { next } from '../random-delay.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { World } from '../world.js';
import { freeAddresses } from './addresses.js';
import { selects } from './filters.js';
import { DEFAULT_VPC, ec2State, zonesOf, type SubnetState } from './state.js';
import { tagList, tagsFor } from './tags.js';

/**
 * The subnet with this id. Ids of subnets that nobody made here are taken to exist already, as they do
 * in the account of a person who brings a template; their zone follows from their order.
 */
export function subnetOf(world: World, id: string): SubnetState {
  const state = ec2State(world);
  const known = state.subnets.get(id);
  if (known !== undefined) return known;
  if (!/^subnet-[0-9a-f]{8,17}$/.test(id))
    throw new ServiceFault('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
  const zones = zonesOf(world);
  const index = state.subnets.size;
  const zone = there(zones[index % zones.length]);
  const subnet = {
    id,
    vpcId: DEFAULT_VPC,
    zone,
    cidr: `172.31.${(index * 16) % 256}.0/20`,
    isDefault: false,
    tags: new Map(),
  };
  state.subnets.set(id, subnet);
  return subnet;
}

/** Networks that nobody made here are taken to exist already, like their subnets. */
export function checkVpc(world: World, id: string): void {
  const { vpcs } = ec2State(world);
  if (vpcs.has(id)) return;
  if (!/^vpc-[0-9a-f]{8,17}$/.test(id))
    throw new ServiceFault('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
  vpcs.set(id, { id, cidr: '10.0.0.0/16', isDefault: false, tags: new Map() });
}

/** The default subnet of a zone, where instances go that name only the zone. */
export function defaultSubnet(world: World, zone: string): SubnetState {
  for (const subnet of ec2State(world).subnets.values()) if (subnet.isDefault && subnet.zone === zone) return subnet;
  throw new ServiceFault('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
}

export function describeVpcs(world: World, input: DescribeVpcsRequest): object {
  const all = [...ec2State(world).vpcs.values()];
  for (const id of input.VpcIds ?? []) {
    if (!all.some((vpc) => vpc.id === id))
      throw new ServiceFault('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`);
  }
  const found = all
    .filter((vpc) => input.VpcIds?.includes(vpc.id) ?? true)
    .filter((vpc) =>
      selects(
        input.Filters,
        { 'vpc-id': vpc.id, 'is-default': String(vpc.isDefault), isDefault: String(vpc.isDefault), cidr: vpc.cidr },
        vpc.tags,
      ),
    );
  const { items, next: token } = page(found, input.MaxResults ?? 1000, input.NextToken);
  return {
    Vpcs: items.map((vpc) => ({
      VpcId: vpc.id,
      CidrBlock: vpc.cidr,
      IsDefault: vpc.isDefault,
      State: 'available',
      OwnerId: world.account,
      InstanceTenancy: 'default',
      DhcpOptionsId: 'default',
      CidrBlockAssociationSet: [
        {
          AssociationId: vpc.id.replace('vpc-', 'vpc-cidr-assoc-'),
          CidrBlock: vpc.cidr,
          CidrBlockState: { State: 'associated' as const },
        },
      ],
      Tags: tagList(vpc.tags),
    })),
    NextToken: token,
  };
}

export function createVpc(world: World, input: CreateVpcRequest): object {
  const state = ec2State(world);
  const id = `vpc-0${world.random.fork(`ec2/vpc/${next(state)}`).hex(16)}`;
  state.vpcs.set(id, {
    id,
    cidr: input.CidrBlock ?? '10.0.0.0/16',
    isDefault: false,
    tags: tagsFor('vpc', input.TagSpecifications),
  });
  return {
    Vpc: { VpcId: id, CidrBlock: input.CidrBlock, IsDefault: false, State: 'available', OwnerId: world.account },
  };
}

export function deleteVpc(world: World, input: { VpcId?: string }): object {
  if (!ec2State(world).vpcs.delete(input.VpcId ?? ''))
    throw new ServiceFault('InvalidVpcID.NotFound', `The vpc ID '${input.VpcId}' does not exist`);
  return {};
}

export function createSubnet(world: World, input: CreateSubnetRequest): object {
  const state = ec2State(world);
  checkVpc(world, input.VpcId ?? '');
  const zones = zonesOf(world);
  const zone = input.AvailabilityZone ?? there(zones[state.subnets.size % zones.length]);
  if (!zones.includes(zone))
    throw new ServiceFault(
      'InvalidParameterValue',
      `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be ` +
        `created in the following availability zones: ${zones.join(', ')}.`,
    );
  const id = `subnet-0${world.random.fork(`ec2/subnet/${next(state)}`).hex(16)}`;
  const subnet = {
    id,
    vpcId: there(input.VpcId),
    zone,
    cidr: input.CidrBlock ?? '10.0.0.0/24',
    isDefault: false,
    tags: tagsFor('subnet', input.TagSpecifications),
  };
  state.subnets.set(id, subnet);
  return { Subnet: subnetView(world, subnet) };
}

export function deleteSubnet(world: World, input: { SubnetId?: string }): object {
  if (!ec2State(world).subnets.delete(input.SubnetId ?? '')) {
    throw new ServiceFault('InvalidSubnetID.NotFound', `The subnet ID '${input.SubnetId}' does not exist`);
  }
  return {};
}

export function describeSubnets(world: World, input: DescribeSubnetsRequest): object {
  const all = [...ec2State(world).subnets.values()];
  for (const id of input.SubnetIds ?? []) {
    if (!all.some((subnet) => subnet.id === id))
      throw new ServiceFault('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
  }
  const found = all
    .filter((subnet) => input.SubnetIds?.includes(subnet.id) ?? true)
    .filter((subnet) =>
      selects(
        input.Filters,
        {
          'subnet-id': subnet.id,
          'vpc-id': subnet.vpcId,
          'availability-zone': subnet.zone,
          availabilityZone: subnet.zone,
          'default-for-az': String(subnet.isDefault),
          defaultForAz: String(subnet.isDefault),
        },
        subnet.tags,
      ),
    );
  const { items, next: token } = page(found, input.MaxResults ?? 1000, input.NextToken);
  return { Subnets: items.map((subnet) => subnetView(world, subnet)), NextToken: token };
}

function subnetView(world: World, subnet: SubnetState): object {
  return {
    SubnetId: subnet.id,
    SubnetArn: `arn:aws:ec2:${world.region}:${world.account}:subnet/${subnet.id}`,
    VpcId: subnet.vpcId,
    AvailabilityZone: subnet.zone,
    AvailabilityZoneId: zoneId(world, subnet.zone),
    CidrBlock: subnet.cidr,
    State: 'available',
    AvailableIpAddressCount: freeAddresses(world, subnet),
    DefaultForAz: subnet.isDefault,
    MapPublicIpOnLaunch: subnet.isDefault,
    OwnerId: world.account,
    Tags: tagList(subnet.tags),
  };
}

function zoneId(world: World, zone: string): string {
  return `${world.region}-az${zonesOf(world).indexOf(zone) + 1}`;
}

export function describeAvailabilityZones(world: World, input: DescribeAvailabilityZonesRequest): object {
  const zones = zonesOf(world);
  for (const name of input.ZoneNames ?? []) {
    if (!zones.includes(name)) throw new ServiceFault('InvalidParameterValue', `Invalid availability zone: [${name}]`);
  }
  return {
    AvailabilityZones: zones
      .map((name) => ({
        ZoneName: name,
        ZoneId: zoneId(world, name),
        RegionName: world.region,
        State: 'available' as const,
        ZoneType: 'availability-zone',
        OptInStatus: 'opt-in-not-required' as const,
      }))
      .filter((zone) => input.ZoneNames?.includes(zone.ZoneName) ?? true)
      .filter((zone) =>
        selects(input.Filters, {
          'zone-name': zone.ZoneName,
          state: 'available',
          'region-name': world.region,
          'zone-type': 'availability-zone',
        }),
      ),
  };
}
