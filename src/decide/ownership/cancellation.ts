import type { Observed } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';

/**
 * Why a group's rollout shall be rolled back although nothing is wrong with it, or undefined: the user's signal,
 * somebody's wish on the group, or a run that does nothing else.
 */
export function calledBack(observed: Observed, plan: Plan, group: Group): string | undefined {
  if (observed.wish !== undefined) return observed.wish.why;
  // Of a rollout that was taken over; one for our own is a wish for the whole run.
  if (group.notes.wish !== undefined) return `asked for by ${group.notes.wish.why}`;
  return plan.undo ? 'a person asked for it (ha-updater rollback)' : undefined;
}

/** A wish on any group for the rollout that this very run began: it counts for the run as a signal does. */
export function wishOnOurs(
  groups: readonly Pick<Group, 'notes'>[],
  plan: Plan,
): { readonly by: string; readonly why: string } | undefined {
  const wish = groups.find(({ notes }) => notes.wish?.run === plan.run && notes.record?.run === plan.run)?.notes.wish;
  return wish === undefined ? undefined : { by: wish.why, why: `asked for by ${wish.why}` };
}
