import type { Instant } from '../../clock.js';
import type { Balancer, Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { inService, standing } from '../instances/classify.js';

/** The instances launched since the record that Auto Scaling has in service, whatever balancers say of them. */
export function launchedSince<T extends Pick<Instance, 'lifecycle' | 'launchedAt'>>(
  instances: readonly T[],
  record: Pick<RolloutRecord, 'startedAt'>,
): readonly T[] {
  return instances.filter(
    ({ lifecycle, launchedAt }) => standing(lifecycle) === 'live' && (launchedAt ?? 0) >= record.startedAt,
  );
}

/** No new instance of the group is in service yet: there is none whose break would have to be seen. */
export function nothingNewServes(group: Group, record: Pick<RolloutRecord, 'startedAt'>): boolean {
  return !launchedSince(group.instances, record).some((instance) => inService(group, instance));
}

/**
 * Before when none of these can be in service, by the settings of the balancers that judge them; `Infinity` while none
 * is there.
 */
export function earliestService(
  booting: readonly Pick<Instance, 'launchedAt'>[],
  judges: readonly Pick<Balancer, 'healthFloorMs'>[],
): Instant {
  const floor = Math.max(0, ...judges.map(({ healthFloorMs }) => healthFloorMs));
  return Math.min(...booting.map(({ launchedAt = 0 }) => launchedAt)) + floor;
}
