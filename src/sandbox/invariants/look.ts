import type { LaunchTemplateOverrides } from '@aws-sdk/client-auto-scaling';
import { resolveConfiguration } from '../world/autoscaling/operations/configuration.js';
import {
  attached,
  autoScalingState,
  isLeaving,
  unitsOf,
  type Attachment,
  type GroupState,
  type Member,
} from '../world/autoscaling/state.js';
import { applicationStatus } from '../world/ec2/status-checks.js';
import { ec2State, type EndedBy } from '../world/ec2/state.js';
import { classicHealth, liveRegistration } from '../world/elb/registrations.js';
import { elbState } from '../world/elb/state.js';
import { elbv2State } from '../world/elbv2/state.js';
import { balancersUsing, healthOfInstance, isShifted } from '../world/elbv2/targets.js';
import type { World } from '../world/world.js';

/** One instance of a group as it truly is, without any lag of reads. */
export interface Seen {
  readonly id: string;
  /** Launched from something else than the group would launch from now. */
  readonly outdated: boolean;
  /** Whole seconds. */
  readonly launchedAt: number;
  readonly units: number;
  readonly leaving: boolean;
  /** The lifecycle policy of the group keeps it aside: it is nobody's any more, and nobody waits for it. */
  readonly retained: boolean;
  /** EC2 runs it, or starts it. */
  readonly alive: boolean;
  readonly inService: boolean;
  /** Auto Scaling has marked it Unhealthy, and will replace it as soon as it may. */
  readonly marked: boolean;
  /** In the group and listed by every balancer that can judge: only its own health can be missing. */
  readonly registered: boolean;
  /** Somebody took it out of the group or put it aside. */
  readonly aside: boolean;
  /** The rollout itself put it into standby, to be able to go back to it. */
  readonly kept: boolean;
  readonly protected: boolean;
  /** Launched by Auto Scaling to take the place of another one, which is still there. */
  readonly beside: boolean;
  readonly endedBy?: EndedBy | undefined;
}

/** One group as it truly is. */
export interface Look {
  readonly group: GroupState;
  readonly instances: readonly Seen[];
  /** Capacity units in service: InService, and healthy and not draining in every balancer that can judge. */
  readonly inService: number;
}

/** Looks at a group; undefined when it does not exist (any more). */
export function lookAt(world: World, name: string): Look | undefined {
  const group = autoScalingState(world).groups.get(name);
  if (group === undefined) return undefined;
  const judges = attached(group).flatMap((attachment) => judgeOf(world, attachment) ?? []);
  const instances = [...group.members.values()].map((member) => see(world, group, member, judges));
  return { group, instances, inService: instances.reduce((sum, one) => sum + (one.inService ? one.units : 0), 0) };
}

type Word = 'serves' | 'sick' | 'absent';
type Judge = (id: string) => Word;

/** The balancer's word on an instance; undefined for balancers whose word means nothing. */
function judgeOf(world: World, attachment: Attachment): Judge | undefined {
  if (attachment.kind === 'classic') {
    const balancer = elbState(world).balancers.get(attachment.id);
    if (balancer === undefined) return undefined;
    return (id) => {
      const registration = liveRegistration(world, balancer, id);
      if (registration === undefined || registration.drainsUntil !== undefined) return 'absent';
      return classicHealth(world, balancer, id).State === 'InService' ? 'serves' : 'sick';
    };
  }
  const group = elbv2State(world).targetGroups.get(attachment.id);
  if (attachment.kind === 'lattice' || !group?.check.enabled) return undefined;
  const using = balancersUsing(world, group);
  if (using.length === 0) return undefined;
  return (id) => {
    const rows = healthOfInstance(world, group, id, using);
    if (rows.length === 0 || rows.some((row) => row.State === 'draining')) return 'absent';
    return rows.every((row) => row.State === 'healthy') && !isShifted(world, id) ? 'serves' : 'sick';
  };
}

function isOutdated(world: World, group: GroupState, member: Member): boolean {
  try {
    const overrides = group.mixed?.LaunchTemplate?.Overrides ?? [];
    const image = ec2State(world).instances.get(member.id)?.imageId;
    const ways = overrides.length === 0 ? [{}] : overrides;
    return !ways.some(({ InstanceRequirements: needs }: LaunchTemplateOverrides, turn) => {
      const now = resolveConfiguration(world, group, turn);
      return (
        member.launchConfiguration === now.launchConfiguration &&
        member.template?.id === now.template?.id &&
        member.template?.version === now.template?.version &&
        (group.mixed === undefined || needs !== undefined || member.type === now.type) &&
        (image === undefined || image === now.image)
      );
    });
  } catch {
    // Its template is gone: nothing can be compared.
    return false;
  }
}

/** Application status checks judge, too, if there are some. */
function isImpaired(world: World, id: string): boolean {
  const instance = ec2State(world).instances.get(id);
  return instance !== undefined && ['impaired', 'initializing'].includes(applicationStatus(world, instance));
}

function see(world: World, group: GroupState, member: Member, judges: readonly Judge[]): Seen {
  const instance = ec2State(world).instances.get(member.id);
  const alive = instance?.state === 'running' || instance?.state === 'pending';
  const leaving = isLeaving(member);
  const words = leaving || member.lifecycle !== 'InService' ? undefined : judges.map((judge) => judge(member.id));
  return {
    id: member.id,
    outdated: isOutdated(world, group, member),
    launchedAt: instance?.launchedAt ?? 0,
    units: unitsOf(member),
    leaving,
    retained: member.lifecycle.endsWith(':Retained'),
    alive,
    inService: alive && words?.every((word) => word === 'serves') === true && !isImpaired(world, member.id),
    aside: /^(Detach|Standby|EnteringStandby)/.test(member.lifecycle),
    kept: member.lifecycle.endsWith('Standby') && member.asideBy === 'caller',
    protected: member.protected,
    beside: member.replaces !== undefined,
    marked: member.health === 'Unhealthy',
    registered: words?.every((word) => word !== 'absent') === true,
    endedBy: instance?.endedBy ?? member.endedBy,
  };
}
