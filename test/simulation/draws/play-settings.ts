import type { Sandbox } from '../../../src/sandbox/index.js';
import { autoScalingState, type GroupState } from '../../../src/sandbox/world/autoscaling/state.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import type { ServiceName } from '../../../src/sandbox/world/world.js';
import type { Setting } from './settings.js';

/** Lets the owners of groups, and others, set what was drawn: at once, or later on the world's clock. */
export function playSettings(sandbox: Sandbox, settings: Readonly<Record<string, readonly Setting[]>>): void {
  for (const [name, all] of Object.entries(settings))
    all.forEach((setting, index) => {
      const group = autoScalingState(sandbox.world).groups.get(name);
      if (group !== undefined) play(sandbox, group, setting, index);
    });
}

function play({ world, clock }: Sandbox, group: GroupState, setting: Setting, index: number): void {
  const AutoScalingGroupName = group.name;
  // What AWS refuses, of a group that is gone by now for instance, does not happen.
  const ask = (service: ServiceName, operation: string, input: object): void => {
    try {
      world.invoke(service, operation, input, 'others');
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
    }
  };
  const auto = (operation: string, input: object): void =>
    ask('autoscaling', operation, { AutoScalingGroupName, ...input });
  switch (setting.does) {
    case 'suspend': {
      const { processes: ScalingProcesses, at, for: lasts } = setting;
      const suspend = (): void => auto('SuspendProcesses', { ScalingProcesses });
      if (at === undefined) return void suspend();
      clock.after(at * 1000, suspend);
      if (lasts !== undefined) clock.after((at + lasts) * 1000, () => auto('ResumeProcesses', { ScalingProcesses }));
      return;
    }
    case 'schedule': {
      const { due, recurs, sizes } = setting;
      const StartTime = new Date(clock.now() + due * 1000);
      auto('PutScheduledUpdateGroupAction', {
        ScheduledActionName: `action-${index}`,
        StartTime,
        ...(recurs && { Recurrence: `${StartTime.getUTCMinutes()} * * * *` }),
        MinSize: sizes.min,
        MaxSize: sizes.max,
        DesiredCapacity: sizes.desired,
      });
      return;
    }
    case 'hook':
      return void auto('PutLifecycleHook', {
        LifecycleHookName: `hook-${index}`,
        LifecycleTransition: `autoscaling:EC2_INSTANCE_${setting.transition}`,
        HeartbeatTimeout: setting.heartbeat,
        DefaultResult: setting.otherwise,
      });
    case 'retain':
      return void auto('UpdateAutoScalingGroup', {
        InstanceLifecyclePolicy: { RetentionTriggers: { TerminateHookAbandon: 'retain' } },
      });
    case 'slowStart': {
      const Attributes = [{ Key: 'slow_start.duration_seconds', Value: String(setting.seconds) }];
      for (const { kind, id } of group.attachments)
        if (kind === 'target-group') ask('elbv2', 'ModifyTargetGroupAttributes', { TargetGroupArn: id, Attributes });
      return;
    }
    case 'check': {
      // Without the time to boot in, Auto Scaling would give up whatever is launched, with or without a rollout.
      const check = { Protocol: 'HTTP', Port: 80, InitializationGracePeriodSeconds: 120 };
      const answer = world.invoke('ec2', 'CreateApplicationStatusCheck', check, 'others');
      const { ApplicationStatusCheckId } = (answer as { ApplicationStatusCheck: { ApplicationStatusCheckId: string } })
        .ApplicationStatusCheck;
      const TargetTagAssociations = [{ Key: 'aws:autoscaling:groupName', Value: group.name }];
      ask('ec2', 'AssociateApplicationStatusCheck', { ApplicationStatusCheckId, TargetTagAssociations });
    }
  }
}
