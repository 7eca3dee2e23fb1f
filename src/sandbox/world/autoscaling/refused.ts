import type {
  CancelInstanceRefreshType,
  DeleteWarmPoolType,
  DescribeInstanceRefreshesType,
  DescribeWarmPoolType,
  PutWarmPoolType,
  StartInstanceRefreshType,
} from '@aws-sdk/client-auto-scaling';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import { touch } from '../revisions.js';
import type { World } from '../world.js';
import { groupOf } from './state.js';

/** A warm pool can be configured and seen, so that a tool can refuse it; no instance ever waits in it. */
export function putWarmPool(world: World, input: PutWarmPoolType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  group.warmPool = {
    MaxGroupPreparedCapacity: input.MaxGroupPreparedCapacity,
    MinSize: input.MinSize ?? 0,
    PoolState: input.PoolState ?? 'Stopped',
    InstanceReusePolicy: input.InstanceReusePolicy,
  };
  touch(world, group.name);
  return {};
}

export function deleteWarmPool(world: World, input: DeleteWarmPoolType): object {
  groupOf(world, input.AutoScalingGroupName).warmPool = undefined;
  return {};
}

export function describeWarmPool(world: World, input: DescribeWarmPoolType): object {
  return { WarmPoolConfiguration: groupOf(world, input.AutoScalingGroupName).warmPool, Instances: [] };
}

const ACTIVE = ['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'];

/** A refresh can be started and seen; it replaces nothing and stays in progress until it is cancelled. */
export function startInstanceRefresh(world: World, input: StartInstanceRefreshType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  if (group.refreshes.some((one) => ACTIVE.includes(one.Status ?? ''))) {
    throw new ServiceFault(
      'InstanceRefreshInProgress',
      'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    );
  }
  const random = world.random.fork(`autoscaling/refresh/${group.name}/${++group.counter}`);
  const id = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
  group.refreshes.unshift({
    InstanceRefreshId: id,
    AutoScalingGroupName: group.name,
    Status: 'InProgress',
    StartTime: new Date(world.clock.now()),
    PercentageComplete: 0,
    InstancesToUpdate: group.members.size,
    Strategy: input.Strategy ?? 'Rolling',
    Preferences: input.Preferences,
    DesiredConfiguration: input.DesiredConfiguration,
  });
  touch(world, group.name);
  return { InstanceRefreshId: id };
}

export function cancelInstanceRefresh(world: World, input: CancelInstanceRefreshType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const active = group.refreshes.find((one) => ACTIVE.includes(one.Status ?? ''));
  if (active === undefined)
    throw new ServiceFault(
      'ActiveInstanceRefreshNotFound',
      `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
    );
  active.Status = 'Cancelled';
  active.EndTime = new Date(world.clock.now());
  return { InstanceRefreshId: active.InstanceRefreshId };
}

/** Newest first. */
export function describeInstanceRefreshes(world: World, input: DescribeInstanceRefreshesType): object {
  const all = groupOf(world, input.AutoScalingGroupName).refreshes;
  const found = all.filter(
    (one) =>
      input.InstanceRefreshIds === undefined ||
      input.InstanceRefreshIds.length === 0 ||
      input.InstanceRefreshIds.includes(one.InstanceRefreshId ?? ''),
  );
  const { items, next } = page(found, Math.min(100, input.MaxRecords ?? 50), input.NextToken);
  return { InstanceRefreshes: items.map((one) => ({ ...one })), NextToken: next };
}
