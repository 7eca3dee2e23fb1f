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
export const resume = hereOrThere(recover.resume, recover.resumeCommand);

/** `rollback`, in this process or on a server. */
export const rollback = hereOrThere(recover.rollback, recover.rollbackCommand);

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
