import type { Fault } from '../../scenario.js';
import { endInstance } from '../ec2/start-instance.js';
import { ServiceFault } from '../fault.js';
import type { World } from '../world.js';
import { endLifetime } from './capacity/health-checks.js';
import { findGroup, isLeaving, type GroupState, type Member } from './state.js';

type Meddle = Extract<Fault, { kind: 'meddle' }>;

/** Tags of rollout tools: what somebody who tidies up takes away. */
const TIDIED = 'ha-updater:';

/**
 * Somebody else lays hands on a group, through the same calls that people have. What AWS refuses then
 * simply does not happen. The caller is none of `outside`, so that nobody takes it for the tool's doing.
 */
export function meddle(world: World, name: string, fault: Meddle): void {
  const group = findGroup(world, name);
  if (group === undefined) return;
  const ask = (operation: string, input: object): void =>
    void world.invoke('autoscaling', operation, { AutoScalingGroupName: name, ...input }, 'autoscaling');
  const takeOff = (operation: string, input: object): void =>
    void world.invoke('autoscaling', operation, { ...input, ShouldDecrementDesiredCapacity: true }, 'others');
  const members = [...group.members.values()].filter((member) => !isLeaving(member)).sort((a, b) => a.order - b.order);
  const one = fault.instance === 'newest' ? members.at(-1) : members[0];
  const ids = one === undefined ? [] : [one.id];
  try {
    switch (fault.does) {
      case 'resumeProcesses':
        return void ask('ResumeProcesses', {});
      case 'terminate':
        if (ids[0] !== undefined) endInstance(world, ids[0], 'world');
        return undefined;
      case 'interruptSpot':
        if (ids[0] !== undefined) endInstance(world, ids[0], 'world', 'Server.SpotInstanceTermination');
        return undefined;
      case 'endLifetime':
        return one === undefined ? undefined : void endLifetime(world, group, one);
      case 'detach':
        return void ask('DetachInstances', { InstanceIds: ids, ShouldDecrementDesiredCapacity: false });
      case 'detachDecrementing':
        return void takeOff('DetachInstances', { AutoScalingGroupName: name, InstanceIds: ids });
      case 'terminateDecrementing':
        return void takeOff('TerminateInstanceInAutoScalingGroup', { InstanceId: ids[0] });
      case 'standby':
        return void ask('EnterStandby', { InstanceIds: ids, ShouldDecrementDesiredCapacity: false });
      case 'standbyDecrementing':
        return void takeOff('EnterStandby', { AutoScalingGroupName: name, InstanceIds: ids });
      case 'exitStandby':
        return void exitStandby(world, name, members);
      case 'protect':
        return void ask('SetInstanceProtection', { InstanceIds: ids, ProtectedFromScaleIn: true });
      case 'removeTags': {
        const Tags = [...group.tags.keys()]
          .filter((key) => key.startsWith(TIDIED))
          .map((Key) => ({ ResourceId: name, ResourceType: 'auto-scaling-group', Key }));
        return void world.invoke('autoscaling', 'DeleteTags', { Tags }, 'autoscaling');
      }
      case 'detachBalancers':
        for (const { kind, id } of [...group.attachments]) {
          if (kind === 'classic') ask('DetachLoadBalancers', { LoadBalancerNames: [id] });
          else ask('DetachLoadBalancerTargetGroups', { TargetGroupARNs: [id] });
        }
        return undefined;
      case 'publishVersion':
        return void publishVersion(world, group, fault.image);
      case 'deleteGroup':
        return void ask('DeleteAutoScalingGroup', { ForceDelete: true });
    }
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
  }
}

/** Somebody publishes a version of the group's launch template with another image. */
function publishVersion(world: World, { template }: GroupState, ImageId: string | undefined): void {
  const LaunchTemplateId = template?.LaunchTemplateId;
  if (LaunchTemplateId === undefined || ImageId === undefined) return;
  world.invoke(
    'ec2',
    'CreateLaunchTemplateVersion',
    { LaunchTemplateId, SourceVersion: '$Latest', LaunchTemplateData: { ImageId } },
    'autoscaling',
  );
}

/** Somebody takes the first that stands by back into service. */
function exitStandby(world: World, AutoScalingGroupName: string, members: readonly Member[]): void {
  const parked = members.find(({ lifecycle }) => lifecycle === 'Standby');
  if (parked !== undefined)
    world.invoke('autoscaling', 'ExitStandby', { AutoScalingGroupName, InstanceIds: [parked.id] }, 'others');
}
