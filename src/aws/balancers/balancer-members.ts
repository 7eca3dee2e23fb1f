import type { Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import type { Instant } from '../../clock.js';
import type { BareGroup } from '../../engine/gateway.js';
import { AwsFault } from '../../errors.js';
import type { Balancer, GroupNotes, Instance } from '../../model/rollout/group.js';
import type { Clients } from '../session/clients.js';
import { decodeNotes, otherTags, type Tag } from '../groups/note-tags.js';
import { allPages } from '../session/pages.js';
import { chunks } from '../../text/chunks.js';

/** A balancer that stands in for a group: what is registered with it is worked on, and our notes are its tags. */
export interface BalancerName {
  readonly kind: Balancer['kind'];
  /** Name of a classic one, ARN of a target group. */
  readonly id: string;
}

/** Most values of one EC2 filter. */
const VALUES_PER_FILTER = 200;

/**
 * `elb:NAME`, or the ARN of a target group. Names of Auto Scaling groups hold no colon, so nothing is taken for the
 * other.
 */
export function balancerNamed(name: string): BalancerName | undefined {
  if (name.startsWith('elb:')) return { kind: 'classic', id: name.slice('elb:'.length) };
  return name.startsWith('arn:') ? { kind: 'target-group', id: name } : undefined;
}

/** What is registered with each of these balancers, as if it were a group; those that do not exist left out. */
export async function describeBehind(
  clients: Clients,
  balancers: readonly BalancerName[],
): Promise<{ at: Instant; groups: BareGroup[] }> {
  const found: { balancer: BalancerName; ids: readonly string[]; tags: readonly Tag[]; notes: GroupNotes }[] = [];
  let at: Instant | undefined;
  for (const balancer of balancers) {
    try {
      const registered = await registeredWith(clients, balancer);
      at ??= registered.at;
      const tags = await tagsOf(clients, balancer);
      found.push({ balancer, ids: registered.ids, tags, notes: decodeNotes(tags) });
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    }
  }
  // An instance that is out is not registered, and belongs to the group all the same.
  const idsOf = ({ ids, notes }: { ids: readonly string[]; notes: GroupNotes }): readonly string[] => [
    ...new Set([...ids, ...(notes.out?.instances.map(({ id }) => id) ?? [])]),
  ];
  const instances = new Map(
    (await describeInstances(clients, found.flatMap(idsOf))).map((instance) => [instance.InstanceId ?? '', instance]),
  );
  at ??= clients.answeredAt(await (await clients.sts()).getCallerIdentity({}), 'sts:GetCallerIdentity');
  return {
    at,
    groups: found.map((one) =>
      groupBehind(
        one,
        idsOf(one).flatMap((id) => instances.get(id) ?? []),
      ),
    ),
  };
}

function groupBehind(
  {
    balancer,
    notes,
    tags,
  }: { readonly balancer: BalancerName; readonly notes: GroupNotes; readonly tags: readonly Tag[] },
  instances: readonly Ec2Instance[],
): BareGroup {
  const members = instances.map(toInstance);
  return {
    name: balancer.kind === 'classic' ? `elb:${balancer.id}` : balancer.id,
    size: { min: 0, max: members.length, desired: members.length },
    weighted: false,
    suspended: [],
    configurationRefs: [],
    instances: members,
    balancerRefs: [balancer],
    notes,
    tags: otherTags(tags),
    hasWarmPool: false,
    healthCheckType: 'EC2',
    healthCheckGraceMs: 0,
    zones: [...new Set(members.map(({ zone }) => zone))],
    balancerOnly: true,
  };
}

function toInstance(instance: Ec2Instance): Instance {
  const state = instance.State?.Name ?? '';
  return {
    id: instance.InstanceId ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    // In the words of Auto Scaling: stopped ones are there and serve nobody.
    lifecycle:
      state === 'terminated' || state === 'shutting-down'
        ? 'Terminating'
        : state === 'pending'
          ? 'Pending'
          : 'InService',
    healthy: state === 'running',
    weight: 1,
    protectedFromScaleIn: false,
    configuration: '',
    ...(instance.LaunchTime === undefined ? {} : { launchedAt: instance.LaunchTime.getTime() }),
    health: [],
  };
}

/** Ids of all that is registered and not draining. */
async function registeredWith(
  clients: Clients,
  { kind, id }: BalancerName,
): Promise<{ at: Instant; ids: readonly string[] }> {
  if (kind === 'classic') {
    const answer = await (await clients.elb()).describeLoadBalancers({ LoadBalancerNames: [id] });
    return {
      at: clients.answeredAt(answer, 'elb:DescribeLoadBalancers'),
      ids: (answer.LoadBalancerDescriptions?.[0]?.Instances ?? []).map(({ InstanceId }) => InstanceId ?? ''),
    };
  }
  const answer = await (await clients.elbV2()).describeTargetHealth({ TargetGroupArn: id });
  const rows = (answer.TargetHealthDescriptions ?? []).filter(({ TargetHealth }) => TargetHealth?.State !== 'draining');
  return {
    at: clients.answeredAt(answer, 'elbv2:DescribeTargetHealth'),
    ids: [...new Set(rows.map(({ Target }) => Target?.Id ?? ''))],
  };
}

/** By a filter: an id that EC2 has forgotten must not fail the call for all. */
async function describeInstances(clients: Clients, ids: readonly string[]): Promise<Ec2Instance[]> {
  const client = await clients.ec2();
  const found: Ec2Instance[] = [];
  for (const part of chunks([...new Set(ids)], VALUES_PER_FILTER)) {
    const pages = await allPages('ec2:DescribeInstances', async (token) => {
      const page = await client.describeInstances({
        Filters: [{ Name: 'instance-id', Values: part }],
        MaxResults: 1000,
        ...(token && { NextToken: token }),
      });
      return { page, next: page.NextToken };
    });
    found.push(
      ...pages.flatMap((page) => page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []),
    );
  }
  return found;
}

/** Those of these instances that run, or are starting. */
export async function running(clients: Clients, ids: readonly string[]): Promise<readonly string[]> {
  const found = await describeInstances(clients, ids);
  return found.flatMap(({ InstanceId, State }) =>
    InstanceId !== undefined && (State?.Name === 'running' || State?.Name === 'pending') ? [InstanceId] : [],
  );
}

/**
 * Those of these instances that do not run any more, with EC2's code for why, such as
 * `Client.UserInitiatedShutdown`, or ''.
 */
export async function endings(clients: Clients, ids: readonly string[]): Promise<Record<string, string>> {
  const ended = new Set<string | undefined>(['shutting-down', 'terminated', 'stopping', 'stopped']);
  const found = await describeInstances(clients, ids);
  return Object.fromEntries(
    found.flatMap(({ InstanceId, State, StateReason }) =>
      InstanceId !== undefined && ended.has(State?.Name) ? [[InstanceId, StateReason?.Code ?? '']] : [],
    ),
  );
}

/** Which groups the registered instances belong to, by the tag that Auto Scaling puts on them. */
export async function membersBehind(
  clients: Clients,
  name: string,
): Promise<{ readonly groups: readonly string[]; readonly alone: readonly string[] }> {
  const balancer = balancerNamed(name);
  if (balancer === undefined) return { groups: [name], alone: [] };
  const { ids } = await registeredWith(clients, balancer);
  const { out } = decodeNotes(await tagsOf(clients, balancer));
  const instances = await describeInstances(clients, [...ids, ...(out?.instances.map(({ id }) => id) ?? [])]);
  const groupOf = (instance: Ec2Instance): string | undefined =>
    instance.Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
  return {
    groups: [...new Set(instances.flatMap((instance) => groupOf(instance) ?? []))].sort(),
    alone: [...new Set([...ids, ...instances.map(({ InstanceId }) => InstanceId ?? '')])].filter(
      (id) => !instances.some((instance) => instance.InstanceId === id && groupOf(instance) !== undefined),
    ),
  };
}

/** Addresses by instance id of all that is registered, or noted as out. */
export async function addressesBehind(
  clients: Clients,
  names: readonly string[],
): Promise<Record<string, { privateIp: string; publicIp: string }>> {
  const balancers = names.flatMap((name) => balancerNamed(name) ?? []);
  const ids: string[] = [];
  for (const balancer of balancers)
    ids.push(
      ...(await registeredWith(clients, balancer)).ids,
      ...(decodeNotes(await tagsOf(clients, balancer)).out?.instances.map(({ id }) => id) ?? []),
    );
  const found = await describeInstances(clients, ids);
  return Object.fromEntries(
    found.map((one) => [
      one.InstanceId ?? '',
      { privateIp: one.PrivateIpAddress ?? '', publicIp: one.PublicIpAddress ?? '' },
    ]),
  );
}

async function tagsOf(clients: Clients, { kind, id }: BalancerName): Promise<Tag[]> {
  const answer =
    kind === 'classic'
      ? await (await clients.elb()).describeTags({ LoadBalancerNames: [id] })
      : await (await clients.elbV2()).describeTags({ ResourceArns: [id] });
  return (answer.TagDescriptions?.[0]?.Tags ?? []).map(({ Key, Value }) => ({ key: Key ?? '', value: Value ?? '' }));
}

/**
 * All in one call. A classic load balancer has room for ten tags: one that has no room refuses, before anything was
 * changed.
 */
export async function writeBalancerTags(
  clients: Clients,
  { kind, id }: BalancerName,
  tags: readonly Tag[],
): Promise<void> {
  const rows = tags.map(({ key, value }) => ({ Key: key, Value: value }));
  if (kind === 'classic') await (await clients.elb()).addTags({ LoadBalancerNames: [id], Tags: rows });
  else await (await clients.elbV2()).addTags({ ResourceArns: [id], Tags: rows });
}

/** Those that are not there are no error. */
export async function deleteBalancerTags(
  clients: Clients,
  { kind, id }: BalancerName,
  keys: readonly string[],
): Promise<void> {
  if (kind === 'classic')
    await (await clients.elb()).removeTags({ LoadBalancerNames: [id], Tags: keys.map((Key) => ({ Key })) });
  else await (await clients.elbV2()).removeTags({ ResourceArns: [id], TagKeys: [...keys] });
}
