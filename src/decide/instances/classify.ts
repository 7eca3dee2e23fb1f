import type { Balancer, Group, HealthVerdict, Instance } from '../../model/rollout/group.js';
import type { AwaitedInstance } from '../../model/rollout/decision.js';
import { outdated } from './outdated.js';
import type { RolloutRecord } from '../../model/rollout/record.js';

/**
 * Where an instance stands in its group, by Auto Scaling's lifecycle state. Unknown states count as
 * coming: they are waited for and never taken as done.
 * Source: Auto Scaling API reference, `LifecycleState`.
 */
export type Standing = 'coming' | 'live' | 'leaving' | 'parked' | 'retained' | 'repairing';

/** Sorts a lifecycle state such as `Pending:Wait`. */
export function standing(lifecycle: string): Standing {
  if (lifecycle === 'InService') return 'live';
  if (lifecycle.endsWith(':Retained')) return 'retained';
  if (/^(Terminating|Terminated|Detaching|Detached|Warmed:Terminat)/.test(lifecycle)) return 'leaving';
  if (lifecycle === 'Standby' || lifecycle === 'EnteringStandby') return 'parked';
  if (lifecycle.startsWith('ReplacingRootVolume')) return 'repairing';
  return 'coming';
}

/**
 * On its way out, or kept aside by the group's lifecycle policy after its hook was abandoned: it serves nobody and does
 * not count, and nobody waits for what is kept aside.
 */
export function isAway({ lifecycle }: Pick<Instance, 'lifecycle'>): boolean {
  return ['leaving', 'retained'].includes(standing(lifecycle));
}

/** The instances of a group, split by what the rollout may think of them. */
export interface Split {
  /** Launched in an earlier second than the rollout began. Never those that leave. */
  readonly old: readonly Instance[];
  /** Launched since. */
  readonly new: readonly Instance[];
  /** EC2 does not say when these were launched, so they may be neither judged nor terminated. */
  readonly unknown: readonly Instance[];
  readonly leaving: readonly Instance[];
  /** Put aside by somebody (standby); not ours to touch. */
  readonly parked: readonly Instance[];
}

/** Splits by launch time against the record, so that every process that resumes agrees. */
export function split(group: Group, record: Pick<RolloutRecord, 'startedAt'>): Split {
  const halves = {
    old: [] as Instance[],
    new: [] as Instance[],
    unknown: [] as Instance[],
    leaving: [] as Instance[],
    parked: [] as Instance[],
  };
  for (const instance of group.instances) {
    const where = standing(instance.lifecycle);
    // rule: split-wrong
    if (where === 'retained') continue;
    else if (where === 'leaving') halves.leaving.push(instance);
    else if (where === 'parked') halves.parked.push(instance);
    else if (instance.launchedAt === undefined) {
      // EC2 has forgotten the dead instances; they serve no requests and hold no rollout up.
      // rule: unknown-is-new
      if (instance.healthy) halves.unknown.push(instance);
    } else if (second(instance.launchedAt) < second(record.startedAt)) halves.old.push(instance);
    else
      // rule: pending-left
      halves.new.push(instance);
  }
  return halves;
}

/** The instances that a rollout would begin with. */
export function membersOf(group: Group): readonly Instance[] {
  return group.instances.filter(
    (instance) => !['leaving', 'retained', 'parked'].includes(standing(instance.lifecycle)),
  );
}

/** Capacity units of instances: their number, unless the group is weighted. */
export function units(instances: readonly Instance[]): number {
  return instances.reduce((sum, instance) => sum + instance.weight, 0);
}

/** What a balancer says of an instance; a balancer that does not mention it says absent. */
export function verdictOf(
  instance: Instance,
  balancer: Balancer,
): { readonly verdict: HealthVerdict; readonly reason: string } {
  const reason = balancer.deleted === true ? 'it no longer exists' : 'not registered yet';
  // rule: absent-is-healthy
  return instance.health.find((row) => row.balancer === balancer.id) ?? { verdict: 'absent', reason };
}

/** In service: Auto Scaling says so, and every balancer that can judge says healthy and not draining. */
export function inService(group: Group, instance: Instance): boolean {
  return notInService(group, instance) === '';
}

/** Why an instance is not in service, in AWS's words; '' when it is. */
export function notInService(group: Group, instance: Instance): string {
  return whyNotInService(group, instance)?.why ?? '';
}

/** The same, with the balancer that says so where one does; undefined when it is in service. */
export function whyNotInService(
  group: Group,
  instance: Instance,
): Pick<AwaitedInstance, 'why' | 'balancer' | 'verdict' | 'reason'> | undefined {
  // rule: lifecycle-skipped
  if (instance.lifecycle !== 'InService') return { why: `${instance.lifecycle}${heldBy(group, instance)}` };
  for (const balancer of group.balancers) {
    if (!balancer.judged) continue;
    const { verdict, reason } = verdictOf(instance, balancer);
    // The instance died, or never came up: no balancer will list it any more.
    if (verdict === 'absent' && !instance.healthy) return { why: 'Auto Scaling: Unhealthy' };
    // rule: health-skipped
    if (verdict !== 'healthy')
      return {
        why: `${balancer.name}: ${reason === '' ? verdict : `${verdict} (${reason})`}`,
        balancer: balancer.name,
        verdict,
        ...(reason !== '' && { reason }),
      };
  }
  if (!instance.healthy) return { why: 'Auto Scaling: Unhealthy' };
  const { checks } = instance;
  // rule: checks-skipped
  if (checks !== undefined && checks.verdict !== 'healthy') return { why: `application status: ${checks.reason}` };
  return undefined;
}

/** The hooks that hold an instance, in brackets; '' where none does, or none is known. */
export function heldBy({ hooks = [] }: Group, { lifecycle }: Instance): string {
  const names = hooks.filter(({ holds }) => holds === lifecycle).map(({ name }) => name);
  return names.length === 0 ? '' : ` (lifecycle hook ${names.join(', ')})`;
}

/** Instances that are in service. */
export function serving(group: Group, instances: readonly Instance[] = group.instances): readonly Instance[] {
  return instances.filter((instance) => inService(group, instance));
}

/**
 * New instances of a rolling rollout that was taken over after its verdict, launched before that from a configuration
 * that is no longer the group's: a person who stopped because of a bad image, and mended it, wants those replaced too.
 */
export function overtaken(
  group: Group,
  fresh: readonly Instance[],
  adoptedAt: number | undefined,
): readonly Instance[] {
  if (adoptedAt === undefined || group.configurations.length === 0) return [];
  return fresh.filter(
    (instance) =>
      instance.launchedAt !== undefined &&
      instance.launchedAt < adoptedAt &&
      instance.configuration !== '' &&
      outdated(group, instance),
  );
}

/** Instants by the second: EC2 knows launch times no finer. */
function second(instant: number): number {
  return Math.floor(instant / 1000);
}
