import type { World } from '../../world.js';
import { autoScalingState } from '../state.js';

/** Source: AS user guide, "Quotas for Amazon EC2 Auto Scaling". */
export function describeAccountLimits(world: World): object {
  const { groups, configurations } = autoScalingState(world);
  return {
    MaxNumberOfAutoScalingGroups: 500,
    MaxNumberOfLaunchConfigurations: 200,
    NumberOfAutoScalingGroups: groups.size,
    NumberOfLaunchConfigurations: configurations.size,
  };
}

// What there is of each kind. Source: AS API reference, the operations by these names.

export function describeTerminationPolicyTypes(): object {
  return {
    TerminationPolicyTypes: [
      'AllocationStrategy',
      'ClosestToNextInstanceHour',
      'Default',
      'NewestInstance',
      'OldestInstance',
      'OldestLaunchConfiguration',
      'OldestLaunchTemplate',
    ],
  };
}

export function describeAdjustmentTypes(): object {
  const types = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'];
  return { AdjustmentTypes: types.map((AdjustmentType) => ({ AdjustmentType })) };
}

export function describeLifecycleHookTypes(): object {
  return { LifecycleHookTypes: ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'] };
}

export function describeAutoScalingNotificationTypes(): object {
  return {
    AutoScalingNotificationTypes: [
      'autoscaling:EC2_INSTANCE_LAUNCH',
      'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
      'autoscaling:EC2_INSTANCE_TERMINATE',
      'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
      'autoscaling:TEST_NOTIFICATION',
    ],
  };
}
