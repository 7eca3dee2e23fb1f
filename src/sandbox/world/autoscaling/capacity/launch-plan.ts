import { drawMs } from '../../random-delay.js';
import { isZoneShifted } from '../../elbv2/targets.js';
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
  group.reached = group.desired;
  if (capacity > group.desired) return void scaleIn(world, group);
  rebalance(world, group);
}

function scaleOut(world: World, group: GroupState): void {
  if (group.suspended.has('Launch')) return;
  // Below a desired capacity that it had reached, and that nobody has set since: what is launched stands in for a loss.
  const replaces = group.reached === group.desired;
  let missed = 0;
  for (let launched = 0; launched < world.scenario.timing.wave; launched++) {
    const before = capacityOf(group);
    if (before + missed >= group.desired) break;
    const cause =
      `${group.lastChange}  At ${stamp(world)} an instance was started in response to a difference ` +
      `between desired and actual capacity, increasing the capacity from ${before} to ${group.desired}.`;
    const outcome = launchSomewhere(world, group, cause);
    if (outcome === 'failed') return void backOff(world, group);
    if (outcome === 'later') missed++;
  }
  if (missed > 0) return void tryElsewhere(world, group);
  group.failures = 0;
  group.avoided.clear();
  const over = capacityOf(group) - group.desired;
  if (over < 0) schedulePlan(world, group);
  else group.reached = group.desired;
  // With weights that do not add up, more units than were lost.
  group.overshot = replaces && over > 0 ? { units: over, desired: group.desired } : undefined;
}

/**
 * Tries the zones from the emptiest on; `balanced-only` groups insist on the emptiest. Best effort tries another zone
 * when one fails (user guide, "Distribute instances across Availability Zones").
 */
function launchSomewhere(world: World, group: GroupState, cause: string): 'launched' | 'failed' | 'later' {
  for (const zone of insists(group) ? zonesInOrder(group).slice(0, 1) : openZones(world, group)) {
    const { id, elsewhere } = launchOne(world, group, { zone, cause });
    if (id !== undefined) return 'launched';
    if (elsewhere === 'never') return 'failed';
    if (elsewhere === 'later') {
      group.avoided.add(zone);
      return insists(group) ? 'failed' : 'later';
    }
  }
  return 'failed';
}

function insists(group: GroupState): boolean {
  return group.extras.AvailabilityZoneDistribution?.CapacityDistributionStrategy === 'balanced-only';
}

/** The zones that did not fail in this round; all of them once each has. */
function openZones(world: World, group: GroupState): readonly string[] {
  // During a zonal shift a group that takes part launches elsewhere (user guide, "Auto Scaling group zonal shift").
  const takesPart = group.extras.AvailabilityZoneImpairmentPolicy?.ZonalShiftEnabled === true;
  const zones = zonesInOrder(group).filter((zone) => !(takesPart && isZoneShifted(world, zone)));
  const open = zones.filter((zone) => !group.avoided.has(zone));
  return open.length === 0 ? zones : open;
}

/** Pause before the next zone is tried: seconds are seen between failed activities of one group. */
const ELSEWHERE: readonly [number, number] = [4, 12];

/** What failed in one zone is tried in another one a little later, and after all of them less and less often. */
function tryElsewhere(world: World, group: GroupState): void {
  if (group.zones.some((zone) => !group.avoided.has(zone)))
    return void schedulePlan(
      world,
      group,
      drawMs(world, `autoscaling/elsewhere/${group.name}/${++group.counter}`, ELSEWHERE),
    );
  group.avoided.clear();
  // Or each zone would see one and the same type of a mixed group for ever.
  group.launches += 1;
  backOff(world, group);
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
    beginTermination(world, group, victim, { by: scaledInBy(group, unitsOf(victim)), cause });
  }
  if (capacityOf(group) > group.desired) {
    // What is still starting is terminated once it serves; weights may leave a surplus for good.
    const starting = [...group.members.values()].some((member) => member.lifecycle.startsWith('Pending'));
    if (starting || pickVictim(world, group, capacityOf(group) - group.desired) !== 'none') schedulePlan(world, group);
  }
}

/** Whose doing it is that so many units are too many. They use up what Auto Scaling launched above of its own. */
function scaledInBy(group: GroupState, units: number): 'world' | 'rebalance' | 'scale-in' {
  const evens = (group.evening ?? 0) > 0;
  if (evens) group.evening = (group.evening ?? 0) - units;
  const overshot = group.overshot?.desired === group.desired ? group.overshot.units : 0;
  group.overshot = { units: Math.max(0, overshot - units), desired: group.desired };
  if (group.resizedByWorld === true || (overshot > 0 && !evens)) return 'world';
  return evens ? 'rebalance' : 'scale-in';
}

function sayAllProtected(world: World, group: GroupState): void {
  const activity = startActivity(world, group, {
    description: 'Could not scale to desired capacity because all remaining instances are protected from scale in.',
    cause: group.lastChange,
  });
  endActivity(world, group, activity.ActivityId, { status: 'Failed', message: activity.Description });
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
  const { id } = launchOne(world, group, { zone: change.emptiest, cause, rebalancing: true });
  if (id === undefined) return void backOff(world, group);
  const launched = group.members.get(id);
  group.evening = Math.max(0, group.evening ?? 0) + (launched === undefined ? 0 : unitsOf(launched));
}
