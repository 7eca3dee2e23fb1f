import { drawMs } from '../../random-delay.js';
import * as classic from '../../elb/registrations.js';
import { elbState } from '../../elb/state.js';
import { elbv2State } from '../../elbv2/state.js';
import * as targets from '../../elbv2/targets.js';
import type { World } from '../../world.js';
import { attached, findGroup, type Attachment, type GroupState, type Member } from '../state.js';

/** Registers an instance with every balancer of its group, `timing.registration` from now. */
export function scheduleRegistration(world: World, group: GroupState, member: Member, only?: Attachment): void {
  for (const attachment of only === undefined ? attached(group) : [only]) {
    if (attachment.kind === 'lattice') continue;
    const delay = drawMs(
      world,
      `autoscaling/registration/${member.id}/${attachment.id}/${++group.counter}`,
      world.scenario.timing.registration,
    );
    world.clock.after(delay, () => {
      const current = findGroup(world, group.name);
      const stillThere = current === undefined ? false : attached(current).some((one) => one.id === attachment.id);
      if (stillThere && current?.members.get(member.id)?.lifecycle === 'InService')
        registerWith(world, attachment, member.id);
    });
  }
}

function registerWith(world: World, attachment: Attachment, id: string): void {
  const balancer = elbState(world).balancers.get(attachment.id);
  const targetGroup = elbv2State(world).targetGroups.get(attachment.id);
  if (attachment.kind === 'classic' && balancer !== undefined) classic.register(world, balancer, id);
  if (attachment.kind === 'target-group' && targetGroup !== undefined) targets.register(world, targetGroup, id);
}

/** Takes an instance out of every balancer and answers when the last one has drained it. */
export function deregisterEverywhere(world: World, group: GroupState, id: string): number {
  let until = world.clock.now();
  for (const attachment of group.attachments) until = Math.max(until, deregisterFrom(world, attachment, id));
  return until;
}

export function deregisterFrom(world: World, attachment: Attachment, id: string): number {
  const balancer = elbState(world).balancers.get(attachment.id);
  const targetGroup = elbv2State(world).targetGroups.get(attachment.id);
  if (attachment.kind === 'classic' && balancer !== undefined) return classic.deregister(world, balancer, id);
  if (attachment.kind === 'target-group' && targetGroup !== undefined)
    return targets.deregister(world, targetGroup, id);
  return world.clock.now();
}

/** What the balancers of a group say of one instance, as Auto Scaling's health check hears it. */
export function balancersSay(world: World, group: GroupState, id: string): 'healthy' | 'unhealthy' | 'notYet' {
  let all: 'healthy' | 'notYet' = 'healthy';
  for (const attachment of attached(group)) {
    const word = balancerSays(world, attachment, id);
    if (word === 'unhealthy') return 'unhealthy';
    if (word === 'notYet') all = 'notYet';
  }
  return all;
}

function balancerSays(world: World, attachment: Attachment, id: string): 'healthy' | 'unhealthy' | 'notYet' {
  if (attachment.kind === 'classic') {
    const balancer = elbState(world).balancers.get(attachment.id);
    const registration = balancer === undefined ? undefined : classic.liveRegistration(world, balancer, id);
    // One that a caller deregistered is OutOfService to DescribeInstanceHealth, and so unhealthy to Auto Scaling.
    if (balancer?.takenOut.has(id) && registration === undefined) return 'unhealthy';
    if (balancer === undefined || registration === undefined || registration.drainsUntil !== undefined) return 'notYet';
    if (classic.classicHealth(world, balancer, id).State === 'InService') return 'healthy';
    return registration.probe.state === 'unhealthy' ? 'unhealthy' : 'notYet';
  }
  const targetGroup = elbv2State(world).targetGroups.get(attachment.id);
  const rows = targetGroup === undefined ? [] : targets.healthOfInstance(world, targetGroup, id);
  if (rows.some((row) => row.State === 'unhealthy') || (targetGroup?.takenOut.has(id) && rows.length === 0))
    return 'unhealthy';
  return rows.length > 0 && rows.every((row) => row.State === 'healthy') ? 'healthy' : 'notYet';
}
