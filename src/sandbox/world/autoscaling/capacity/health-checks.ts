import type { SetInstanceHealthQuery } from '@aws-sdk/client-auto-scaling';
import { steadySince } from '../../ec2/answers.js';
import { applicationStatus } from '../../ec2/status-checks.js';
import { drawMs } from '../../random-delay.js';
import { ec2State, type Ec2Instance } from '../../ec2/state.js';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { stamp } from '../activities.js';
import { balancersSay } from './registration.js';
import { attached, autoScalingState, findGroup, isLeaving, memberOf, type GroupState, type Member } from '../state.js';
import { isBeingReplaced, replaceFirst, replacesFirst, settleReplacements } from './replace-first.js';
import { beginTermination } from './terminate.js';
import { schedulePlan } from './plan-schedule.js';

/** The pause between two health checks of a group is not published; tens of seconds are seen. */
const CHECK_EVERY: readonly [number, number] = [20, 40];

/** Schedules the group's next health check, unless one is already due. */
export function scheduleHealthCheck(world: World, group: GroupState, soon = false): void {
  const pause = drawMs(world, `autoscaling/health/${group.name}/${++group.counter}`, soon ? [1, 10] : CHECK_EVERY);
  const at = world.clock.now() + pause;
  if (group.healthCheckAt !== undefined && group.healthCheckAt <= at) return;
  group.healthCheckAt = at;
  world.clock.at(at, () => {
    const current = findGroup(world, group.name);
    if (current?.healthCheckAt !== at) return;
    current.healthCheckAt = undefined;
    checkHealth(world, current);
  });
}

/** Marks who is unhealthy, replaces them, and comes back while anything could still change. */
function checkHealth(world: World, group: GroupState): void {
  if (group.status !== undefined) return;
  if (!group.suspended.has('HealthCheck'))
    for (const member of group.members.values()) markIfUnhealthy(world, group, member);
  replaceUnhealthy(world, group);
  if ([...group.members.values()].some((member) => needsWatching(world, group, member)))
    scheduleHealthCheck(world, group);
}

function markIfUnhealthy(world: World, group: GroupState, member: Member): void {
  if (member.health === 'Unhealthy' || member.lifecycle !== 'InService') return;
  const state = ec2State(world).instances.get(member.id)?.state;
  if (state !== 'running') return void mark(world, group, member, 'EC2');
  const graceOver = world.clock.now() >= (member.inServiceAt ?? 0) + group.graceMs;
  // Source: user guide, "Use application status checks with Auto Scaling groups": EC2 health checks look at them, too.
  if (graceOver && statusOf(world, member) === 'impaired') return void mark(world, group, member, 'EC2');
  if (group.healthCheckType.includes('ELB') && graceOver && balancersSay(world, group, member.id) === 'unhealthy')
    mark(world, group, member, 'ELB');
}

function statusOf(world: World, { id }: Member): ReturnType<typeof applicationStatus> {
  const instance = ec2State(world).instances.get(id);
  return instance === undefined ? 'not-applicable' : applicationStatus(world, instance);
}

function mark(world: World, group: GroupState, member: Member, reason: NonNullable<Member['healthReason']>): void {
  member.health = 'Unhealthy';
  member.healthReason = reason;
  touch(world, group.name);
}

const CAUSES: Readonly<Record<NonNullable<Member['healthReason']>, string>> = {
  EC2:
    'an instance was taken out of service in response to an EC2 health check indicating it has been ' +
    'terminated or stopped.',
  ELB: 'an instance was taken out of service in response to an ELB system health check failure.',
  user: 'an instance was taken out of service in response to a user health-check.',
};

/** Replaces at most a tenth of the group at a time: terminates first, then launches, or the other way round. */
function replaceUnhealthy(world: World, group: GroupState): void {
  settleReplacements(world, group.name);
  const first = replacesFirst(world, group) !== undefined;
  for (const member of [...group.members.values()])
    if (member.goes === 'lifetime' && !isLeaving(member)) replaceFirst(world, group, member, 'lifetime');
  if (group.suspended.has('ReplaceUnhealthy') || group.suspended.has('Terminate')) return;
  const most = Math.max(1, Math.ceil(group.desired / 10));
  const leaving = [...group.members.values()].filter(
    (member) => isLeaving(member) && member.endedBy === 'health',
  ).length;
  const sick = [...group.members.values()].filter(
    (member) => member.health === 'Unhealthy' && member.lifecycle === 'InService',
  );
  for (const member of first ? sick : sick.slice(0, Math.max(0, most - leaving))) {
    // A replacement that is sick itself takes nobody's place.
    if (first && member.replaces === undefined) {
      replaceFirst(world, group, member, 'health');
      continue;
    }
    beginTermination(world, group, member, {
      by: 'health',
      cause: `At ${stamp(world)} ${CAUSES[member.healthReason ?? 'EC2']}`,
    });
    schedulePlan(world, group);
  }
}

/**
 * The maximum lifetime of an instance is over: it is terminated and another one launched, whatever processes of health
 * are suspended; only without Launch or Terminate nothing happens.
 * Source: EC2 Auto Scaling user guide, "Suspend and resume processes", additional considerations.
 */
export function endLifetime(world: World, group: GroupState, member: Member): void {
  if (group.suspended.has('Launch') || group.suspended.has('Terminate') || member.lifecycle !== 'InService') return;
  if (replacesFirst(world, group) !== undefined) {
    replaceFirst(world, group, member, 'lifetime');
    return void scheduleHealthCheck(world, group);
  }
  beginTermination(world, group, member, {
    by: 'lifetime',
    cause: `At ${stamp(world)} an instance was taken out of service in response to its maximum instance lifetime.`,
  });
  schedulePlan(world, group);
}

/** Whether a later check could find something new: then there is a next one, else time can pass freely. */
function needsWatching(world: World, group: GroupState, member: Member): boolean {
  if (isLeaving(member)) return member.endedBy === 'health';
  if (isBeingReplaced(group, member)) return true;
  if (member.lifecycle !== 'InService') return false;
  if (member.health === 'Unhealthy')
    return !group.suspended.has('ReplaceUnhealthy') && !group.suspended.has('Terminate');
  if (group.suspended.has('HealthCheck')) return false;
  const instance = ec2State(world).instances.get(member.id);
  if (instance?.state !== 'running') return true;
  const status = statusOf(world, member);
  if (status !== 'not-applicable' && (status !== 'ok' || steadySince(instance) > world.clock.now())) return true;
  if (!group.healthCheckType.includes('ELB') || attached(group).length === 0) return false;
  return steadySince(instance) > world.clock.now() || balancersSay(world, group, member.id) !== 'healthy';
}

/** Somebody registered or deregistered these: what the balancers say of them changes from now on. */
export function noticeRegistrations(world: World, ids: readonly string[]): void {
  for (const group of autoScalingState(world).groups.values()) {
    if (ids.some((id) => group.members.has(id))) scheduleHealthCheck(world, group);
  }
}

/** EC2 tells that an instance ended without its group having asked for it. */
export function noticeEnded(world: World, instance: Ec2Instance): void {
  const group = instance.group === undefined ? undefined : autoScalingState(world).groups.get(instance.group);
  const member = group?.members.get(instance.id);
  if (group === undefined || member === undefined || isLeaving(member)) return;
  if (member.lifecycle.startsWith('Pending')) {
    // It will never boot: Auto Scaling gives it up and launches another one.
    beginTermination(world, group, member, { by: 'health', cause: `At ${stamp(world)} ${CAUSES.EC2}` });
    schedulePlan(world, group);
    return;
  }
  scheduleHealthCheck(world, group, true);
}

export function setInstanceHealth(world: World, input: SetInstanceHealthQuery): object {
  const { group, member } = memberOf(world, input.InstanceId ?? '');
  const grace =
    input.ShouldRespectGracePeriod !== false && world.clock.now() < (member.inServiceAt ?? 0) + group.graceMs;
  if (input.HealthStatus === 'Unhealthy' && !grace) mark(world, group, member, 'user');
  if (input.HealthStatus === 'Healthy') member.health = 'Healthy';
  touch(world, group.name);
  scheduleHealthCheck(world, group, true);
  return {};
}
