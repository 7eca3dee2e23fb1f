import type {
  CompleteLifecycleActionType,
  DeleteLifecycleHookType,
  DescribeLifecycleHooksType,
  LifecycleHookSpecification,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatType,
} from '@aws-sdk/client-auto-scaling';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { endActivity, stamp } from '../activities.js';
import { findGroup, groupOf, invalid, type GroupState, type Member, type PendingHook } from '../state.js';
import { followUps } from '../../follow-ups.js';
import { backOff } from '../capacity/plan-schedule.js';

const TRANSITIONS = {
  launching: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  terminating: 'autoscaling:EC2_INSTANCE_TERMINATING',
} as const;

export function putLifecycleHook(world: World, input: PutLifecycleHookType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const known = group.hooks.get(input.LifecycleHookName ?? '');
  const transition = input.LifecycleTransition ?? known?.LifecycleTransition;
  if (transition !== TRANSITIONS.launching && transition !== TRANSITIONS.terminating) {
    throw invalid(`Lifecycle transition must be one of [${TRANSITIONS.launching}, ${TRANSITIONS.terminating}]`);
  }
  addHook(group, { ...known, ...input, LifecycleTransition: transition });
  return {};
}

export function addHook(group: GroupState, hook: LifecycleHookSpecification): void {
  const timeout = hook.HeartbeatTimeout ?? 3600;
  if (timeout < 30 || timeout > 7200) throw invalid('HeartbeatTimeout must be between 30 and 7200 seconds');
  group.hooks.set(hook.LifecycleHookName ?? '', {
    LifecycleHookName: hook.LifecycleHookName,
    AutoScalingGroupName: group.name,
    LifecycleTransition: hook.LifecycleTransition,
    NotificationTargetARN: hook.NotificationTargetARN,
    RoleARN: hook.RoleARN,
    NotificationMetadata: hook.NotificationMetadata,
    HeartbeatTimeout: timeout,
    // The cap is 48 hours or a hundred heartbeats, whichever is smaller.
    GlobalTimeout: Math.min(172_800, 100 * timeout),
    DefaultResult: hook.DefaultResult ?? 'ABANDON',
  });
}

export function describeLifecycleHooks(world: World, input: DescribeLifecycleHooksType): object {
  const hooks = [...groupOf(world, input.AutoScalingGroupName).hooks.values()];
  return {
    LifecycleHooks: hooks.filter((hook) => input.LifecycleHookNames?.includes(hook.LifecycleHookName ?? '') ?? true),
  };
}

export function deleteLifecycleHook(world: World, input: DeleteLifecycleHookType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  if (!group.hooks.delete(input.LifecycleHookName ?? ''))
    throw invalid(`Lifecycle hook with name ${input.LifecycleHookName} not found`);
  // Whoever waits for the deleted hook goes on: ABANDON for launches, CONTINUE for terminations.
  for (const member of [...group.members.values()]) {
    for (const hook of member.hooks.filter((one) => one.name === input.LifecycleHookName && one.result === undefined)) {
      settle(world, { group, member, hook }, hook.transition === 'launching' ? 'ABANDON' : 'CONTINUE');
    }
  }
  return {};
}

/** Makes the instance wait for the group's hooks of this transition. False when there are none. */
export function raiseHooks(
  world: World,
  group: GroupState,
  member: Member,
  transition: PendingHook['transition'],
): boolean {
  const now = world.clock.now();
  const hooks = [...group.hooks.values()].filter((hook) => hook.LifecycleTransition === TRANSITIONS[transition]);
  member.hooks = hooks.map((hook) => {
    const random = world.random.fork(`autoscaling/hook/${member.id}/${hook.LifecycleHookName}/${transition}`);
    return {
      name: hook.LifecycleHookName ?? '',
      token: [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-'),
      transition,
      deadline: now + (hook.HeartbeatTimeout ?? 3600) * 1000,
      globalDeadline: now + (hook.GlobalTimeout ?? 172_800) * 1000,
    };
  });
  for (const hook of member.hooks) watchDeadline(world, group.name, member.id, hook);
  return hooks.length > 0;
}

function watchDeadline(world: World, name: string, id: string, hook: PendingHook): void {
  const { token, deadline } = hook;
  world.clock.at(deadline, () => {
    const group = findGroup(world, name);
    const member = group?.members.get(id);
    const pending = member?.hooks.find((one) => one.token === token && one.result === undefined);
    if (group === undefined || member === undefined || pending?.deadline !== deadline) return;
    const onTimeout = group.hooks.get(pending.name)?.DefaultResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON';
    settle(world, { group, member, hook: pending }, onTimeout);
  });
}

export function completeLifecycleAction(world: World, input: CompleteLifecycleActionType): object {
  const action = pendingAction(world, input);
  if (input.LifecycleActionResult !== 'CONTINUE' && input.LifecycleActionResult !== 'ABANDON') {
    throw invalid('Lifecycle action result must be one of [CONTINUE, ABANDON]');
  }
  settle(world, action, input.LifecycleActionResult);
  return {};
}

export function recordLifecycleActionHeartbeat(world: World, input: RecordLifecycleActionHeartbeatType): object {
  const { group, member, hook } = pendingAction(world, input);
  const heartbeat = (group.hooks.get(hook.name)?.HeartbeatTimeout ?? 3600) * 1000;
  hook.deadline = Math.min(hook.globalDeadline, world.clock.now() + heartbeat);
  watchDeadline(world, group.name, member.id, hook);
  return {};
}

/** A hook that holds an instance of a group. */
interface PendingAction {
  readonly group: GroupState;
  readonly member: Member;
  readonly hook: PendingHook;
}

function pendingAction(
  world: World,
  input: Pick<
    CompleteLifecycleActionType,
    'AutoScalingGroupName' | 'LifecycleHookName' | 'LifecycleActionToken' | 'InstanceId'
  >,
): PendingAction {
  const group = groupOf(world, input.AutoScalingGroupName);
  for (const member of group.members.values()) {
    const hook = member.hooks.find(
      (one) =>
        one.name === input.LifecycleHookName &&
        one.result === undefined &&
        (input.LifecycleActionToken === undefined
          ? member.id === input.InstanceId
          : one.token === input.LifecycleActionToken),
    );
    if (hook !== undefined) return { group, member, hook };
  }
  const { LifecycleActionToken: token, InstanceId: id } = input;
  // AWS documents no words for it.
  if (token === undefined && id === undefined)
    throw invalid('Either an instance ID or a lifecycle action token must be specified.');
  throw invalid(
    `No active Lifecycle Action found with ${token === undefined ? `instance ID ${id}` : `token ${token}`}`,
  );
}

/** One hook is done. The last one decides, and any ABANDON ends the others' wait. */
function settle(world: World, { group, member, hook }: PendingAction, result: 'CONTINUE' | 'ABANDON'): void {
  hook.result = result;
  if (result === 'CONTINUE' && member.hooks.some((one) => one.result === undefined)) return;
  const { transition } = hook;
  member.hooks = [];
  touch(world, group.name);
  if (transition === 'terminating') {
    if (
      result === 'ABANDON' &&
      group.extras.InstanceLifecyclePolicy?.RetentionTriggers?.TerminateHookAbandon === 'retain'
    )
      return void retain(world, group, member);
    return void followUps().shutsDown(world, group, member);
  }
  if (result === 'CONTINUE') return void followUps().entersService(world, group, member);
  abandonLaunch(world, group, member);
}

/**
 * The group's lifecycle policy keeps who was not let go: it runs on, counts for nothing, and only a call takes it away.
 * Source: EC2 Auto Scaling user guide, "Control instance retention with instance lifecycle policies".
 */
function retain(world: World, group: GroupState, member: Member): void {
  endActivity(world, group, member.activity, {
    status: 'Failed',
    message: 'The instance was retained by the lifecycle policy of its group.',
  });
  member.activity = undefined;
  member.lifecycle = 'Terminating:Retained';
  touch(world, group.name);
}

/** An abandoned launch is terminated and replaced, ever more slowly when it keeps happening. */
function abandonLaunch(world: World, group: GroupState, member: Member): void {
  endActivity(world, group, member.activity, {
    status: 'Failed',
    message:
      `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token was ` +
      'abandoned: Heartbeat Timeout or ABANDON result',
  });
  member.activity = undefined;
  const cause = 'an instance was taken out of service in response to a lifecycle action that was abandoned.';
  followUps().beginTermination(world, group, member, { by: 'hook', cause: `At ${stamp(world)} ${cause}` });
  backOff(world, group);
}
