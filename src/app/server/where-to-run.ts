import { badFlags, Failure, problem, usage } from '../../errors.js';
import * as stacks from '../stack/update-stack.js';
import { expectServable } from '../groups/group-command.js';
import * as restarts from '../groups/restart.js';
import * as recover from '../groups/resume-rollback.js';
import * as update from '../groups/update-asgs.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import type { Looking } from '../inspect/read-only.js';
import { expectRestarts } from './expect-restarts.js';
import { expectServerFor, isOfGroups, serverProblems, type ServerFlags } from './execution-input.js';
import { expectFunction, runOnServer } from './run-on-server.js';

/** `update-asgs`, in this process or on a server. */
export async function updateGroups(
  given: update.UpdateGroupsAsked & ServerFlags,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  if (given.on !== 'server') return update.updateGroups(given, surroundings);
  return runOnServer(update.updateCommand(alone(given)), given, surroundings);
}

/**
 * `update-stack`, in this process, or with its groups on a server: the stack is changed from here, since template and
 * values are here, and the rollout of its groups needs nobody then.
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
  const changed = await stacks.changeAlone(change, surroundings);
  const { outcome } = changed;
  if (outcome !== 'updated' && outcome !== 'nothing' && outcome !== 'swapped') return changed;
  const rolled = await runOnServer(made, groups, surroundings, { changed: outcome === 'updated' });
  const whole = outcome === 'updated' && (rolled.outcome === 'swapped' || rolled.outcome === 'nothing');
  return { ...rolled, command: 'update-stack', ...(whole && { outcome }) };
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
  return runOnServer(restarts.restartCommand(given), given, surroundings, { expect });
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
