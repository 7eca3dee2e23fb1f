import type { Observed } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { InstanceRow, InstanceState } from '../../model/rollout/instance-row.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { standing, verdictOf } from '../instances/classify.js';
import { beginOf } from '../instances/who-serves.js';
import { withNotes } from '../memory/known-notes.js';
import { proven } from '../memory/proven.js';
import { balancerState } from './outlook.js';

/**
 * The instances of a group as a look shows them. Where a balancer that judges was not asked nobody knows how those are
 * that Auto Scaling calls in service: they are left out.
 */
export function instanceRows(observed: Observed, plan: Plan, shown: Group): readonly InstanceRow[] {
  const group = withNotes(shown, observed.seen);
  const judges = group.balancers.filter(({ judged }) => judged);
  const isUnread = judges.some(({ id }) => group.unread?.includes(id) === true);
  const began = beginOf(group.notes.record) ?? observed.seen.began[group.name];
  const ready = new Set(proven(observed, plan, group).map(({ id }) => id));
  const all = [...group.instances, ...(group.kept?.instances ?? [])];
  const known = all.filter(({ lifecycle }) => !isUnread || standing(lifecycle) !== 'live');
  return known.map((instance) => {
    const { id, lifecycle, zone, type, launchedAt, weight, protectedFromScaleIn, healthy, configuration } = instance;
    // EC2 knows launch times no finer than by the second.
    const isOld = began !== undefined && launchedAt !== undefined && seconds(launchedAt) < seconds(began);
    const state = stateOf(observed, group, instance);
    return {
      id,
      ...(began !== undefined && launchedAt !== undefined && { half: isOld ? ('old' as const) : ('new' as const) }),
      state: state === 'serving' && !isOld && began !== undefined && ready.has(id) ? 'proven' : state,
      lifecycle,
      zone,
      ...(type !== undefined && { type }),
      ...(launchedAt !== undefined && { launchedAt }),
      ...(weight !== 1 && { weight }),
      ...(protectedFromScaleIn && { protected: true as const }),
      ...(!healthy && { healthy: false as const }),
      ...(configuration !== '' && { configuration }),
      says: (isUnread ? [] : judges).flatMap((balancer) => {
        const { verdict, reason } = verdictOf(instance, balancer);
        return verdict === 'healthy' ? [] : [{ balancer: balancer.name, verdict, reason }];
      }),
    };
  });
}

function stateOf({ at }: Observed, group: Group, instance: Instance): InstanceState {
  const where = standing(instance.lifecycle);
  if (where === 'leaving') return 'leaving';
  if (where === 'coming') return 'launching';
  if (where !== 'live') return 'idle';
  const said = balancerState(at, group, instance);
  if (said !== undefined) return said;
  if (!instance.healthy) return 'unhealthy';
  if (instance.checks === undefined || instance.checks.verdict === 'healthy') return 'serving';
  return instance.checks.verdict === 'starting' ? 'booting' : 'unhealthy';
}

function seconds(instant: number): number {
  return Math.floor(instant / 1000);
}
