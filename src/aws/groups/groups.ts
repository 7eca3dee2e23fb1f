import type {
  AutoScalingGroup,
  Instance as AwsInstance,
  LaunchTemplateOverrides,
  LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';
import type { Instant } from '../../clock.js';
import type { BareGroup } from '../../engine/gateway.js';
import type { Instance } from '../../model/rollout/group.js';
import type { Clients } from '../session/clients.js';
import { balancerNamed, describeBehind } from '../balancers/balancer-members.js';
import { decodeNotes, otherTags } from './note-tags.js';
import { allPages } from '../session/pages.js';
import { chunks } from '../../text/chunks.js';

/** Most names in one DescribeAutoScalingGroups call, and most groups in one page. */
const NAMES_PER_CALL = 100;

/** No group can be called so: names have no colon. */
const NO_GROUP = 'ha-updater:none';

/** Listed by old groups, deprecated, and unknown to SuspendProcesses. */
const DEPRECATED_PROCESS = 'RemoveFromLoadBalancerLowPriority';

/**
 * All groups named that exist, in one call per hundred names. `at` is the time of the first answer: the
 * groups are at least as new as that.
 */
export async function describeGroups(
  clients: Clients,
  names: readonly string[],
): Promise<{ at: Instant; groups: BareGroup[] }> {
  const alone = names.flatMap((name) => balancerNamed(name) ?? []);
  if (alone.length > 0) {
    const behind = await describeBehind(clients, alone);
    const rest = names.filter((name) => balancerNamed(name) === undefined);
    return rest.length === 0
      ? behind
      : { at: behind.at, groups: [...(await describeGroups(clients, rest)).groups, ...behind.groups] };
  }
  const client = await clients.autoScaling();
  const operation = 'autoscaling:DescribeAutoScalingGroups';
  const pages = [];
  // Without names AWS would list every group of the account; the time is wanted all the same.
  for (const part of names.length === 0 ? [[NO_GROUP]] : chunks(names, NAMES_PER_CALL)) {
    pages.push(
      ...(await allPages(operation, async (token) => {
        const page = await client.describeAutoScalingGroups({
          AutoScalingGroupNames: part,
          MaxRecords: NAMES_PER_CALL,
          ...(token && { NextToken: token }),
        });
        return { page, next: page.NextToken };
      })),
    );
  }
  const [first] = pages;
  if (first === undefined) throw new Error('allPages reads at least one page');
  return {
    at: clients.answeredAt(first, operation),
    groups: pages.flatMap((page) => page.AutoScalingGroups ?? []).map(toGroup),
  };
}

/** Names of all groups that carry these tags, those that are being deleted left out. */
export async function findGroups(clients: Clients, tags: Tags): Promise<string[]> {
  return (await listGroups(clients, tags)).groups.map(({ name }) => name);
}

type Tags = readonly { readonly key: string; readonly value: string }[];

/**
 * All groups that carry these tags (AWS joins filters with "and"), or so many pages of them, those that are being
 * deleted left out.
 */
export async function listGroups(
  clients: Clients,
  tags: Tags,
  mostPages = Infinity,
): Promise<{ at: Instant; groups: BareGroup[] }> {
  const client = await clients.autoScaling();
  const operation = 'autoscaling:DescribeAutoScalingGroups';
  const filters = tags.map(({ key, value }) => ({ Name: `tag:${key}`, Values: [value] }));
  let read = 0;
  const pages = await allPages(
    operation,
    async (token) => {
      const page = await client.describeAutoScalingGroups({
        MaxRecords: NAMES_PER_CALL,
        ...(filters.length > 0 && { Filters: filters }),
        ...(token && { NextToken: token }),
      });
      read++;
      return { page, next: page.NextToken };
    },
    () => read >= mostPages,
  );
  const [first] = pages;
  if (first === undefined) throw new Error('allPages reads at least one page');
  return {
    at: clients.answeredAt(first, operation),
    groups: pages
      .flatMap((page) => page.AutoScalingGroups ?? [])
      .filter(({ Status, AutoScalingGroupName: name }) => !Status && name !== undefined)
      .map(toGroup),
  };
}

/** One group of the answer in our words. */
function toGroup(group: AutoScalingGroup): BareGroup {
  const tags = (group.Tags ?? []).map(({ Key, Value }) => ({ key: Key ?? '', value: Value ?? '' }));
  return {
    name: group.AutoScalingGroupName ?? '',
    size: { min: group.MinSize ?? 0, max: group.MaxSize ?? 0, desired: group.DesiredCapacity ?? 0 },
    weighted: isWeighted(group),
    suspended: (group.SuspendedProcesses ?? [])
      .map((process) => process.ProcessName ?? '')
      .filter((name) => name !== '' && name !== DEPRECATED_PROCESS),
    configurationRefs: configurationRefs(group),
    ...overridesOf(group),
    instances: (group.Instances ?? []).map(toInstance),
    balancerRefs: balancerRefs(group),
    notes: decodeNotes(tags),
    tags: otherTags(tags),
    ...(group.NewInstancesProtectedFromScaleIn === true && { protectsNew: true as const }),
    ...(group.Status ? { status: group.Status } : {}),
    ...stackOf(group),
    ...(group.Operator?.Principal ? { operator: group.Operator.Principal } : {}),
    hasWarmPool: group.WarmPoolConfiguration !== undefined,
    healthCheckType: group.HealthCheckType ?? 'EC2',
    healthCheckGraceMs: (group.HealthCheckGracePeriod ?? 0) * 1000,
    ...(group.VPCZoneIdentifier ? { subnets: group.VPCZoneIdentifier.split(',').map((id) => id.trim()) } : {}),
    zones: group.AvailabilityZones ?? [],
    ...mixedTypes(group),
    ...(group.CapacityReservationSpecification?.CapacityReservationPreference === 'capacity-reservations-only' && {
      reservationsOnly: true as const,
    }),
  };
}

/** The stack of the group, by the tag that CloudFormation sets. */
function stackOf({ Tags = [] }: AutoScalingGroup): Pick<BareGroup, 'stackId'> {
  const id = Tags.find(({ Key }) => Key === 'aws:cloudformation:stack-id')?.Value;
  return id === undefined || id === '' ? {} : { stackId: id };
}

/** The instance types of the overrides, if there are any. */
function mixedTypes(group: AutoScalingGroup): Pick<BareGroup, 'types'> {
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  if (overrides.some(({ InstanceRequirements: wanted }) => wanted !== undefined)) return { types: 'open' };
  const types = present(overrides.map(({ InstanceType: type }) => type));
  return types.length === 0 ? {} : { types };
}

function toInstance(instance: AwsInstance): Instance {
  return {
    id: instance.InstanceId ?? '',
    zone: instance.AvailabilityZone ?? '',
    lifecycle: instance.LifecycleState ?? '',
    // AWS itself writes both Healthy and HEALTHY.
    healthy: instance.HealthStatus?.toLowerCase() === 'healthy',
    weight: Number(instance.WeightedCapacity ?? 1),
    protectedFromScaleIn: instance.ProtectedFromScaleIn ?? false,
    configuration: configurationOf(instance.LaunchConfigurationName, instance.LaunchTemplate) ?? '',
    ...(instance.InstanceType !== undefined && { type: instance.InstanceType }),
    health: [],
  };
}

/** Sizes count units when overrides carry weights, or when the group is measured in vCPUs or memory. */
function isWeighted(group: AutoScalingGroup): boolean {
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return (
    overrides.some((override) => override.WeightedCapacity !== undefined) ||
    (group.DesiredCapacityType ?? 'units') !== 'units'
  );
}

/** What an instance launched now would be made from, unresolved: several when overrides name templates of their own. */
function configurationRefs(group: AutoScalingGroup): string[] {
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
  if (mixed === undefined) return present([configurationOf(group.LaunchConfigurationName, group.LaunchTemplate)]);
  const overrides = mixed.Overrides ?? [];
  const templates =
    overrides.length === 0
      ? [mixed.LaunchTemplateSpecification]
      : overrides.map((override) => override.LaunchTemplateSpecification ?? mixed.LaunchTemplateSpecification);
  return present(templates.map((template) => configurationOf(undefined, template)));
}

/** The ways in which a mixed policy launches, where they say more than which template. */
function overridesOf(group: AutoScalingGroup): Pick<BareGroup, 'overrides'> {
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
  if (mixed === undefined) return {};
  const overrides: readonly LaunchTemplateOverrides[] = mixed.Overrides?.length ? mixed.Overrides : [{}];
  if (overrides.every(({ ImageId, InstanceRequirements: needs }) => needs !== undefined && ImageId === undefined))
    return {};
  return {
    overrides: overrides.map((override) => ({
      ref: configurationOf(undefined, override.LaunchTemplateSpecification ?? mixed.LaunchTemplateSpecification) ?? '',
      ...(override.InstanceType !== undefined && { type: override.InstanceType }),
      ...(override.ImageId !== undefined && { image: override.ImageId }),
      ...(override.InstanceType === undefined &&
        override.InstanceRequirements === undefined && { typeOfTemplate: true as const }),
    })),
  };
}

function configurationOf(
  launchConfiguration: string | undefined,
  template: LaunchTemplateSpecification | undefined,
): string | undefined {
  if (template !== undefined)
    return `lt/${template.LaunchTemplateId ?? template.LaunchTemplateName ?? ''}:${versionOf(template)}`;
  return launchConfiguration ? `lc/${launchConfiguration}` : undefined;
}

/** Which version a group launches; nothing said is its default. */
function versionOf({ Version: version }: LaunchTemplateSpecification): string {
  return version === undefined || version === '' ? '$Default' : version;
}

/** AWS tells of balancers in three places, none of them complete. */
function balancerRefs(group: AutoScalingGroup): BareGroup['balancerRefs'] {
  const sources = (type: string): string[] =>
    (group.TrafficSources ?? []).filter((source) => source.Type === type).map((source) => source.Identifier ?? '');
  return [
    ...present([...(group.LoadBalancerNames ?? []), ...sources('elb')]).map((id) => ({ kind: 'classic' as const, id })),
    ...present([...(group.TargetGroupARNs ?? []), ...sources('elbv2')]).map((id) => ({
      kind: 'target-group' as const,
      id,
    })),
  ];
}

/** Each once, in order, without the empty ones. */
function present(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined && text !== ''))] as string[];
}
