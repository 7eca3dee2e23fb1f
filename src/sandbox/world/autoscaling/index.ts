import { ServiceFault } from '../fault.js';
import type { Operation, OperationTable, World } from '../world.js';
import { describeScalingActivities } from './activities.js';
import { describeAccountSettings, putAccountSetting } from './operations/account-settings.js';
import {
  attachLoadBalancers,
  attachLoadBalancerTargetGroups,
  attachTrafficSources,
  describeLoadBalancers,
  describeLoadBalancerTargetGroups,
  describeTrafficSources,
  detachLoadBalancers,
  detachLoadBalancerTargetGroups,
  detachTrafficSources,
} from './operations/attachments.js';
import { describeAutoScalingGroups, describeAutoScalingInstances } from './operations/describe-operations.js';
import { createAutoScalingGroup, deleteAutoScalingGroup, updateAutoScalingGroup } from './operations/groups.js';
import { noticeEnded, noticeRegistrations, setInstanceHealth } from './capacity/health-checks.js';
import { entersService, launchOne } from './capacity/launch.js';
import { plan } from './capacity/launch-plan.js';
import { answerWith } from '../follow-ups.js';
import {
  completeLifecycleAction,
  deleteLifecycleHook,
  describeLifecycleHooks,
  putLifecycleHook,
  recordLifecycleActionHeartbeat,
} from './operations/lifecycle-hooks.js';
import {
  createLaunchConfiguration,
  deleteLaunchConfiguration,
  describeLaunchConfigurations,
} from './operations/launch-configurations.js';
import {
  attachInstances,
  detachInstances,
  enterStandby,
  exitStandby,
  setInstanceProtection,
} from './capacity/membership.js';
import { describeScalingProcessTypes, resumeProcesses, suspendProcesses } from './operations/processes.js';
import {
  cancelInstanceRefresh,
  deleteWarmPool,
  describeInstanceRefreshes,
  describeWarmPool,
  putWarmPool,
  startInstanceRefresh,
} from './refused.js';
import {
  batchDeleteScheduledAction,
  batchPutScheduledUpdateGroupAction,
  deleteScheduledAction,
  describeScheduledActions,
  putScheduledUpdateGroupAction,
} from './operations/scheduled.js';
import {
  describeAccountLimits,
  describeAdjustmentTypes,
  describeAutoScalingNotificationTypes,
  describeLifecycleHookTypes,
  describeTerminationPolicyTypes,
} from './operations/known-types.js';
import {
  describeMetricCollectionTypes,
  disableMetricsCollection,
  enableMetricsCollection,
} from './operations/group-metrics.js';
import {
  deleteNotificationConfiguration,
  describeNotificationConfigurations,
  putNotificationConfiguration,
} from './operations/notifications.js';
import { deletePolicy, describePolicies, executePolicy, putScalingPolicy } from './operations/scaling-policies.js';
import { setDesiredCapacity } from './operations/sizes.js';
import { autoScalingState, capacityOf, sizesChanged, type GroupState, type Sizes } from './state.js';
import { createOrUpdateTags, deleteTags, describeTags } from './operations/tags.js';
import { beginTermination, shutsDown, terminateInstanceInAutoScalingGroup } from './capacity/terminate.js';

answerWith({
  plan,
  launchFor: (world, group, { id, zone }, cause) => void launchOne(world, group, { zone, cause, replaces: id }),
  entersService,
  beginTermination,
  shutsDown,
  instanceEnded: noticeEnded,
  registrationsChanged: noticeRegistrations,
});

const READS: OperationTable = {
  DescribeAccountLimits: describeAccountLimits,
  DescribeAccountSettings: describeAccountSettings,
  DescribeAdjustmentTypes: describeAdjustmentTypes,
  DescribeAutoScalingGroups: describeAutoScalingGroups,
  DescribeAutoScalingInstances: describeAutoScalingInstances,
  DescribeAutoScalingNotificationTypes: describeAutoScalingNotificationTypes,
  DescribeInstanceRefreshes: describeInstanceRefreshes,
  DescribeLaunchConfigurations: describeLaunchConfigurations,
  DescribeLifecycleHooks: describeLifecycleHooks,
  DescribeLifecycleHookTypes: describeLifecycleHookTypes,
  DescribeLoadBalancers: describeLoadBalancers,
  DescribeLoadBalancerTargetGroups: describeLoadBalancerTargetGroups,
  DescribeMetricCollectionTypes: describeMetricCollectionTypes,
  DescribeNotificationConfigurations: describeNotificationConfigurations,
  DescribePolicies: describePolicies,
  DescribeScalingActivities: describeScalingActivities,
  DescribeScalingProcessTypes: describeScalingProcessTypes,
  DescribeScheduledActions: describeScheduledActions,
  DescribeTags: describeTags,
  DescribeTerminationPolicyTypes: describeTerminationPolicyTypes,
  DescribeTrafficSources: describeTrafficSources,
  DescribeWarmPool: describeWarmPool,
};

const WRITES: OperationTable = {
  AttachInstances: attachInstances,
  AttachLoadBalancers: attachLoadBalancers,
  AttachLoadBalancerTargetGroups: attachLoadBalancerTargetGroups,
  AttachTrafficSources: attachTrafficSources,
  BatchDeleteScheduledAction: batchDeleteScheduledAction,
  BatchPutScheduledUpdateGroupAction: batchPutScheduledUpdateGroupAction,
  CancelInstanceRefresh: cancelInstanceRefresh,
  CompleteLifecycleAction: completeLifecycleAction,
  CreateAutoScalingGroup: createAutoScalingGroup,
  CreateLaunchConfiguration: createLaunchConfiguration,
  CreateOrUpdateTags: createOrUpdateTags,
  DeleteAutoScalingGroup: deleteAutoScalingGroup,
  DeleteLaunchConfiguration: deleteLaunchConfiguration,
  DeleteLifecycleHook: deleteLifecycleHook,
  DeleteNotificationConfiguration: deleteNotificationConfiguration,
  DeletePolicy: deletePolicy,
  DeleteScheduledAction: deleteScheduledAction,
  DeleteTags: deleteTags,
  DeleteWarmPool: deleteWarmPool,
  DetachInstances: detachInstances,
  DetachLoadBalancers: detachLoadBalancers,
  DetachLoadBalancerTargetGroups: detachLoadBalancerTargetGroups,
  DetachTrafficSources: detachTrafficSources,
  DisableMetricsCollection: disableMetricsCollection,
  EnableMetricsCollection: enableMetricsCollection,
  EnterStandby: enterStandby,
  ExecutePolicy: executePolicy,
  ExitStandby: exitStandby,
  PutAccountSetting: putAccountSetting,
  PutLifecycleHook: putLifecycleHook,
  PutNotificationConfiguration: putNotificationConfiguration,
  PutScalingPolicy: putScalingPolicy,
  PutScheduledUpdateGroupAction: putScheduledUpdateGroupAction,
  PutWarmPool: putWarmPool,
  RecordLifecycleActionHeartbeat: recordLifecycleActionHeartbeat,
  ResumeProcesses: resumeProcesses,
  SetDesiredCapacity: setDesiredCapacity,
  SetInstanceHealth: setInstanceHealth,
  SetInstanceProtection: setInstanceProtection,
  StartInstanceRefresh: startInstanceRefresh,
  SuspendProcesses: suspendProcesses,
  TerminateInstanceInAutoScalingGroup: terminateInstanceInAutoScalingGroup,
  UpdateAutoScalingGroup: updateAutoScalingGroup,
};

/** The simulated EC2 Auto Scaling. */
export const autoscalingOperations: OperationTable = {
  ...READS,
  ...Object.fromEntries(Object.entries(WRITES).map(([name, operation]) => [name, guarded(operation)])),
};

/** A group with an Operator can be changed by that service alone. What outsiders change is counted. */
function guarded(operation: Operation): Operation {
  return (world, input: Subject, call) => {
    const groups = groupsOf(world, input);
    const operated = groups.find((group) => group.extras.Operator?.Principal !== undefined);
    if (operated !== undefined && (call.caller === 'outside' || call.caller === 'others')) {
      throw new ServiceFault(
        'AccessDenied',
        `AutoScalingGroup ${operated.name} is managed by ${operated.extras.Operator?.Principal}; ` +
          'only its operator can change it.',
        403,
      );
    }
    const before = groups.map((group) => ({ ...sizesOf(group), surplus: surplusOf(group) }));
    const answer = operation(world, input, call);
    const changes = groups.map((group, index) => sizesChanged(before[index] ?? group, group));
    if (call.caller === 'outside')
      groups.forEach((group, index) => {
        if (Object.keys(changes[index] ?? {}).length > 0)
          group.outsideResizes.push({ at: world.clock.now(), desired: group.desired });
      });
    if (call.caller === 'outside' && !isSignOfLife(input))
      for (const group of groups) group.outside = { count: group.outside.count + 1, last: call.operation };
    if (call.caller === 'others')
      groups.forEach((group, index) =>
        noteOthers(world, group, { operation: call.operation, from: before[index], set: changes[index] ?? {}, input }),
      );
    return answer;
  };
}

/** By these an instance leaves service, and the desired capacity falls with it where the caller says so. */
const TAKES_OFF: ReadonlySet<string> = new Set([
  'TerminateInstanceInAutoScalingGroup',
  'DetachInstances',
  'EnterStandby',
]);

/** What somebody else does is noted for the invariants: nothing of it is the doing of the rollout that they watch. */
function noteOthers(
  world: World,
  group: GroupState,
  {
    operation,
    from,
    set,
    input,
  }: {
    readonly operation: string;
    readonly from: (Sizes & { readonly surplus: number }) | undefined;
    readonly set: Partial<Sizes>;
    readonly input: Subject;
  },
): void {
  const sizes = operation === 'UpdateAutoScalingGroup' || operation === 'SetDesiredCapacity';
  const { ScalingProcesses: processes } = input;
  group.others.push({
    at: world.clock.now(),
    operation,
    set,
    ...(sizes && { desired: group.desired }),
    ...(operation === 'ExitStandby' && from !== undefined && { brought: group.desired - from.desired }),
    ...(TAKES_OFF.has(operation) && from !== undefined && { tookOff: from.desired - group.desired }),
    ...(processes !== undefined && { processes }),
  });
  if (sizes) group.resizedByWorld = true;
  // Where another one was launched to take the place of whom they take out, that one is too many from now on.
  const more = surplusOf(group) - (from?.surplus ?? 0);
  if (TAKES_OFF.has(operation) && more > 0) group.overshot = { units: more, desired: group.desired };
}

function sizesOf({ min, max, desired }: GroupState): Sizes {
  return { min, max, desired };
}

/** Units above the desired capacity. */
function surplusOf(group: GroupState): number {
  return Math.max(0, capacityOf(group) - group.desired);
}

/** A lease that is renewed changes nothing of the group. */
function isSignOfLife({ Tags: tags }: Subject): boolean {
  return tags?.every(({ Key: key }) => key === 'ha-updater:lease') === true;
}

interface Subject {
  readonly AutoScalingGroupName?: string;
  readonly ScalingProcesses?: readonly string[];
  readonly Tags?: readonly { readonly ResourceId?: string; readonly Key?: string }[];
  readonly InstanceId?: string;
}

function groupsOf(world: World, input: Subject): GroupState[] {
  const { groups } = autoScalingState(world);
  if (input.AutoScalingGroupName !== undefined) return [groups.get(input.AutoScalingGroupName) ?? []].flat();
  if (input.Tags !== undefined)
    return [...new Set(input.Tags.map((tag) => tag.ResourceId ?? ''))].flatMap((name) => groups.get(name) ?? []);
  return [...groups.values()].filter((group) => input.InstanceId !== undefined && group.members.has(input.InstanceId));
}
