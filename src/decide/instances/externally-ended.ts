import type { Observed } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { standing, type Split } from './classify.js';

/**
 * EC2's reasons for the end of an instance that say nothing against what it runs: Spot took it, its host is retired,
 * or somebody terminated or stopped it. One that shut itself down, or could not start, is not among them.
 * Source: EC2 API reference, `StateReason`.
 */
const BY_OTHERS = /^(Server\.(Spot|ScheduledStop)|Client\.(UserInitiated|InstanceTerminated))/;

/**
 * New instances that somebody else took away while they were to be proven, when Auto Scaling may replace them:
 * replacing what is unhealthy is then resumed until they are on their way out. It would replace all that is
 * unhealthy, so no unhealthy instance may be one that EC2 still runs; what fails its health checks is a bad version
 * and has to be seen as one.
 */
export function replaceable(
  { ended = {} }: Observed,
  { instances }: Pick<Group, 'instances'>,
  record: RolloutRecord,
  halves: Split,
): readonly Instance[] {
  if (!record.suspended.includes('ReplaceUnhealthy')) return [];
  const unhealthy = instances.filter(({ healthy, lifecycle }) => !healthy && standing(lifecycle) === 'live');
  const fresh = unhealthy.filter((instance) => halves.new.includes(instance));
  // rule: sick-replaced
  const replaceable =
    unhealthy.every(({ id }) => ended[id] !== undefined) && fresh.every(({ id }) => BY_OTHERS.test(ended[id] ?? ''));
  return replaceable ? fresh : [];
}
