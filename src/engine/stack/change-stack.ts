import type { Milliseconds } from '../../clock.js';
import { countChanges } from '../../decide/stack/read-change-set.js';
import type { FollowTiming, StateWishes } from '../../decide/stack/stack-update.js';
import { Failure } from '../../errors.js';
import type { ChangeSet } from '../../model/stack/change-set.js';
import type { RunEvent } from '../../model/event.js';
import type { GivenParameter, LoadedTemplate } from '../../model/stack/template.js';
import type { Deps } from '../deps.js';
import type { StackSettings } from '../gateway.js';
import { dropChangeSet } from './change-set/discard-change-set.js';
import { openExisting } from './change-set/open-change-set.js';
import { follow } from './follow-events.js';
import { verdict } from './stack-failures.js';
import { interrupted, prepare, type Prepared } from './change-set/prepare-change-set.js';
import type { Locate } from './template-places.js';
import { review, type Review } from './change-set/await-change-set.js';
import { goesDirectly, settle } from './stack-settings.js';
import { start } from './change-set/execute-change-set.js';

export type { StateWishes } from '../../decide/stack/stack-update.js';
export type { Locate } from './template-places.js';
export { stackGroups } from './stack-groups.js';
export type { Review } from './change-set/await-change-set.js';
export { parametersFailure, type Prepared } from './change-set/prepare-change-set.js';

/** What a person asked of a stack, resolved. */
export interface StackOrder {
  /** Name or ARN, as the user said it. */
  readonly stack: string;
  readonly template: LoadedTemplate;
  readonly given: readonly GivenParameter[];
  /** Keys that take the template's default although the stack has a value. */
  readonly useDefault?: readonly string[];
  /** Given keys that the template does not declare are left out, with a warning. */
  readonly ignoreUnknown?: boolean;
  /** Absent: what the service says that the template needs. */
  readonly capabilities?: readonly string[];
  /** Request token of the run, `ha-updater-RUN`: every event of our change carries it. */
  readonly token: string;
  readonly timing: StackTiming;
  readonly onInterrupt: 'cancel' | 'leave';
  /** What else the stack shall have. Tags here are merged over those that it has. */
  readonly settings?: StackSettings;
  /** The tags of `settings` are all that the stack shall have. */
  readonly exactTags?: boolean;
  readonly wishes?: StateWishes;
  /** Name of the change set to make; absent: the token. */
  readonly changeSetName?: string;
  /** Name or ARN of a change set that is there already: it is executed, and template and parameters count for nothing. */
  readonly existing?: string;
  /** Where templates declare what fails; absent: nobody can say. */
  readonly locate?: Locate;
}

export interface StackTiming extends FollowTiming {
  /** Shortest pause between two looks; it grows while nothing happens. */
  readonly pollMs: Milliseconds;
  /** Events without a token count when they are at most this much older than our change began, by the service's clock. */
  readonly lookBackMs: Milliseconds;
  /** Longest wait for somebody else's change, where waiting is wished. */
  readonly waitMs: Milliseconds;
}

/** The seed's defaults: `--warmup-seconds`, `--action-timeout`, `--lenient-look-back`; and that of `--wait-timeout`. */
export const STACK_TIMING: StackTiming = {
  warmupMs: 25_000,
  silenceMs: 300_000,
  pollMs: 2_000,
  lookBackMs: 5_000,
  waitMs: 3_600_000,
};

export interface StackChange {
  /** `kept`: the change set waits for somebody to execute it; `dropped`: it was only looked at. */
  readonly action: 'created' | 'updated' | 'unchanged' | 'kept' | 'dropped';
  /** ARN. */
  readonly stackId: string;
  readonly changeSet?: Pick<ChangeSet, 'id' | 'name'>;
}

/** A change of a stack that could begin now. `review` is absent when there is nothing to change. */
export interface OpenChange {
  readonly prepared: Prepared;
  readonly review?: Review;
}

/** What becomes of a change once it is known. A Failure that is thrown instead drops it and says why. */
export type Resolve = (open: OpenChange) => Promise<'execute' | 'keep' | 'drop'>;

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
  let mended = false;
  const emit = (event: RunEvent): void => {
    mended ||= event.type === 'stack.mending';
    deps.emit(event);
  };
  try {
    return await change({ ...deps, emit }, order, resolve);
  } catch (error) {
    throw mended ? afterMending(error, order) : error;
  }
}

/** Once the stack was deleted, or rolled back to its end, a refusal no longer means that nothing was changed. */
function afterMending(error: unknown, { stack }: StackOrder): unknown {
  if (!(error instanceof Failure) || error.outcome !== 'refused') return error;
  const left = `Stack ${stack} was deleted, or rolled back to its end, as asked for; what was to come after that was not begun.`;
  return new Failure(
    'stopped',
    { ...error.facts, serves: 'Its groups were not touched by us.', left },
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
  const followed = await follow(deps, order, prepared, started, { total: countChanges(found.changes) });
  const done = verdict(order, prepared, followed);
  if (!direct) await settle(deps, order, prepared, done.stackId);
  return done;
}
