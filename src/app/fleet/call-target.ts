import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import type { Target } from '../../fleet/waves.js';
import type { Stamped } from '../../model/event.js';
import { planGroups, type PlanGroupsAsked } from '../groups/plan-groups.js';
import { status, type GroupsStatusDocument, type StatusAsked, type StatusDocument } from '../inspect/status.js';
import { plan, type PlanAsked } from '../stack/plan.js';
import { endWithError } from '../../run/end-with-error.js';

/** Output that nobody reads. */
const NOWHERE: ProcessContext['stdout'] = { write: () => true, on: () => undefined };

/** What one call for a target has of its own. */
interface TargetCall {
  /** Where its lines go; absent: nowhere. */
  readonly stream?: ProcessContext['stdout'];
  readonly onEvent?: (stamped: Stamped) => void;
  readonly onSignal?: ProcessContext['onSignal'];
  readonly leave?: ProcessContext['leave'];
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

/** What a run over it would do; changes nothing. Never throws. */
export function planTarget(target: Target, around: ProcessContext): Promise<CommandResult> {
  const context = contextOf('plan', around, {});
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

/** A look needs to know where, and nothing else. */
function lookFlags(target: Target): Readonly<Record<string, unknown>> {
  const { stack, asgs, region, profile } = flagsOfTarget(target);
  return { stack, asgs, region, profile };
}
