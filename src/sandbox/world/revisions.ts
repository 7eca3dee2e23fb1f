import type { World } from './world.js';

/** How often each group was changed, by world. Not part of the world: only watchers look at it. */
const revisions = new WeakMap<object, Map<string, number>>();

/** Notes that something about this group, its instances or their registrations changed. */
export function touch(world: World, group: string | undefined): void {
  if (group === undefined) return;
  const counts = revisionsOf(world);
  counts.set(group, (counts.get(group) ?? 0) + 1);
}

/** A number that rises whenever the group changes, so that watchers look only at what moved. */
export function revisionOf(world: World, group: string): number {
  return revisionsOf(world).get(group) ?? 0;
}

function revisionsOf(world: World): Map<string, number> {
  const counts = revisions.get(world.clock) ?? new Map<string, number>();
  revisions.set(world.clock, counts);
  return counts;
}
