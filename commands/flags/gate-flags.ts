import { string } from '@oclif/core/flags';
import { onOff, seconds } from './flags.js';

const GATES = 'GATES';

const command = (summary: string) => string({ summary, helpValue: 'COMMAND', helpGroup: GATES });

/** Change calendars that a run keeps to. */
export const calendarFlags = {
  'change-calendar': string({
    summary: 'Begin nothing, and let no old instance go, while this SSM change calendar is closed; may be repeated',
    helpValue: 'NAME',
    helpGroup: GATES,
    multiple: true,
    multipleNonGreedy: true,
  }),
  'despite-calendar': string({
    summary: 'Why the run does not keep to the change calendar this time; noted on the groups',
    helpValue: 'REASON',
    helpGroup: GATES,
  }),
};

/** What whoever goes on with a rollout has to be given again. */
export const gateFlags = {
  'check-command': command(
    'Run for every new instance, again every 10 s until it ends with 0; only then the instance is proven',
  ),
  'before-terminate-command': command('Run for every instance before it is terminated; if it fails, the run stops'),
  'after-terminate-command': command('Run for every instance after it has gone; if it fails, the run stops'),
  'gate-command': command(
    'Run at every stage (canary, batch, verdict, old ones kept): 0 goes on, 75 is asked again, all else fails it',
  ),
  metric: string({
    summary:
      'Ask CloudWatch at every stage, by metric math: what does not hold fails it, no data is asked again; repeatable',
    helpValue: "'EXPRESSION < N'",
    helpGroup: GATES,
    multiple: true,
    multipleNonGreedy: true,
  }),
  'gate-timeout': seconds(
    'gate-timeout',
    'How long the gate command may say "not yet" (75) at a stage, or a metric have no data',
    GATES,
  ),
  'check-timeout': seconds('check-timeout', 'Longest time of one try of the check command', GATES),
  'command-timeout': seconds(
    'command-timeout',
    'Longest time of a command before or after a termination, or of the gate command',
    GATES,
  ),
  ...calendarFlags,
  alarm: string({
    summary: 'CloudWatch alarm that fails the rollout while it proves or bakes; may be repeated',
    helpValue: 'NAME',
    helpGroup: GATES,
    multiple: true,
    multipleNonGreedy: true,
  }),
  anomaly: string({
    summary: 'What becomes of a rollout with a new target that its load balancer calls anomalous; best with --bake',
    options: ['refuse', 'warn'],
    helpGroup: GATES,
  }),
  'skip-elb-health-check': onOff({
    summary: 'Prove by the health of Auto Scaling alone. Dangerous: in the end perhaps no instance serves',
    helpGroup: GATES,
  }),
  'without-gates': onOff({
    summary: 'Go on with a rollout although it was begun with commands, alarms or metrics that are not given now',
    helpGroup: GATES,
  }),
};

/** What the record of a rollout holds from its start on. */
export const stageFlags = {
  'ignore-ringing-alarms': onOff({
    summary: 'Start although an alarm rings; it counts once it was quiet',
    helpGroup: GATES,
  }),
  canary: string({ summary: 'Prove N instances before the rest is launched', helpValue: 'N', helpGroup: GATES }),
  bake: seconds('bake', 'How long what is proven has to stay in service before the next step', GATES),
  'keep-old': seconds(
    'keep-old',
    'swap: how long the old instances are kept in standby after the verdict, to go back to; they are paid for',
    GATES,
  ),
  detach: onOff({
    summary:
      'With --keep-old: end the run as soon as the old instances are kept; resume ends that time, rollback goes back',
    helpGroup: GATES,
  }),
  'finish-kept': onOff({
    summary: 'Where an earlier rollout still keeps its old instances: terminate them first, then start',
    helpGroup: GATES,
  }),
  'pause-at': string({
    summary: 'Stop when that part of a group is new and proven, such as 25%,50%, until resume or rollback',
    helpValue: 'PERCENT',
    helpGroup: GATES,
  }),
  'pause-timeout': string({
    summary:
      'With --pause-at: how long a pause waits for resume or rollback, and which of both the next command does then, ' +
      'such as 4h=rollback',
    helpValue: 'TIME=resume|rollback',
    helpGroup: GATES,
  }),
};
