import { there } from '../../there.js';
import type {
  DescribeInstancesRequest,
  DescribeInstanceStatusRequest,
  GetConsoleOutputRequest,
  InstanceStateName,
  RunInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import { next } from '../random-delay.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { Call, World } from '../world.js';
import { applicationStatus } from './status-checks.js';
import { selects } from './filters.js';
import { resolveImage } from './images.js';
import { endInstance, startInstance } from './start-instance.js';
import { defaultSubnet, subnetOf } from './network.js';
import { ec2State, zonesOf, type Ec2Instance } from './state.js';
import { vcpusOf } from './quotas.js';
import { tagList, tagsFor } from './tags.js';
import { requireUserData, templateOf, versionOf } from './launch-templates.js';

const STATE_CODES: Readonly<Record<Ec2Instance['state'], number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
};

export function describeInstances(world: World, input: DescribeInstancesRequest): object {
  const { instances } = ec2State(world);
  requireInstances(world, input.InstanceIds);
  if ((input.InstanceIds ?? []).length > 0 && input.MaxResults !== undefined)
    throw new ServiceFault(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  const chosen =
    input.InstanceIds === undefined || input.InstanceIds.length === 0
      ? [...instances.values()]
      : input.InstanceIds.map((id) => there(instances.get(id)));
  const found = chosen.filter((one) => selects(input.Filters, filterFields(one), one.tags));
  const { items, next: token } = page(found, input.MaxResults ?? 1000, input.NextToken);
  return { Reservations: reservations(world, items), NextToken: token };
}

function filterFields(one: Ec2Instance): Record<string, string | readonly string[]> {
  return {
    'instance-id': one.id,
    'instance-state-name': one.state,
    'instance-state-code': String(STATE_CODES[one.state]),
    'instance-type': one.type,
    'image-id': one.imageId,
    'subnet-id': one.subnetId,
    'vpc-id': one.vpcId,
    'availability-zone': one.zone,
    'private-ip-address': one.privateIp,
    'instance.group-id': one.securityGroupIds,
  };
}

function reservations(world: World, instances: readonly Ec2Instance[]): object[] {
  const groups = new Map<string, Ec2Instance[]>();
  for (const instance of instances)
    groups.set(instance.reservationId, [...(groups.get(instance.reservationId) ?? []), instance]);
  return [...groups].map(([ReservationId, members]) => ({
    ReservationId,
    OwnerId: world.account,
    Groups: [],
    Instances: members.map((one) => instanceView(world, one)),
  }));
}

function instanceView(world: World, one: Ec2Instance): object {
  const live = one.state === 'pending' || one.state === 'running';
  return {
    InstanceId: one.id,
    ImageId: one.imageId,
    InstanceType: one.type,
    State: stateView(one.state),
    LaunchTime: new Date(one.launchedAt),
    Placement: { AvailabilityZone: one.zone, Tenancy: 'default', GroupName: '' },
    SubnetId: live ? one.subnetId : undefined,
    VpcId: live ? one.vpcId : undefined,
    PrivateIpAddress: live ? one.privateIp : undefined,
    PrivateDnsName: live ? `ip-${one.privateIp.replaceAll('.', '-')}.${world.region}.compute.internal` : '',
    PublicIpAddress: live ? one.publicIp : undefined,
    PublicDnsName: live ? `ec2-${one.publicIp.replaceAll('.', '-')}.${world.region}.compute.amazonaws.com` : '',
    KeyName: one.keyName,
    IamInstanceProfile: one.profile === undefined ? undefined : { Arn: one.profile, Id: 'AIPA0000000000000000' },
    ...hardwareOf(one, live),
    Architecture: 'x86_64',
    CpuOptions: { CoreCount: vcpusOf(one.type) / 2, ThreadsPerCore: 2 },
    Monitoring: { State: 'disabled' },
    SecurityGroups: live
      ? one.securityGroupIds.map((GroupId) => ({
          GroupId,
          GroupName: ec2State(world).securityGroups.get(GroupId)?.name ?? GroupId,
        }))
      : [],
    StateReason: one.stopsAt === undefined ? undefined : stateReason(one),
    StateTransitionReason: one.stopsAt === undefined ? '' : transitionReason(one, one.stopsAt),
    Tags: tagList(one.tags),
  };
}

/** What every instance has: one volume, one network interface, and how it is made. */
function hardwareOf(one: Ec2Instance, live: boolean): object {
  const suffix = one.id.slice('i-'.length);
  const attached = { AttachTime: new Date(one.launchedAt), DeleteOnTermination: true };
  return {
    AmiLaunchIndex: 0,
    EbsOptimized: false,
    EnaSupport: true,
    Hypervisor: 'xen',
    RootDeviceName: ROOT_DEVICE,
    RootDeviceType: 'ebs',
    SourceDestCheck: true,
    VirtualizationType: 'hvm',
    MetadataOptions: METADATA_OPTIONS,
    BlockDeviceMappings: live
      ? [{ DeviceName: ROOT_DEVICE, Ebs: { ...attached, Status: 'attached', VolumeId: `vol-${suffix}` } }]
      : [],
    NetworkInterfaces: live
      ? [
          {
            NetworkInterfaceId: `eni-${suffix}`,
            SubnetId: one.subnetId,
            VpcId: one.vpcId,
            PrivateIpAddress: one.privateIp,
            Status: 'in-use',
            Attachment: { ...attached, AttachmentId: `eni-attach-${suffix}`, DeviceIndex: 0, Status: 'attached' },
            Groups: one.securityGroupIds.map((GroupId) => ({ GroupId })),
          },
        ]
      : [],
  };
}

const ROOT_DEVICE = '/dev/xvda';

const METADATA_OPTIONS = {
  State: 'applied',
  HttpTokens: 'required',
  HttpPutResponseHopLimit: 2,
  HttpEndpoint: 'enabled',
  HttpProtocolIpv6: 'disabled',
  InstanceMetadataTags: 'disabled',
};

const END_WORDS = {
  'Client.UserInitiatedShutdown': { message: 'User initiated shutdown', transition: 'User initiated' },
  'Client.InstanceInitiatedShutdown': { message: 'Instance initiated shutdown', transition: '' },
  'Server.SpotInstanceTermination': { message: 'Spot instance termination', transition: 'Service initiated' },
};

function stateReason({ endReason = 'Client.UserInitiatedShutdown' }: Ec2Instance): object {
  return { Code: endReason, Message: `${endReason}: ${END_WORDS[endReason].message}` };
}

function transitionReason({ endReason = 'Client.UserInitiatedShutdown' }: Ec2Instance, at: number): string {
  const { transition } = END_WORDS[endReason];
  return transition === '' ? '' : `${transition} (${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} GMT)`;
}

function stateView(state: Ec2Instance['state']): { Code: number; Name: InstanceStateName } {
  return { Code: STATE_CODES[state], Name: state };
}

/** Both status checks pass a minute after the instance runs. */
export function describeInstanceStatus(world: World, input: DescribeInstanceStatusRequest): object {
  requireInstances(world, input.InstanceIds);
  const now = world.clock.now();
  const found = [...ec2State(world).instances.values()]
    .filter((one) => input.InstanceIds?.includes(one.id) ?? true)
    .filter((one) => input.IncludeAllInstances === true || one.state === 'running')
    .filter((one) => selects(input.Filters, filterFields(one), one.tags));
  const { items, next: token } = page(found, input.MaxResults ?? 1000, input.NextToken);
  const rows = items.map((one) => {
    const Status = one.state !== 'running' ? 'not-applicable' : now - one.runningAt >= 60_000 ? 'ok' : 'initializing';
    const summary = {
      Status,
      Details: [{ Name: 'reachability', Status: Status === 'ok' ? 'passed' : 'initializing' }],
    };
    return {
      InstanceId: one.id,
      AvailabilityZone: one.zone,
      InstanceState: stateView(one.state),
      InstanceStatus: summary,
      SystemStatus: summary,
      ApplicationStatus: { Status: applicationStatus(world, one) },
      Events: [],
    };
  });
  return { InstanceStatuses: rows, NextToken: token };
}

export function runInstances(world: World, input: RunInstancesRequest): object {
  const { ClientToken: token, ...asked } = input;
  const earlier = token === undefined ? undefined : ec2State(world).launched.get(token);
  if (earlier === undefined) {
    const started = launchAsAsked(world, asked);
    if (token !== undefined)
      ec2State(world).launched.set(token, {
        asked: JSON.stringify(asked),
        instances: started.map(({ id }) => id),
      });
    return reservations(world, started)[0] ?? {};
  }
  if (earlier.asked !== JSON.stringify(asked))
    throw new ServiceFault(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  return (
    reservations(
      world,
      earlier.instances.flatMap((id) => ec2State(world).instances.get(id) ?? []),
    )[0] ?? {}
  );
}

function launchAsAsked(world: World, input: RunInstancesRequest): Ec2Instance[] {
  const { MinCount: least = 1, MaxCount: most = 1 } = input;
  if (least < 1)
    throw new ServiceFault(
      'InvalidParameterValue',
      `Value (${least}) for parameter minCount is invalid. Must be positive.`,
    );
  if (least > most)
    throw new ServiceFault(
      'InvalidParameterCombination',
      `The value for 'minCount' (${least}) must not be greater than the value for 'maxCount' (${most})`,
    );
  requireUserData(input.UserData);
  const template =
    input.LaunchTemplate === undefined
      ? undefined
      : versionOf(templateOf(world, input.LaunchTemplate), input.LaunchTemplate.Version).data;
  const image = input.ImageId ?? template?.ImageId;
  if (image === undefined) throw new ServiceFault('MissingParameter', 'The request must contain the parameter ImageId');
  const subnetId = input.SubnetId ?? input.NetworkInterfaces?.[0]?.SubnetId;
  const subnet =
    subnetId === undefined
      ? defaultSubnet(world, input.Placement?.AvailabilityZone ?? there(zonesOf(world)[0]))
      : subnetOf(world, subnetId);
  const reservation = `r-0${world.random.fork(`ec2/reservation/${next(ec2State(world))}`).hex(16)}`;
  return Array.from({ length: most }, () =>
    startInstance(world, {
      image: resolveImage(world, image),
      type: input.InstanceType ?? template?.InstanceType ?? 'm1.small',
      subnet,
      tags: tagsFor('instance', input.TagSpecifications),
      securityGroups: input.SecurityGroupIds ?? template?.SecurityGroupIds,
      keyName: input.KeyName ?? template?.KeyName,
      profile: input.IamInstanceProfile?.Arn ?? input.IamInstanceProfile?.Name,
      reservation,
    }),
  );
}

export function terminateInstances(world: World, input: TerminateInstancesRequest, { caller }: Call): object {
  requireInstances(world, input.InstanceIds);
  const rows = (input.InstanceIds ?? []).map((id) => {
    const instance = there(ec2State(world).instances.get(id));
    const before = stateView(instance.state);
    endInstance(world, id, caller === 'others' ? 'world' : 'caller');
    return { InstanceId: id, PreviousState: before, CurrentState: stateView(instance.state) };
  });
  return { TerminatingInstances: rows };
}

export function getConsoleOutput(world: World, input: GetConsoleOutputRequest): object {
  requireInstances(world, input.InstanceId === undefined ? [] : [input.InstanceId]);
  const instance = there(ec2State(world).instances.get(input.InstanceId ?? ''));
  const line = (at: number, text: string): string => `[${new Date(at).toISOString()}] ${text}`;
  const now = world.clock.now();
  const lines = [line(instance.launchedAt, `starting ${instance.imageId} on ${instance.type}`)];
  if (instance.runningAt <= now) lines.push(line(instance.runningAt, 'Linux is up, cloud-init runs'));
  if (instance.runningAt <= now && instance.behaviour.prints !== undefined) lines.push(instance.behaviour.prints);
  if (instance.upAt !== undefined && instance.upAt <= now) lines.push(line(instance.upAt, lastWords(instance)));
  return {
    InstanceId: instance.id,
    Timestamp: new Date(now),
    Output: Buffer.from(`${lines.join('\n')}\n`).toString('base64'),
  };
}

function lastWords(instance: Ec2Instance): string {
  return instance.behaviour.behaviour === 'unhealthy'
    ? 'app.service: Main process exited, code=exited, status=1/FAILURE'
    : 'app.service: listening on port 80';
}

/** Adds tags to any resource of EC2, by id. */
export function createTags(
  world: World,
  input: { Resources?: string[]; Tags?: { Key?: string; Value?: string }[] },
): object {
  for (const id of input.Resources ?? []) {
    const tags = taggable(world, id);
    for (const tag of input.Tags ?? []) tags.set(tag.Key ?? '', tag.Value ?? '');
  }
  return {};
}

export function deleteTags(
  world: World,
  input: { Resources?: string[]; Tags?: { Key?: string; Value?: string }[] },
): object {
  for (const id of input.Resources ?? []) for (const tag of input.Tags ?? []) taggable(world, id).delete(tag.Key ?? '');
  return {};
}

function taggable(world: World, id: string): Map<string, string> {
  const state = ec2State(world);
  const found =
    state.instances.get(id) ??
    state.templates.get(id) ??
    state.subnets.get(id) ??
    state.securityGroups.get(id) ??
    state.vpcs.get(id);
  if (found === undefined) throw notThere(id);
  return found.tags;
}

/** Codes of ids that are well-formed and mean nothing (EC2 API reference, "Error codes"), by what they begin with. */
const NOT_THERE: Readonly<Record<string, readonly [code: string, kind: string]>> = {
  i: ['InvalidInstanceID.NotFound', 'instance ID'],
  lt: ['InvalidLaunchTemplateId.NotFound', 'launch template ID'],
  sg: ['InvalidGroup.NotFound', 'security group'],
  subnet: ['InvalidSubnetID.NotFound', 'subnet ID'],
  vpc: ['InvalidVpcID.NotFound', 'vpc ID'],
};

function notThere(id: string): ServiceFault {
  const known = NOT_THERE[/^([a-z]+)-[0-9a-f]{8,17}$/.exec(id)?.[1] ?? ''];
  return known === undefined
    ? new ServiceFault('InvalidID', `The ID '${id}' is not valid`)
    : new ServiceFault(known[0], `The ${known[1]} '${id}' does not exist`);
}

function requireInstances(world: World, ids: readonly string[] | undefined): void {
  const missing = (ids ?? []).filter((id) => !ec2State(world).instances.has(id));
  if (missing.length === 0) return;
  throw new ServiceFault(
    'InvalidInstanceID.NotFound',
    missing.length === 1
      ? `The instance ID '${missing[0]}' does not exist`
      : `The instance IDs '${missing.join(', ')}' do not exist`,
  );
}
