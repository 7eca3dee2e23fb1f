import type { Group } from '../../model/rollout/group.js';

/**
 * Suspended for the time of a rollout: all that changes membership by itself. Never Launch, Terminate,
 * AddToLoadBalancer or HealthCheck, without which the rollout itself cannot go on.
 */
export const SUSPENDED_BY_SWAP = [
  'AlarmNotification',
  'ScheduledActions',
  'AZRebalance',
  'ReplaceUnhealthy',
  'InstanceRefresh',
] as const;

/** Those by which policies, alarms and schedules change the sizes. */
export const SCALING = ['AlarmNotification', 'ScheduledActions'] as const;

/** Resumed before anything grows, where the record says that they are ours: no rollout works without them. */
export const RESET_FIRST = ['Launch', 'Terminate', 'AddToLoadBalancer', 'HealthCheck'] as const;

/** Processes without which no instance can be replaced. */
export const NEEDED = ['Launch', 'Terminate', 'AddToLoadBalancer'] as const;

/** The processes that a rollout waits on, and what waits for each. */
const WAITS_ON = {
  Launch: 'nothing is launched',
  Terminate: 'nothing leaves',
  AddToLoadBalancer: 'no load balancer gets to know what is launched',
} as const;
type WaitedOn = keyof typeof WAITS_ON;

/**
 * Why waiting does not help while a process is suspended that no rollout suspends by then; '' where it is not.
 * Source: EC2 Auto Scaling user guide, "Suspend and resume processes".
 */
export function whileSuspended({ suspended }: Pick<Group, 'suspended'>, process: WaitedOn): string {
  return suspended.includes(process) ? ` (${WAITS_ON[process]} while the process ${process} is suspended)` : '';
}
