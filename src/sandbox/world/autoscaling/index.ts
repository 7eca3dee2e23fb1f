import { ServiceFault } from '../fault.js';
import type { Operation, OperationTable } from '../world.js';
import { describeScalingActivities } from './activities.js';
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
} from './attachments.js';
import { describeAutoScalingGroups, describeAutoScalingInstances } from './describe.js';
import { createAutoScalingGroup, deleteAutoScalingGroup, updateAutoScalingGroup } from './groups.js';
import { setInstanceHealth } from './health.js';
import { completeLifecycleAction, deleteLifecycleHook, describeLifecycleHooks, putLifecycleHook, recordLifecycleActionHeartbeat } from './hooks.js';
import { createLaunchConfiguration, deleteLaunchConfiguration, describeLaunchConfigurations } from './launchConfigurations.js';
import { attachInstances, detachInstances, enterStandby, exitStandby, setInstanceProtection } from './membership.js';
import { describeScalingProcessTypes, resumeProcesses, suspendProcesses } from './processes.js';
import {
  cancelInstanceRefresh,
  deleteWarmPool,
  describeInstanceRefreshes,
  describeWarmPool,
  putWarmPool,
  startInstanceRefresh,
} from './refused.js';
import { deleteScheduledAction, describeScheduledActions, putScheduledUpdateGroupAction } from './scheduled.js';
import { setDesiredCapacity } from './sizes.js';
import { autoScalingState } from './state.js';
import { createOrUpdateTags, deleteTags, describeTags } from './tags.js';
import { terminateInstanceInAutoScalingGroup } from './terminate.js';

const READS: OperationTable = {
  DescribeAutoScalingGroups: describeAutoScalingGroups,
  DescribeAutoScalingInstances: describeAutoScalingInstances,
  DescribeInstanceRefreshes: describeInstanceRefreshes,
  DescribeLaunchConfigurations: describeLaunchConfigurations,
  DescribeLifecycleHooks: describeLifecycleHooks,
  DescribeLoadBalancers: describeLoadBalancers,
  DescribeLoadBalancerTargetGroups: describeLoadBalancerTargetGroups,
  DescribeScalingActivities: describeScalingActivities,
  DescribeScalingProcessTypes: describeScalingProcessTypes,
  DescribeScheduledActions: describeScheduledActions,
  DescribeTags: describeTags,
  DescribeTrafficSources: describeTrafficSources,
  DescribeWarmPool: describeWarmPool,
};

const WRITES: OperationTable = {
  AttachInstances: attachInstances,
  AttachLoadBalancers: attachLoadBalancers,
  AttachLoadBalancerTargetGroups: attachLoadBalancerTargetGroups,
  AttachTrafficSources: attachTrafficSources,
  CancelInstanceRefresh: cancelInstanceRefresh,
  CompleteLifecycleAction: completeLifecycleAction,
  CreateAutoScalingGroup: createAutoScalingGroup,
  CreateLaunchConfiguration: createLaunchConfiguration,
  CreateOrUpdateTags: createOrUpdateTags,
  DeleteAutoScalingGroup: deleteAutoScalingGroup,
  DeleteLaunchConfiguration: deleteLaunchConfiguration,
  DeleteLifecycleHook: deleteLifecycleHook,
  DeleteScheduledAction: deleteScheduledAction,
  DeleteTags: deleteTags,
  DeleteWarmPool: deleteWarmPool,
  DetachInstances: detachInstances,
  DetachLoadBalancers: detachLoadBalancers,
  DetachLoadBalancerTargetGroups: detachLoadBalancerTargetGroups,
  DetachTrafficSources: detachTrafficSources,
  EnterStandby: enterStandby,
  ExitStandby: exitStandby,
  PutLifecycleHook: putLifecycleHook,
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
  ...Object.fromEntries(Object.entries(WRITES).map(([name, operation]) => [name, unlessOperated(operation)])),
};

/** A group with an Operator can be changed by that service alone. */
function unlessOperated(operation: Operation): Operation {
  return (world, input: { readonly AutoScalingGroupName?: string; readonly Tags?: readonly { readonly ResourceId?: string }[]; readonly InstanceId?: string }, call) => {
    const { groups } = autoScalingState(world);
    const named = input.AutoScalingGroupName ?? input.Tags?.[0]?.ResourceId;
    const group = named === undefined ? [...groups.values()].find((one) => input.InstanceId !== undefined && one.members.has(input.InstanceId)) : groups.get(named);
    const operator = group?.extras.Operator?.Principal;
    if (operator !== undefined && call.caller === 'outside') {
      throw new ServiceFault('AccessDenied', `AutoScalingGroup ${group?.name} is managed by ${operator}; only its operator can change it.`, 403);
    }
    return operation(world, input, call);
  };
}
