import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import type { Target } from '../../fleet/waves.js';
import type { Stamped } from '../../model/event.js';
import { planGroups, type PlanGroupsAsked } from '../groups/plan-groups.js';
import { cancel, type CancelAsked } from '../groups/cancel.js';
import { rollback, type RecoverAsked } from '../groups/resume-rollback.js';
import { updateGroups, type UpdateGroupsAsked } from '../groups/update-asgs.js';
import { status, type GroupsStatusDocument, type StatusAsked, type StatusDocument } from '../inspect/status.js';
import { plan, type PlanAsked } from '../stack/plan.js';
import { updateStack, type UpdateStackAsked } from '../stack/update-stack.js';
import { endWithError } from '../../run/end-with-error.js';

/** Output that nobody reads. */
const NOWHERE: ProcessContext['stdout'] = { write: () => true, on: () => undefined };

/** What one call for a target has of its own. */
export interface TargetCall {
  /** Where its lines go; absent: nowhere. */
  readonly stream?: ProcessContext['stdout'];
  readonly onEvent?: (stamped: Stamped) => void;
  readonly onSignal?: ProcessContext['onSignal'];
  readonly leave?: ProcessContext['leave'];
  /** Only warnings, and how it ended. */
  readonly quiet?: boolean;
}

/** The flags of a command line that means this target. */
export function flagsOfTarget({
  stack,
  asgs,
  region,
  profile,
  parameters,
  settings,
}: Target): Readonly<Record<string, unknown>> {
  return {
    capabilities: [],
    'on-interrupt': 'cancel',
    ...settings,
    ...(stack !== undefined && { stack }),
    asgs,
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    parameters,
    output: 'lines',
    'ci-log': 'none',
  };
}

/**
 * What a command's function knows of the process when a fleet calls it: nobody is asked anything, nothing ends the
 * process, and other runs go on beside it.
 */
function contextOf(command: string, around: ProcessContext, call: TargetCall): ProcessContext {
  const { env, host, pid, version, debug, simulated } = around;
  const stream = call.stream ?? NOWHERE;
  return {
    env,
    stdout: stream,
    stderr: stream,
    host,
    pid,
    command,
    version,
    json: call.stream === undefined,
    debug,
    sharesProcess: true,
    onSignal: call.onSignal ?? (() => () => undefined),
    leave: call.leave ?? (() => undefined),
    ...(call.onEvent !== undefined && { onEvent: call.onEvent }),
    ...(simulated !== undefined && { simulated }),
  };
}

/** The two commands that a target may stand for. */
function commandOf({ stack }: Target): 'update-stack' | 'update-asgs' {
  return stack === undefined ? 'update-asgs' : 'update-stack';
}

/** Ends like a command: what is thrown before there is a run becomes its end. */
async function ended<T extends object>(
  command: string,
  context: ProcessContext,
  call: () => Promise<T>,
): Promise<T | CommandResult> {
  try {
    return await call();
  } catch (error) {
    return endWithError(error, command, context);
  }
}

/** Rolls a target out, as `update-stack` or `update-asgs` does. Never throws. */
export function updateTarget(target: Target, around: ProcessContext, call: TargetCall): Promise<CommandResult> {
  const name = commandOf(target);
  const context = contextOf(name, around, call);
  const flags = { ...flagsOfTarget(target), ...(call.quiet === true && { quiet: true }) };
  return ended(name, context, () =>
    target.stack === undefined
      ? updateGroups(flags as unknown as UpdateGroupsAsked, context)
      : updateStack(flags as unknown as UpdateStackAsked, context),
  );
}

/** What that would do; changes nothing. Never throws. */
export function planTarget(target: Target, around: ProcessContext, call: TargetCall): Promise<CommandResult> {
  const context = contextOf('plan', around, call);
  const flags = flagsOfTarget(target);
  return ended('plan', context, () =>
    target.stack === undefined
      ? planGroups(flags as unknown as PlanGroupsAsked, context)
      : plan(flags as unknown as PlanAsked, context),
  );
}

/** One look at it; changes nothing. Never throws. */
export function statusOf(
  target: Target,
  around: ProcessContext,
): Promise<CommandResult | StatusDocument | GroupsStatusDocument> {
  const context = contextOf('status', around, {});
  return ended('status', context, () => status(lookFlags(target) as unknown as StatusAsked, context));
}

/** Calls back what is under way there. Never throws. */
export function cancelTarget(target: Target, around: ProcessContext, call: TargetCall): Promise<CommandResult> {
  const context = contextOf('cancel', around, call);
  const flags = { ...flagsOfTarget(target), 'if-running': true };
  return ended('cancel', context, () => cancel(flags as unknown as CancelAsked, context));
}

/** Takes back what a run left there. Never throws. */
export function rollbackTarget(target: Target, around: ProcessContext, call: TargetCall): Promise<CommandResult> {
  const context = contextOf('rollback', around, call);
  return ended('rollback', context, () => rollback(flagsOfTarget(target) as unknown as RecoverAsked, context));
}

/** A look needs to know where, and nothing else. */
function lookFlags(target: Target): Readonly<Record<string, unknown>> {
  const { stack, asgs, region, profile } = flagsOfTarget(target);
  return { stack, asgs, region, profile };
}
