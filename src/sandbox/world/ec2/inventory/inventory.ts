import { createHash } from 'node:crypto';
import type {
  DescribeInstanceTypesRequest,
  DescribeKeyPairsRequest,
  DescribeRegionsRequest,
  DescribeRouteTablesRequest,
  DescribeTagsRequest,
  DescribeVolumesRequest,
} from '@aws-sdk/client-ec2';
import { ServiceFault } from '../../fault.js';
import { page } from '../../page.js';
import type { OperationTable, World } from '../../world.js';
import { selects } from '../filters.js';
import { vcpusOf } from '../quotas.js';
import { ec2State, type Ec2Instance } from '../state.js';
import { tagList } from '../tags.js';

/** What is looked up and never changed here. Source: EC2 API reference, the operations by these names. */
export const inventoryOperations: OperationTable = {
  DescribeRouteTables: (world, input: DescribeRouteTablesRequest) => {
    const tables = [...ec2State(world).vpcs.values()].map(({ id, cidr, isDefault }) =>
      mainTable(world, id, cidr, isDefault),
    );
    const wanted = input.RouteTableIds ?? [];
    const missing = wanted.find((id) => !tables.some(({ RouteTableId }) => RouteTableId === id));
    if (missing !== undefined)
      throw new ServiceFault('InvalidRouteTableID.NotFound', `The routeTable ID '${missing}' does not exist`);
    const found = tables
      .filter(({ RouteTableId }) => wanted.length === 0 || wanted.includes(RouteTableId))
      .filter(({ RouteTableId, VpcId }) =>
        selects(input.Filters, {
          'route-table-id': RouteTableId,
          'vpc-id': VpcId,
          'association.main': 'true',
          'association.subnet-id': [],
          'association.route-table-id': RouteTableId,
          'owner-id': world.account,
        }),
      );
    const { items, next } = page(found, input.MaxResults ?? 100, input.NextToken);
    return { RouteTables: items, NextToken: next };
  },
  /** There are none; who looks up a network asks for them. */
  DescribeVpnGateways: () => ({ VpnGateways: [] }),
  DescribeRegions: (world, input: DescribeRegionsRequest) => {
    const all = [...new Set([...REGIONS, world.region])].sort();
    const wrong = (input.RegionNames ?? []).find((name) => !all.includes(name));
    if (wrong !== undefined) throw new ServiceFault('InvalidParameterValue', `Invalid region name: ${wrong}`);
    return {
      Regions: all
        .filter((name) => input.RegionNames?.includes(name) ?? true)
        .map((RegionName) => ({
          RegionName,
          Endpoint: `ec2.${RegionName}.amazonaws.com`,
          OptInStatus: 'opt-in-not-required',
        }))
        .filter(({ RegionName, Endpoint, OptInStatus }) =>
          selects(input.Filters, { 'region-name': RegionName, endpoint: Endpoint, 'opt-in-status': OptInStatus }),
        ),
    };
  },
  /** Any type whose name looks like one; what it has follows from its name. */
  DescribeInstanceTypes: (_, input: DescribeInstanceTypesRequest) => {
    const asked: readonly string[] = input.InstanceTypes ?? TYPES;
    const wrong = asked.filter((type) => !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(type));
    if (wrong.length > 0)
      throw new ServiceFault(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${wrong.join(', ')}]`,
      );
    const found = asked.map(typeOf).filter(({ InstanceType, ProcessorInfo }) =>
      selects(input.Filters, {
        'instance-type': InstanceType,
        'current-generation': 'true',
        'processor-info.supported-architecture': ProcessorInfo.SupportedArchitectures,
      }),
    );
    const { items, next } = page(found, input.MaxResults ?? 100, input.NextToken);
    return { InstanceTypes: items, NextToken: next };
  },
  DescribeTags: (world, input: DescribeTagsRequest) => {
    const found = taggedOf(world).filter((row) =>
      selects(
        input.Filters,
        { 'resource-id': row.ResourceId, 'resource-type': row.ResourceType, key: row.Key, value: row.Value },
        new Map([[row.Key, row.Value]]),
      ),
    );
    const { items, next } = page(found, input.MaxResults ?? 1000, input.NextToken);
    return { Tags: items, NextToken: next };
  },
  /** Those that instances have, and any that is asked for by its name. */
  DescribeKeyPairs: (world, input: DescribeKeyPairsRequest) => {
    const used = [...ec2State(world).instances.values()].flatMap(({ keyName }) => keyName ?? []);
    const pairs = [...new Set(input.KeyNames ?? used)].sort().map((KeyName) => ({
      KeyName,
      KeyPairId: `key-0${createHash('sha256').update(KeyName).digest('hex').slice(0, 16)}`,
      KeyType: 'ed25519',
      CreateTime: new Date(world.startedAt),
      Tags: [],
    }));
    return {
      KeyPairs: pairs
        .filter(({ KeyPairId }) => input.KeyPairIds?.includes(KeyPairId) ?? true)
        .filter(({ KeyName, KeyPairId }) => selects(input.Filters, { 'key-name': KeyName, 'key-pair-id': KeyPairId })),
    };
  },
  /** Each instance that lives has one. */
  DescribeVolumes: (world, input: DescribeVolumesRequest) => {
    const all = [...ec2State(world).instances.values()]
      .filter(({ state }) => state === 'pending' || state === 'running')
      .map((instance) => ({ instance, volume: volumeOf(instance) }));
    const missing = input.VolumeIds?.find((id) => !all.some(({ volume }) => volume.VolumeId === id));
    if (missing !== undefined)
      throw new ServiceFault('InvalidVolume.NotFound', `The volume '${missing}' does not exist.`);
    const found = all
      .filter(({ volume }) => input.VolumeIds?.includes(volume.VolumeId) ?? true)
      .filter(({ instance, volume }) =>
        selects(input.Filters, {
          'volume-id': volume.VolumeId,
          'attachment.instance-id': instance.id,
          'attachment.device': '/dev/xvda',
          'attachment.status': 'attached',
          'availability-zone': instance.zone,
          status: 'in-use',
          'volume-type': 'gp3',
        }),
      );
    const { items, next } = page(found, input.MaxResults ?? 1000, input.NextToken);
    return { Volumes: items.map(({ volume }) => volume), NextToken: next };
  },
};

/** Regions that an account has from the start. Source: AWS general reference, "AWS Regions". */
export const REGIONS: readonly string[] = [
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
  ...['ca-central-1', 'eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'sa-east-1'],
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
];

/** Types that are listed when none is asked for. */
const TYPES: readonly string[] = ['t3', 't4g', 'm7i', 'm7g', 'c7i', 'c7g', 'r7i', 'r7g'].flatMap((family) =>
  ['medium', 'large', 'xlarge', '2xlarge'].map((size) => `${family}.${size}`),
);

interface TypeInfo {
  readonly InstanceType: string;
  readonly ProcessorInfo: { readonly SupportedArchitectures: readonly string[] };
}

/** Families whose number is followed by a g have processors by AWS; four GiB for each vCPU are *assumed*. */
function typeOf(type: string): TypeInfo {
  const vcpus = vcpusOf(type);
  return {
    InstanceType: type,
    ...{ CurrentGeneration: true, FreeTierEligible: false, BareMetal: type.includes('metal'), Hypervisor: 'nitro' },
    ...{ SupportedUsageClasses: ['on-demand', 'spot'], SupportedRootDeviceTypes: ['ebs'] },
    ...{ SupportedVirtualizationTypes: ['hvm'], InstanceStorageSupported: false },
    ProcessorInfo: { SupportedArchitectures: [/^[a-z]+\d+g/.test(type) ? 'arm64' : 'x86_64'] },
    ...{ VCpuInfo: { DefaultVCpus: vcpus }, MemoryInfo: { SizeInMiB: vcpus * 4096 } },
  };
}

/** The table that a network has by itself; the default network's leads to the internet. */
function mainTable(
  world: World,
  vpc: string,
  cidr: string,
  isPublic: boolean,
): { readonly RouteTableId: string; readonly VpcId: string } {
  const suffix = vpc.slice('vpc-'.length);
  const RouteTableId = `rtb-${suffix}`;
  const route = { Origin: 'CreateRouteTable', State: 'active' };
  return {
    RouteTableId,
    VpcId: vpc,
    ...{ OwnerId: world.account, Tags: [] },
    ...{
      Associations: [
        {
          Main: true,
          RouteTableId,
          RouteTableAssociationId: `rtbassoc-${suffix}`,
          AssociationState: { State: 'associated' },
        },
      ],
      Routes: [
        { ...route, DestinationCidrBlock: cidr, GatewayId: 'local' },
        ...(isPublic ? [{ ...route, DestinationCidrBlock: '0.0.0.0/0', GatewayId: `igw-${suffix}` }] : []),
      ],
    },
  };
}

function volumeOf(instance: Ec2Instance): { readonly VolumeId: string } {
  const VolumeId = `vol-${instance.id.slice('i-'.length)}`;
  const attached = { InstanceId: instance.id, Device: '/dev/xvda', State: 'attached', DeleteOnTermination: true };
  return {
    VolumeId,
    ...{ AvailabilityZone: instance.zone, CreateTime: new Date(instance.launchedAt), State: 'in-use' },
    ...{ Size: 8, VolumeType: 'gp3', Iops: 3000, Throughput: 125, Encrypted: false, MultiAttachEnabled: false },
    ...{ Attachments: [{ ...attached, VolumeId, AttachTime: new Date(instance.launchedAt) }], Tags: [] },
  };
}

interface TagRow {
  readonly ResourceId: string;
  readonly ResourceType: string;
  readonly Key: string;
  readonly Value: string;
}

function taggedOf(world: World): TagRow[] {
  const { instances, templates, subnets, securityGroups, vpcs } = ec2State(world);
  const kinds = {
    instance: instances,
    'launch-template': templates,
    subnet: subnets,
    'security-group': securityGroups,
    vpc: vpcs,
  };
  return Object.entries(kinds).flatMap(([ResourceType, resources]) =>
    [...resources.values()].flatMap(
      ({ id, tags }: { readonly id: string; readonly tags: ReadonlyMap<string, string> }) =>
        tagList(tags).map((tag) => ({ ResourceId: id, ResourceType, ...tag })),
    ),
  );
}
