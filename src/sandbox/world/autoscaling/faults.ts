import { endInstance } from '../ec2/start-instance.js';
import type { World } from '../world.js';
import { meddle } from './interfere.js';
import { resizeByOthers } from './operations/sizes.js';
import { findGroup, isLeaving, type GroupState } from './state.js';

/**
 * Schedules what the scenario has in store for this group. A fault names a group by its name or, for
 * groups that CloudFormation named, by its logical id.
 */
export function scheduleFaults(world: World, group: GroupState): void {
  schedule(world, group, undefined);
}

/** Schedules what counts from the beginning of the group's first rollout, which is now. */
export function scheduleFaultsOfRollout(world: World, group: GroupState): void {
  if (group.rolledOut === true) return;
  group.rolledOut = true;
  schedule(world, group, 'rollout');
}

function schedule(world: World, group: GroupState, since: 'rollout' | undefined): void {
  const { name } = group;
  for (const fault of world.scenario.faults) {
    if (fault.kind !== 'killInstance' && fault.kind !== 'resize' && fault.kind !== 'meddle') continue;
    if (fault.since !== since) continue;
    const at = (since === 'rollout' ? world.clock.now() : world.startedAt) + fault.at * 1000;
    if (fault.group !== name && fault.group !== group.tags.get('aws:cloudformation:logical-id')?.value) continue;
    if (at < world.clock.now()) continue;
    if (fault.kind === 'killInstance') world.clock.at(at, () => kill(world, name, fault.which));
    else if (fault.kind === 'meddle') world.clock.at(at, () => meddle(world, name, fault));
    else world.clock.at(at, () => resizeFromOutside(world, name, fault));
  }
}

function kill(world: World, name: string, which: 'oldest' | 'newest'): void {
  const members = [...(findGroup(world, name)?.members.values() ?? [])].filter((member) => !isLeaving(member));
  members.sort((a, b) => a.order - b.order);
  const victim = which === 'oldest' ? members[0] : members.at(-1);
  if (victim !== undefined) endInstance(world, victim.id, 'world');
}

/** Somebody else sets the sizes of a group; the desired capacity is kept within the bounds. */
export function resizeFromOutside(
  world: World,
  name: string,
  wanted: { readonly min?: number; readonly max?: number; readonly desired?: number },
): void {
  const group = findGroup(world, name);
  if (group !== undefined) resizeByOthers(world, group, wanted);
}
