import { followUps } from '../../follow-ups.js';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { stamp } from '../activities.js';
import { accountSetting } from '../operations/account-settings.js';
import { findGroup, isLeaving, type GroupState, type Member } from '../state.js';
import { schedulePlan } from './plan-schedule.js';
import { balancersSay } from './registration.js';
import { beginTermination } from './terminate.js';

/**
 * Replacements that are launched first: who has to go stays until the replacement serves, and until then the
 * replacement does not count, so that the group may pass its desired capacity, and its maximum.
 * Source: EC2 Auto Scaling user guide, "Instance maintenance policies" and "Launch replacement instances before
 * terminating old ones" (the account setting `launchBeforeTerminate`: 100 % to 110 % for groups without a policy).
 */
interface Bounds {
  readonly min: number;
  readonly max: number;
}

function boundsOf(world: World, group: GroupState): Bounds | undefined {
  const { MinHealthyPercentage: min = -1, MaxHealthyPercentage: max = -1 } =
    group.extras.InstanceMaintenancePolicy ?? {};
  if (min >= 0 && max >= 0) return { min, max };
  return accountSetting(world, 'launchBeforeTerminate') === 'enabled' ? { min: 100, max: 110 } : undefined;
}

/**
 * How many replacements may be under way at once beyond the desired capacity; undefined where termination comes first.
 * Below a minimum of 100 % both happen side by side, which is taken for terminating first (assumed).
 */
export function replacesFirst(world: World, group: GroupState): number | undefined {
  const bounds = boundsOf(world, group);
  if (bounds === undefined || bounds.max <= 100 || bounds.min < 100) return undefined;
  return Math.max(1, Math.floor((group.desired * (bounds.max - 100)) / 100));
}

/** Launches a replacement in the zone of who has to go, unless one is under way or no more may be. */
export function replaceFirst(
  world: World,
  group: GroupState,
  member: Member,
  reason: NonNullable<Member['goes']>,
): void {
  member.goes = reason;
  const most = replacesFirst(world, group);
  const underWay = [...group.members.values()].filter((one) => one.replaces !== undefined && !isLeaving(one));
  if (most === undefined || underWay.length >= most || group.suspended.has('Launch')) return;
  if (underWay.some(({ replaces }) => replaces === member.id)) return;
  const cause = `At ${stamp(world)} an instance was launched to replace ${member.id} before it is terminated.`;
  followUps().launchFor(world, group, member, cause);
}

/** Lets those go whose replacement serves, and lets replacements count whose instance is gone. */
export function settleReplacements(world: World, name: string): void {
  const group = findGroup(world, name);
  for (const member of [...(group?.members.values() ?? [])]) {
    if (group === undefined || member.replaces === undefined || isLeaving(member)) continue;
    const goes = group.members.get(member.replaces);
    if (goes === undefined || isLeaving(goes)) countsNow(world, group, member);
    else if (isReady(world, group, member) && !group.suspended.has('Terminate')) {
      beginTermination(world, group, goes, {
        by: goes.goes ?? 'health',
        cause: `At ${stamp(world)} ${goes.id} was replaced.`,
      });
      countsNow(world, group, member);
    }
  }
}

function countsNow(world: World, group: GroupState, member: Member): void {
  member.replaces = undefined;
  touch(world, group.name);
  schedulePlan(world, group);
}

/** In service, healthy wherever it is registered, and warmed up. */
function isReady(world: World, group: GroupState, member: Member): boolean {
  const warmup = Math.max(0, group.extras.DefaultInstanceWarmup ?? 0) * 1000;
  return (
    member.lifecycle === 'InService' &&
    member.health === 'Healthy' &&
    balancersSay(world, group, member.id) === 'healthy' &&
    world.clock.now() >= (member.inServiceAt ?? 0) + warmup
  );
}

/** Whether there is anything to come back for. */
export function isBeingReplaced(group: GroupState, member: Member): boolean {
  return group.status === undefined && !isLeaving(member) && (member.replaces ?? member.goes) !== undefined;
}
