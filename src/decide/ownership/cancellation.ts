import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { whyOverdue } from '../gates/pause-end.js';

/**
 * Why a group's rollout shall be rolled back although nothing is wrong with it, or undefined: the user's signal,
 * the note of somebody who cancelled it, a run that does nothing else, or a pause that nobody ended in time.
 */
export function cancelReason(observed: Observed, plan: Plan, group: Group): string | undefined {
  if (observed.cancellation !== undefined) return observed.cancellation.why;
  // The note on a rollout that was taken over; a note on our own rollout cancels the whole run.
  if (group.notes.wish !== undefined) return `asked for by ${group.notes.wish.why}`;
  if (plan.undo) return `a person asked for it (rollback on ${whoRuns(plan)})`;
  return whyOverdue(observed, group);
}

/** Where a run runs, and for which build. */
export function whoRuns({ host, build }: Pick<Plan, 'host' | 'build'>): string {
  const machine = host.split('/')[0] ?? host;
  return build === undefined ? machine : `${machine}, ${build}`;
}

/**
 * The note on any group that cancels this very run: it counts for the run as a signal does, also where the run has no
 * record yet, as one on a server that has not looked.
 */
export function cancellationOfOwnRun(
  groups: readonly Pick<Group, 'notes'>[],
  plan: Plan,
): { readonly by: string; readonly why: string } | undefined {
  // rule: called-off-before-it-began
  const noted = groups.find(({ notes }) => notes.wish?.run === plan.run)?.notes.wish;
  return noted === undefined ? undefined : { by: noted.why, why: `asked for by ${noted.why}` };
}
