import type { World } from '../../world.js';
import { setStackStatus } from '../deploy/events.js';
import { cloudFormationState, findStack, type ChangeSetRow } from '../deploy/state.js';

/** Change sets of nested stacks that belong to a root change set. */
export function nestedIn(world: World, { id }: ChangeSetRow): ChangeSetRow[] {
  return [...cloudFormationState(world).changeSets.values()].filter(({ rootId }) => rootId === id);
}

/** Removes a change set with those of nested stacks, and the nested stacks that came with them. */
export function forget(world: World, changeSet: ChangeSetRow): void {
  const { changeSets } = cloudFormationState(world);
  for (const one of [...nestedIn(world, changeSet), changeSet]) {
    changeSets.delete(one.id);
    const stack = findStack(world, one.stackId);
    if (stack?.status !== 'REVIEW_IN_PROGRESS' || stack.parentId === undefined) continue;
    setStackStatus(world, stack, 'DELETE_COMPLETE');
    stack.deletedAt = world.clock.now();
  }
}
