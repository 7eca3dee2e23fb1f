import type { Group, Instance } from '../../../model/rollout/group.js';
import type { RestartPlan } from '../../../model/rollout/rollout-plan.js';
import type { OutInstance, RestartRecord } from '../../../model/rollout/record.js';
import { interleaveZones } from '../../instances/capacity.js';
import { inService, standing } from '../../instances/classify.js';
import { noteOf, registeredAnywhere, registeredEverywhere } from '../../instances/registered.js';

/** The most instances that are out at a time: their ids have to fit into four tags. */
const MAX_OUT = 48;
/** The same where ports are noted too. */
const MAX_OUT_WITH_PORTS = 8;

/** What the quorum says of a group now. Counts are instances. */
export interface Count {
  /**
   * Registered anywhere, taken out by this rollout, or coming: a replacement on its way is one that the service is
   * meant to have.
   */
  readonly total: number;
  readonly serving: number;
  /** So many have to stay in service; never less than one. */
  readonly floor: number;
}

/** Counts a group, with those that are noted as out. */
export function countQuorum(group: Group, out: readonly OutInstance[], quorum: number): Count {
  const noted = new Set(out.map(({ id }) => id));
  const members = group.instances.filter((instance) => standing(instance.lifecycle) === 'live');
  const coming = group.instances.filter((instance) => standing(instance.lifecycle) === 'coming');
  const total =
    coming.length + members.filter((instance) => noted.has(instance.id) || registeredAnywhere(group, instance)).length;
  const serving = members.filter((instance) => inService(group, instance)).length;
  return { total, serving, floor: floorOf(total, quorum) };
}

/** How many of so many have to stay in service. */
export function floorOf(total: number, quorum: number): number {
  // 0.07 × 100 is a little more than 7 to a computer.
  // rule: restart-last
  return Math.max(1, quorum < 1 ? Math.ceil(quorum * total - 1e-9) : quorum);
}

/** Instances that a restart may take: launched before it, registered everywhere, and not about to be replaced. */
export function restartable(group: Group, record: Pick<RestartRecord, 'startedAt'>): readonly Instance[] {
  return group.instances.filter(
    (instance) =>
      standing(instance.lifecycle) === 'live' &&
      instance.healthy &&
      instance.launchedAt !== undefined &&
      instance.launchedAt < record.startedAt &&
      registeredEverywhere(group, instance),
  );
}

/**
 * Which instances are taken out next: those that do not serve, and of the others, oldest first and one of each zone in
 * turn, as many as the quorum leaves. None at all while fewer serve than it asks for.
 */
export function nextBatch(
  group: Group,
  waiting: readonly Instance[],
  out: readonly OutInstance[],
  plan: RestartPlan,
): readonly OutInstance[] {
  const { serving, floor } = countQuorum(group, out, plan.quorum);
  // rule: restart-below-quorum
  if (serving < floor) return [];
  const idle = waiting.filter((instance) => !inService(group, instance));
  const busy = interleaveZones(waiting.filter((instance) => inService(group, instance)));
  // rule: restart-more
  const chosen = [...idle, ...busy.slice(0, serving - floor)].map((instance) => noteOf(group, instance));
  const most = [...chosen, ...out].some(({ ports }) => ports !== undefined) ? MAX_OUT_WITH_PORTS : MAX_OUT;
  return chosen.slice(0, Math.max(0, most - out.length));
}
