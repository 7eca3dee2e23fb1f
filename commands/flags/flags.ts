import { boolean, string } from '@oclif/core/flags';
import { NUMBERS, type NumberName } from '../../src/config/numbers.js';

/** A switch. A settings file may have it on for all runs, so each can be typed off: `--no-NAME`. */
export const onOff = (options: { summary: string; helpGroup?: string }) => boolean({ ...options, allowNo: true });

/** A flag for a time: what it is when nobody says it stands in the table of all limits. */
export const seconds = (name: NumberName, summary: string, helpGroup: string, aliases: string[] = []) =>
  // Text, not a number: the library checks all numbers together and tells all problems at once.
  string({ summary: `${summary} [default: ${NUMBERS[name].fallback}]`, helpValue: 'SECONDS', helpGroup, aliases });

const LIMITS = 'LIMITS';

export const debugFlag = {
  debug: boolean({ summary: 'Show the stack trace of an unexpected failure', helpGroup: 'OUTPUT' }),
};

/** Where to go and how to show it: flags of every command that talks to AWS. */
export const commonFlags = {
  region: string({
    summary: 'AWS region; else AWS_REGION, AWS_DEFAULT_REGION, the profile, eu-west-1',
    helpGroup: 'AWS',
  }),
  profile: string({ summary: 'Profile of the AWS configuration files', helpGroup: 'AWS' }),
  config: string({
    summary: 'Settings file [default: ha-updater.yml here or above, up to the root of the repository]; empty for none',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
  }),
  ...debugFlag,
};

/** How the run is shown, and where it is written to besides. */
export const outputFlags = {
  output: string({
    summary: 'How to show the run; auto takes the terminal if there is one, else lines',
    options: ['auto', 'terminal', 'lines', 'jsonl'],
    default: 'auto',
    helpGroup: 'OUTPUT',
  }),
  quiet: onOff({
    summary: 'Show only warnings and how the run ended; files still get everything',
    helpGroup: 'OUTPUT',
  }),
  'ci-log': string({
    summary: "Marks of the pipeline's log: sections and problems; auto finds out where it runs [default: auto]",
    options: ['auto', 'github', 'gitlab', 'teamcity', 'none'],
    helpGroup: 'OUTPUT',
  }),
  'events-file': string({
    summary: 'Also write every event into this file, as --output jsonl does, while the run goes on',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
  }),
  junit: string({
    summary: 'Also write the result as JUnit XML: a test case for the stack and for each group',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
  }),
  report: string({
    summary: 'Also write the report of the run: one page of HTML with everything in it',
    helpValue: 'FILE',
    helpGroup: 'OUTPUT',
  }),
};

/** Who else is told of a run that changes something. */
export const notifyFlags = {
  webhook: string({
    summary: 'Tell a webhook of the start, the verdict and the end: where its address stands; or HA_UPDATER_WEBHOOK',
    helpValue: '@file:PATH|@env:NAME',
    helpGroup: 'OUTPUT',
  }),
  'event-bus': string({
    summary: 'Tell an event bus of EventBridge the same',
    helpValue: 'NAME|ARN',
    helpGroup: 'OUTPUT',
  }),
};

/** Limits of a swap. */
export const limitFlags = {
  'healthy-timeout': seconds('healthy-timeout', 'Longest time without one more proven instance', LIMITS),
  warmup: seconds('warmup', 'Time that a new instance must be in service without a break', LIMITS),
  deadline: seconds('deadline', 'Longest time from the start of the swap to its verdict', LIMITS),
  'drain-timeout': seconds('drain-timeout', 'Longest time for the leaving instances to be gone', LIMITS),
  'wait-for-lock': seconds('wait-for-lock', 'Longest wait for another run that works on a group', LIMITS),
  poll: seconds('poll', 'Pause between two looks', LIMITS),
};

/** The strict lock. */
export const lockFlag = {
  lock: string({
    summary:
      'Work under a strict lock: dynamodb://TABLE[?region=R&key=K] or redis://HOST[:PORT][/DB] (rediss:// with TLS)',
    helpValue: 'ADDRESS',
    helpGroup: 'LOCK',
  }),
};

/** Where runs are kept. */
export const historyFlag = {
  history: string({
    summary: 'Where runs on a stack are kept: s3://BUCKET[/PREFIX][?owner=ACCOUNT]; nothing is kept without it',
    helpValue: 'ADDRESS',
    helpGroup: 'HISTORY',
  }),
};

/** What a failure shows of instances. */
export const consoleFlag = {
  console: onOff({
    summary:
      'When instances cannot be proven, show what they printed, without what is known to be secret [default: true]',
    helpGroup: 'OUTPUT',
  }),
};

/** Which of the groups. */
export const choiceFlags = {
  only: string({
    summary: "Only this group of the stack: its logical id or name, or the beginning of one ('Web*'); may be repeated",
    helpValue: 'GROUP',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'GROUPS',
  }),
  except: string({
    summary: 'All groups of the stack but this one, named in the same way; may be repeated',
    helpValue: 'GROUP',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'GROUPS',
  }),
};

/** Limits and choices of the swap. */
export const groupFlags = {
  ...choiceFlags,
  swap: string({
    summary: 'Which groups to swap: those with outdated instances, all, or none [default: outdated]',
    options: ['outdated', 'always', 'never'],
    helpGroup: 'SWAP',
  }),
  together: onOff({
    summary: 'Judge all groups together: one fails, all roll back [default: true]',
    helpGroup: 'SWAP',
  }),
  strategy: string({
    summary: 'How to replace instances: all at once beside the old ones, or a few at a time [default: swap]',
    options: ['swap', 'rolling'],
    helpGroup: 'SWAP',
  }),
  protected: string({
    summary:
      'Old instances that are protected from scale-in: replace them, leave them as they are, wait until they are ' +
      'not, or refuse to start [default: refuse]',
    options: ['refresh', 'ignore', 'wait', 'refuse'],
    helpGroup: 'SWAP',
  }),
  standby: string({
    summary:
      'Instances in standby: terminate them with the old ones, leave them as they are, wait until they are back, or ' +
      'refuse to start [default: refuse]',
    options: ['terminate', 'ignore', 'wait', 'refuse'],
    helpGroup: 'SWAP',
  }),
  surge: string({
    summary: 'rolling: how many more may run meanwhile [default: 1]',
    helpValue: 'N|P%',
    helpGroup: 'ROLLING',
  }),
  unavailable: string({
    summary: 'rolling: how many may be out of service meanwhile [default: 0]',
    helpValue: 'N|P%',
    helpGroup: 'ROLLING',
  }),
  serial: onOff({
    summary: 'rolling: one instance at a time over all groups, as if they were one cluster',
    helpGroup: 'ROLLING',
  }),
  ...consoleFlag,
  force: onOff({
    summary: 'Start although instances of the old set are not in service, and reset suspended processes',
    helpGroup: 'SWAP',
  }),
  ...limitFlags,
};

/** Limits of the stack action, with the seed's spellings. */
export const stackFlags = {
  'first-event-timeout': seconds('first-event-timeout', 'Longest wait for the first event of the stack action', LIMITS),
  // The seed's name, which reads like --warmup and means something else.
  'warmup-seconds': string({
    summary: `The former name of --first-event-timeout [default: ${NUMBERS['warmup-seconds'].fallback}]`,
    helpValue: 'SECONDS',
    helpGroup: LIMITS,
    hidden: true,
  }),
  'action-timeout': seconds('action-timeout', 'Longest time without a new stack event', LIMITS),
  'lenient-look-back': seconds(
    'lenient-look-back',
    'How much older than the request a stack event without a token may be',
    LIMITS,
    ['lenient_look_back'],
  ),
};

/** Which groups, instead of STACK: by name, or by what they have in common. */
/** Another image, of commands that name groups. */
export const imageFlag = {
  image: string({
    summary: 'Give the groups of --asg this image by new versions of their launch templates, and back when it fails',
    helpValue: 'AMI',
    helpGroup: 'GROUPS',
  }),
};

export const asgFlags = {
  asg: string({
    summary: "Name of a group, or the beginning of one ('web-*'), instead of STACK; may be repeated",
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'asg-tag': string({
    summary: 'Tag that the groups carry, instead of their names; may be repeated, and all of them have to hold',
    helpValue: 'KEY=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'all-matching': onOff({ summary: "All groups that a prefix (--asg 'web-*') or --asg-tag matches, not exactly one" }),
};
