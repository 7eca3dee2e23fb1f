import type { Stamped } from '../../../src/model/event.js';
import type { CommandStage, Ended, Happening } from '../../support/command-stage.js';
import { BAD, BEGIN_S, BETTER, meanwhile, stackWorld } from './worlds.js';

/** A way that a run of some command can end. */
export interface Ending {
  readonly name: string;
  /** A new world in which it can happen: the same every time. */
  readonly world: () => CommandStage;
  /** Makes it happen; answers how the run ended. */
  readonly happen: (stage: CommandStage) => Promise<Ended>;
  readonly code: number | undefined;
  /** What is not the tool's to mend is mended before anybody follows what was printed. */
  readonly mended?: (stage: CommandStage) => void;
}

/** Short limits: a look more costs time. */
const QUICK = ['--healthy-timeout', '120', '--drain-timeout', '300'];
const UPDATE = ['update-stack', 'web', `Ami=${BETTER}`, ...QUICK];
const BAD_UPDATE = ['update-stack', 'web', `Ami=${BAD}`, ...QUICK];

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

const ROLLING = ['--strategy', 'rolling'];
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
  once('killed at the record', ['update-stack', 'web', `Ami=${BETTER}`], undefined, killed(/CreateOrUpdateTags/)),
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
  once('nothing changes', ['update-stack', 'web', 'Ami=ami-00000000000000001'], 0),
  once('there is no room for the record', UPDATE, 3, {
    world: () => {
      const stage = stackWorld();
      const Tags = Array.from({ length: 49 }, (_, index) => ({
        Key: `theirs-${index}`,
        Value: 'x',
        ResourceId: 'web-group',
        ResourceType: 'auto-scaling-group',
        PropagateAtLaunch: false,
      }));
      meanwhile(stage, 'CreateOrUpdateTags', { Tags });
      return stage;
    },
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
];
