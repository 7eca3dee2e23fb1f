import type { Decision, GroupResult, Observed, Wait } from '../../../model/rollout/decision.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import { alarmed } from '../../gates/alarms.js';
import { notInService, serving, standing, units } from '../../instances/classify.js';
import { notProvenYet } from '../../gates/hooks.js';
import { hopeless } from '../../instances/hopeless.js';
import { pollInterval } from '../../rollout/poll-interval.js';
import { progressOf } from '../../rollout/progress.js';
import { proven } from '../../memory/remember.js';

/**
 * Proves the instances of groups that were just created; changes nothing. All of a group's desired
 * capacity has to be in service for the warm-up within the progress deadline.
 */
export function prove(observed: Observed, plan: Plan): Decision {
  const results: GroupResult[] = observed.missing.map((group) => ({
    group,
    outcome: 'unproven',
    why: 'there is no such Auto Scaling group',
  }));
  const waits: Wait[] = [];
  for (const group of observed.groups) {
    const live = group.instances.filter((instance) => standing(instance.lifecycle) !== 'leaving');
    const done = proven(group, live, observed.seen, plan, observed.at);
    const ready = units(done);
    const why = `${ready} of ${group.size.desired} instances are proven`;
    const began = observed.seen.progressAt[group.name]?.at ?? observed.seen.firstLookAt;
    const until = Math.min(began + plan.timing.progressMs, observed.seen.firstLookAt + plan.timing.totalMs);
    const lost =
      alarmed(observed, plan, observed.seen.firstLookAt) ?? hopeless(group, undefined, observed.failures, live);
    const open = live
      .filter((instance) => !done.includes(instance))
      .map((instance) => ({
        id: instance.id,
        why: notInService(group, instance) || notProvenYet(observed.seen, plan, instance),
      }));
    if (ready >= group.size.desired && alarmed(observed, plan, observed.seen.firstLookAt) === undefined)
      results.push({
        group: group.name,
        outcome: 'proven',
        why: group.size.desired === 0 ? 'it is empty (desired 0)' : why,
      });
    else if (observed.cancellation !== undefined)
      results.push({ group: group.name, outcome: 'unproven', why: `${observed.cancellation.why}; ${why}` });
    else if (lost !== undefined) results.push({ group: group.name, outcome: 'unproven', why: lost });
    else if (observed.at >= until) {
      const rows = open
        .slice(0, 3)
        .map((row) => `${row.id} ${row.why}`)
        .join('; ');
      results.push({
        group: group.name,
        outcome: 'unproven',
        why: `${why}, and no more within ${Math.round(plan.timing.progressMs / 1000)} s: ${rows || `${units(serving(group))} launched`}`,
      });
    } else waits.push({ group: group.name, phase: 'prove', why, instances: open, until });
  }
  if (waits.length === 0)
    return {
      kind: 'finish',
      results: plan.groups.flatMap((name) => results.filter((result) => result.group === name)),
    };
  return {
    kind: 'wait',
    forMs: pollInterval(observed, plan, waits),
    waits,
    progress: observed.groups.map((group) => progressOf(observed, plan, group, 'prove')),
  };
}
