import { badFlags, problem, type FlagProblem } from '../../errors.js';

/** Where a command runs, and what follows it there. */
export interface ServerFlags {
  /** `here`, which is the default, or `server`. */
  readonly on?: string | undefined;
  /** The stack of the function, as `server deploy` made it. */
  readonly server?: string | undefined;
  /** End as soon as it is started there. */
  readonly detach?: boolean | undefined;
}

/** Flags of this side of the line: where it is started and how it is shown. */
const OWN: ReadonlySet<string> = new Set([
  ...['on', 'server', 'detach', 'region', 'profile', 'config', 'debug', 'json', 'output', 'quiet', 'ci-log'],
  ...['events-file', 'junit', 'report', 'webhook', 'event-bus', 'lock', 'history', 'image', 'finish-kept'],
  // Named `groups` there.
  ...['asg', 'asgs'],
]);

/** What of a command line about a stack is about its groups too, beside those that are of this side of the line. */
const OF_GROUPS: ReadonlySet<string> = new Set([
  ...['stack', 'only', 'except', 'swap', 'together', 'strategy', 'protected', 'standby', 'surge', 'unavailable'],
  ...['serial', 'force', 'canary', 'bake', 'pause-at', 'pause-timeout', 'ignore-ringing-alarms', 'keep-old', 'console'],
  ...['healthy-timeout', 'warmup', 'deadline', 'drain-timeout', 'wait-for-lock', 'poll', 'change-calendar'],
  ...['despite-calendar', 'alarm', 'anomaly', 'skip-elb-health-check', 'without-gates', 'gate-command', 'metric'],
  ...['gate-timeout', 'check-command', 'check-timeout', 'before-terminate-command', 'after-terminate-command'],
  ...['command-timeout'],
]);

/** Whether a flag of `update-stack` means its groups, as with `update-asgs`. Nothing else gets into an execution. */
export function isOfGroups(flag: string): boolean {
  // rule: value-in-execution
  return OF_GROUPS.has(flag) || OWN.has(flag);
}

/** Those that this command does while it follows. */
const BY_FOLLOWER = ['events-file', 'junit', 'report', 'webhook', 'event-bus'] as const;

/**
 * What the function is asked for: the flags as options of the library, whose names are theirs in camel case. No
 * flag of these commands holds a secret that gets here; commands for a shell are refused before.
 *
 * @param given the flags, checked
 * @returns JSON
 */
export function inputOf(command: string, given: object): string {
  const flags = Object.entries(given as Readonly<Record<string, unknown>>);
  const options = Object.fromEntries(
    flags.filter(([name, value]) => !OWN.has(name) && value !== undefined).map(([name, value]) => [camel(name), value]),
  );
  const { asgs = [] } = given as { readonly asgs?: readonly string[] };
  return JSON.stringify({ command, options: { ...options, ...(asgs.length > 0 && { groups: asgs }) } });
}

function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What is wrong with them, as sentences. */
export function serverProblems(given: ServerFlags): readonly FlagProblem[] {
  const { on = 'here', server, detach } = given;
  const flags = given as Readonly<Record<string, unknown>>;
  const problems: FlagProblem[] = [];
  if (on !== 'server') return problems;
  if (server === undefined || server === '')
    problems.push(problem('Say which function it is: --server NAME, the stack that server deploy made.', 'server'));
  else if (!/^[A-Za-z][-A-Za-z0-9]{0,63}$/.test(server))
    problems.push(problem('--server must be the name of the stack that server deploy made.', 'server'));
  if (detach === true)
    for (const name of BY_FOLLOWER)
      if (flags[name] !== undefined)
        problems.push(
          problem(`--${name} needs a command that follows the rollout, and --detach ends this one at once.`, name),
        );
  return problems;
}

/** `--detach` of commands that only have it for the server. @throws Failure `usage` */
export function expectServerFor({ on, detach }: ServerFlags): void {
  if (detach === true && on !== 'server')
    throw badFlags([problem('--detach is for --on server: nothing goes on without this command here.', 'detach')]);
}
