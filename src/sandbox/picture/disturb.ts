import { resizeFromOutside } from '../world/autoscaling/faults.js';
import { autoScalingState, findGroup } from '../world/autoscaling/state.js';
import { endInstance } from '../world/ec2/start-instance.js';
import { zonesOf } from '../world/ec2/state.js';
import type { WorldRoot } from '../world/world.js';

/** What a button of the page asks for. */
export type Wish =
  | { readonly does: 'kill'; readonly instance: string }
  | { readonly does: 'resize'; readonly group: string; readonly by: 1 | -1 }
  | { readonly does: 'throttle' }
  | { readonly does: 'takeCapacity'; readonly zone: string };

/** Simulated seconds. */
export const THROTTLED_FOR = 120;
/** Simulated seconds. */
export const NO_CAPACITY_FOR = 300;

/** The share of calls that is throttled. */
const THROTTLED = 0.5;

/**
 * Reads what a button sent.
 * @throws Error with a sentence that says what is wrong with it
 */
export function readWish(text: string): Wish {
  let wish: Readonly<Record<string, unknown>>;
  try {
    wish = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Error('That is no JSON.');
  }
  const { does, instance, group, by, zone } = wish;
  if (does === 'throttle') return { does };
  if (does === 'kill' && typeof instance === 'string') return { does, instance };
  if (does === 'takeCapacity' && typeof zone === 'string') return { does, zone };
  if (does === 'resize' && typeof group === 'string' && (by === 1 || by === -1)) return { does, group, by };
  throw new Error('There are kill (instance), resize (group, by 1 or -1), throttle and takeCapacity (zone).');
}

/**
 * Does to the world what somebody else, or AWS, may do to it at any time.
 * @returns a sentence that says what happened
 * @throws Error with a sentence when there is no such instance, group or zone
 */
export function disturb(world: WorldRoot, wish: Wish): string {
  const seconds = (world.clock.now() - world.startedAt) / 1000;
  switch (wish.does) {
    case 'kill': {
      const known = [...autoScalingState(world).groups.values()].some(({ members }) => members.has(wish.instance));
      if (!known) throw new Error(`No group has an instance ${wish.instance}.`);
      endInstance(world, wish.instance, 'world');
      return `Instance ${wish.instance} was killed.`;
    }
    case 'resize': {
      const group = findGroup(world, wish.group);
      if (group === undefined) throw new Error(`There is no group ${wish.group}.`);
      resizeFromOutside(world, group.name, { desired: group.desired + wish.by });
      return `Group ${group.name} has a desired capacity of ${group.desired}.`;
    }
    case 'throttle':
      world.disturb({ kind: 'throttle', calls: '*', rate: THROTTLED, from: seconds, until: seconds + THROTTLED_FOR });
      return `Half of all calls are throttled for ${THROTTLED_FOR} simulated seconds.`;
    case 'takeCapacity':
      if (!zonesOf(world).includes(wish.zone)) throw new Error(`There is no zone ${wish.zone}.`);
      world.disturb({ kind: 'noCapacity', zone: wish.zone, from: seconds, until: seconds + NO_CAPACITY_FOR });
      return `EC2 has no capacity in ${wish.zone} for ${NO_CAPACITY_FOR} simulated seconds.`;
  }
}
