import { ServiceFault } from '../../fault.js';
import { physicalName } from '../names.js';
import { same } from '../equal.js';
import { isObject, text, type Json, type Properties } from '../template/template.js';
import type { Action, Progress, ResourceContext, ResourceHandler } from './resource-handler.js';
import { awaitSignals, signalPatience } from './signals.js';
import {
  call,
  compact,
  difference,
  object,
  objects,
  optionalBoolean,
  optionalList,
  optionalNumber,
  optionalText,
  resourceTags,
  typed,
} from './values.js';

const SIZE_PROPERTIES = ['MinSize', 'MaxSize', 'DesiredCapacity'];

/** Deleting a group waits for its instances to go. */
const DELETE_PATIENCE_SECONDS = 3600;

export const autoScalingGroup: ResourceHandler = {
  replaces: ['AutoScalingGroupName', 'InstanceId'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const name =
      optionalText(properties['AutoScalingGroupName']) ??
      physicalName(context.world, context.stack.name, context.logicalId);
    call(context, 'autoscaling', 'CreateAutoScalingGroup', {
      AutoScalingGroupName: name,
      ...groupSettings(properties, SIZE_PROPERTIES),
      InstanceId: optionalText(properties['InstanceId']),
      LoadBalancerNames: optionalList(properties['LoadBalancerNames']),
      TargetGroupARNs: optionalList(properties['TargetGroupARNs']),
      TrafficSources: typed(properties['TrafficSources']),
      LifecycleHookSpecificationList: typed(properties['LifecycleHookSpecificationList']),
      Tags: groupTags(context, name),
    });
    updateMetrics(context, name, {});
    return {
      physicalId: name,
      attributes: { AutoScalingGroupARN: groupArn(context, name) },
      warning: policyWarning(context),
    };
  },
  update: (context, before) => {
    const name = before.physicalId;
    call(context, 'autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: name,
      ...groupSettings(context.properties, sizesToSet(context, before.properties)),
    });
    updateSources(context, name, before.properties);
    updateTags(context, name, before.properties);
    updateMetrics(context, name, before.properties);
    return { attributes: before.attributes, warning: policyWarning(context) };
  },
  remove: (context, name) => {
    if (groupExists(context, name))
      call(context, 'autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: name, ForceDelete: true });
  },
  progress: (context, action, name): Progress => {
    if (action === 'delete') return groupExists(context, name) ? 'working' : 'done';
    return action === 'create' ? awaitSignals(context, name) : 'done';
  },
  patience: (context, action: Action) => (action === 'delete' ? DELETE_PATIENCE_SECONDS : signalPatience(context)),
};

/** What the group is asked to publish; nothing is said where it stays as it was. */
function updateMetrics(context: ResourceContext, name: string, before: Properties): void {
  const [had, has] = [before, context.properties].map(({ MetricsCollection: node }) => objects(node));
  if (same(had, has)) return;
  if ((had ?? []).length > 0) call(context, 'autoscaling', 'DisableMetricsCollection', { AutoScalingGroupName: name });
  for (const { Granularity: granularity, Metrics: metrics } of has ?? [])
    call(context, 'autoscaling', 'EnableMetricsCollection', {
      AutoScalingGroupName: name,
      Granularity: optionalText(granularity),
      Metrics: optionalList(metrics),
    });
}

export const launchConfiguration: ResourceHandler = {
  replaces: 'all',
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const { properties } = context;
    const name =
      optionalText(properties['LaunchConfigurationName']) ??
      physicalName(context.world, context.stack.name, context.logicalId);
    const monitoring = optionalBoolean(properties['InstanceMonitoring']);
    call(context, 'autoscaling', 'CreateLaunchConfiguration', {
      LaunchConfigurationName: name,
      ImageId: optionalText(properties['ImageId']),
      InstanceType: optionalText(properties['InstanceType']),
      InstanceId: optionalText(properties['InstanceId']),
      KeyName: optionalText(properties['KeyName']),
      SecurityGroups: optionalList(properties['SecurityGroups']),
      UserData: optionalText(properties['UserData']),
      IamInstanceProfile: optionalText(properties['IamInstanceProfile']),
      KernelId: optionalText(properties['KernelId']),
      RamdiskId: optionalText(properties['RamDiskId']),
      SpotPrice: optionalText(properties['SpotPrice']),
      PlacementTenancy: optionalText(properties['PlacementTenancy']),
      AssociatePublicIpAddress: optionalBoolean(properties['AssociatePublicIpAddress']),
      EbsOptimized: optionalBoolean(properties['EbsOptimized']),
      InstanceMonitoring: monitoring === undefined ? undefined : { Enabled: monitoring },
      BlockDeviceMappings: typed(properties['BlockDeviceMappings']),
      MetadataOptions: typed(properties['MetadataOptions']),
    });
    return { physicalId: name, attributes: {} };
  },
  update: (_, before) => ({ attributes: before.attributes }),
  remove: (context, name) =>
    ignoringGone(() => call(context, 'autoscaling', 'DeleteLaunchConfiguration', { LaunchConfigurationName: name })),
};

export const lifecycleHook: ResourceHandler = {
  replaces: ['AutoScalingGroupName', 'LifecycleHookName'],
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const name =
      optionalText(context.properties['LifecycleHookName']) ??
      physicalName(context.world, context.stack.name, context.logicalId);
    putHook(context, name);
    return { physicalId: name, attributes: {} };
  },
  update: (context, before) => {
    putHook(context, before.physicalId);
    return { attributes: before.attributes };
  },
  remove: (context, name) =>
    ignoringGone(() =>
      call(context, 'autoscaling', 'DeleteLifecycleHook', {
        LifecycleHookName: name,
        AutoScalingGroupName: text(context.properties['AutoScalingGroupName']),
      }),
    ),
};

export const scheduledAction: ResourceHandler = {
  replaces: ['AutoScalingGroupName'],
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const name = physicalName(context.world, context.stack.name, context.logicalId);
    return { physicalId: name, attributes: { ScheduledActionName: name }, warning: putScheduledAction(context, name) };
  },
  update: (context, before) => ({
    attributes: before.attributes,
    warning: putScheduledAction(context, before.physicalId),
  }),
  remove: (context, name) =>
    ignoringGone(() =>
      call(context, 'autoscaling', 'DeleteScheduledAction', {
        ScheduledActionName: name,
        AutoScalingGroupName: text(context.properties['AutoScalingGroupName']),
      }),
    ),
};

/** Everything that create and update say in the same words. */
function groupSettings(properties: Properties, sizes: readonly string[]): object {
  const template = object(properties['LaunchTemplate']);
  return compact({
    MinSize: sizes.includes('MinSize') ? optionalNumber(properties['MinSize']) : undefined,
    MaxSize: sizes.includes('MaxSize') ? optionalNumber(properties['MaxSize']) : undefined,
    DesiredCapacity: sizes.includes('DesiredCapacity') ? optionalNumber(properties['DesiredCapacity']) : undefined,
    LaunchConfigurationName: optionalText(properties['LaunchConfigurationName']),
    LaunchTemplate: Object.keys(template).length === 0 ? undefined : mapText(template),
    MixedInstancesPolicy: mixedInstances(properties['MixedInstancesPolicy']),
    AvailabilityZones: optionalList(properties['AvailabilityZones']),
    VPCZoneIdentifier: optionalList(properties['VPCZoneIdentifier'])?.join(','),
    DefaultCooldown: optionalNumber(properties['Cooldown']),
    DefaultInstanceWarmup: optionalNumber(properties['DefaultInstanceWarmup']),
    HealthCheckType: optionalText(properties['HealthCheckType']),
    HealthCheckGracePeriod: optionalNumber(properties['HealthCheckGracePeriod']),
    TerminationPolicies: optionalList(properties['TerminationPolicies']),
    NewInstancesProtectedFromScaleIn: optionalBoolean(properties['NewInstancesProtectedFromScaleIn']),
    CapacityRebalance: optionalBoolean(properties['CapacityRebalance']),
    MaxInstanceLifetime: optionalNumber(properties['MaxInstanceLifetime']),
    PlacementGroup: optionalText(properties['PlacementGroup']),
    ServiceLinkedRoleARN: optionalText(properties['ServiceLinkedRoleARN']),
    Context: optionalText(properties['Context']),
    DesiredCapacityType: optionalText(properties['DesiredCapacityType']),
    InstanceMaintenancePolicy: typed(properties['InstanceMaintenancePolicy']),
    AvailabilityZoneDistribution: typed(properties['AvailabilityZoneDistribution']),
  });
}

/**
 * The template calls the list LaunchTemplateOverrides' weights and versions as the API does; only
 * versions must be text. WeightedCapacity is text in both.
 */
function mixedInstances(value: Json | undefined): Json | undefined {
  return isObject(value) ? typed(value) : undefined;
}

function mapText(value: Record<string, Json>): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, text(inner)]));
}

/**
 * CloudFormation always writes the sizes of the template, also over a size that somebody else set. With
 * IgnoreUnmodifiedGroupSizeProperties it leaves out those whose template value is unchanged; a roll-back
 * does not honour that.
 */
function sizesToSet(context: ResourceContext, before: Properties): string[] {
  const scheduled = object(object(context.declaration.updatePolicy)['AutoScalingScheduledAction']);
  if (context.rollingBack || optionalBoolean(scheduled['IgnoreUnmodifiedGroupSizeProperties']) !== true)
    return SIZE_PROPERTIES;
  return SIZE_PROPERTIES.filter((name) => !same(before[name], context.properties[name]));
}

function updateSources(context: ResourceContext, name: string, before: Properties): void {
  const group = { AutoScalingGroupName: name };
  const classic = difference(
    optionalList(before['LoadBalancerNames']) ?? [],
    optionalList(context.properties['LoadBalancerNames']) ?? [],
  );
  if (classic.added.length > 0)
    call(context, 'autoscaling', 'AttachLoadBalancers', { ...group, LoadBalancerNames: classic.added });
  if (classic.removed.length > 0)
    call(context, 'autoscaling', 'DetachLoadBalancers', { ...group, LoadBalancerNames: classic.removed });
  const targets = difference(
    optionalList(before['TargetGroupARNs']) ?? [],
    optionalList(context.properties['TargetGroupARNs']) ?? [],
  );
  if (targets.added.length > 0)
    call(context, 'autoscaling', 'AttachLoadBalancerTargetGroups', { ...group, TargetGroupARNs: targets.added });
  if (targets.removed.length > 0)
    call(context, 'autoscaling', 'DetachLoadBalancerTargetGroups', { ...group, TargetGroupARNs: targets.removed });
  const had = objects(before['TrafficSources']);
  const has = objects(context.properties['TrafficSources']);
  const added = has.filter((one) => !had.some((other) => same(one, other)));
  const removed = had.filter((one) => !has.some((other) => same(one, other)));
  if (added.length > 0) call(context, 'autoscaling', 'AttachTrafficSources', { ...group, TrafficSources: added });
  if (removed.length > 0) call(context, 'autoscaling', 'DetachTrafficSources', { ...group, TrafficSources: removed });
}

/** Sets the tags of the template and takes away only those that it had: others are not its own. */
function updateTags(context: ResourceContext, name: string, before: Properties): void {
  const tags = groupTags(context, name);
  call(context, 'autoscaling', 'CreateOrUpdateTags', { Tags: tags });
  const now = new Set(tags.map((tag) => tag.Key));
  const had = [
    ...objects(before['Tags']).map((tag) => text(tag['Key'])),
    ...context.previousTags.map((tag) => tag.Key),
  ];
  const gone = [...new Set(had)].filter((key) => !now.has(key));
  if (gone.length > 0) {
    call(context, 'autoscaling', 'DeleteTags', {
      Tags: gone.map((Key) => ({ Key, ResourceId: name, ResourceType: 'auto-scaling-group' })),
    });
  }
}

function groupTags(
  context: ResourceContext,
  name: string,
): { Key: string; Value: string; PropagateAtLaunch: boolean; ResourceId: string; ResourceType: string }[] {
  const own = new Map(
    objects(context.properties['Tags']).map((tag) => [
      text(tag['Key']),
      optionalBoolean(tag['PropagateAtLaunch']) ?? false,
    ]),
  );
  return resourceTags(context).map((tag) => ({
    ...tag,
    PropagateAtLaunch: own.get(tag.Key) ?? true,
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
  }));
}

function policyWarning(context: ResourceContext): string | undefined {
  const policy = object(context.declaration.updatePolicy);
  const ignored = ['AutoScalingRollingUpdate', 'AutoScalingReplacingUpdate', 'AutoScalingInstanceRefresh'].filter(
    (kind) => policy[kind] !== undefined,
  );
  return ignored.length === 0
    ? undefined
    : `The sandbox does not model UpdatePolicy ${ignored.join(', ')}: instances stay as they are`;
}

function groupExists(context: ResourceContext, name: string): boolean {
  const answer = call(context, 'autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] });
  return Array.isArray(answer['AutoScalingGroups']) && answer['AutoScalingGroups'].length > 0;
}

function groupArn(context: ResourceContext, name: string): string {
  const answer = call(context, 'autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] });
  const group = (answer['AutoScalingGroups'] as { AutoScalingGroupARN?: string }[] | undefined)?.[0];
  return (
    group?.AutoScalingGroupARN ??
    `arn:aws:autoscaling:${context.world.region}:${context.world.account}` +
      `:autoScalingGroup:::autoScalingGroupName/${name}`
  );
}

function putHook(context: ResourceContext, name: string): void {
  const { properties } = context;
  call(context, 'autoscaling', 'PutLifecycleHook', {
    LifecycleHookName: name,
    AutoScalingGroupName: optionalText(properties['AutoScalingGroupName']),
    LifecycleTransition: optionalText(properties['LifecycleTransition']),
    DefaultResult: optionalText(properties['DefaultResult']),
    HeartbeatTimeout: optionalNumber(properties['HeartbeatTimeout']),
    NotificationMetadata: optionalText(properties['NotificationMetadata']),
    NotificationTargetARN: optionalText(properties['NotificationTargetARN']),
    RoleARN: optionalText(properties['RoleARN']),
  });
}

/** Scheduled actions are kept by the template alone when Auto Scaling does not know them. */
function putScheduledAction(context: ResourceContext, name: string): string | undefined {
  const { properties } = context;
  const moment = (key: string): Date | undefined =>
    properties[key] === undefined ? undefined : new Date(text(properties[key]));
  try {
    call(context, 'autoscaling', 'PutScheduledUpdateGroupAction', {
      ScheduledActionName: name,
      AutoScalingGroupName: optionalText(properties['AutoScalingGroupName']),
      MinSize: optionalNumber(properties['MinSize']),
      MaxSize: optionalNumber(properties['MaxSize']),
      DesiredCapacity: optionalNumber(properties['DesiredCapacity']),
      Recurrence: optionalText(properties['Recurrence']),
      StartTime: moment('StartTime'),
      EndTime: moment('EndTime'),
      TimeZone: optionalText(properties['TimeZone']),
    });
    return undefined;
  } catch (error) {
    if (error instanceof ServiceFault && error.code === 'InvalidAction')
      return 'The sandbox does not model scheduled actions: this one never runs';
    throw error;
  }
}

/** Deleting what is gone already is what was asked for. */
export function ignoringGone(remove: () => unknown): void {
  try {
    remove();
  } catch (error) {
    if (
      !(error instanceof ServiceFault) ||
      !/not found|NotFound|does not exist|InvalidAction|No .* found/i.test(`${error.code} ${error.message}`)
    )
      throw error;
  }
}
