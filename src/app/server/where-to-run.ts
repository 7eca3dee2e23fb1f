import { AwsFault, badFlags, Failure, problem, refused, usage } from '../../errors.js';
import * as stacks from '../stack/update-stack.js';
import { expectServable } from '../groups/group-command.js';
import * as restarts from '../groups/restart.js';
import * as recover from '../groups/resume-rollback.js';
import * as update from '../groups/update-asgs.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import type { Looking } from '../inspect/read-only.js';
import { expectRestarts } from './expect-restarts.js';
import { expectServerFor, isOfGroups, serverProblems, type ServerFlags } from './execution-input.js';
import { onlyLook } from '../inspect/read-only.js';
import { withPlace } from '../../run/place.js';
import { command } from '../../text/commands/next-command.js';
import { faultText } from '../../text/fault-text.js';
import { lineWriter } from '../../render/line-writer.js';
import { expectFunction, followThere, goBack, runOnServer, startThere, type StartedThere } from './run-on-server.js';

/** `update-asgs`, in this process or on a server. */
export async function updateGroups(
  given: update.UpdateGroupsAsked & ServerFlags,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  if (given.on !== 'server') return update.updateGroups(given, surroundings);
  return runOnServer(update.updateCommand(alone(given)), given, surroundings);
}

/**
 * `update-stack`, in this process, or with its groups on a server: the change is sent from here, since template and
 * values are here. Right before, an execution is started that waits for its end and replaces the instances then, so
 * from the moment of the change on nobody is needed.
 */
export async function updateStack(
  given: stacks.UpdateStackAsked & ServerFlags,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  if (given.on !== 'server' || given.swap === 'never') return stacks.updateStack(given, surroundings);
  const groups = groupsPartOf(given);
  const made = update.updateCommand(alone(groups));
  await expectOnServer(made, given, groups, surroundings);
  const { on: _on, server: _server, detach: _detach, ...change } = given;
  const looking = await onlyLook(groups, surroundings);
  let there: StartedThere | undefined;
  const changed = await stacks.changeAlone(change, surroundings, async (token, stack) => {
    const waits = { 'wait-for-lock': WAITS_FOR_SIZES, ...groups, stack, 'after-change': token };
    there = await startThere(made, waits, looking).catch((error: unknown) => {
      throw error instanceof AwsFault ? notStarted(error, stack, looking) : error;
    });
  });
  const { outcome } = changed;
  if (there === undefined)
    return outcome === 'nothing' || outcome === 'swapped'
      ? { ...(await runOnServer(made, groups, surroundings)), command: 'update-stack' }
      : changed;
  if (outcome !== 'updated') return leftThere(changed, there, given, surroundings);
  const rolled = await followThere(there, groups, surroundings);
  const whole = rolled.outcome === 'swapped' || rolled.outcome === 'nothing';
  return { ...rolled, command: 'update-stack', ...(whole && { outcome }) };
}

/** Nothing of the change is sent yet. */
function notStarted(fault: AwsFault, stack: string, { place }: Looking): Failure {
  return refused(
    'server.notStarted',
    `No execution could be started, so stack ${stack} was not changed: ${faultText(fault)}.`,
    [],
    [withPlace(command`ha-updater status ${stack}`, place)],
  );
}

/** The sizes that are kept through the change are given back by this process, and where it died after a lease. */
const WAITS_FOR_SIZES = '900';

/**
 * This command ends before the stack has, or with its failure: what it has started sees the end for itself. A signal
 * that came too late to cancel the change calls it off, as it would have ended a run in this process.
 */
async function leftThere(
  changed: CommandResult,
  there: StartedThere,
  given: stacks.UpdateStackAsked,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  const say = lineWriter(surroundings.stderr);
  const { outcome, interrupted } = changed;
  if (interrupted !== undefined && outcome !== 'stackFailed' && given['on-interrupt'] !== 'leave') {
    await goBack({ given: { ...groupsPartOf(given), stack: given.stack }, started: there.started, surroundings }, say);
    say(`${there.says} It was asked to begin nothing.`);
  } else say(`${there.says} It waits for the end of the change, and replaces instances only where that succeeds.`);
  return { ...changed, execution: there.started.arn };
}

/** What the groups' part of the command line is: of the stack's part nothing gets into an execution. */
function groupsPartOf(given: stacks.UpdateStackAsked & ServerFlags): OnServerAsked {
  const flags = Object.entries(given).filter(([name]) => isOfGroups(name));
  return { ...Object.fromEntries(flags), stack: given.stack, asgs: [] };
}

type OnServerAsked = update.UpdateGroupsAsked & ServerFlags;

/** Everything that stands against the groups' part is told before the stack is changed. @throws Failure `usage` */
async function expectOnServer(
  made: ReturnType<typeof update.updateCommand>,
  given: stacks.UpdateStackAsked & ServerFlags,
  groups: OnServerAsked,
  surroundings: ProcessContext,
): Promise<void> {
  const problems = [
    ...(given.stack === undefined ? [problem('Name the stack: with --on server it has to be known before.')] : []),
    ...(given['revert-on-failure'] === true
      ? [problem('--revert-on-failure needs this process until the end of the rollout.', 'revert-on-failure')]
      : []),
    ...serverProblems(groups),
  ];
  if (problems.length > 0) throw badFlags(problems);
  try {
    await expectServable(made, groups, surroundings);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // The command that it would print means the groups alone.
    const { code, what } = error.facts;
    throw usage(code, problem(`${what} The same command with --on here does it in this process.`));
  }
  await expectFunction(groups, surroundings);
}

/** `resume`, in this process or on a server. */
export const resume = hereOrThere(recover.resume, recover.resumeCommand);

/** `rollback`, in this process or on a server. */
export const rollback = hereOrThere(recover.rollback, recover.rollbackCommand);

/** `restart`, in this process or on a server. */
export async function restart(
  given: restarts.RestartAsked & ServerFlags,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  expectServerFor(given);
  if (given.on !== 'server') return restarts.restart(given, surroundings);
  const expect = (looking: Looking): Promise<void> => expectRestarts(looking, given);
  return runOnServer(restarts.restartCommand(given), given, surroundings, expect);
}

type Recover<T> = (given: recover.RecoverAsked & ServerFlags, surroundings: ProcessContext) => T;

function hereOrThere(
  here: Recover<Promise<CommandResult>>,
  made: (given: recover.RecoverAsked) => ReturnType<typeof recover.resumeCommand>,
): Recover<Promise<CommandResult>> {
  return async (given, surroundings) => {
    expectServerFor(given);
    return given.on === 'server' ? runOnServer(made(alone(given)), given, surroundings) : here(given, surroundings);
  };
}

/** What `--detach` says of the time for which an old half is kept is for a run here: one on a server needs no leave. */
function alone<A extends ServerFlags>(given: A): A {
  return { ...given, detach: undefined };
}
