import type { World } from '../../world.js';
import { startActivity, endActivity, stamp } from '../activities.js';
import { launchOne } from './launch.js';
import { capacityOf, unitsOf, type GroupState } from '../state.js';
import { beginTermination } from './terminate.js';
import { pickVictim } from './victims.js';
import { imbalance, zonesInOrder } from './zones.js';
import { schedulePlan, backOff } from './plan-schedule.js';

/** One planning tick: brings capacity a wave nearer to the desired capacity. */
export function plan(world: World, group: GroupState): void {
  if (group.status !== undefined) return;
  const capacity = capacityOf(group);
  if (capacity < group.desired) return void scaleOut(world, group);
  if (capacity > group.desired) return void scaleIn(world, group);
  rebalance(world, group);
}

function scaleOut(world: World, group: GroupState): void {
  if (group.suspended.has('Launch')) return;
  for (let launched = 0; launched < world.scenario.timing.wave; launched++) {
    const before = capacityOf(group);
    if (before >= group.desired) break;
    const cause =
      `${group.lastChange}  At ${stamp(world)} an instance was started in response to a difference ` +
      `between desired and actual capacity, increasing the capacity from ${before} to ${group.desired}.`;
    if (launchSomewhere(world, group, cause) === undefined) return void backOff(world, group);
  }
  group.failures = 0;
  if (capacityOf(group) < group.desired) schedulePlan(world, group);
}

/** Tries the zones from the emptiest on; `balanced-only` groups insist on the emptiest. */
function launchSomewhere(world: World, group: GroupState, cause: string): string | undefined {
  const insists = group.extras.AvailabilityZoneDistribution?.CapacityDistributionStrategy === 'balanced-only';
  for (const zone of insists ? zonesInOrder(group).slice(0, 1) : zonesInOrder(group)) {
    const outcome = launchOne(world, group, zone, cause);
    if (outcome.id !== undefined) return outcome.id;
    // Only a lack of capacity can be different in another zone.
    if (!outcome.tryElsewhere) return undefined;
  }
  return undefined;
}

function scaleIn(world: World, group: GroupState): void {
  if (group.suspended.has('Terminate')) return;
  for (let terminated = 0; terminated < world.scenario.timing.wave; terminated++) {
    const capacity = capacityOf(group);
    const surplus = capacity - group.desired;
    const victim = surplus > 0 ? pickVictim(world, group, surplus) : 'none';
    if (victim === 'none') break;
    if (victim === 'allProtected') {
      if (terminated === 0) sayAllProtected(world, group);
      return;
    }
    const cause =
      `${group.lastChange}  At ${stamp(world)} an instance was taken out of service in response to a ` +
      `difference between desired and actual capacity, shrinking the capacity from ${capacity} to ` +
      `${capacity - unitsOf(victim)}.  At ${stamp(world)} instance ${victim.id} was selected for termination.`;
    const evens = (group.evening ?? 0) > 0;
    if (evens) group.evening = (group.evening ?? 0) - unitsOf(victim);
    beginTermination(
      world,
      group,
      victim,
      group.resizedByWorld === true ? 'world' : evens ? 'rebalance' : 'scale-in',
      cause,
    );
  }
  if (capacityOf(group) > group.desired) {
    // What is still starting is terminated once it serves; weights may leave a surplus for good.
    const starting = [...group.members.values()].some((member) => member.lifecycle.startsWith('Pending'));
    if (starting || pickVictim(world, group, capacityOf(group) - group.desired) !== 'none') schedulePlan(world, group);
  }
}

function sayAllProtected(world: World, group: GroupState): void {
  const activity = startActivity(world, group, {
    description: 'Could not scale to desired capacity because all remaining instances are protected from scale in.',
    cause: group.lastChange,
  });
  endActivity(world, group, activity.ActivityId, 'Failed', activity.Description);
}

/** Launches in the emptiest zone when the zones differ by two or more; scaling in then evens them out. */
function rebalance(world: World, group: GroupState): void {
  if (['AZRebalance', 'Launch', 'Terminate'].some((process) => group.suspended.has(process))) return;
  const change = imbalance(group);
  if (change === undefined || [...group.members.values()].some((member) => member.rebalancing === true)) return;
  const cause =
    `At ${stamp(world)} an instance was launched to balance instances in zone(s) ${change.fullest} ` +
    'with other zones resulting in more than desired number of instances in the group. An unneeded ' +
    'instance will be terminated at the end of the rebalancing.';
  const { id } = launchOne(world, group, change.emptiest, cause, true);
  if (id === undefined) return void backOff(world, group);
  const launched = group.members.get(id);
  group.evening = Math.max(0, group.evening ?? 0) + (launched === undefined ? 0 : unitsOf(launched));
}
