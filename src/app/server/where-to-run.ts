import * as recover from '../groups/resume-rollback.js';
import * as update from '../groups/update-asgs.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { expectServerFor, type ServerFlags } from './execution-input.js';
import { runOnServer } from './run-on-server.js';

/** `update-asgs`, in this process or on a server. */
export async function updateGroups(
  given: update.UpdateGroupsAsked & ServerFlags,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  if (given.on !== 'server') return update.updateGroups(given, surroundings);
  return runOnServer(update.updateCommand(alone(given)), given, surroundings);
}

/** `resume`, in this process or on a server. */
export async function resume(
  given: recover.RecoverAsked & ServerFlags,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  expectServerFor(given);
  if (given.on !== 'server') return recover.resume(given, surroundings);
  return runOnServer(recover.resumeCommand(alone(given)), given, surroundings);
}

/** `rollback`, in this process or on a server. */
export async function rollback(
  given: recover.RecoverAsked & ServerFlags,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  expectServerFor(given);
  if (given.on !== 'server') return recover.rollback(given, surroundings);
  return runOnServer(recover.rollbackCommand(alone(given)), given, surroundings);
}

/** What `--detach` says of the time for which an old half is kept is for a run here: one on a server needs no leave. */
function alone<A extends ServerFlags>(given: A): A {
  return { ...given, detach: undefined };
}
