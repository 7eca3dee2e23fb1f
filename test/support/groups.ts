import { nothingSeen } from '../../src/decide/memory/fold-look.js';
import { command } from '../../src/text/commands/next-command.js';
import type { Observed, Seen } from '../../src/model/rollout/decision.js';
import type { Balancer, Group, Instance } from '../../src/model/rollout/group.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import type { Lease, SwapRecord, Verdict } from '../../src/model/rollout/record.js';

/** A moment to count from; whole seconds, as EC2 and our records have them. */
export const T0 = Date.parse('2026-11-21T03:00:00Z');

export const BALANCER: Balancer = {
  kind: 'target-group',
  id: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef',
  name: 'web',
  judged: true,
  note: '',
  drainMs: 30_000,
  slowStartMs: 0,
  healthFloorMs: 10_000,
};

/** An instance in service that is a day old; pass what differs. */
export function instance(id: string, differs: Partial<Instance> = {}): Instance {
  return {
    id,
    zone: 'eu-west-1a',
    lifecycle: 'InService',
    healthy: true,
    weight: 1,
    protectedFromScaleIn: false,
    configuration: 'lc/one',
    launchedAt: T0 - 86_400_000,
    health: [{ balancer: BALANCER.id, verdict: 'healthy', reason: '' }],
    ...differs,
  };
}

export function sick(reason = 'Target.FailedHealthChecks'): Instance['health'] {
  return [{ balancer: BALANCER.id, verdict: 'unhealthy', reason }];
}

/** A group of two old instances whose configuration has changed; pass what differs. */
export function group(differs: Partial<Group> = {}): Group {
  return {
    name: 'web',
    size: { min: 1, max: 4, desired: 2 },
    weighted: false,
    suspended: [],
    configurations: ['lc/two'],
    instances: [instance('i-old1'), instance('i-old2', { zone: 'eu-west-1b' })],
    balancers: [BALANCER],
    notes: {},
    hasWarmPool: false,
    healthCheckType: 'ELB',
    healthCheckGraceMs: 0,
    zones: ['eu-west-1a', 'eu-west-1b'],
    ...differs,
  };
}

export const PROCESSES = [
  'AlarmNotification',
  'ScheduledActions',
  'AZRebalance',
  'ReplaceUnhealthy',
  'InstanceRefresh',
] as const;

export const RECORD: SwapRecord = {
  version: 1,
  strategy: 'swap',
  run: 'run-1',
  startedAt: T0,
  size: { min: 1, max: 4, desired: 2 },
  old: 2,
  suspended: [...PROCESSES],
  together: true,
};

export const LEASE: Lease = { run: 'run-1', host: 'agent', pid: 42, beat: 1, ttlMs: 300_000, at: T0 };

export function verdict(outcome: Verdict['outcome'], differs: Partial<Verdict> = {}): Verdict {
  return { run: 'run-1', outcome, at: T0 + 60_000, why: 'because of the test', ...differs };
}

/** A new instance, launched after the record. */
export function fresh(id: string, differs: Partial<Instance> = {}): Instance {
  return instance(id, { launchedAt: T0 + 20_000, configuration: 'lc/two', ...differs });
}

/** The group in the middle of its rollout: doubled, suspended, recorded. */
export function doubledGroup(differs: Partial<Group> = {}): Group {
  return group({
    size: { min: 1, max: 4, desired: 4 },
    suspended: [...PROCESSES],
    instances: [
      instance('i-old1'),
      instance('i-old2', { zone: 'eu-west-1b' }),
      fresh('i-new1'),
      fresh('i-new2', { zone: 'eu-west-1b' }),
    ],
    notes: { record: RECORD, lease: LEASE },
    ...differs,
  });
}

export const PLAN: Plan = {
  strategy: 'swap',
  run: 'run-1',
  host: 'agent',
  pid: 42,
  groups: ['web'],
  region: 'eu-west-1',
  again: command`ha-updater update-asgs --asg web`,
  swap: 'outdated',
  together: true,
  force: false,
  adoptOnly: false,
  undo: false,
  timing: {
    pollMs: 5_000,
    warmupMs: 25_000,
    progressMs: 600_000,
    totalMs: 3_600_000,
    drainMs: 3_600_000,
    settleMs: 120_000,
    leaseMs: 300_000,
    renewMs: 120_000,
    waitForLockMs: 0,
  },
};

/** A look two minutes after the record, with all that is in service proven. */
export function observed(
  groups: readonly Group[],
  differs: Partial<Omit<Observed, 'seen'>> & { seen?: Partial<Seen> } = {},
): Observed {
  const at = differs.at ?? T0 + 100_000;
  const inServiceSince = Object.fromEntries(
    groups.flatMap((one) => one.instances.map((each) => [each.id, T0 + 40_000])),
  );
  const settled = Object.fromEntries(groups.map((one) => [one.name, 2]));
  return {
    at,
    groups,
    missing: [],
    precautions: [],
    failures: [],
    abandoned: [],
    ...differs,
    seen: { ...nothingSeen(T0), inServiceSince, settled, ...differs.seen },
  };
}
