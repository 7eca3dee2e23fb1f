import type { Decision, GroupResult, Wait, Why } from '../../../model/rollout/decision.js';
import { alarmed } from '../../gates/alarms.js';
import { openProof } from '../../gates/hooks.js';
import { isAway, serving, units } from '../../instances/classify.js';
import { hopeless } from '../../instances/hopeless.js';
import { pollInterval } from '../../looks/poll-interval.js';
import { progressOf } from '../../rollout/progress.js';
import type { GroupView, RolloutView } from '../../view.js';
import { seconds } from '../../../text/duration.js';
import { proven } from '../../memory/proven.js';
import { timeLimits } from '../../rollout/time-limits.js';
import { limitFrom } from '../../memory/unseen-time.js';
import { withInstances } from '../../step.js';

/**
 * Proves the instances of groups that were just created; changes nothing. All of a group's desired
 * capacity has to be in service for the warm-up within the progress deadline.
 */
export function prove(view: RolloutView): Decision {
  const { observed, plan, groups } = view;
  const results: GroupResult[] = observed.missing.map((group) => ({
    group,
    outcome: 'unproven',
    why: 'there is no such Auto Scaling group',
  }));
  const waits: Wait[] = [];
  for (const of of groups) {
    const { result, wait } = proofOf(view, of);
    if (result !== undefined) results.push(result);
    if (wait !== undefined) waits.push(wait);
  }
  if (waits.length === 0)
    return {
      kind: 'finish',
      results: plan.groups.flatMap((name) => results.filter((result) => result.group === name)),
    };
  return {
    kind: 'wait',
    forMs: pollInterval(view, waits),
    waits,
    progress: groups.map((of) => progressOf(of, 'prove')),
  };
}

/** How the proof of one group ended, or the wait for its end. */
function proofOf(
  { observed, plan }: RolloutView,
  { name, group }: GroupView,
): { readonly result?: GroupResult; readonly wait?: Wait } {
  const { seen, at } = observed;
  const live = group.instances.filter((instance) => !isAway(instance));
  const done = proven(observed, plan, group, live);
  const ready = units(done);
  const why = `${ready} of ${group.size.desired} instances are proven`;
  const began = seen.progressAt[name]?.at ?? seen.firstLookAt;
  const limits = timeLimits(plan, group);
  const until = Math.min(limitFrom(seen, began, limits.progressMs), limitFrom(seen, seen.firstLookAt, limits.totalMs));
  const alarm = alarmed(observed, plan, seen.firstLookAt);
  const unproven = (because: Why): { readonly result: GroupResult } => ({
    result: { group: name, outcome: 'unproven', ...because },
  });
  if (ready >= group.size.desired && alarm === undefined)
    return {
      result: { group: name, outcome: 'proven', why: group.size.desired === 0 ? 'it is empty (desired 0)' : why },
    };
  if (observed.cancellation !== undefined) return unproven({ why: `${observed.cancellation.why}; ${why}` });
  const lost = alarm ?? hopeless(group, undefined, observed.failures, live);
  if (lost !== undefined) return unproven({ why: lost });
  const instances = live
    .filter((instance) => !done.includes(instance))
    .map((instance) => ({ id: instance.id, ...openProof(observed, plan, group, instance) }));
  if (at < until) return { wait: { group: name, phase: 'prove', why, instances, until } };
  const rows = instances
    .slice(0, 3)
    .map((row) => `${row.id} ${row.why}`)
    .join('; ');
  const late = `${why}, and no more within ${seconds(limits.progressMs)}`;
  if (rows === '') return unproven({ why: `${late}: ${units(serving(group))} launched` });
  return unproven(withInstances(late, rows));
}
