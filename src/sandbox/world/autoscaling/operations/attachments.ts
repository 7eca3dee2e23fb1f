import type {
  AttachLoadBalancersType,
  AttachLoadBalancerTargetGroupsType,
  AttachTrafficSourcesType,
  CreateAutoScalingGroupType,
  DescribeLoadBalancersRequest,
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeTrafficSourcesRequest,
  DetachLoadBalancersType,
  DetachLoadBalancerTargetGroupsType,
  DetachTrafficSourcesType,
  TrafficSourceIdentifier,
} from '@aws-sdk/client-auto-scaling';
import { elbState } from '../../elb/state.js';
import { elbv2State } from '../../elbv2/state.js';
import { page } from '../../page.js';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { scheduleHealthCheck } from '../capacity/health-checks.js';
import { balancersSay, deregisterFrom, scheduleRegistration } from '../capacity/registration.js';
import { attached, findGroup, groupOf, invalid, type Attachment, type GroupState } from '../state.js';

/** How long a balancer shows `Adding` after it was attached. */
const ADDING_MS = 10_000;

/** The attachments that a new group starts with. */
export function attachmentsOf(world: World, input: CreateAutoScalingGroupType): Attachment[] {
  const addedAt = world.clock.now() - ADDING_MS;
  return [
    ...(input.LoadBalancerNames ?? []).map((id): Attachment => ({ kind: 'classic', id, through: 'kind', addedAt })),
    ...(input.TargetGroupARNs ?? []).map((id): Attachment => ({ kind: 'target-group', id, through: 'kind', addedAt })),
    ...(input.TrafficSources ?? []).map((source): Attachment => ({
      kind: kindOf(source),
      id: source.Identifier ?? '',
      through: 'trafficSource',
      addedAt,
    })),
  ];
}

function kindOf(source: TrafficSourceIdentifier): Attachment['kind'] {
  const type =
    source.Type ??
    (source.Identifier?.includes(':targetgroup/')
      ? source.Identifier.includes(':vpc-lattice:')
        ? 'vpc-lattice'
        : 'elbv2'
      : 'elb');
  return type === 'elb' ? 'classic' : type === 'elbv2' ? 'target-group' : 'lattice';
}

export function attachLoadBalancers(world: World, input: AttachLoadBalancersType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  for (const id of input.LoadBalancerNames ?? []) attach(world, group, { kind: 'classic', id, through: 'kind' });
  return {};
}

export function attachLoadBalancerTargetGroups(world: World, input: AttachLoadBalancerTargetGroupsType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  for (const id of input.TargetGroupARNs ?? []) attach(world, group, { kind: 'target-group', id, through: 'kind' });
  return {};
}

export function attachTrafficSources(world: World, input: AttachTrafficSourcesType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  for (const source of input.TrafficSources ?? [])
    attach(world, group, { kind: kindOf(source), id: source.Identifier ?? '', through: 'trafficSource' });
  return {};
}

/** Attaching what is attached changes nothing. The instances in service are registered. */
function attach(world: World, group: GroupState, wanted: Omit<Attachment, 'addedAt'>): void {
  if (wanted.kind === 'classic' && !elbState(world).balancers.has(wanted.id)) {
    throw invalid('Provided Load Balancers may not be valid. Please ensure they exist and try again.');
  }
  if (wanted.kind === 'target-group' && !elbv2State(world).targetGroups.has(wanted.id)) {
    throw invalid('One or more target groups not found. Validating load balancer configuration failed.');
  }
  if (attached(group).some((one) => one.id === wanted.id)) return;
  const attachment: Attachment = { ...wanted, addedAt: world.clock.now() };
  const leaving = group.attachments.findIndex((one) => one.id === wanted.id);
  if (leaving >= 0) group.attachments.splice(leaving, 1);
  group.attachments.push(attachment);
  if (!group.suspended.has('AddToLoadBalancer')) {
    for (const member of group.members.values())
      if (member.lifecycle === 'InService') scheduleRegistration(world, group, member, attachment);
  }
  touch(world, group.name);
  scheduleHealthCheck(world, group);
}

export function detachLoadBalancers(world: World, input: DetachLoadBalancersType): object {
  detach(world, groupOf(world, input.AutoScalingGroupName), input.LoadBalancerNames ?? []);
  return {};
}

export function detachLoadBalancerTargetGroups(world: World, input: DetachLoadBalancerTargetGroupsType): object {
  detach(world, groupOf(world, input.AutoScalingGroupName), input.TargetGroupARNs ?? []);
  return {};
}

export function detachTrafficSources(world: World, input: DetachTrafficSourcesType): object {
  detach(
    world,
    groupOf(world, input.AutoScalingGroupName),
    (input.TrafficSources ?? []).map((source) => source.Identifier ?? ''),
  );
  return {};
}

/** The instances are deregistered; the attachment shows `Removing` until they have drained. */
function detach(world: World, group: GroupState, ids: readonly string[]): void {
  for (const id of ids) {
    const attachment = attached(group).find((one) => one.id === id);
    if (attachment === undefined)
      throw invalid(`Trying to remove Load Balancers or Target Groups that are not part of the group: ${id}`);
    const now = world.clock.now();
    attachment.removedAt = now;
    let until = now;
    for (const member of group.members.values()) until = Math.max(until, deregisterFrom(world, attachment, member.id));
    world.clock.at(until, () => {
      const current = findGroup(world, group.name);
      const index = current?.attachments.findIndex((one) => one.id === id && one.removedAt === now) ?? -1;
      if (index >= 0) current?.attachments.splice(index, 1);
    });
  }
  touch(world, group.name);
}

function stateOf(world: World, group: GroupState, attachment: Attachment): string {
  if (attachment.removedAt !== undefined) return 'Removing';
  if (world.clock.now() < attachment.addedAt + ADDING_MS) return 'Adding';
  if (!group.healthCheckType.includes('ELB')) return 'Added';
  const serves = [...group.members.values()].some(
    (member) => member.lifecycle === 'InService' && balancersSay(world, group, member.id) === 'healthy',
  );
  return serves ? 'InService' : 'Added';
}

export function describeLoadBalancers(world: World, input: DescribeLoadBalancersRequest): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const all = group.attachments
    .filter((one) => one.kind === 'classic' && one.through === 'kind')
    .map((one) => ({ LoadBalancerName: one.id, State: stateOf(world, group, one) }));
  const { items, next } = page(all, input.MaxRecords ?? 100, input.NextToken);
  return { LoadBalancers: items, NextToken: next };
}

export function describeLoadBalancerTargetGroups(world: World, input: DescribeLoadBalancerTargetGroupsRequest): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const all = group.attachments
    .filter((one) => one.kind === 'target-group' && one.through === 'kind')
    .map((one) => ({ LoadBalancerTargetGroupARN: one.id, State: stateOf(world, group, one) }));
  const { items, next } = page(all, input.MaxRecords ?? 100, input.NextToken);
  return { LoadBalancerTargetGroups: items, NextToken: next };
}

const TYPES = { classic: 'elb', 'target-group': 'elbv2', lattice: 'vpc-lattice' } as const;

/** All balancers of the group, whichever way they were attached. */
export function describeTrafficSources(world: World, input: DescribeTrafficSourcesRequest): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const all = group.attachments
    .filter(
      (one) =>
        input.TrafficSourceType === undefined ||
        input.TrafficSourceType === '' ||
        TYPES[one.kind] === input.TrafficSourceType,
    )
    .map((one) => ({
      TrafficSource: one.id,
      Identifier: one.id,
      Type: TYPES[one.kind],
      State: stateOf(world, group, one),
    }));
  const { items, next } = page(all, input.MaxRecords ?? 50, input.NextToken);
  return { TrafficSources: items, NextToken: next };
}

export function trafficSourcesOf(group: GroupState): { Identifier: string; Type: string }[] {
  return attached(group).map((one) => ({ Identifier: one.id, Type: TYPES[one.kind] }));
}
