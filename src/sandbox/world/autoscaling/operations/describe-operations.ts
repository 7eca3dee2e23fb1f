import type {
  AutoScalingGroup,
  AutoScalingGroupNamesType,
  AutoScalingInstanceDetails,
  DescribeAutoScalingInstancesType,
  Filter,
  Instance,
} from '@aws-sdk/client-auto-scaling';
import { page } from '../../page.js';
import type { World } from '../../world.js';
import { trafficSourcesOf } from './attachments.js';
import { enabledMetrics } from './group-metrics.js';
import { attached, autoScalingState, invalid, type GroupState, type Member } from '../state.js';

/** Groups that do not exist are left out, without an error. */
export function describeAutoScalingGroups(
  world: World,
  input: AutoScalingGroupNamesType & { readonly IncludeInstances?: boolean },
): object {
  const { groups } = autoScalingState(world);
  const names = input.AutoScalingGroupNames ?? [];
  const size = input.MaxRecords ?? 50;
  if (size > 100 || size < 1)
    throw invalid(
      "1 validation error detected: Value at 'maxRecords' failed to satisfy constraint: Member must " +
        'have value less than or equal to 100',
    );
  const chosen =
    names.length > 0
      ? [...new Set(names)].flatMap((name) => groups.get(name) ?? groupByArn(groups, name))
      : [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const found = chosen.filter((group) => (input.Filters ?? []).every((filter) => keeps(group, filter)));
  const { items, next } = page(found, size, input.NextToken);
  return {
    AutoScalingGroups: items.map((group) => groupView(world, group, input.IncludeInstances !== false)),
    NextToken: next,
  };
}

function groupByArn(groups: ReadonlyMap<string, GroupState>, arn: string): GroupState[] {
  return arn.startsWith('arn:') ? [...groups.values()].filter((group) => group.arn === arn) : [];
}

function keeps(group: GroupState, filter: Filter): boolean {
  const name = filter.Name ?? '';
  const values = filter.Values ?? [];
  if (name.startsWith('tag:')) return values.includes(group.tags.get(name.slice(4))?.value ?? '\0');
  if (name === 'tag-key') return values.some((value) => group.tags.has(value));
  if (name === 'tag-value') return [...group.tags.values()].some((tag) => values.includes(tag.value));
  throw invalid(`Filter type ${name} is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>`);
}

function groupView(world: World, group: GroupState, withInstances: boolean): AutoScalingGroup {
  const balancers = attached(group);
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    LaunchConfigurationName: group.launchConfiguration,
    LaunchTemplate: group.template,
    MixedInstancesPolicy: group.mixed,
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.cooldown,
    AvailabilityZones: [...group.zones],
    LoadBalancerNames: balancers.filter((one) => one.kind === 'classic' && one.through === 'kind').map((one) => one.id),
    TargetGroupARNs: balancers
      .filter((one) => one.kind === 'target-group' && one.through === 'kind')
      .map((one) => one.id),
    TrafficSources: trafficSourcesOf(group),
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.graceMs / 1000,
    Instances: withInstances ? [...group.members.values()].map((member) => instanceView(member)) : [],
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: [...group.suspended].map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.subnets.join(','),
    EnabledMetrics: enabledMetrics(group.metrics),
    Status: group.status,
    Tags: [...group.tags].map(([Key, tag]) => ({
      ResourceId: group.name,
      ResourceType: 'auto-scaling-group',
      Key,
      Value: tag.value,
      PropagateAtLaunch: tag.propagate,
    })),
    TerminationPolicies: [...group.policies],
    NewInstancesProtectedFromScaleIn: group.protectNew,
    WarmPoolConfiguration: group.warmPool,
    WarmPoolSize: group.warmPool === undefined ? undefined : 0,
    ServiceLinkedRoleARN:
      `arn:aws:iam::${world.account}` + ':role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
    ...group.extras,
  };
}

function instanceView(member: Member): Instance {
  return {
    InstanceId: member.id,
    InstanceType: member.type,
    AvailabilityZone: member.zone,
    LifecycleState: member.lifecycle,
    HealthStatus: member.health,
    LaunchConfigurationName: member.launchConfiguration,
    LaunchTemplate:
      member.template === undefined
        ? undefined
        : {
            LaunchTemplateId: member.template.id,
            LaunchTemplateName: member.template.name,
            Version: member.template.version,
          },
    ProtectedFromScaleIn: member.protected,
    WeightedCapacity: member.weight,
  };
}

/** Unknown ids are left out. The health status is in capitals here, as in AWS's own examples. */
export function describeAutoScalingInstances(world: World, input: DescribeAutoScalingInstancesType): object {
  const wanted = new Set(input.InstanceIds ?? []);
  const rows: AutoScalingInstanceDetails[] = [];
  for (const group of autoScalingState(world).groups.values()) {
    for (const member of group.members.values()) {
      if (wanted.size > 0 && !wanted.has(member.id)) continue;
      rows.push({
        ...instanceView(member),
        AutoScalingGroupName: group.name,
        HealthStatus: member.health.toUpperCase(),
      });
    }
  }
  const { items, next } = page(rows, Math.min(50, input.MaxRecords ?? 50), input.NextToken);
  return { AutoScalingInstances: items, NextToken: next };
}
