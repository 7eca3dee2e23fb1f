import { command } from '../../../text/commands/next-command.js';
import { AwsFault, Failure, refused } from '../../../errors.js';
import type { StackEvent } from '../../../model/stack/stack.js';
import type { Deps } from '../../deps.js';
import { backOff, passes, pause, RETRY } from '../../retry.js';
import { retrying } from '../../retrying-gateway.js';
import { isGone, overtaken } from './overtaken.js';
import { type StackOrder, interrupted, type Prepared, type Review, type Started } from '../stack-change.js';

/** A change set to execute; without one the stack itself is asked to change. */
export type Executed = Pick<Review, 'changeSet'> | undefined;

/** How often, and how far apart, we look whether a call whose reply was lost had its effect. */
const looks = 5;
const lookEveryMs = 2_000;

/**
 * Sends the change. A reply that is lost is no harm: the token says whether the change is ours, be it
 * that the service refuses the token as used, is busy with our own change, or has done it already.
 */
export async function start(deps: Deps, order: StackOrder, prepared: Prepared, executed: Executed): Promise<Started> {
  const { before, action, resolved, request, capabilitiesReason } = prepared;
  const known = executed?.changeSet.stackId ?? before?.id;
  const marker = known === undefined ? undefined : await newestEvent(deps, known);
  if (deps.interrupt.received !== undefined) throw interrupted(deps.interrupt.received);
  const started = await send(deps, order, prepared, executed);
  if (started.kind === 'unchanged') return started;
  deps.emit({
    type: 'stack.started',
    stack: order.stack,
    action,
    token: order.token,
    parameters: resolved.shown,
    kept: resolved.kept,
    defaulted: resolved.defaulted,
    capabilities: request.capabilities,
    ...(capabilitiesReason !== undefined && { capabilitiesReason }),
  });
  return { ...started, ...(marker !== undefined && { marker }) };
}

/** undefined also when events cannot be read: tokens tell ours from others' then. */
export async function newestEvent(deps: Deps, stackId: string): Promise<StackEvent | undefined> {
  try {
    let read = 0;
    const events = await retrying(deps).stackEvents(stackId, () => read++ > 0);
    return events[0];
  } catch (error) {
    if (error instanceof AwsFault) return undefined;
    throw error;
  }
}

async function send(deps: Deps, order: StackOrder, prepared: Prepared, executed: Executed): Promise<Started> {
  const direct = prepared.action === 'create' ? 'cloudformation:CreateStack' : 'cloudformation:UpdateStack';
  const operation = executed === undefined ? direct : 'cloudformation:ExecuteChangeSet';
  let mayHaveWorked = false;
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await call(deps, order, prepared, executed);
      // A second call finds nothing to do when the first one, whose reply was lost, has done it.
      if (answer.kind === 'unchanged' && mayHaveWorked)
        return (await startedBefore(deps, order, prepared, executed)) ?? answer;
      return answer;
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      // Throttled and unreachable calls were never carried out.
      mayHaveWorked ||= error.kind === 'transient';
      const used = error.code.startsWith('TokenAlreadyExists');
      if (used || (mayHaveWorked && !lost(error))) {
        const ours = await startedBefore(deps, order, prepared, executed);
        if (ours !== undefined) return ours;
      }
      if (!lost(error)) throw await refusal(error, deps, order, { prepared, executed });
      if (attempt >= RETRY.attempts) {
        if (!mayHaveWorked) throw error;
        const ours = await startedBefore(deps, order, prepared, executed);
        if (ours !== undefined) return ours;
        throw unclear(error, order, operation);
      }
      const waitMs = backOff(attempt);
      deps.emit({ type: 'call.retried', operation: error.operation || operation, code: error.code, attempt, waitMs });
      await pause(deps, waitMs);
    }
  }
}

async function refusal(
  error: AwsFault,
  deps: Deps,
  order: StackOrder,
  { prepared, executed }: { readonly prepared: Prepared; readonly executed: Executed },
): Promise<Error> {
  return executed !== undefined && isGone(error)
    ? overtaken(deps, order, executed.changeSet.stackId)
    : rejected(error, order, prepared);
}

async function call(
  deps: Deps,
  order: StackOrder,
  { action, request, before }: Prepared,
  executed: Executed,
): Promise<Started> {
  if (executed !== undefined) {
    const { id, stackId } = executed.changeSet;
    await deps.gateway.executeChangeSet(id, order.token, request.settings?.disableRollback ?? false);
    return { kind: 'started', stackId };
  }
  if (action === 'create') return { kind: 'started', stackId: await deps.gateway.createStack(request) };
  const stackId = before?.id ?? request.stack;
  return { kind: await deps.gateway.updateStack(request), stackId };
}

/** Faults after which the same call may be sent again. Busy is not one: somebody else's change came between. */
function lost(error: AwsFault): boolean {
  return passes(error) && error.kind !== 'busy';
}

/** Our change, when the stack's newest events carry our token. Reads may lag behind, so it looks more than once. */
async function startedBefore(
  deps: Deps,
  order: StackOrder,
  { before }: Prepared,
  executed: Executed,
): Promise<Started | undefined> {
  for (let look = 1; look <= looks; look++) {
    const stackId = executed?.changeSet.stackId ?? before?.id ?? (await retrying(deps).describeStack(order.stack))?.id;
    if (stackId !== undefined) {
      let read = 0;
      // Ours is among the newest: nobody else's change fits in between.
      const events = await retrying(deps).stackEvents(stackId, () => read++ > 100);
      if (events.some((event) => event.token === order.token)) return { kind: 'started', stackId };
    }
    if (look < looks) await pause(deps, lookEveryMs);
  }
  return undefined;
}

/** What a fault that no second try can heal means to the user. */
export function rejected(
  error: AwsFault,
  order: StackOrder,
  { redact, action }: Pick<Prepared, 'redact' | 'action'>,
): Error {
  const message = redact(error.message);
  const show = command`ha-updater status ${order.stack} --events`;
  if (error.kind === 'busy') {
    return refused('stack.busy', `Stack ${order.stack} takes no change now: ${message}`, [], [show]);
  }
  if (error.code.startsWith('InsufficientCapabilities')) {
    return refused('stack.capabilities', `CloudFormation asks for capabilities that were not given: ${message}`, []);
  }
  if (error.kind === 'invalid' || error.kind === 'missing') {
    return refused('stack.rejected', `CloudFormation refuses to ${action} stack ${order.stack}: ${message}`, []);
  }
  return error;
}

function unclear(error: AwsFault, order: StackOrder, operation: string): Failure {
  return new Failure(
    'stopped',
    {
      code: 'stack.unclear',
      what:
        `${operation} was not answered (${error.code}: ${error.message}); whether stack ` +
        `${order.stack} changes is not known.`,
      reasons: [],
      serves: 'This run did not touch its groups.',
      left: 'Nothing of this run, except perhaps the change itself.',
      next: [command`ha-updater status ${order.stack} --events`],
    },
    { cause: error },
  );
}
