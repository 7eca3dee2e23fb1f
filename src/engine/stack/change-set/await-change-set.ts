import { command } from '../../../text/commands/next-command.js';
import { remedyText } from '../../../text/commands/remedy.js';
import { saysNothingChanges } from '../../../decide/stack/read-change-set.js';
import { diagnoseChangeSet } from '../../../decide/diagnosis/diagnose.js';
import { AwsFault, refused } from '../../../errors.js';
import type { ChangeSet, ResourceChange, StackChanges } from '../../../model/stack/change-set.js';
import type { Reason } from '../../../model/rollout/decision.js';
import type { Deps } from '../../deps.js';
import { passes, PATIENCE, pause, repeating } from '../../retry.js';
import { dropChangeSet } from './discard-change-set.js';
import { rejected } from './execute-change-set.js';
import { retrying } from '../../retrying-gateway.js';
import { isGone, overtaken } from './overtaken.js';
import { type StackOrder, interrupted, type Prepared, type Review } from '../stack-change.js';
import { seconds } from '../../../text/duration.js';

/** How far nested change sets are followed; CloudFormation itself takes 2,500 nested resources. */
const deepest = 20;
/** A read may not know the change set yet that was made a moment ago. */
const unknownMs = 30_000;
const slowestPollMs = 5_000;

/**
 * Makes a change set, waits for it and reads it whole. Undefined when there is nothing to change. What
 * was made for it is removed again whenever this does not answer a review.
 * @throws Failure `refused`, in the service's words, with every finding of its early validation
 */
export async function review(deps: Deps, order: StackOrder, prepared: Prepared): Promise<Review | undefined> {
  if (deps.interrupt.received !== undefined) throw interrupted(deps.interrupt.received);
  const { action, before } = prepared;
  const made = await make(deps, order, prepared).catch((error: unknown) => {
    tellMaybeLeft(deps, order, error);
    throw error;
  });
  if (made === undefined) return undefined;
  const own = { id: made.id, stackId: made.stackId, fresh: action === 'create' && before === undefined };
  try {
    if (before !== undefined && made.stackId.startsWith('arn:') && made.stackId !== before.id) {
      throw refused(
        'stack.replaced',
        `Stack ${order.stack} was deleted and made anew meanwhile: it is ${made.stackId} now, not ${before.id}.`,
        [],
      );
    }
    const changeSet = await computed(deps, order, made.id);
    if (changeSet.status === 'FAILED') {
      const failed = saysNothingChanges(changeSet.reason) ? undefined : await innermost(deps, changeSet, made.id);
      const reasons = failed === undefined ? [] : await whyFailed(deps, prepared, failed.id);
      await dropChangeSet(deps, own);
      if (failed === undefined) return undefined;
      const where = failed.stackName === undefined ? '' : `in ${failed.stackName}, `;
      const what =
        `CloudFormation refuses to ${action} stack ${order.stack}: ` +
        `${where}${prepared.redact(failed.reason) || 'its change set failed without a reason'}`;
      throw refused('stack.rejected', what, reasons);
    }
    return {
      changeSet: { ...changeSet, stackId: changeSet.stackId || made.stackId },
      changes: await changesOf(deps, changeSet, order.stack),
      fresh: own.fresh,
    };
  } catch (error) {
    await dropChangeSet(deps, own);
    throw isGone(error) ? await overtaken(deps, order, made.stackId) : error;
  }
}

/** However often a call was tried whose answer never came, or could not be read: it may have had its effect. */
function tellMaybeLeft(deps: Deps, order: StackOrder, error: unknown): void {
  if (!(error instanceof AwsFault) || error.kind !== 'transient') return;
  const name = order.changeSetName ?? order.token;
  deps.emit({
    type: 'warning',
    reason: {
      code: 'stack.changeSetLeft',
      text: `The change set ${name} of stack ${order.stack} may be left behind: no answer said whether it was made.`,
      remedy: remedyText(
        [command`aws cloudformation delete-change-set --stack-name ${order.stack} --change-set-name ${name}`],
        deps.placed,
      ),
    },
  });
}

/** Reads a change set that somebody made before, by its name or ARN. */
export async function readReview(deps: Deps, stackId: string, name: string): Promise<Review> {
  const changeSet = await retrying(deps).describeChangeSet(name, stackId);
  return { changeSet, changes: await changesOf(deps, changeSet, stackId), fresh: false };
}

/**
 * The name holds the run's id, so a second call after a lost reply finds the first one's. Undefined when
 * it is refused because there is nothing to change, as some endpoints do.
 */
function make(
  deps: Deps,
  order: StackOrder,
  prepared: Prepared,
): Promise<{ readonly id: string; readonly stackId: string } | undefined> {
  const { action, request, before } = prepared;
  const asked = {
    ...request,
    // By name: not every endpoint takes an ARN here. The answer says which stack it is.
    stack: before?.name ?? request.stack,
    name: order.changeSetName ?? order.token,
    type: action === 'create' ? ('CREATE' as const) : ('UPDATE' as const),
    description: `Made by ha-updater, ${order.token}.`,
  };
  return repeating(deps, async () => {
    try {
      return await deps.gateway.createChangeSet(asked);
    } catch (error) {
      if (error instanceof AwsFault && error.kind === 'invalid' && saysNothingChanges(error.message)) return undefined;
      // Busy is somebody else's change: waiting here would hide it.
      if (error instanceof AwsFault && (!passes(error) || error.kind === 'busy'))
        throw rejected(error, order, prepared);
      throw error;
    }
  });
}

/** Waits until the change set is made, or has failed. */
async function computed(deps: Deps, order: StackOrder, id: string): Promise<ChangeSet> {
  const began = deps.clock.now();
  for (let pollMs = 1_000; ; pollMs = Math.min(slowestPollMs, pollMs * 1.5)) {
    await pause(deps, pollMs);
    if (deps.interrupt.received !== undefined) throw interrupted(deps.interrupt.received);
    const waited = deps.clock.now() - began;
    const found = await look(deps, id, waited < unknownMs);
    if (found !== undefined && ['CREATE_COMPLETE', 'FAILED'].includes(found.status)) return found;
    if (waited >= order.timing.silenceMs) {
      throw refused(
        'stack.changeSet',
        `CloudFormation has not worked out the change set of stack ${order.stack} for ${seconds(waited)}.`,
        [],
      );
    }
    deps.emit({
      type: 'stack.waiting',
      stack: order.stack,
      status: 'its change set is being worked out',
      inProgress: [],
      until: began + order.timing.silenceMs,
    });
  }
}

async function look(deps: Deps, id: string, mayLag: boolean): Promise<ChangeSet | undefined> {
  try {
    return await retrying(deps, {
      ...PATIENCE,
      longestWaitMs: 5_000,
    }).describeChangeSet(id);
  } catch (error) {
    if (mayLag && error instanceof AwsFault && error.kind === 'missing') return undefined;
    throw error;
  }
}

/** A change set that fails because that of a nested stack does says only which. */
const NESTED = /^Nested change set (arn:\S+) was not successfully created/i;

/** The change set that failed by itself; with the name of its stack when that is a nested one. */
async function innermost(
  deps: Deps,
  root: ChangeSet,
  id: string,
): Promise<{ readonly id: string; readonly reason: string; readonly stackName?: string }> {
  let found: { readonly id: string; readonly reason: string; readonly stackName?: string } = {
    id,
    reason: root.reason,
  };
  for (let depth = 0; depth < deepest; depth++) {
    const nested = NESTED.exec(found.reason)?.[1];
    if (nested === undefined) break;
    try {
      const { reason, stackName } = await retrying(deps).describeChangeSet(nested);
      found = { id: nested, reason, stackName };
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      break;
    }
  }
  return found;
}

/** What early validation and hooks said of it; a bare reason names no resource. */
async function whyFailed(deps: Deps, { redact }: Prepared, id: string): Promise<readonly Reason[]> {
  try {
    const events = await retrying(deps).failedEvents({ changeSet: id });
    if (events.every(({ reason }) => reason === '')) return [];
    return diagnoseChangeSet('', '', events).map(({ code, text, remedy }) => ({ code, text: redact(text), remedy }));
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return [
      {
        code: 'stack.validation',
        text: `Which resource it is about cannot be asked: cloudformation:DescribeEvents answered ${error.code}.`,
        remedy: 'Allow cloudformation:DescribeEvents.',
      },
    ];
  }
}

async function changesOf(deps: Deps, root: ChangeSet, fallbackName: string): Promise<StackChanges> {
  const read = async (changeSet: ChangeSet, depth: number): Promise<StackChanges> => {
    const changes: (ResourceChange & { nested?: StackChanges })[] = [];
    for (const change of changeSet.changes) {
      const { changeSetId } = change;
      if (changeSetId === undefined || depth >= deepest) changes.push(change);
      else {
        const inner = await retrying(deps).describeChangeSet(changeSetId);
        changes.push({ ...change, nested: await read(inner, depth + 1) });
      }
    }
    return { stackName: changeSet.stackName || fallbackName, changes };
  };
  return read(root, 0);
}
