import { command } from '../../text/commands/next-command.js';
import { remedyWith } from '../../text/commands/remedy.js';
import type { AdvisedCheck, CountedInstance, Growth, Room, Subnet } from '../../model/checkup.js';
import type { AdvisedReason, Reason } from '../../model/rollout/decision.js';
import { count } from '../../text/count.js';
import { list } from '../../text/list.js';

/** A quota of EC2: how many vCPUs of these families may run at the same time. */
export interface VcpuQuota {
  readonly code: string;
  readonly spot: boolean;
  readonly name: string;
  readonly families: RegExp;
}

/** Source: Amazon EC2 user guide, "On-Demand Instance quotas", "Spot Instance quotas"; Service Quotas has the codes. */
export const VCPU_QUOTAS: readonly VcpuQuota[] = [
  ...both('Standard (A, C, D, H, I, M, R, T, Z)', /^[acdhimrtz]\d/, 'L-1216C47A', 'L-34B43A08'),
  ...both('F', /^f\d/, 'L-74FC7D96', 'L-88CF9481'),
  ...both('G and VT', /^(g|gr|vt)\d/, 'L-DB2E81BA', 'L-3819A6DF'),
  ...both('Inf', /^inf\d/, 'L-1945791B', 'L-B5D1601B'),
  ...both('X', /^x\d/, 'L-7295265B', 'L-E3A00192'),
];

function both(families: string, pattern: RegExp, onDemand: string, spot: string): readonly VcpuQuota[] {
  return [
    { code: onDemand, spot: false, name: `Running On-Demand ${families} instances`, families: pattern },
    { code: spot, spot: true, name: `All ${families} Spot Instance Requests`, families: pattern },
  ];
}

/** The quota that an instance counts against; undefined for families whose quotas are not looked at. */
export function quotaOf({ type, spot }: Pick<CountedInstance, 'type' | 'spot'>): VcpuQuota | undefined {
  return VCPU_QUOTAS.find((quota) => quota.spot === spot && quota.families.test(type));
}

/** Whether what a rollout adds at most finds vCPUs in the account's quotas and addresses in the groups' subnets. */
export function roomCheck(growths: readonly Growth[], room: Room): AdvisedCheck {
  const topic = 'room';
  const growing = growths.filter(({ size, peak }) => peak.desired > size.desired);
  if (growing.length === 0)
    return { topic, state: 'ok', says: 'nothing is launched beyond what is there', findings: [] };
  const unknown = (text: string, remedy: string): Reason => ({ code: 'room.unknown', text, remedy });
  const found = [...vcpuFindings(growing, room, unknown), ...addressFindings(growing, room, unknown)];
  const has = (code: RegExp): boolean => found.some((one) => code.test(one.code));
  const more = growing.reduce((sum, { size, peak }) => sum + peak.desired - size.desired, 0);
  const says = `for ${more} more in ${count(growing.length, 'group')}`;
  if (has(/^room\.(vcpus|addresses)$/))
    return { topic, state: 'against', says: `there is not enough ${says}`, findings: found };
  if (has(/unknown$/)) return { topic, state: 'unknown', says: `not wholly known ${says}`, findings: found };
  return { topic, state: found.length > 0 ? 'warning' : 'ok', says: `there is enough ${says}`, findings: found };
}

type Unknown = (text: string, remedy: string) => Reason;

function vcpuFindings(
  growths: readonly Growth[],
  { counted, quotas }: Room,
  unknown: Unknown,
): readonly AdvisedReason[] {
  const denied = typeof counted === 'string' ? counted : typeof quotas === 'string' ? quotas : undefined;
  if (denied !== undefined || typeof counted === 'string' || typeof quotas === 'string')
    return [
      unknown(
        `whether the quotas of EC2 leave vCPUs for it is not known: ${denied ?? ''}`,
        'Allow servicequotas:GetServiceQuota and ec2:DescribeInstances, or look in the console of Service Quotas.',
      ),
    ];
  const byId = new Map(counted.map((instance) => [instance.id, instance]));
  const wanted = new Map<string, number>();
  const open: string[] = [];
  for (const growth of growths) {
    const own = growth.instances.flatMap((id) => byId.get(id) ?? []);
    if (own.length === 0 || own.some((one) => quotaOf(one) === undefined || one.vcpus === 0)) open.push(growth.group);
    for (const one of own) {
      const quota = quotaOf(one);
      if (quota !== undefined) wanted.set(quota.code, (wanted.get(quota.code) ?? 0) + one.vcpus * factorOf(growth));
    }
  }
  const short = VCPU_QUOTAS.flatMap(({ code, name }): readonly AdvisedReason[] => {
    const more = Math.ceil(wanted.get(code) ?? 0);
    if (more === 0) return [];
    const limit = quotas[code];
    if (limit === undefined)
      return [unknown(`the quota "${name}" is not known`, 'Look in the console of Service Quotas.')];
    const used = counted.reduce((sum, one) => sum + (quotaOf(one)?.code === code ? one.vcpus : 0), 0);
    if (used + more <= limit) return [];
    const raise = ['--service-code', 'ec2', '--quota-code', code, '--desired-value', String(used + more)];
    const increase = command`aws service-quotas request-service-quota-increase ${raise}`;
    return [
      {
        code: 'room.vcpus',
        text: `a rollout needs ${count(more, 'more vCPU')} of "${name}": ${used} of ${limit} are in use`,
        remedy: remedyWith`Raise the quota: ${increase}; --strategy rolling needs less at the same time.`,
      },
    ];
  });
  return [
    ...short,
    ...(open.length === 0
      ? []
      : [
          unknown(
            `how many vCPUs ${list(open, 5)} will need is not known`,
            'Compare the instance types with the quotas in the console of Service Quotas.',
          ),
        ]),
  ];
}

/** How much of what is there comes on top. */
function factorOf({ size, peak, units }: Growth): number {
  return units === 0 ? 0 : (peak.desired - size.desired) / units;
}

function addressFindings(growths: readonly Growth[], { subnets }: Room, unknown: Unknown): readonly Reason[] {
  if (typeof subnets === 'string')
    return [
      unknown(
        `whether the subnets have free addresses is not known: ${subnets}`,
        'Allow ec2:DescribeSubnets, or look at the free addresses of the subnets in the console of the VPC.',
      ),
    ];
  const byId = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  const shares = new Map<string, number>();
  const findings = growths.flatMap((growth): readonly Reason[] => {
    const more = Math.ceil(growth.instances.length * factorOf(growth));
    const own = growth.subnets.flatMap((id) => byId.get(id) ?? []);
    for (const { id } of own) shares.set(id, (shares.get(id) ?? 0) + Math.ceil(more / own.length));
    if (own.length === 0 || more <= freeIn(own)) return [];
    return [
      {
        code: 'room.addresses',
        group: growth.group,
        text:
          `a rollout launches ${count(more, 'more instance')}, and only ${freeIn(own)} addresses are free in its ` +
          'subnets',
        remedy: 'Give the group another subnet, free addresses there, or use --strategy rolling with a small --surge.',
      },
    ];
  });
  if (findings.length > 0) return findings;
  return subnets.flatMap(({ id, zone, free }): readonly Reason[] => {
    const share = shares.get(id) ?? 0;
    if (share <= free) return [];
    return [
      {
        code: 'room.uneven',
        text: `${id} in ${zone} has ${free} free, and an even share of a rollout takes ${share} there`,
        remedy: 'Auto Scaling launches the others in other zones, so that zones are uneven; free addresses there.',
      },
    ];
  });
}

function freeIn(subnets: readonly Subnet[]): number {
  return subnets.reduce((sum, { free }) => sum + free, 0);
}
