import type { Reason } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { list } from '../../text/list.js';

/** New instances that some balancer calls anomalous, with its name. */
function anomalies({ balancers }: Group, fresh: readonly Instance[]): readonly string[] {
  return balancers.flatMap(({ id, name }) => {
    const ids = fresh.filter(({ health }) => health.some((row) => row.balancer === id && row.anomalous === true));
    return ids.length === 0 ? [] : [`${name} calls ${list(ids.map((one) => one.id))} anomalous`];
  });
}

/**
 * Why a new half does not pass `--anomaly refuse`: a balancer compares the errors of its targets, and those of a new
 * one stand out. Undefined where none does. Source: ALB user guide, "Automatic Target Weights (ATW)".
 */
export function anomalous(group: Group, { gates }: Plan, fresh: readonly Instance[]): string | undefined {
  // rule: anomaly-unheard
  if (gates?.anomaly !== 'refuse') return undefined;
  const found = anomalies(group, fresh);
  return found.length === 0 ? undefined : found.join('; ');
}

/** What a person has to know of anomalies: those that are only told, and where nothing tells them. */
export function anomalyWarnings(group: Group, { gates }: Plan, fresh: readonly Instance[]): readonly Reason[] {
  if (gates?.anomaly === undefined) return [];
  const warn = (text: string, remedy: string): Reason => ({ code: 'group.anomaly', group: group.name, text, remedy });
  const told = gates.anomaly === 'warn' ? anomalies(group, fresh) : [];
  const blind =
    group.anomalyUnread !== undefined
      ? `its balancer does not tell anomalies (${group.anomalyUnread})`
      : group.balancers.some(({ kind, judged }) => kind === 'target-group' && judged)
        ? undefined
        : 'no target group judges it, so nothing tells anomalies';
  return [
    ...told.map((text) =>
      warn(text, 'Its errors stand out among those of the other targets. Look at the application.'),
    ),
    ...(blind === undefined ? [] : [warn(blind, '--anomaly has no effect there.')]),
  ];
}
