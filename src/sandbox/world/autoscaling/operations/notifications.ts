import type {
  DeleteNotificationConfigurationType,
  DescribeNotificationConfigurationsType,
  PutNotificationConfigurationType,
} from '@aws-sdk/client-auto-scaling';
import { page } from '../../page.js';
import type { World } from '../../world.js';
import { autoScalingState, groupOf } from '../state.js';

/** Which notifications a topic gets is kept and shown; none is sent. */
export function putNotificationConfiguration(world: World, input: PutNotificationConfigurationType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  group.notifications = new Map([
    ...(group.notifications ?? []),
    [input.TopicARN ?? '', [...(input.NotificationTypes ?? [])]],
  ]);
  return {};
}

export function deleteNotificationConfiguration(world: World, input: DeleteNotificationConfigurationType): object {
  groupOf(world, input.AutoScalingGroupName).notifications?.delete(input.TopicARN ?? '');
  return {};
}

export function describeNotificationConfigurations(
  world: World,
  input: DescribeNotificationConfigurationsType,
): object {
  const { AutoScalingGroupNames: names = [] } = input;
  const rows = [...autoScalingState(world).groups.values()]
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .flatMap(({ name, notifications }) =>
      [...(notifications ?? [])].flatMap(([TopicARN, types]) =>
        types.map((NotificationType) => ({ AutoScalingGroupName: name, TopicARN, NotificationType })),
      ),
    );
  const { items, next } = page(rows, Math.min(100, input.MaxRecords ?? 50), input.NextToken);
  return { NotificationConfigurations: items, NextToken: next };
}
