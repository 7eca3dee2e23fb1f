import type { Group } from '../../model/rollout/group.js';
import type { RollingRecord, RolloutRecord } from '../../model/rollout/record.js';
import { inService } from '../instances/classify.js';
import { hasLeft, isNew } from './halves.js';

/** Units in service, without those that are about to go. */
export function served(group: Group, without: readonly string[] = []): number {
  return group.instances
    .filter((instance) => !without.includes(instance.id) && inService(group, instance))
    .reduce((sum, instance) => sum + instance.weight, 0);
}

/** Units in service that were launched since the rollout began. */
export function newInService(group: Group, { startedAt }: RolloutRecord): number {
  return group.instances
    .filter((one) => isNew(one.launchedAt, startedAt) && inService(group, one))
    .reduce((sum, { weight }) => sum + weight, 0);
}

/** Units that the surge brings; old ones whose weights overshoot the desired capacity take a part of it already. */
export function launchedBySurge({ size, surge, old }: RollingRecord): number {
  return size.desired + Math.min(surge, old) - old;
}

/** Units of the instances that the rollout leaves as they are, and that do not serve. */
export function idleUnits(group: Group): number {
  const { units = 0, instances = [] } = group.kept ?? {};
  const serve = instances.filter((instance) => inService(group, instance));
  return units - serve.reduce((sum, { weight }) => sum + weight, 0);
}

/** Units of the instances that the rollout leaves as they are, and that are gone: new ones serve in their places. */
export function goneUnits({ kept }: Pick<Group, 'kept'>): number {
  const { units = 0, instances = [] } = kept ?? {};
  return units - instances.reduce((sum, { weight }) => sum + weight, 0);
}

/** Units of the instances that have not left, without those that are about to go. */
export function unitsThere({ instances }: Group, without: readonly string[] = []): number {
  return instances
    .filter(({ id, lifecycle }) => !without.includes(id) && !hasLeft(lifecycle))
    .reduce((sum, { weight }) => sum + weight, 0);
}
