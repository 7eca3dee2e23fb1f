import { type FlagProblem, problem } from '../errors.js';
import type { GivenCommand, HookPlan } from '../model/rollout/hook.js';
import type { PauseEnds } from '../model/rollout/record.js';
import type { Gates } from '../model/rollout/rollout-plan.js';
import { switchWord } from '../text/shell-quote.js';
import { METRIC_LATE_MS, type MetricCondition, type MetricPlan } from '../model/rollout/metric.js';
import { readCondition } from './conditions/metric-condition.js';
import { readNumbers, readSeconds, type NumberTexts } from './numbers.js';

/** What a rollout has to pass besides health, as the command line gave it. */
export interface GateFlags extends NumberTexts {
  readonly canary?: string | undefined;
  readonly 'pause-at'?: string | undefined;
  readonly 'pause-timeout'?: string | undefined;
  readonly alarm?: readonly string[] | undefined;
  readonly 'ignore-ringing-alarms'?: boolean | undefined;
  readonly anomaly?: string | undefined;
  readonly 'skip-elb-health-check'?: boolean | undefined;
  readonly 'without-gates'?: boolean | undefined;
  readonly 'gate-command'?: string | undefined;
  readonly metric?: readonly string[] | undefined;
  readonly 'change-calendar'?: readonly string[] | undefined;
  readonly 'despite-calendar'?: string | undefined;
  readonly 'check-command'?: string | undefined;
  readonly 'before-terminate-command'?: string | undefined;
  readonly 'after-terminate-command'?: string | undefined;
}

const COMMANDS = ['check-command', 'before-terminate-command', 'after-terminate-command', 'gate-command'] as const;

/** The command lines of a rollout, for whoever looks whether they can run at all. */
export function gateCommands({ hooks, gate }: Pick<Gates, 'hooks' | 'gate'> = {}): readonly GivenCommand[] {
  const lines = {
    'check-command': hooks?.check,
    'before-terminate-command': hooks?.beforeTerminate,
    'after-terminate-command': hooks?.afterTerminate,
    'gate-command': gate?.command,
  };
  return COMMANDS.flatMap((flag) => (lines[flag] === undefined ? [] : [{ flag, line: lines[flag] }]));
}

/** Flags to gates; undefined when none was asked for. Problems are added as whole sentences. */
export function readGates(flags: GateFlags, problems: FlagProblem[]): Gates | undefined {
  const hooks = readHooks(flags, problems);
  const gate = readGate(flags, problems);
  const metrics = readMetrics(flags, problems);
  const calendar = readCalendar(flags, problems);
  const canary = readCanary(flags.canary, problems);
  const pauseAt = readPauses(flags, problems);
  const pauseEnds = readPauseEnd(flags['pause-timeout'], problems);
  if (pauseEnds !== undefined && pauseAt === undefined)
    problems.push(problem('--pause-timeout is for --pause-at.', 'pause-timeout', 'pause-at'));
  const { bake: bakeMs, 'keep-old': keepMs } = readNumbers(['bake', 'keep-old'], flags, problems);
  const without = flags['without-gates'] === true;
  const anomaly = readAnomaly(flags.anomaly, problems);
  const skipBalancers = flags['skip-elb-health-check'] === true;
  const alarms = [...new Set(flags.alarm ?? [])];
  if (alarms.includes('')) problems.push(problem('--alarm must not be empty.', 'alarm'));
  const ignoreRinging = flags['ignore-ringing-alarms'] === true;
  if (ignoreRinging && alarms.length === 0)
    problems.push(problem('--ignore-ringing-alarms is for --alarm.', 'ignore-ringing-alarms', 'alarm'));
  const asked: Omit<Gates, 'words'> = {
    ...(keepMs === 0 ? {} : { keepMs }),
    ...(hooks === undefined ? {} : { hooks }),
    ...gate,
    ...(metrics === undefined ? {} : { metrics }),
    ...calendar,
    ...(canary === undefined ? {} : { canary }),
    ...(bakeMs === 0 ? {} : { bakeMs }),
    ...(pauseAt === undefined ? {} : { pauseAt }),
    ...(pauseEnds === undefined ? {} : { pauseEnds }),
    ...(alarms.length === 0 ? {} : { alarms }),
    ...(ignoreRinging ? { ignoreRinging } : {}),
    ...(anomaly === undefined ? {} : { anomaly }),
    ...(skipBalancers ? { skipBalancers } : {}),
    ...(without ? { without } : {}),
  };
  return Object.keys(asked).length === 0 ? undefined : { words: gateWords(flags), ...asked };
}

function readAnomaly(text: string | undefined, problems: FlagProblem[]): Gates['anomaly'] {
  if (text === undefined || text === 'refuse' || text === 'warn') return text;
  problems.push(problem(`--anomaly must be refuse or warn, not "${text}".`, 'anomaly'));
  return undefined;
}

function readCanary(text: string | undefined, problems: FlagProblem[]): number | undefined {
  if (text === undefined) return undefined;
  const canary = /^\d+$/.test(text) ? Number(text) : 0;
  if (canary >= 1 && canary <= 10_000) return canary;
  problems.push(problem(`--canary must be a whole number of instances, at least 1, not "${text}".`, 'canary'));
  return undefined;
}

/** How many pauses the note on a group has room for, and beside the times of old instances that are kept. */
const MOST_PAUSES = 16;
const MOST_PAUSES_KEPT = 8;

function readPauses(
  { 'pause-at': text, 'keep-old': keeps = '0' }: GateFlags,
  problems: FlagProblem[],
): readonly number[] | undefined {
  if (text === undefined) return undefined;
  const points = text.split(',').map((part) => (/^\s*\d{1,3}%\s*$/.test(part) ? Number(part.replace('%', '')) : NaN));
  const rising = points.every((point, index) => point >= 1 && point <= 100 && point > (points[index - 1] ?? 0));
  const most = keeps === '0' ? MOST_PAUSES : MOST_PAUSES_KEPT;
  if (rising && points.length <= most) return points;
  if (rising) {
    const limits = `at most ${MOST_PAUSES} parts, and ${MOST_PAUSES_KEPT} with --keep-old`;
    problems.push(problem(`--pause-at takes ${limits}, not ${points.length}.`, 'pause-at'));
    return undefined;
  }
  problems.push(
    problem(
      `--pause-at must be parts of a group, rising, from 1% to 100%, such as 25%,50%, not "${text}".`,
      'pause-at',
    ),
  );
  return undefined;
}

/** Longest time after which a pause ends by itself, in seconds: a pause lasts for days, if need be. */
const LONGEST_PAUSE_S = 30 * 24 * 3600;

function readPauseEnd(text: string | undefined, problems: FlagProblem[]): PauseEnds | undefined {
  if (text === undefined) return undefined;
  const [time = '', by, ...rest] = text.split('=');
  const after = readSeconds(time);
  const fits = after !== undefined && after >= 1 && after <= LONGEST_PAUSE_S && rest.length === 0;
  if (fits && (by === 'resume' || by === 'rollback')) return { afterMs: after * 1000, by };
  problems.push(
    problem(
      '--pause-timeout must be a time of at most 30 days and what is done then, such as 4h=rollback or 30m=resume, ' +
        `not "${text}".`,
      'pause-timeout',
    ),
  );
  return undefined;
}

function readHooks(flags: GateFlags, problems: FlagProblem[]): HookPlan | undefined {
  const seconds = readNumbers(['check-timeout', 'command-timeout'], flags, problems);
  for (const name of COMMANDS)
    if (flags[name]?.trim() === '') problems.push(problem(`--${name} must not be empty.`, name));
  const {
    'check-command': check,
    'before-terminate-command': beforeTerminate,
    'after-terminate-command': afterTerminate,
  } = flags;
  if (flags['check-timeout'] !== undefined && check === undefined)
    problems.push(problem('--check-timeout is for --check-command.', 'check-timeout', 'check-command'));
  const others = [beforeTerminate, afterTerminate, flags['gate-command']];
  if (flags['command-timeout'] !== undefined && others.every((command) => command === undefined)) {
    problems.push(
      problem(
        '--command-timeout is for --before-terminate-command, --after-terminate-command and --gate-command.',
        'command-timeout',
        'before-terminate-command',
        'after-terminate-command',
        'gate-command',
      ),
    );
  }
  if (check === undefined && beforeTerminate === undefined && afterTerminate === undefined) return undefined;
  return {
    ...(check === undefined ? {} : { check }),
    ...(beforeTerminate === undefined ? {} : { beforeTerminate }),
    ...(afterTerminate === undefined ? {} : { afterTerminate }),
    checkTimeoutMs: seconds['check-timeout'],
    commandTimeoutMs: seconds['command-timeout'],
  };
}

function readGate(flags: GateFlags, problems: FlagProblem[]): Pick<Gates, 'gate'> {
  const { 'gate-command': command } = flags;
  const { 'gate-timeout': timeoutMs } = readNumbers(['gate-timeout'], flags, problems);
  // What is wrong with it is told where the other commands are read.
  const { 'command-timeout': commandTimeoutMs } = readNumbers(['command-timeout'], flags, []);
  if (command !== undefined) return { gate: { command, timeoutMs, commandTimeoutMs } };
  if (flags['gate-timeout'] !== undefined && (flags.metric ?? []).length === 0)
    problems.push(
      problem('--gate-timeout is for --gate-command and --metric.', 'gate-timeout', 'gate-command', 'metric'),
    );
  return {};
}

function readMetrics(flags: GateFlags, problems: FlagProblem[]): MetricPlan | undefined {
  const texts = [...new Set(flags.metric ?? [])];
  if (texts.length === 0) return undefined;
  // What is wrong with it is told where the gate command is read.
  const { 'gate-timeout': timeoutMs } = readNumbers(['gate-timeout'], flags, []);
  const conditions = texts.flatMap((text): readonly MetricCondition[] => {
    const read = readCondition(text);
    if ('condition' in read) return [read.condition];
    problems.push(problem(`--metric '${text}': ${read.wrong}.`, 'metric'));
    return [];
  });
  for (const { text, periodMs } of conditions) {
    // What begins with a period has to be over, and then published.
    const least = (2 * periodMs + METRIC_LATE_MS) / 1000;
    if (timeoutMs < least * 1000)
      problems.push(
        problem(
          `--gate-timeout must be at least ${least} seconds for --metric '${text}': before, it has no data.`,
          'gate-timeout',
          'metric',
        ),
      );
  }
  return { conditions, timeoutMs };
}

function readCalendar(flags: GateFlags, problems: FlagProblem[]): Pick<Gates, 'calendar'> {
  const names = [...new Set(flags['change-calendar'] ?? [])];
  const despite = flags['despite-calendar'];
  if (names.some((name) => name.trim() === ''))
    problems.push(problem('--change-calendar must not be empty.', 'change-calendar'));
  if (despite?.trim() === '') problems.push(problem('--despite-calendar must say why.', 'despite-calendar'));
  if (despite !== undefined && names.length === 0)
    problems.push(problem('--despite-calendar is for --change-calendar.', 'despite-calendar', 'change-calendar'));
  return names.length === 0 ? {} : { calendar: { names, ...(despite !== undefined && { despite: despite.trim() }) } };
}

/** The gates of a command line that no record holds, spelt out again. */
export function gateWords(flags: GateFlags): readonly string[] {
  const texts = [...COMMANDS, 'check-timeout', 'command-timeout', 'gate-timeout'] as const;
  return [
    ...texts.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]])),
    ...(flags.alarm ?? []).flatMap((name) => ['--alarm', name]),
    ...(flags.metric ?? []).flatMap((text) => ['--metric', text]),
    ...(flags['change-calendar'] ?? []).flatMap((name) => ['--change-calendar', name]),
    ...(flags['despite-calendar'] === undefined ? [] : ['--despite-calendar', flags['despite-calendar']]),
    ...(flags.anomaly === undefined ? [] : ['--anomaly', flags.anomaly]),
    ...switchWord('skip-elb-health-check', flags['skip-elb-health-check']),
  ];
}
