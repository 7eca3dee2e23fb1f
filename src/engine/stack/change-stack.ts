import { countChanges } from '../../decide/stack/read-change-set.js';
import { Failure } from '../../errors.js';
import type { RunEvent } from '../../model/event.js';
import type { Deps } from '../deps.js';
import { dropChangeSet } from './change-set/discard-change-set.js';
import { openExisting } from './change-set/open-change-set.js';
import { follow } from './follow-events.js';
import { verdict } from './stack-failures.js';
import { prepare } from './change-set/prepare-change-set.js';
import { review } from './change-set/await-change-set.js';
import { goesDirectly, settle } from './stack-settings.js';
import { start } from './change-set/execute-change-set.js';
import {
  interrupted,
  type Prepared,
  type Review,
  type StackOrder,
  type StackChange,
  type OpenChange,
  type Resolve,
} from './stack-change.js';

export type { StateWishes } from '../../decide/stack/stack-update.js';
export type { Locate } from './template-places.js';
export { stackGroups } from './stack-groups.js';
export { parametersFailure } from './change-set/prepare-change-set.js';

/**
 * Makes a change set, has `resolve` look at it, executes it and follows the events until the stack
 * settles. Answers only when CloudFormation succeeded: then, and only then, may the groups be touched.
 *
 * @throws Failure `usage` (parameters), `refused` (nothing was sent), `stackFailed` (settled otherwise),
 *   `stopped` (we follow no longer, CloudFormation may go on); AwsFault when a call before the start failed
 */
export async function changeStack(
  deps: Deps,
  order: StackOrder,
  resolve: Resolve = () => Promise.resolve('execute'),
): Promise<StackChange> {
  const repairs: RunEvent[] = [];
  const emit = (event: RunEvent): void => {
    if (event.type === 'stack.mending') repairs.push(event);
    deps.emit(event);
  };
  try {
    return await change({ ...deps, emit }, order, resolve);
  } catch (error) {
    throw repairs.length > 0 ? afterRepair(error, order) : error;
  }
}

/** Once the stack was deleted, or rolled back to its end, a refusal no longer means that nothing was changed. */
function afterRepair(error: unknown, { stack }: StackOrder): unknown {
  if (!(error instanceof Failure) || error.outcome !== 'refused') return error;
  const left =
    `Stack ${stack} was deleted, or rolled back to its end, as asked for; what was to come after that ` +
    'was not begun.';
  return new Failure(
    'stopped',
    { ...error.facts, serves: 'This run did not touch its groups.', left },
    { cause: error },
  );
}

async function change(deps: Deps, order: StackOrder, resolve: Resolve): Promise<StackChange> {
  const open = await openChange(deps, order);
  const { prepared } = open;
  if (open.review === undefined) {
    await resolve(open);
    deps.emit({ type: 'stack.unchanged', stack: order.stack });
    return { action: 'unchanged', stackId: prepared.before?.id ?? '' };
  }
  const { changeSet } = open.review;
  const answer = await whatNext(deps, order, open.review, () => resolve(open));
  if (answer !== 'execute')
    return { action: answer === 'keep' ? 'kept' : 'dropped', stackId: changeSet.stackId, changeSet };
  return carryOut(deps, order, prepared, open.review);
}

async function openChange(deps: Deps, order: StackOrder): Promise<OpenChange> {
  if (order.existing !== undefined) return openExisting(deps, order, order.existing);
  const prepared = await prepare(deps, order);
  const found = await review(deps, order, prepared);
  return { prepared, ...(found !== undefined && { review: found }) };
}

/** Whatever does not lead to the execution, or to keeping it on purpose, leaves no change set of ours behind. */
async function whatNext(
  deps: Deps,
  order: StackOrder,
  { changeSet, fresh }: Review,
  resolve: () => ReturnType<Resolve>,
): Promise<'execute' | 'keep' | 'drop'> {
  const drop = (): Promise<void> =>
    order.existing === undefined
      ? dropChangeSet(deps, { id: changeSet.id, stackId: changeSet.stackId, fresh })
      : Promise.resolve();
  try {
    const answer = await resolve();
    if (deps.interrupt.received !== undefined) throw interrupted(deps.interrupt.received);
    if (answer === 'drop') await drop();
    return answer;
  } catch (error) {
    await drop();
    throw error;
  }
}

async function carryOut(deps: Deps, order: StackOrder, prepared: Prepared, found: Review): Promise<StackChange> {
  const direct = goesDirectly(prepared);
  const { id, stackId } = found.changeSet;
  if (direct) await dropChangeSet(deps, { id, stackId, fresh: found.fresh });
  const started = await start(deps, order, prepared, direct ? undefined : found).catch(async (error: unknown) => {
    // Refused before it began: then the change set is still there, and ours.
    if (!direct && order.existing === undefined && error instanceof Failure && error.outcome === 'refused')
      await dropChangeSet(deps, { id, stackId, fresh: found.fresh });
    throw error;
  });
  if (started.kind === 'unchanged') {
    deps.emit({ type: 'stack.unchanged', stack: order.stack });
    return { action: 'unchanged', stackId: started.stackId };
  }
  const followed = await follow(deps, order, prepared, { ...started, total: countChanges(found.changes) });
  const done = verdict(order, prepared, followed);
  if (!direct) await settle(deps, order, prepared, done.stackId);
  return done;
}
