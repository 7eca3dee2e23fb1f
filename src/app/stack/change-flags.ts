import { badFlags, type FlagProblem, problem } from '../../errors.js';
import { readSeconds } from '../../config/numbers.js';
import type { StackSettings } from '../../engine/gateway.js';
import type { StateWishes } from '../../engine/stack/change-stack.js';
import { splitKeyValue } from '../../text/key-value.js';

/** How a stack is changed: flags of `update-stack` and `plan`, unchecked. */
export interface ChangeFlags {
  readonly 's3-bucket'?: string | undefined;
  readonly 's3-bucket-owner'?: string | undefined;
  readonly 'stack-policy'?: string | undefined;
  readonly 'stack-policy-during-update'?: string | undefined;
  readonly 'role-arn'?: string | undefined;
  readonly 'notification-arn'?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly 'termination-protection'?: boolean | undefined;
  readonly 'rollback-trigger'?: readonly string[] | undefined;
  readonly 'monitoring-minutes'?: string | undefined;
  readonly 'disable-rollback'?: boolean | undefined;
  readonly 'stack-timeout'?: string | undefined;
  readonly create?: boolean | undefined;
  readonly 'replace-failed'?: boolean | undefined;
  readonly wait?: boolean | undefined;
  readonly 'rollback-first'?: boolean | undefined;
  readonly 'continue-rollback'?: boolean | undefined;
  readonly skip?: readonly string[] | undefined;
  readonly 'change-set'?: string | undefined;
  readonly execute?: boolean | undefined;
  readonly confirm?: boolean | undefined;
  readonly 'expect-account'?: readonly string[] | undefined;
  readonly 'expect-no-changes'?: boolean | undefined;
  readonly 'approve-only'?: readonly string[] | undefined;
  readonly 'allow-group-replacement'?: boolean | undefined;
}

/** What has to hold before a change begins. */
export interface ChangeGuards {
  /** Empty: any account. */
  readonly accounts: readonly string[];
  readonly noChanges: boolean;
  /** Empty: every change. */
  readonly approveOnly: readonly string[];
  readonly groupReplacement: boolean;
}

/** The flags, checked. */
export interface ChangeWanted {
  readonly settings?: StackSettings;
  readonly wishes: StateWishes;
  readonly guards: ChangeGuards;
  /** Name or ARN of a change set to execute. */
  readonly existing?: string;
  /** Keep the change set for somebody else to execute. */
  readonly keep: boolean;
  readonly confirm: boolean;
}

/**
 * Checks the flags and reads the policy files.
 * @param given what else the command line says, for flags that exclude each other
 * @throws Failure `usage` with every problem
 */
export async function readChange(
  flags: ChangeFlags,
  given: { readonly parameters: readonly string[]; readonly template?: string | undefined; readonly canAsk: boolean },
  readFile: (path: string) => Promise<string>,
): Promise<ChangeWanted> {
  const problems: FlagProblem[] = [];
  const settings: StackSettings = {
    ...callSettings(flags, problems),
    ...(await policies(flags, readFile, problems)),
  };
  problems.push(...changeSetProblems(flags, given));
  if (flags.skip !== undefined && flags['continue-rollback'] !== true)
    problems.push(problem('--skip goes with --continue-rollback.', 'skip', 'continue-rollback'));
  if (flags.confirm === true && !given.canAsk)
    problems.push(
      problem(
        '--confirm asks on a terminal, and there is none; use plan, or --approve-only, in a pipeline.',
        'confirm',
        'approve-only',
      ),
    );
  problems.push(...accountProblems(flags));
  if (problems.length > 0) throw badFlags(problems);
  const existing = flags['change-set'];
  return {
    ...(Object.keys(settings).length > 0 && { settings }),
    wishes: wishesOf(flags),
    guards: {
      accounts: flags['expect-account'] ?? [],
      noChanges: flags['expect-no-changes'] ?? false,
      approveOnly: flags['approve-only'] ?? [],
      groupReplacement: flags['allow-group-replacement'] ?? false,
    },
    ...(existing !== undefined && { existing }),
    keep: flags.execute === false,
    confirm: flags.confirm ?? false,
  };
}

/** What the calls that change the stack are told beside its template. */
function callSettings(flags: ChangeFlags, problems: FlagProblem[]): StackSettings {
  const timeout = flags['stack-timeout'];
  return {
    ...(flags.tag !== undefined && { tags: tags(flags.tag, problems) }),
    ...(flags['role-arn'] !== undefined && { roleArn: flags['role-arn'] }),
    ...(flags['notification-arn'] !== undefined && {
      notificationArns: flags['notification-arn'].filter((arn) => arn !== ''),
    }),
    ...rollback(flags, problems),
    ...(flags['disable-rollback'] !== undefined && { disableRollback: flags['disable-rollback'] }),
    ...(timeout !== undefined && {
      timeoutMinutes: minutes({ flag: 'stack-timeout', least: 1, most: 43_200 }, timeout, problems),
    }),
    ...(flags['termination-protection'] !== undefined && { terminationProtection: flags['termination-protection'] }),
  };
}

/** The stack policies, out of their files. */
async function policies(
  flags: ChangeFlags,
  readFile: (path: string) => Promise<string>,
  problems: FlagProblem[],
): Promise<Pick<StackSettings, 'policy' | 'policyDuringUpdate'>> {
  const { 'stack-policy': always, 'stack-policy-during-update': during } = flags;
  return {
    ...(always !== undefined && { policy: await policy('stack-policy', always, readFile, problems) }),
    ...(during !== undefined && {
      policyDuringUpdate: await policy('stack-policy-during-update', during, readFile, problems),
    }),
  };
}

/** What excludes the execution of a change set that is there already. */
function changeSetProblems(
  { 'change-set': existing, execute }: ChangeFlags,
  { parameters, template }: { readonly parameters: readonly string[]; readonly template?: string | undefined },
): readonly FlagProblem[] {
  if (existing === undefined) return [];
  return [
    ...(parameters.length > 0 || template !== undefined
      ? [problem('--change-set executes what is in it: leave out parameters and --template.', 'change-set', 'template')]
      : []),
    ...(execute === false
      ? [problem('--change-set and --no-execute exclude each other.', 'change-set', 'execute')]
      : []),
  ];
}

function accountProblems(flags: ChangeFlags): readonly FlagProblem[] {
  const wrong = (flag: string, account: string): readonly FlagProblem[] =>
    /^\d{12}$/.test(account) ? [] : [problem(`--${flag} takes twelve digits, not "${account}".`, flag)];
  const owner = flags['s3-bucket-owner'];
  return [
    ...(flags['expect-account'] ?? []).flatMap((account) => wrong('expect-account', account)),
    ...(owner === undefined
      ? []
      : flags['s3-bucket'] === undefined
        ? [problem('--s3-bucket-owner goes with --s3-bucket.', 's3-bucket-owner', 's3-bucket')]
        : wrong('s3-bucket-owner', owner)),
  ];
}

/** What to do with a stack that is in no state for an update. */
function wishesOf(flags: ChangeFlags): StateWishes {
  return {
    create: flags.create ?? true,
    replaceFailed: flags['replace-failed'] ?? false,
    wait: flags.wait ?? false,
    rollbackFirst: flags['rollback-first'] ?? false,
    ...(flags['continue-rollback'] === true && { continueRollback: { skip: flags.skip ?? [] } }),
  };
}

function tags(given: readonly string[], problems: FlagProblem[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const text of given) {
    const { key, value } = splitKeyValue(text) ?? { key: '', value: '' };
    if (key === '') problems.push(problem(`--tag takes KEY=VALUE, not "${text}".`, 'tag'));
    else if (/^aws:/i.test(key))
      problems.push(problem(`--tag ${key}: keys that begin with aws: are AWS's own.`, 'tag'));
    else if (found[key] !== undefined) problems.push(problem(`--tag ${key} is given twice.`, 'tag'));
    else found[key] = value;
  }
  return found;
}

/** Up to five alarms; source: CloudFormation API reference, RollbackConfiguration. */
function rollback(flags: ChangeFlags, problems: FlagProblem[]): Pick<StackSettings, 'rollback'> {
  const triggers = flags['rollback-trigger'];
  const text = flags['monitoring-minutes'];
  if (triggers === undefined && text === undefined) return {};
  if (triggers === undefined)
    problems.push(
      problem('--monitoring-minutes goes with --rollback-trigger.', 'monitoring-minutes', 'rollback-trigger'),
    );
  if ((triggers ?? []).length > 5)
    problems.push(problem('--rollback-trigger can be given five times at most.', 'rollback-trigger'));
  const monitoring =
    text === undefined ? undefined : minutes({ flag: 'monitoring-minutes', least: 0, most: 180 }, text, problems);
  return { rollback: { triggers: triggers ?? [], ...(monitoring !== undefined && { monitoringMinutes: monitoring }) } };
}

/** A flag that takes minutes, and how many. */
interface MinutesFlag {
  readonly flag: string;
  readonly least: number;
  readonly most: number;
}

function minutes({ flag, least, most }: MinutesFlag, text: string, problems: FlagProblem[]): number {
  const value = /^\d+$/.test(text) ? Number(text) : (readSeconds(text) ?? NaN) / 60;
  if (!(Number.isInteger(value) && value >= least && value <= most))
    problems.push(
      problem(`--${flag} takes whole minutes from ${least} to ${most}, or such as 30m or 1h, not "${text}".`, flag),
    );
  return value;
}

async function policy(
  flag: string,
  path: string,
  readFile: (path: string) => Promise<string>,
  problems: FlagProblem[],
): Promise<string> {
  const text = await readFile(path);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && Array.isArray((parsed as { Statement?: unknown }).Statement))
      return text;
    problems.push(problem(`--${flag} ${path} has no list of statements.`, flag));
  } catch (error) {
    problems.push(problem(`--${flag} ${path} is no JSON: ${(error as Error).message}.`, flag));
  }
  return text;
}
