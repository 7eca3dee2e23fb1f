import { command, commandLine, type NextCommand } from '../text/commands/next-command.js';
import { asTold } from '../text/commands/remedy.js';
import { targetWords } from '../text/commands/target-words.js';
import { toldAt, withPlace } from './place.js';
import { AwsFault, EXIT, Failure, LockLost, refused, usage, type FailureData, type FaultKind } from '../errors.js';
import { withoutPassword } from '../lock/address.js';
import type { Serving } from '../model/rollout/serving.js';
import type { FailureFacts, Outcome } from '../model/event.js';
import { isSystemFault, whyNot } from '../files/system-fault.js';
import { nearest } from '../text/nearest.js';
import { sayServing } from '../model/rollout/group-words.js';
import { describeProgress } from '../render/describe.js';
import type { RunState } from './run-state.js';
import { inWindow } from './signals/window-question.js';
import { sentence } from '../text/sentence.js';
import { faultText } from '../text/fault-text.js';

/** What is known of the run that failed. */
export interface FailureContext {
  readonly command: string;
  readonly stack?: string | undefined;
  readonly groups?: readonly string[];
  readonly region?: string | undefined;
  /** Where it is known who calls. */
  readonly account?: string | undefined;
  readonly profile?: string | undefined;
  /** Address of the strict lock, without secrets. */
  readonly lock?: string | undefined;
  /** Where the history is kept. */
  readonly history?: string | undefined;
  readonly witness?: RunState;
  /** Flags that whoever resumes needs again. */
  readonly words?: readonly string[] | undefined;
  /** The command that goes on with the groups, with every choice that was made. */
  readonly again?: NextCommand | undefined;
  /** Some groups of the stack were left out, so that its name would mean too many. */
  readonly part?: boolean;
}

/**
 * Whatever was thrown, as a Failure with the right outcome. A failed AWS call is no bug: before anything
 * was changed it is a refusal (or a matter of configuration), afterwards the run stopped part-way and
 * the record is kept.
 */
export function toFailure(error: unknown, scene: FailureContext): Failure {
  const failure = withWhere(withHelp(sort(error, scene), scene), scene);
  return new Failure(
    failure.outcome,
    {
      ...failure.facts,
      reasons: toldAt(failure.facts.reasons, scene),
      next: failure.facts.next.map((step) => withPlace(step, scene)),
    },
    { cause: failure.cause ?? error },
  );
}

function sort(error: unknown, scene: FailureContext): Failure {
  if (error instanceof Failure) return changedAllTheSame(error, scene);
  if (isParseError(error)) return parseFailure(error, scene);
  if (error instanceof LockLost) return lockLost(error, scene);
  if (isSystemFault(error)) return machineFault(error, scene);
  if (error instanceof AwsFault) return scene.witness?.changed ? stoppedBy(error, scene) : refusedBy(error, scene);
  return bug(error, scene);
}

/**
 * A refusal says that nothing was changed. What is refused after a change, such as a group that is not there any more
 * when the rollout of a dead run goes on, has stopped part-way.
 */
function changedAllTheSame(failure: Failure, scene: FailureContext): Failure {
  const claims = failure.exitCode === EXIT.usage || failure.exitCode === EXIT.refused;
  const isTrue = scene.witness?.changed !== true || (failure.firstChange && scene.witness.askedOnce === true);
  if (!claims || isTrue) return failure;
  return new Failure('stopped', { ...failure.facts, ...aftermath(scene) }, { cause: failure });
}

/** A file that cannot be read, a full disk, too many open files: of the machine, and no fault of the program. */
function machineFault(error: Error & { readonly path?: string }, scene: FailureContext): Failure {
  const where = error.path === undefined ? '' : `${error.path}: `;
  const what = `This machine does not do what the run needs: ${where}${whyNot(error)}.`;
  const facts = { code: 'machine.fault', what, reasons: [], ...aftermath(scene) };
  return new Failure(scene.witness?.changed === true ? 'stopped' : 'usage', facts, { cause: error });
}

/** Nothing was changed since: whoever has the lock now finishes or undoes what the record says. */
function lockLost({ message }: LockLost, scene: FailureContext): Failure {
  const what = `The strict lock was lost, so nothing more was changed: ${message}.`;
  if (scene.witness?.changed !== true)
    return refused('lock.lost', what, [], scene.again === undefined ? [] : [scene.again]);
  return new Failure('stopped', { code: 'lock.lost', what, reasons: [], ...aftermath(scene) });
}

/** What is left where no group holds a record. */
function leftOfStack(stack: RunState['stack']): string {
  if (stack?.ok !== true) return '';
  return stack.status === 'CREATE_COMPLETE'
    ? 'The stack is created; whether its instances get healthy was not seen to the end.'
    : 'The stack is updated; its groups may still run instances from before.';
}

/** The help of the command that failed. One below a topic has an id such as `lock:show`, and is typed as two words. */
function helpOf({ command: id }: FailureContext): NextCommand {
  return command`ha-updater ${id.split(/[ :]/)} --help`;
}

/** A mistake on the command line can be looked up; other usage failures know better what to do. */
function withHelp(failure: Failure, scene: FailureContext): Failure {
  if (failure.facts.next.length > 0 || !COMMAND_LINE.has(failure.facts.code)) return failure;
  return new Failure(failure.outcome, { ...failure.facts, next: [helpOf(scene)] }, { cause: failure.cause });
}

const COMMAND_LINE: ReadonlySet<string> = new Set([
  'usage.flags',
  'parameters.syntax',
  'parameters.name',
  'parameters.twice',
]);

/** Codes of what is not where it was looked for. */
const ABSENT: ReadonlySet<string> = new Set(['stack.missing', 'group.missing', 'target.none']);

/** Whether something was not found: then another account or region may be meant. */
export function isAbsent({ facts: { code, reasons } }: Failure): boolean {
  return ABSENT.has(code) || reasons.some((reason) => ABSENT.has(reason.code));
}

/** The wrong account or region is the commonest cause that something is not there, so both are named. */
function withWhere(failure: Failure, { region, account }: FailureContext): Failure {
  if (region === undefined || !isAbsent(failure)) return failure;
  const of = account === undefined ? '' : ` of account ${account}`;
  const what = `${sentence(failure.facts.what)} This command looked in region ${region}${of}.`;
  return new Failure(failure.outcome, { ...failure.facts, what }, { cause: failure.cause });
}

/** What to check, by how the call failed; and whether it is the configuration or the world. */
const ADVICE: Readonly<Record<FaultKind, { readonly outcome: Outcome; readonly text: string }>> = {
  credentials: {
    outcome: 'usage',
    text:
      'There are no usable AWS credentials. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ' +
      '--profile or AWS_PROFILE, or the role of this machine.',
  },
  expired: {
    outcome: 'usage',
    text:
      'The AWS credentials have expired or are not valid. Sign in again (aws sso login, a new session ' +
      'token), or check the clock of this machine.',
  },
  denied: { outcome: 'refused', text: 'AWS denied the call. Check the permissions of the role.' },
  unreachable: {
    outcome: 'refused',
    text: 'AWS cannot be reached. Check the network, the proxy, the region and AWS_ENDPOINT_URL.',
  },
  missing: {
    outcome: 'refused',
    text: 'AWS does not know what was named. Check the name, the account and the region.',
  },
  invalid: { outcome: 'refused', text: 'AWS refused the input.' },
  unsupported: {
    outcome: 'refused',
    text: 'This endpoint does not know the call. Check AWS_ENDPOINT_URL and the region.',
  },
  busy: { outcome: 'refused', text: 'Something is in progress that blocks the call. Try again later.' },
  throttled: { outcome: 'refused', text: 'AWS kept throttling the call. Try again later.' },
  transient: { outcome: 'refused', text: 'AWS kept failing. Try again later.' },
};

function refusedBy(fault: AwsFault, scene: FailureContext): Failure {
  const { outcome, text } = ADVICE[fault.kind];
  const profile =
    fault.kind === 'credentials' && scene.profile !== undefined ? ` The profile asked for is "${scene.profile}".` : '';
  const what = `${text}${profile} ${callOf(fault)}`;
  const next =
    fault.kind === 'credentials' || fault.kind === 'expired' || fault.kind === 'denied'
      ? [command`aws sts get-caller-identity`]
      : [];
  return new Failure(
    outcome,
    { code: `aws.${fault.kind}`, what, reasons: [], serves: 'Nothing was changed.', left: '', next },
    { cause: fault },
  );
}

function stoppedBy(fault: AwsFault, scene: FailureContext): Failure {
  const what = `${ADVICE[fault.kind].text} ${callOf(fault)}`;
  return new Failure(
    'stopped',
    { code: `aws.${fault.kind}`, what, reasons: [], ...aftermath(scene) },
    { cause: fault },
  );
}

/** The facts as they are told: commands as lines for a shell, and as data for programs. */
export function tellFacts(facts: FailureData): FailureFacts {
  return {
    ...facts,
    reasons: facts.reasons.map((reason) => asTold(reason)),
    next: facts.next.map(commandLine),
    commands: facts.next,
  };
}

/**
 * The last three of the last words for a run that stops wherever it is: what serves, what is left, how
 * to go on.
 */
export function aftermath(scene: FailureContext): Pick<FailureData, 'serves' | 'serving' | 'left' | 'next'> {
  const again = scene.again === undefined ? [] : [scene.again];
  const look = scene.stack === undefined ? [] : [command`ha-updater status ${scene.stack}`];
  const witness = scene.witness;
  if (!witness?.changed) return { serves: 'Nothing was changed.', left: '', next: [] };
  if (witness.stage === 'stack') {
    return {
      serves: 'Not looked up: no group was touched by this run.',
      left: `CloudFormation goes on with stack ${scene.stack ?? ''} by itself.`.replace('  ', ' '),
      next: [...look, ...again],
    };
  }
  const { said: serving, rows } = servedLast(witness);
  if (witness.open.length === 0) {
    const isCreated = witness.stack?.status === 'CREATE_COMPLETE';
    return {
      serves: serving === '' ? 'Not looked up: no group was touched by this run.' : `At the last look, ${serving}.`,
      ...(rows.length > 0 && { serving: rows }),
      left: leftOfStack(witness.stack),
      // The groups of a new stack have nothing to be swapped.
      next: [...look, ...(isCreated ? [] : again)],
    };
  }
  const gates = scene.words ?? [];
  const stack = scene.part === true ? undefined : scene.stack;
  const target = stack ?? witness.open.flatMap(targetWords);
  return {
    serves:
      serving === ''
        ? 'Not known from here; the groups were not made smaller before a verdict.'
        : `At the last look, ${serving}.`,
    ...(rows.length > 0 && { serving: rows }),
    left: inWindow(witness) ? keptStill(witness.open) : openStill(witness.open),
    next: [
      ...look,
      command`ha-updater resume ${target} ${gates}`,
      ...(witness.judged.length > 0 && !inWindow(witness) ? [] : [command`ha-updater rollback ${target} ${gates}`]),
    ],
  };
}

function openStill(groups: readonly string[]): string {
  return (
    `The rollout record, suspended processes and a changed size on ${groups.join(', ')}. ` +
    'The same command, resume or rollback, on any machine, finishes or undoes it.'
  );
}

function keptStill(groups: readonly string[]): string {
  return (
    `The old instances of ${groups.join(', ')}, kept in standby, with the rollout record. ` +
    'rollback, on any machine, lets them serve again; resume ends their time now.'
  );
}

/** Who served in each group when this run looked last; '' when it never did. */
function servedLast({ progress }: RunState): { readonly said: string; readonly rows: readonly Serving[] } {
  const rows = [...progress.values()];
  const known = rows.flatMap(({ serving }) => serving ?? []);
  const rest = rows.filter(({ serving }) => serving === undefined);
  const said = [
    ...(known.length === 0 ? [] : [sayServing(known)]),
    ...rest.map((one) => `${one.group}: ${describeProgress(one)}`),
  ].join('; ');
  return { said, rows: known };
}

function callOf(fault: AwsFault): string {
  const id = fault.requestId === undefined ? '' : ` (request ${fault.requestId})`;
  return `${faultText(fault)}${id}`;
}

/** An oclif error of the command line: it carries its own exit code. */
type ParseError = Error & {
  readonly oclif: { readonly exit?: number };
  readonly args?: readonly { readonly name?: string; readonly required?: boolean }[];
  /** Unknown flags as they were typed. */
  readonly flags?: readonly unknown[];
  readonly parse?: {
    readonly input?: { readonly flags?: Readonly<Record<string, { readonly allowNo?: boolean }>> };
  };
};

function isParseError(error: unknown): error is ParseError {
  return error instanceof Error && typeof (error as Partial<ParseError>).oclif === 'object';
}

function parseFailure(error: ParseError, scene: FailureContext): Failure {
  if (error.message.startsWith('Nonexistent flag'))
    return usage('usage.commandLine', unknownFlags(error), [helpOf(scene)]);
  // oclif lists a missing argument as a table, with a note on flags that does not hold for ours.
  const missing = error.message.startsWith('Missing ')
    ? (error.args ?? []).flatMap(({ name }) => (name === undefined ? [] : [name.toUpperCase()]))
    : [];
  const what =
    missing.length > 0
      ? `${missing.join(' and ')} is missing.`
      : sentence(withoutPassword(error.message).replace(/\n?See more help with --help\s*$/, ''));
  return usage('usage.commandLine', what, [helpOf(scene)]);
}

/** Each by its name alone: what was typed after a `=` may be a secret. */
function unknownFlags({ flags = [], parse }: ParseError): string {
  const flagsThere = parse?.input?.flags ?? {};
  const known = Object.keys(flagsThere);
  return flags
    .map((flag) => {
      const typed = String(flag).split('=')[0] ?? '';
      const [, off = '', name = ''] = /^-+(no-)?(.*)$/.exec(typed) ?? [];
      const meant = nearest(name, known);
      const negated = off !== '' && meant !== undefined && flagsThere[meant]?.allowNo === true ? off : '';
      return `There is no flag ${typed}.${meant === undefined ? '' : ` Did you mean --${negated}${meant}?`}`;
    })
    .join(' ');
}

function bug(error: unknown, scene: FailureContext): Failure {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new Failure(
    'bug',
    {
      code: 'bug',
      what: `Unexpected failure, please report it (--debug shows where): ${text}`,
      reasons: [],
      ...aftermath(scene),
    },
    { cause: error },
  );
}
