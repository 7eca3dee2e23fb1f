import type { InstanceState } from '@aws-sdk/client-elastic-load-balancing';
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Balancer, BalancerHealth, HealthVerdict } from '../../model/rollout/group.js';
import type { Clients } from '../session/clients.js';

/**
 * Health of all that is registered, by instance id. No instance is named in the call: naming one that is
 * not registered yet can fail the whole call.
 */
export async function health(
  clients: Clients,
  balancer: Balancer,
  { anomaly = false }: { readonly anomaly?: boolean } = {},
): Promise<Record<string, BalancerHealth>> {
  if (balancer.kind === 'classic') {
    const client = await clients.elb();
    const answer = await client.describeInstanceHealth({ LoadBalancerName: balancer.id });
    return worstOfEach(balancer, (answer.InstanceStates ?? []).map(classicRow));
  }
  const client = await clients.elbV2();
  const answer = await client.describeTargetHealth({
    TargetGroupArn: balancer.id,
    ...(anomaly && { Include: ['AnomalyDetection'] }),
  });
  return worstOfEach(balancer, (answer.TargetHealthDescriptions ?? []).map(targetRow));
}

interface Row {
  readonly id: string;
  readonly verdict: HealthVerdict;
  readonly reason: string;
  readonly port?: number;
  readonly shifted?: true;
  readonly anomalous?: true;
}

/**
 * What a classic balancer's description means, the first that fits. One that is draining still says
 * `InService`, and several descriptions can come at once, so the words go before the state.
 */
const CLASSIC_WORDS: readonly (readonly [RegExp, HealthVerdict])[] = [
  [/Instance deregistration currently in progress/i, 'draining'],
  [/Availability Zone for which LoadBalancer is not configured/i, 'hopeless'],
  [/Disable Availability Zone is currently in progress/i, 'hopeless'],
  [/not currently registered with the LoadBalancer/i, 'absent'],
  [/registration is still in progress/i, 'starting'],
  [/has not passed the configured HealthyThreshold/i, 'starting'],
  [/in pending state/i, 'starting'],
  [/failed at least the UnhealthyThreshold/i, 'unhealthy'],
  [/(stopped|terminated) state/i, 'unhealthy'],
  [/transient error/i, 'unknown'],
];

const CLASSIC_STATES: Readonly<Record<string, HealthVerdict>> = { InService: 'healthy', OutOfService: 'unhealthy' };

/** What a classic balancer's state and description mean. */
export function classicVerdict(state: string, description: string): HealthVerdict {
  return CLASSIC_WORDS.find(([words]) => words.test(description))?.[1] ?? CLASSIC_STATES[state] ?? 'unknown';
}

const TARGET_STATES: Readonly<Record<string, HealthVerdict>> = {
  initial: 'starting',
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  'unhealthy.draining': 'draining',
  draining: 'draining',
};

/** `unused` and `unavailable` mean something only together with the reason. */
const TARGET_REASONS: Readonly<Record<string, HealthVerdict>> = {
  'Target.NotRegistered': 'absent',
  // With a listener (else the group is not judged) this says that the target's zone is not enabled.
  'Target.NotInUse': 'hopeless',
  'Target.IpUnusable': 'hopeless',
  // Stopped or terminated.
  'Target.InvalidState': 'unhealthy',
  'Target.HealthCheckDisabled': 'unknown',
  'Elb.InternalError': 'unknown',
};

/** What a target's state and reason mean. */
export function targetVerdict(state: string, reason: string): HealthVerdict {
  return TARGET_STATES[state] ?? TARGET_REASONS[reason] ?? 'unknown';
}

function classicRow(row: InstanceState): Row {
  const { State: state = '', Description: description = '' } = row;
  const words = description === 'N/A' ? '' : description;
  return {
    id: row.InstanceId ?? '',
    verdict: classicVerdict(state, words),
    reason: [state, words].filter(Boolean).join(': '),
  };
}

function targetRow(row: TargetHealthDescription): Row {
  const { State: state = '', Reason: reason = '', Description: description = '' } = row.TargetHealth ?? {};
  const told = {
    id: row.Target?.Id ?? '',
    ...(row.Target?.Port === undefined ? {} : { port: row.Target.Port }),
    verdict: targetVerdict(state, reason),
    reason: [[state, reason].filter(Boolean).join(' '), description].filter(Boolean).join(': '),
    ...(row.AnomalyDetection?.Result === 'anomalous' && { anomalous: true as const }),
  };
  return isShiftedAway(row) && told.verdict === 'healthy' ? { ...told, ...SHIFTED } : told;
}

/**
 * A zonal shift sends the traffic of a zone elsewhere, by the balancer itself or by its names in DNS: a target there is
 * checked as ever, and gets no request. Source: Elastic Load Balancing API reference, AdministrativeOverride.
 */
function isShiftedAway({ AdministrativeOverride: override }: TargetHealthDescription): boolean {
  return override?.State === 'zonal_shift_active' || override?.State === 'zonal_shift_delegated_to_dns';
}

const SHIFTED = {
  verdict: 'unhealthy',
  reason: 'healthy, but a zonal shift keeps requests away',
  shifted: true,
} as const;

/** From what settles the matter to what is well: an instance on several ports is as bad as its worst one. */
const WORST_FIRST: readonly HealthVerdict[] = [
  'draining',
  'hopeless',
  'unhealthy',
  'unknown',
  'absent',
  'starting',
  'healthy',
];

function worstOfEach(balancer: Balancer, rows: readonly Row[]): Record<string, BalancerHealth> {
  const worst: Record<string, BalancerHealth> = {};
  const ports: Record<string, number[]> = {};
  const anomalous = new Set(rows.flatMap((row) => (row.anomalous === true ? [row.id] : [])));
  for (const { id, verdict, reason, port, shifted } of rows) {
    if (balancer.kind === 'target-group')
      ports[id] = [
        ...(ports[id] ?? []),
        ...(port === undefined || verdict === 'draining' || verdict === 'absent' ? [] : [port]),
      ];
    const before = worst[id];
    if (before !== undefined && WORST_FIRST.indexOf(before.verdict) <= WORST_FIRST.indexOf(verdict)) continue;
    worst[id] = {
      balancer: balancer.id,
      verdict,
      reason,
      ...(shifted === true && { shifted }),
      ...(anomalous.has(id) && { anomalous: true as const }),
    };
  }
  return Object.fromEntries(
    Object.entries(worst).map(([id, row]) => [
      id,
      { ...row, ...(ports[id] === undefined ? {} : { ports: ports[id] }) },
    ]),
  );
}
