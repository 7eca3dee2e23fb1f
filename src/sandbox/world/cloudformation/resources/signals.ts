import type { Progress, ResourceContext } from './resource-handler.js';
import { call, object, optionalNumber, optionalText } from './values.js';

/**
 * A CreationPolicy waits for signals. Instances whose image is healthy signal success once they are in
 * service; those of an unhealthy image never do. SignalResource counts as well.
 */
export function awaitSignals(context: ResourceContext, group: string): Progress {
  const needed = neededSignals(context);
  if (needed === 0) return 'done';
  if (context.signals.failure.length > 0) {
    return {
      failed:
        `Received ${context.signals.failure.length} FAILURE signal(s) out of ${needed}. Unable to ` +
        'satisfy 100% MinSuccessfulInstancesPercent requirement',
    };
  }
  const senders = new Set([...context.signals.success, ...booted(context, group)]);
  return senders.size >= needed ? 'done' : 'working';
}

/** How long a CreationPolicy waits, in seconds. */
export function signalPatience(context: ResourceContext): number {
  const signal = object(object(context.declaration.creationPolicy)['ResourceSignal']);
  return durationSeconds(optionalText(signal['Timeout']) ?? 'PT5M');
}

function neededSignals(context: ResourceContext): number {
  const policy = object(context.declaration.creationPolicy);
  if (policy['ResourceSignal'] === undefined) return 0;
  const signal = object(policy['ResourceSignal']);
  const percent = optionalNumber(object(policy['AutoScalingCreationPolicy'])['MinSuccessfulInstancesPercent']) ?? 100;
  return Math.ceil(((optionalNumber(signal['Count']) ?? 1) * percent) / 100);
}

/** Seconds of an ISO 8601 duration such as `PT1H30M`. */
function durationSeconds(duration: string): number {
  const [, hours, minutes, seconds] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration) ?? [];
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

function booted(context: ResourceContext, group: string): string[] {
  const groups = call(context, 'autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [group] })[
    'AutoScalingGroups'
  ] as { Instances?: { InstanceId?: string; LifecycleState?: string }[] }[] | undefined;
  const ids = (groups?.[0]?.Instances ?? [])
    .filter((one) => one.LifecycleState === 'InService')
    .map((one) => one.InstanceId ?? '');
  if (ids.length === 0) return [];
  const reservations = call(context, 'ec2', 'DescribeInstances', { InstanceIds: ids })['Reservations'] as
    { Instances?: { InstanceId?: string; ImageId?: string }[] }[] | undefined;
  return (reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .filter(
      (instance) =>
        !['unhealthy', 'missing'].includes(
          context.world.scenario.images[instance.ImageId ?? '']?.behaviour ?? 'healthy',
        ),
    )
    .map((instance) => instance.InstanceId ?? '');
}
