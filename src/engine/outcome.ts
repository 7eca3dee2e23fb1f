import { standing } from '../decide/classify.js';
import { type AwsFault, Failure, refused } from '../errors.js';
import type { Decision, GroupResult, Observed, Reason } from '../model/decision.js';
import type { Plan } from '../model/plan.js';
import type { Reporter } from './report.js';

/** The ends of a run over groups, each with what serves now, what is left and what to do next. */
export const concluded = {
  refused(reasons: readonly Reason[], plan: Plan): Failure {
    const what = reasons.length === 1 ? `The swap was not started: ${place(reasons[0])}${reasons[0]?.text ?? ''}.` : `The swap was not started, for ${reasons.length} reasons.`;
    return refused('swap.refused', what, reasons, [plan.again]);
  },

  /** Answers the results when all is well, and throws the failure otherwise. */
  finished(results: readonly GroupResult[], observed: Observed, plan: Plan, report: Reporter): readonly GroupResult[] {
    for (const result of results) report.finished(result);
    const stuck = results.filter((result) => result.outcome === 'stuck' || result.outcome === 'unproven');
    const back = results.filter((result) => result.outcome === 'rolledBack');
    if (stuck.length > 0) throw stopped(stuck, back, observed, plan);
    // Finishing an earlier run's roll-back is what an adopt-only run is for.
    if (back.length > 0 && !plan.adoptOnly) throw rolledBack(back, observed, plan);
    return results;
  },
};

/** Another run has a group. */
export function heldBy(held: Extract<Decision, { kind: 'held' }>, plan: Plan): Failure {
  const since = new Date(held.since).toISOString();
  const facts = { reasons: [], next: [status(plan), plan.again] };
  if (!held.lost) {
    return new Failure('held', { ...facts, code: 'swap.held', what: `${held.group} is held by ${held.by}, last heard of ${since}.`, serves: 'This run changed nothing.', left: '' });
  }
  return new Failure('stopped', {
    ...facts,
    code: 'swap.leaseLost',
    what: `${held.by} took over ${held.group} at ${since}.`,
    serves: 'This run stopped at once and leaves the rest to the other one.',
    left: 'The record on the group is the other run’s now.',
  });
}

/** A call failed for good after something was changed. */
export function stoppedBy(fault: AwsFault, plan: Plan, observed: Observed | undefined): Failure {
  const what = `${fault.operation} failed: ${fault.message} (${fault.code})`;
  return new Failure('stopped', { code: `aws.${fault.kind}`, what, reasons: [], serves: serving(observed), left: recordKept(plan), next: [status(plan), plan.again] }, { cause: fault });
}

/** An action would have broken an invariant: a bug of ours, caught before it did harm. */
export function brokenRule(rule: string, plan: Plan, observed: Observed): Failure {
  return new Failure('stopped', {
    code: 'guard.broken',
    what: `Stopped before an action that would have broken a rule: ${rule}. This is a bug; please report it.`,
    reasons: [],
    serves: serving(observed),
    left: recordKept(plan),
    next: [status(plan), plan.again],
  });
}

function stopped(stuck: readonly GroupResult[], back: readonly GroupResult[], observed: Observed, plan: Plan): Failure {
  const reasons = [...stuck, ...back].map((result): Reason => ({ code: `group.${result.outcome}`, group: result.group, text: result.why, remedy: '' }));
  const unproven = stuck.every((result) => result.outcome === 'unproven');
  return new Failure('stopped', {
    code: unproven ? 'swap.unproven' : 'swap.stuck',
    what: `${stuck[0]?.group ?? ''}: ${stuck[0]?.why ?? ''}.`,
    reasons,
    serves: serving(observed),
    left: unproven ? 'Nothing was changed on the groups.' : recordKept(plan),
    next: [status(plan), plan.again],
  });
}

function rolledBack(back: readonly GroupResult[], observed: Observed, plan: Plan): Failure {
  const reasons = back.map((result): Reason => ({ code: 'group.rolledBack', group: result.group, text: result.why, remedy: '' }));
  const frozen = back.map((result) => ({ group: result.group, processes: result.outcome === 'rolledBack' ? result.frozen : [] }));
  return new Failure('swapRolledBack', {
    code: 'swap.rolledBack',
    what: `The swap was rolled back: ${back[0]?.why ?? ''}.`,
    reasons,
    serves: `The old instances serve: ${serving(observed)}`,
    left: `Frozen, so that nothing of the failed configuration starts: ${frozen.map(({ group, processes }) => `${group} (${processes.join(', ')} suspended)`).join('; ')}.`,
    next: [
      status(plan),
      plan.again,
      ...frozen.flatMap(({ group, processes }) => [
        `aws autoscaling resume-processes --region ${plan.region} --auto-scaling-group-name ${group} --scaling-processes ${processes.join(' ')}`,
        `aws autoscaling delete-tags --region ${plan.region} --tags ResourceId=${group},ResourceType=auto-scaling-group,Key=ha-updater:frozen`,
      ]),
    ],
  });
}

/** What every group has now, by its latest look. */
function serving(observed: Observed | undefined): string {
  if (observed === undefined) return 'Not known: AWS did not answer.';
  const groups = observed.groups.map((group) => {
    const live = group.instances.filter((instance) => standing(instance.lifecycle) === 'live').length;
    return `${group.name} has ${live} instances InService (min ${group.size.min}, desired ${group.size.desired}, max ${group.size.max})`;
  });
  return `${groups.join('; ')}.`;
}

function recordKept(plan: Plan): string {
  return `The record of run ${plan.run} is kept on ${plan.groups.join(', ')}; starting again finishes or undoes it.`;
}

function status(plan: Plan): string {
  return plan.stack === undefined ? `aws autoscaling describe-auto-scaling-groups --region ${plan.region} --auto-scaling-group-names ${plan.groups.join(' ')}` : `ha-updater status ${plan.stack} --region ${plan.region}`;
}

function place(reason: Reason | undefined): string {
  return reason?.group === undefined ? '' : `${reason.group}: `;
}
