import { LaunchFault } from '../../ec2/launch-faults.js';
import { startInstance } from '../../ec2/start-instance.js';
import { defaultSubnet, subnetOf } from '../../ec2/network.js';
import { ec2State } from '../../ec2/state.js';
import { elbState } from '../../elb/state.js';
import { elbv2State } from '../../elbv2/state.js';
import { ServiceFault } from '../../fault.js';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { endActivity, moveActivity, startActivity } from '../activities.js';
import { resolveConfiguration } from '../operations/configuration.js';
import { scheduleHealthCheck } from './health-checks.js';
import { raiseHooks } from '../operations/lifecycle-hooks.js';
import { scheduleRegistration } from './registration.js';
import { attached, capacityOf, findGroup, type GroupState, type Member } from '../state.js';
import { schedulePlan } from './plan-schedule.js';

export interface LaunchOutcome {
  readonly id?: string;
  /** Whether another zone might do what this one could not: in the same moment, or some seconds later. */
  readonly elsewhere: 'never' | 'now' | 'later';
}

/** One launch: where, why in Auto Scaling's words, and what the instance is for when it fills no gap. */
interface Launch extends Pick<Member, 'rebalancing' | 'replaces'> {
  readonly zone: string;
  readonly cause: string;
}

/** Launches one instance in a zone; a refusal becomes a failed activity in AWS's words. */
export function launchOne(world: World, group: GroupState, { zone, cause, ...extra }: Launch): LaunchOutcome {
  const order = ++group.counter;
  const activity = startActivity(world, group, {
    description: 'Launching a new EC2 instance',
    cause,
    zone,
    status: 'PreInService',
  });
  try {
    checkBalancers(world, group);
    const subnet =
      group.subnets.map((id) => subnetOf(world, id)).find((one) => one.zone === zone) ?? defaultSubnet(world, zone);
    activity.Details = JSON.stringify({ 'Subnet ID': subnet.id, 'Availability Zone': zone });
    const configuration = resolveConfiguration(world, group, group.launches++);
    const instance = startInstance(world, {
      image: configuration.image,
      type: configuration.type,
      subnet,
      tags: instanceTags(group, configuration),
      group: group.name,
      securityGroups: configuration.securityGroups,
      keyName: configuration.keyName,
      profile: configuration.profile,
    });
    const member: Member = {
      id: instance.id,
      order,
      type: configuration.type,
      zone,
      launchConfiguration: configuration.launchConfiguration,
      template: configuration.template,
      weight: configuration.weight,
      lifecycle: 'Pending',
      health: 'Healthy',
      protected: group.protectNew,
      activity: activity.ActivityId,
      hooks: [],
      ...extra,
    };
    group.members.set(member.id, member);
    activity.Description = `Launching a new EC2 instance: ${member.id}`;
    activity.Progress = 30;
    touch(world, group.name);
    world.clock.at(instance.runningAt, () => leavesPending(world, group.name, member.id));
    return { id: member.id, elsewhere: 'never' };
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    const words = error instanceof LostBalancer ? error.message : wordsOf(group, error);
    endActivity(world, group, activity.ActivityId, { status: 'Failed', message: words });
    if (error instanceof LaunchFault) return { elsewhere: 'later' };
    return { elsewhere: error.code === 'InsufficientInstanceCapacity' ? 'now' : 'never' };
  }
}

/** A balancer of the group was deleted while it was attached. */
class LostBalancer extends ServiceFault {}

/** Auto Scaling launches nothing for a group that is attached to what does not exist. */
function checkBalancers(world: World, group: GroupState): void {
  for (const { kind, id } of attached(group)) {
    if (kind === 'classic' && !elbState(world).balancers.has(id))
      throw new LostBalancer(
        'ValidationError',
        `Cannot find Load Balancer ${id}. Validating load balancer configuration failed.`,
      );
    if (kind === 'target-group' && !elbv2State(world).targetGroups.has(id))
      throw new LostBalancer(
        'ValidationError',
        'One or more target groups not found. Validating load balancer configuration failed.',
      );
  }
}

/** Groups with a mixed policy launch by a fleet, which puts its own words and EC2's code before the message. */
function wordsOf(group: GroupState, { code, message }: ServiceFault): string {
  const fleet = group.mixed === undefined ? '' : `Could not launch On-Demand Instances. ${code} - `;
  return `${fleet}${message.replace(/[.]?$/, '.')} Launching EC2 instance failed.`;
}

function instanceTags(
  group: GroupState,
  configuration: {
    readonly tags: ReadonlyMap<string, string>;
    readonly template?: { readonly id: string; readonly version: string } | undefined;
  },
): Map<string, string> {
  const tags = new Map(configuration.tags);
  for (const [key, tag] of group.tags) if (tag.propagate) tags.set(key, tag.value);
  tags.set('aws:autoscaling:groupName', group.name);
  if (configuration.template !== undefined) {
    tags.set('aws:ec2launchtemplate:id', configuration.template.id);
    tags.set('aws:ec2launchtemplate:version', configuration.template.version);
  }
  return tags;
}

/** What is pending has booted, or has left standby: its hooks come, then it serves. */
export function leavesPending(world: World, name: string, id: string): void {
  const group = findGroup(world, name);
  const member = group?.members.get(id);
  if (group === undefined || member?.lifecycle !== 'Pending') return;
  if (raiseHooks(world, group, member, 'launching')) {
    member.lifecycle = 'Pending:Wait';
    moveActivity(group, member.activity, 'MidLifecycleAction', 50);
  } else {
    entersService(world, group, member);
  }
  touch(world, name);
}

/**
 * The instance goes InService, whatever balancers think of it; it is registered with them a little
 * later, unless AddToLoadBalancer is suspended now (and then never).
 */
export function entersService(world: World, group: GroupState, member: Member): void {
  member.lifecycle = 'InService';
  member.inServiceAt = world.clock.now();
  member.rebalancing = undefined;
  endActivity(world, group, member.activity, { status: 'Successful' });
  member.activity = undefined;
  touch(world, group.name);
  if (!group.suspended.has('AddToLoadBalancer')) scheduleRegistration(world, group, member);
  if (ec2State(world).instances.get(member.id)?.state !== 'running') member.health = 'Unhealthy';
  scheduleHealthCheck(world, group);
  if (capacityOf(group) !== group.desired) schedulePlan(world, group);
}
