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
