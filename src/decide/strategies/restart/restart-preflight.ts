import type { AdvisedReason, Observed, Reason } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import { STRATEGY_RECORD_VERSION, type RestartRecord } from '../../../model/rollout/record.js';
import { SUSPENDED_BY_SWAP } from '../../rollout/processes.js';
import { tagsFull } from '../../rollout/start/free-tags.js';
import { reasonsAgainst } from '../../rollout/start/reasons-against.js';
import type { LookAndPlan } from '../../view.js';
import { countQuorum, floorOf, restartable } from './quorum.js';

/**
 * Suspended for the time of a restart: all that changes membership by itself, and the check that takes what is out
 * for sick.
 */
// rule: restart-health-check
const SUSPENDED_BY_RESTART = [...SUSPENDED_BY_SWAP, 'HealthCheck'] as const;

/** Reasons against a swap that are reasons against a restart too. */
const AGAINST_BOTH: ReadonlySet<string> = new Set([
  'group.deleting',
  'group.operator',
  'group.never',
  'group.unreadable',
  'group.refresh',
  'group.attaching',
  'group.balancerDeleted',
  'group.repairing',
]);

/** What is said of one group before its restart. */
export type RestartPreflight =
  | { readonly kind: 'skip'; readonly why: string }
  | { readonly kind: 'refuse'; readonly reasons: readonly AdvisedReason[] }
  | { readonly kind: 'ready'; readonly record: RestartRecord; readonly why: string };

/** Every reason not to start on this group, or its record. Nothing has been changed yet. */
export function restartPreflight({ observed, plan }: LookAndPlan, group: Group): RestartPreflight {
  if (group.instances.length === 0)
    return { kind: 'skip', why: group.balancerOnly ? 'no instance is registered' : 'it is empty' };
  const startedAt = Math.floor(observed.at / 1000) * 1000;
  const quorum = plan.restart?.quorum ?? 1;
  const reasons = [
    ...reasonsAgainst({ observed, plan }, group).filter(({ code }) => AGAINST_BOTH.has(code)),
    ...tagsFull(group, 'restarting'),
    ...ownReasons(observed, group, quorum, startedAt),
  ];
  if (reasons.length > 0) return { kind: 'refuse', reasons };
  const candidates = restartable(group, { startedAt });
  const record: RestartRecord = {
    version: STRATEGY_RECORD_VERSION,
    strategy: 'restart',
    run: plan.run,
    startedAt,
    size: group.size,
    old: candidates.length,
    suspended: group.balancerOnly ? [] : SUSPENDED_BY_RESTART.filter((process) => !group.suspended.includes(process)),
    together: plan.together,
    quorum,
  };
  const { serving, floor, total } = countQuorum(group, [], quorum);
  return {
    kind: 'ready',
    record,
    why: `${candidates.length} instances to restart; ${serving} of ${total} are in service, at least ${floor} stay so`,
  };
}

function ownReasons(observed: Observed, group: Group, quorum: number, startedAt: number): readonly Reason[] {
  const reasons: Reason[] = [];
  const against = (code: string, text: string, remedy: string): void =>
    void reasons.push({ code, group: group.name, text, remedy });
  const { total } = countQuorum(group, [], quorum);
  const floor = floorOf(total, quorum);
  if (group.notes.out !== undefined) {
    const ids = group.notes.out.instances.map(({ id }) => id).join(', ') || 'nobody';
    against(
      'restart.left',
      `a note says that run ${group.notes.out.run} had taken ${ids} out, and its record is gone`,
      'Register what is missing in its balancers, then remove the tags that begin with ha-updater:out.',
    );
  }
  if (restartable(group, { startedAt }).length === 0)
    against(
      'restart.nobody',
      'no instance is healthy to Auto Scaling and registered with every balancer',
      'See who is registered with ha-updater status.',
    );
  else if (total === 1)
    against(
      'restart.last',
      'only one instance is registered, and the last one is never taken out',
      'Make the group larger first, or replace the instance with update-asgs --swap always.',
    );
  else if (total - floor < 1)
    against(
      'restart.quorum',
      `of ${total} registered instances the quorum ${quorum} keeps ${floor} in service, ` +
        'so no instance could ever be taken out',
      `Lower --quorum: at most ${total - 1} can stay.`,
    );
  for (const source of observed.precautions.find((one) => one.group === group.name)?.unjudgedSources ?? []) {
    against(
      'restart.source',
      `it gets traffic from ${source}, which an instance cannot be taken out of here`,
      'Detach that source for the time of the restart.',
    );
  }
  return reasons;
}
