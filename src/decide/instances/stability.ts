import type { AwaitedInstance } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { whyNotInService, standing, units } from './classify.js';

/** Why a group is not settled; `coming` when waiting alone should end it. */
export interface Instability {
  readonly why: string;
  readonly instances: readonly AwaitedInstance[];
  readonly coming: boolean;
}

/**
 * A group is settled when nothing launches or leaves, its size is reached and all of it is in
 * service. A rollout starts only there: which instances are old is then known by launch time alone.
 * Undefined when settled. A group with a record is not asked.
 */
export function instability(group: Group, record?: RolloutRecord): Instability | undefined {
  if (record !== undefined) return undefined;
  const rows: (AwaitedInstance & { readonly coming: boolean })[] = [];
  // Instances that are left as they are have to serve as well: the others cannot stand in for them.
  for (const instance of [...group.instances, ...(group.kept?.instances ?? [])]) {
    const where = standing(instance.lifecycle);
    // What leaves is of neither half and serves nobody; with a long terminating hook it leaves for hours. Whoever put
    // one into standby has set it aside; whether that keeps a rollout from starting is asked elsewhere.
    if (where === 'retained' || where === 'leaving' || where === 'parked') continue;
    const idle = instance.launchedAt === undefined ? unlisted(instance) : whyNotInService(group, instance);
    if (idle !== undefined) rows.push({ id: instance.id, ...idle, coming: isComing(group, instance) });
  }
  const live = group.instances.filter((instance) => standing(instance.lifecycle) === 'live');
  const have = units(live);
  const enough = (group.weighted ? have >= group.size.desired : have === group.size.desired) || isHeldBack(group, have);
  if (rows.length === 0 && enough) return undefined;
  const why = enough
    ? `${rows.length} of ${group.instances.length} instances are not in service`
    : `${have} of ${group.size.desired} instances are there`;
  return {
    why,
    instances: rows.map(({ coming: _, ...row }) => row),
    coming: !enough || rows.some((row) => row.coming),
  };
}

/**
 * Whether a freeze of ours is all that keeps the missing ones from being launched: somebody asked for more while the
 * group was rolled back or frozen. Only the next rollout lifts it without launching what was rolled back, so it starts;
 * what is missing is launched anew.
 */
function isHeldBack({ notes: { frozen }, size, suspended }: Group, have: number): boolean {
  const freezes = frozen?.processes.includes('Launch') === true && suspended.includes('Launch');
  // rule: frozen-for-ever
  return freezes && have > 0 && have < size.desired;
}

function unlisted({ healthy }: Instance): Pick<AwaitedInstance, 'why'> {
  return {
    why: healthy ? 'EC2 does not list it yet' : 'dead: Auto Scaling calls it Unhealthy and EC2 does not list it',
  };
}

/** Waiting can bring it into service: it launches, leaves, registers or passes its first checks. */
function isComing(group: Group, instance: Instance): boolean {
  if (instance.launchedAt === undefined) return instance.healthy;
  const where = standing(instance.lifecycle);
  if (where !== 'live') return true;
  const verdicts = group.balancers
    .filter((balancer) => balancer.judged)
    .map((balancer) => instance.health.find((row) => row.balancer === balancer.id)?.verdict ?? 'absent');
  return verdicts.some(
    (verdict) => verdict === 'starting' || verdict === 'absent' || verdict === 'unknown' || verdict === 'draining',
  );
}
