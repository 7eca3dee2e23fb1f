import type { Stamped } from '../../../src/model/event.js';
import type { CommandStage, Ended, Happening } from '../../support/command-stage.js';
import { BAD, BEGIN_S, BETTER, groupIn, meanwhile, MISSING, stackWorld } from './worlds.js';

/** A way that a run of some command can end. */
export interface Ending {
  readonly name: string;
  /** A new world in which it can happen: the same every time. */
  readonly world: () => CommandStage;
  /** Makes it happen; answers how the run ended. */
  readonly happen: (stage: CommandStage) => Promise<Ended>;
  readonly code: number | undefined;
  /** False where a person has to make room in the world first. */
  readonly followed?: false;
  /** Seconds until somebody follows. */
  readonly later?: number;
  /** What the words of the ending ask a person to do first. */
  readonly asked?: (stage: CommandStage) => void;
}

/** Short limits: a look more costs time. */
const QUICK = ['--healthy-timeout', '120', '--drain-timeout', '300'];
const UPDATE = ['update-stack', 'web', `ImageId=${BETTER}`, ...QUICK];
const BAD_UPDATE = ['update-stack', 'web', `ImageId=${BAD}`, ...QUICK];

const progress =
  (phase: string) =>
  ({ event }: Stamped): boolean =>
    (event.type === 'group.progress' && event.progress.phase === phase) ||
    (event.type === 'group.waiting' && event.wait.phase === phase);
const action =
  (type: string) =>
  ({ event }: Stamped): boolean =>
    event.type === 'action.done' && event.action.type === type;

/** One command, and what comes to it from outside. */
function once(
  name: string,
  words: readonly string[],
  code: number | undefined,
  { happening, ...differs }: { readonly happening?: (stage: CommandStage) => Happening } & Partial<Ending> = {},
): Ending {
  return {
    name,
    world: () => stackWorld(),
    happen: (stage) => stage.run(words, happening?.(stage)),
    code,
    ...differs,
  };
}

const signal = (when: Happening['when']) => ({ happening: (): Happening => ({ when: when ?? (() => false) }) });
const killed = (change: RegExp, when: 'before' | 'after' = 'after', nth = 1) => ({
  happening: (): Happening => ({ killedAt: { change, when, nth } }),
});

/** A restart by SSM of what is behind the balancer. */
function restart(
  name: string,
  words: readonly string[],
  code: number | undefined,
  more: Parameters<typeof stackWorld>[1] = {},
  differs: Parameters<typeof once>[3] = {},
): Ending {
  const command = ['restart', 'web', '--ssm', 'restart app', '--quorum', '1', ...QUICK, ...words];
  return once(name, command, code, { world: () => stackWorld([], more), ...differs });
}

const ROLLING = ['--strategy', 'rolling'];
/** An old instance leaves before the first new one is launched. */
const ONE_LESS = ['--surge', '0', '--unavailable', '1'];
const LAST_FAILS = {
  kind: 'stackFails',
  stack: 'web',
  logicalId: 'Last',
  reason: 'It fails',
  from: BEGIN_S,
  times: 1,
} as const;

export const ENDINGS: readonly Ending[] = [
  once('promoted', UPDATE, 0),
  once('promoted, rolling', [...UPDATE, ...ROLLING], 0),
  once('a bad image', BAD_UPDATE, 4),
  once('a bad image, rolling', [...BAD_UPDATE, ...ROLLING], 4),
  once('a bad image, serial', [...BAD_UPDATE, ...ROLLING, '--serial', '--surge', '1'], 4),
  once('a bad image, and the stack goes back', [...BAD_UPDATE, '--revert-on-failure'], 4),
  once(
    'Ctrl-C while the stack changes',
    UPDATE,
    7,
    signal(({ event }) => event.type === 'stack.event'),
  ),
  once('Ctrl-C while new ones are proven', UPDATE, 4, signal(progress('prove'))),
  once('Ctrl-C after the verdict', UPDATE, 0, signal(action('judge'))),
  once('Ctrl-C after the verdict, rolling', [...UPDATE, ...ROLLING], 5, signal(action('judge'))),
  once(
    'Ctrl-C before the change',
    UPDATE,
    3,
    signal(({ event }) => event.type === 'change.planned'),
  ),
  once('killed at the execution', UPDATE, undefined, killed(/ExecuteChangeSet/)),
  once('killed at the record', ['update-stack', 'web', `ImageId=${BETTER}`], undefined, killed(/CreateOrUpdateTags/)),
  once('killed when suspended', UPDATE, undefined, killed(/SuspendProcesses/)),
  once('killed when doubled', UPDATE, undefined, killed(/UpdateAutoScalingGroup/)),
  once('killed when doubled with a bad image', BAD_UPDATE, undefined, killed(/UpdateAutoScalingGroup/)),
  once('killed after the first old one', UPDATE, undefined, killed(/TerminateInstance/)),
  once('killed after the first old one, rolling', [...UPDATE, ...ROLLING], undefined, killed(/TerminateInstance/)),
  once('killed when restored', UPDATE, undefined, killed(/ResumeProcesses/, 'after', 2)),
  once('killed when resumed', UPDATE, undefined, killed(/ResumeProcesses/)),
  once('the stack fails and rolls back', UPDATE, 7, { world: () => stackWorld([LAST_FAILS]) }),
  once('the stack fails and cannot roll back', UPDATE, 7, {
    world: () => stackWorld([LAST_FAILS, { ...LAST_FAILS, during: 'rollback' }]),
  }),
  once('the stack fails and is left', [...UPDATE, '--disable-rollback'], 7, { world: () => stackWorld([LAST_FAILS]) }),
  once('paused', [...UPDATE, '--strategy', 'rolling', '--pause-at', '50%'], 0),
  once('nothing changes', ['update-stack', 'web', 'ImageId=ami-00000000000000001'], 0),
  once('there is no room for the record', UPDATE, 3, {
    world: () => {
      const stage = stackWorld();
      meanwhile(stage, 'CreateOrUpdateTags', { Tags: theirTags(49) });
      return stage;
    },
  }),
  once('a hook abandons all that is launched', UPDATE, 4, {
    world: () => {
      const stage = stackWorld();
      meanwhile(stage, 'PutLifecycleHook', {
        LifecycleHookName: 'nobody-answers',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 60,
        DefaultResult: 'ABANDON',
      });
      return stage;
    },
  }),
  once('an instance is in standby', ['update-asgs', 'web', '--swap', 'always', ...QUICK], 3, {
    world: oneInStandby,
    // AWS raises the desired capacity by one for whom its owner puts back, so that the size is not as before.
    followed: false,
  }),
  once('an instance in standby is terminated with the old ones', [...UPDATE, '--standby', 'terminate'], 0, {
    world: oneInStandby,
  }),
  once('others fill the tags before the verdict', UPDATE, 5, {
    happening: (stage) => ({
      when: progress('prove'),
      then: () => {
        const room = 50 - [...(groupIn(stage)?.tags.keys() ?? [])].filter((key) => !key.startsWith('aws:')).length;
        meanwhile(stage, 'CreateOrUpdateTags', { Tags: theirTags(room) });
      },
    }),
    asked: (stage) => meanwhile(stage, 'DeleteTags', { Tags: theirTags(2) }),
  }),
  once('its balancer is detached', UPDATE, 0, {
    happening: (stage) => ({
      when: progress('prove'),
      then: () => {
        const { TargetGroups } = stage.sandbox.invoke('elbv2', 'DescribeTargetGroups', {}) as {
          readonly TargetGroups: readonly { readonly TargetGroupArn: string }[];
        };
        meanwhile(stage, 'DetachLoadBalancerTargetGroups', { TargetGroupARNs: [TargetGroups[0]?.TargetGroupArn] });
      },
    }),
  }),
  once('the group is deleted', UPDATE, 5, {
    happening: (stage) => ({
      when: progress('prove'),
      then: () => meanwhile(stage, 'DeleteAutoScalingGroup', { ForceDelete: true }),
    }),
  }),
  once('the target group is deleted', UPDATE, 4, {
    happening: (stage) => ({
      when: progress('prove'),
      then: () => {
        const { Listeners } = stage.sandbox.invoke('elbv2', 'DescribeListeners', {
          LoadBalancerArn: arnOf(stage, 'LoadBalancers', 'LoadBalancerArn'),
        }) as { readonly Listeners: readonly { readonly ListenerArn: string }[] };
        stage.sandbox.invoke('elbv2', 'DeleteListener', { ListenerArn: Listeners[0]?.ListenerArn });
        stage.sandbox.invoke('elbv2', 'DeleteTargetGroup', {
          TargetGroupArn: arnOf(stage, 'TargetGroups', 'TargetGroupArn'),
        });
      },
    }),
  }),
  once('all are marked unhealthy while a dependency is down', UPDATE, 5, {
    happening: (stage) => ({
      when: ({ event }) =>
        event.type === 'group.progress' &&
        event.progress.new === event.progress.inService &&
        event.progress.inService > 0,
      then: () => markAll(stage),
    }),
  }),
  once('all are marked unhealthy, and the image is bad', BAD_UPDATE, 5, {
    happening: (stage) => ({ when: progress('prove'), then: () => markAll(stage) }),
  }),
  {
    name: 'all are marked unhealthy after a roll-back',
    world: () => stackWorld(),
    happen: async (stage) => {
      await stage.run(BAD_UPDATE);
      markAll(stage);
      return stage.run(['unfreeze', 'web']);
    },
    code: 3,
  },
  once('an instance is launched while its registration is suspended', [...UPDATE, ...ROLLING, ...ONE_LESS], 5, {
    happening: (stage) => ({
      when: action('terminate'),
      then: () => {
        meanwhile(stage, 'SuspendProcesses', { ScalingProcesses: ['AddToLoadBalancer'] });
        stage.sandbox.clock.after(90_000, () =>
          meanwhile(stage, 'ResumeProcesses', { ScalingProcesses: ['AddToLoadBalancer'] }),
        );
      },
    }),
  }),
  once('an image that does not exist', ['update-stack', 'web', `ImageId=${MISSING}`, ...QUICK], 4),
  once('a quota is used up', UPDATE, 4, {
    world: () =>
      stackWorld([
        {
          kind: 'launchFails',
          code: 'VcpuLimitExceeded',
          message: 'You have requested more vCPU capacity than your current vCPU limit of 2 allows.',
          running: 2,
          from: BEGIN_S,
        },
      ]),
    // Somebody makes room, or the former values need none.
    followed: false,
  }),
  once('the deadline is over', [...BAD_UPDATE, '--deadline', '60'], 4),
  once('called by the names of its groups', ['update-asgs', '--asg', 'web-group', '--swap', 'always', ...QUICK], 0),
  {
    name: 'a bad image, with update-asgs alone',
    world: () => stackWorld(),
    happen: async (stage) => {
      publish(stage, BAD);
      return stage.run(['update-asgs', '--asg', 'web-group', ...QUICK]);
    },
    code: 4,
  },
  {
    name: 'a bad image, with update-asgs of a stack',
    world: () => stackWorld(),
    happen: async (stage) => {
      publish(stage, BAD);
      return stage.run(['update-asgs', 'web', ...QUICK]);
    },
    code: 4,
  },
  {
    name: 'held by a run that lives elsewhere',
    world: () => stackWorld(),
    happen: async (stage) => {
      await stage.run(UPDATE, { killedAt: { change: /UpdateAutoScalingGroup/, when: 'after' }, elsewhere: true });
      return stage.run(['update-asgs', 'web', ...QUICK]);
    },
    // It was taken over, as it showed no sign of life.
    code: 0,
  },
  once('AWS denies the verdict', UPDATE, 5, {
    world: () =>
      stackWorld([
        {
          kind: 'refuse',
          calls: 'autoscaling:CreateOrUpdateTags',
          code: 'AccessDenied',
          message: 'not authorized to perform: autoscaling:CreateOrUpdateTags',
          from: BEGIN_S + 60,
          until: BEGIN_S + 300,
        },
      ]),
    later: 600,
  }),
  restart('restarted', [], 0),
  restart('a restart whose command fails', [], 5, { commands: [{ match: 'restart', exit: 1 }] }),
  restart(
    'a restart that is stopped',
    [],
    4,
    {},
    signal(({ event }) => event.type === 'action.done' && event.action.type === 'deregister'),
  ),
  restart('a restart that is killed', [], undefined, {}, killed(/DeregisterTargets/)),
  once('nothing to cancel', ['cancel', 'web'], 3),
  once('nothing to resume', ['resume', 'web'], 0),
  once('nothing to roll back', ['rollback', 'web'], 0),
  once('nothing to unfreeze', ['unfreeze', 'web'], 0),
];

/** Tags of somebody else. */
/** Somebody has put one instance into standby, minutes ago. */
function oneInStandby(): CommandStage {
  const stage = stackWorld();
  const [id] = groupIn(stage)?.members.keys() ?? [];
  meanwhile(stage, 'EnterStandby', { InstanceIds: [id], ShouldDecrementDesiredCapacity: false });
  stage.sandbox.clock.advance(300_000);
  return stage;
}

function theirTags(length: number): readonly object[] {
  return Array.from({ length }, (_, index) => ({
    Key: `theirs-${index}`,
    Value: 'x',
    ResourceId: 'web-group',
    ResourceType: 'auto-scaling-group',
    PropagateAtLaunch: false,
  }));
}

/** A group launches another image from now on, by a version that nobody but us knows of. */
function publish(stage: CommandStage, image: string): void {
  const { LaunchTemplates } = stage.sandbox.invoke('ec2', 'DescribeLaunchTemplates', {}) as {
    readonly LaunchTemplates: readonly { readonly LaunchTemplateId: string }[];
  };
  const id = LaunchTemplates[0]?.LaunchTemplateId;
  stage.sandbox.invoke('ec2', 'CreateLaunchTemplateVersion', {
    LaunchTemplateId: id,
    SourceVersion: '1',
    LaunchTemplateData: { ImageId: image },
  });
  meanwhile(stage, 'UpdateAutoScalingGroup', { LaunchTemplate: { LaunchTemplateId: id, Version: '2' } });
}

/** What a blip of a shared dependency comes to: Auto Scaling marks all, and soon the balancers call all healthy again. */
function markAll(stage: CommandStage): void {
  for (const { id } of groupIn(stage)?.members.values() ?? [])
    stage.sandbox.invoke('autoscaling', 'SetInstanceHealth', {
      InstanceId: id,
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
}

function arnOf(stage: CommandStage, list: 'LoadBalancers' | 'TargetGroups', name: string): string {
  const answer = stage.sandbox.invoke('elbv2', `Describe${list}`, {}) as Readonly<
    Record<string, readonly Readonly<Record<string, string>>[]>
  >;
  return answer[list]?.[0]?.[name] ?? '';
}
