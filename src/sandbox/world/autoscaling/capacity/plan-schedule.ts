import { followUps } from '../../follow-ups.js';
import { drawMs } from '../../random-delay.js';
import type { World } from '../../world.js';
import { findGroup, type GroupState } from '../state.js';

/** Longest pause between two tries to launch. */
const MOST_BACK_OFF_MS = 300_000;

/** Makes sure that the group is looked at after the usual delay, or after `delayMs`. */
export function schedulePlan(world: World, group: GroupState, delayMs?: number): void {
  const at =
    world.clock.now() +
    (delayMs ?? drawMs(world, `autoscaling/plan/${group.name}/${++group.counter}`, world.scenario.timing.launchDelay));
  if (group.planAt !== undefined && group.planAt <= at) return;
  group.planAt = at;
  world.clock.at(at, () => {
    const current = findGroup(world, group.name);
    if (current?.planAt !== at) return;
    current.planAt = undefined;
    followUps().plan(world, current);
  });
}

/** A failed launch does not lower the desired capacity: it is tried again, less and less often. */
export function backOff(world: World, group: GroupState): void {
  group.failures += 1;
  schedulePlan(world, group, Math.min(MOST_BACK_OFF_MS, 15_000 * 2 ** group.failures));
}
