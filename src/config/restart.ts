import { type FlagProblem, problem } from '../errors.js';
import type { GivenCommand } from '../model/rollout/hook.js';
import type { OnError, RestartPlan } from '../model/rollout/rollout-plan.js';
import { readNumbers, type NumberTexts } from './numbers.js';
import { splitKeyValue } from '../text/key-value.js';

/** What `restart` was asked to do, as the command line gave it. */
export interface RestartFlags extends NumberTexts {
  readonly quorum?: string | undefined;
  readonly 'quorum-attempts'?: string | undefined;
  readonly 'on-error'?: string | undefined;
  readonly ssm?: string | undefined;
  readonly 'ssm-document'?: string | undefined;
  readonly 'ssm-parameter'?: readonly string[] | undefined;
  readonly exec?: string | undefined;
  readonly 'check-command'?: string | undefined;
  readonly 'change-calendar'?: readonly string[] | undefined;
  readonly 'despite-calendar'?: string | undefined;
}

/** The command of a restart: a document that SSM runs on the instance, or a line for the shell of this machine. */
type RestartCommand =
  | {
      readonly kind: 'ssm';
      readonly document: string;
      readonly parameters: Readonly<Record<string, readonly string[]>>;
    }
  | { readonly kind: 'exec'; readonly line: string };

export interface RestartWanted {
  readonly plan: RestartPlan;
  readonly command: RestartCommand;
}

/** The command line that runs on this machine, for whoever looks whether it can run at all. */
export function restartCommands({ command }: RestartWanted): readonly GivenCommand[] {
  return command.kind === 'exec' ? [{ flag: 'exec', line: command.line }] : [];
}

const QUORUM = '0.66';
const ATTEMPTS = '60';
const ON_ERROR: readonly OnError[] = ['stop', 'reregister', 'continue'];
const SHELL_DOCUMENT = 'AWS-RunShellScript';

/** Flags to a plan of a restart. Problems are added as whole sentences. */
export function readRestart(flags: RestartFlags, problems: FlagProblem[]): RestartWanted {
  const quorum = readQuorum(flags.quorum ?? QUORUM, problems);
  const text = flags['quorum-attempts'] ?? ATTEMPTS;
  const attempts = Number(text);
  if (!/^\d+$/.test(text) || attempts < 1 || attempts > 10_000)
    problems.push(
      problem(`--quorum-attempts must be a whole number from 1 to 10000, not "${text}".`, 'quorum-attempts'),
    );
  const onError = ON_ERROR.find((one) => one === (flags['on-error'] ?? 'stop'));
  if (onError === undefined)
    problems.push(
      problem(`--on-error must be one of ${ON_ERROR.join(', ')}, not "${flags['on-error'] ?? ''}".`, 'on-error'),
    );
  const { 'command-timeout': commandMs } = readNumbers(['command-timeout'], flags, problems);
  const command = readCommand(flags, commandMs, problems);
  return { plan: { quorum, attempts, onError: onError ?? 'stop', commandMs }, command };
}

/** `0.66` is a part of what is registered, `2` so many instances. */
function readQuorum(text: string, problems: FlagProblem[]): number {
  const value = Number(text);
  const part = /^0?\.\d+$/.test(text) && value > 0;
  const whole = /^[1-9]\d*$/.test(text);
  if (!part && !whole)
    problems.push(
      problem(
        `--quorum must be a part between 0 and 1, such as 0.66, or a number of instances from 1, not "${text}".`,
        'quorum',
      ),
    );
  return value;
}

function readCommand(flags: RestartFlags, commandMs: number, problems: FlagProblem[]): RestartCommand {
  const { ssm, 'ssm-document': document, 'ssm-parameter': parameters = [], exec } = flags;
  const given = [
    ...(ssm === undefined ? [] : ['ssm']),
    ...(document === undefined ? [] : ['ssm-document']),
    ...(exec === undefined ? [] : ['exec']),
  ];
  if (given.length === 0)
    problems.push(
      problem(
        'Say what restarts an instance: --ssm COMMAND, --ssm-document NAME, or --exec COMMAND.',
        'ssm',
        'ssm-document',
        'exec',
      ),
    );
  if (given.length > 1)
    problems.push(problem(`Give one of ${given.map((name) => `--${name}`).join(', ')}, not several.`, ...given));
  for (const [name, text] of [
    ['ssm', ssm],
    ['ssm-document', document],
    ['exec', exec],
  ] as const)
    if (text?.trim() === '') problems.push(problem(`--${name} must not be empty.`, name));
  if (parameters.length > 0 && document === undefined)
    problems.push(problem('--ssm-parameter is for --ssm-document.', 'ssm-parameter', 'ssm-document'));
  if (exec !== undefined) return { kind: 'exec', line: exec };
  // The agent itself ends a script that takes longer. Source: AWS-RunShellScript, executionTimeout.
  if (document === undefined)
    return {
      kind: 'ssm',
      document: SHELL_DOCUMENT,
      parameters: { commands: [ssm ?? ''], executionTimeout: [String(Math.ceil(commandMs / 1000))] },
    };
  return { kind: 'ssm', document, parameters: readParameters(parameters, problems) };
}

/** `KEY=VALUE`; the same key again is a further value of its list. */
function readParameters(
  texts: readonly string[],
  problems: FlagProblem[],
): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const text of texts) {
    const { key, value } = splitKeyValue(text) ?? { key: '' };
    if (value === undefined) problems.push(problem(`--ssm-parameter takes KEY=VALUE, not "${text}".`, 'ssm-parameter'));
    else if (key === '') problems.push(problem('--ssm-parameter takes KEY=VALUE, not "=…".', 'ssm-parameter'));
    else found[key] = [...(found[key] ?? []), value];
  }
  return found;
}

/** The choices of a restart, spelt out again. Values of parameters may be secret and are left out. */
export function restartWords(flags: RestartFlags): readonly string[] {
  const texts = [
    'quorum',
    'quorum-attempts',
    'on-error',
    'ssm',
    'ssm-document',
    'exec',
    'command-timeout',
    'check-command',
    'check-timeout',
    'healthy-timeout',
    'warmup',
    'drain-timeout',
    'wait-for-lock',
    'poll',
    'despite-calendar',
  ] as const;
  return [
    ...texts.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, flags[name]])),
    ...(flags['change-calendar'] ?? []).flatMap((name) => ['--change-calendar', name]),
    ...(flags['ssm-parameter'] ?? []).flatMap((text) => ['--ssm-parameter', `${text.split('=')[0] ?? ''}=…`]),
  ];
}
