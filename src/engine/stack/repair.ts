import { command, type NextCommand } from '../../text/commands/next-command.js';
import type { Instant } from '../../clock.js';
import { isStackItself, rollbackFailures, rootCauses } from '../../decide/diagnosis/root-causes.js';
import { classifyStatus, type FollowedAction, type StackState } from '../../decide/stack/stack-update.js';
import { AwsFault, Failure, refused } from '../../errors.js';
import type { RunEvent } from '../../model/event.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { Stack, StackEvent } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { pause, RETRY, repeating } from '../retry.js';
import { follow, type Followed } from './follow-events.js';
import { newestEvent } from './change-set/execute-change-set.js';
import { statusLook } from './read-status.js';
import { retrying } from '../retrying-gateway.js';
import { type StackOrder, interrupted } from './stack-change.js';
import { seconds } from '../../text/duration.js';
import { withoutStop } from '../../text/sentence.js';
import { strangersRedactor } from '../../text/secrets/redact.js';

/** Deletes a stack whose creation failed, and waits until it is gone. */
export async function deleteFailed(deps: Deps, order: StackOrder, stack: Stack): Promise<void> {
  const token = `${order.token}-delete`;
  const followed = await runOperation(deps, order, stack, {
    name: 'DeleteStack',
    mends: 'delete',
    follows: 'delete',
    token,
    send: () => deps.gateway.deleteStack(stack.id, token),
    goal: 'gone',
  });
  if (followed.end.kind === 'settled' && classifyStatus(followed.status || 'DELETE_COMPLETE') === 'gone') return;
  throw halfWay(order, followed, 'could not be deleted', [
    command`ha-updater status ${order.stack} --events`,
    command`aws cloudformation delete-stack --stack-name ${order.stack}`,
  ]);
}

/** Rolls back an update that failed and was left standing, and waits until the stack is as it was before it. */
export async function rollBackFirst(deps: Deps, order: StackOrder, stack: Stack): Promise<void> {
  const token = `${order.token}-rollback`;
  const followed = await runOperation(deps, order, stack, {
    name: 'RollbackStack',
    mends: 'rollback',
    follows: 'rollback',
    token,
    send: () => deps.gateway.rollbackStack(stack.id, token),
    goal: 'rolledBack',
  });
  if (followed.end.kind === 'settled' && classifyStatus(followed.end.status) === 'rolledBack') return;
  throw halfWay(order, followed, 'could not be rolled back', [
    command`ha-updater status ${order.stack} --events`,
    command`ha-updater update-stack ${order.stack} --continue-rollback --skip ID`,
  ]);
}

/** Continues a roll-back that failed, and waits until the stack is as it was before its update. */
export async function continueFailed(
  deps: Deps,
  order: StackOrder,
  stack: Stack,
  skip: readonly string[],
): Promise<void> {
  const token = `${order.token}-continue`;
  const followed = await runOperation(deps, order, stack, {
    name: 'ContinueUpdateRollback',
    mends: 'continueRollback',
    follows: 'rollback',
    token,
    send: () => deps.gateway.continueRollback(stack.id, skip, token),
    goal: 'rolledBack',
  });
  if (followed.end.kind === 'settled' && classifyStatus(followed.end.status) === 'rolledBack') return;
  throw halfWay(order, followed, 'could not be rolled back to its end', [
    command`ha-updater status ${order.stack} --events`,
    command`ha-updater update-stack ${order.stack} --continue-rollback --skip ID`,
  ]);
}

/** One operation of CloudFormation that repairs a stack. */
interface RepairOperation {
  /** AWS's name for the call. */
  readonly name: string;
  /** The word of the event. */
  readonly mends: Extract<RunEvent, { type: 'stack.mending' }>['action'];
  readonly follows: FollowedAction;
  readonly token: string;
  readonly send: () => Promise<void>;
  /** Where the stack has to settle. */
  readonly goal: StackState;
}

async function runOperation(
  deps: Deps,
  order: StackOrder,
  stack: Stack,
  { name, mends, follows, token, send, goal }: RepairOperation,
): Promise<Followed> {
  if (deps.interrupt.received !== undefined) throw interrupted(deps.interrupt.received);
  const marker = await newestEvent(deps, stack.id);
  try {
    await repeating(deps, send);
  } catch (error) {
    if (!(error instanceof AwsFault) || (error.kind !== 'invalid' && error.kind !== 'busy')) throw error;
    throw refused(
      'stack.rejected',
      `CloudFormation refuses it (${name} of stack ${order.stack}): ${error.message}`,
      [],
    );
  }
  deps.emit({ type: 'stack.mending', stack: order.stack, action: mends, token });
  const started = { kind: 'started' as const, stackId: stack.id, ...(marker !== undefined && { marker }) };
  return follow(
    deps,
    { ...order, token },
    { action: follows, before: stack, redact: strangersRedactor([]) },
    { ...started, well: (state) => state === goal },
  );
}

function halfWay({ stack }: StackOrder, followed: Followed, how: string, next: readonly NextCommand[]): Failure {
  const causes = rootCauses(followed.events);
  const status = followed.end.kind === 'settled' ? followed.end.status : followed.status;
  const why = followed.end.kind === 'leave' ? ` ${followed.end.why}` : '';
  return new Failure('stopped', {
    code: 'stack.notMended',
    what: `Stack ${stack} ${how}${status === '' ? '' : `: it is ${status}`}.${why}`,
    reasons: causes.map(asReason),
    serves: 'This run did not touch its groups.',
    left: `Stack ${stack} as it stands${status === '' ? '' : ` (${status})`}.`,
    next,
  });
}

/**
 * Waits until somebody else's change has settled, telling its events; as long as events come, and no longer than
 * `latest`.
 */
export async function waitForOthers(deps: Deps, order: StackOrder, stack: Stack, latest: Instant): Promise<void> {
  const look = statusLook(deps, stack.id, undefined);
  const seen = new Set<string>();
  let newsAt = deps.clock.now();
  let first = true;
  for (;;) {
    if (deps.interrupt.received !== undefined) throw interrupted(deps.interrupt.received);
    const fresh = await newEvents(deps, stack.id, seen, first);
    const token = fresh.at(-1)?.token;
    if (first)
      deps.emit({
        type: 'stack.waiting',
        stack: order.stack,
        status: stack.status,
        inProgress: [],
        by: token ?? 'somebody without a token',
        until: Math.min(latest, newsAt + order.timing.silenceMs),
      });
    // What happened before we came is no news.
    else for (const event of fresh) deps.emit({ type: 'stack.event', stack: order.stack, event });
    if (!first && fresh.length > 0) newsAt = deps.clock.now();
    first = false;
    const { settled } = await look();
    if (settled) return;
    const until = Math.min(latest, newsAt + order.timing.silenceMs);
    if (deps.clock.now() >= latest)
      throw refused(
        'stack.busy',
        `Somebody else's change of stack ${order.stack} still went on after ` +
          `${seconds(order.timing.waitMs)} (--wait-timeout).`,
        [],
        [command`ha-updater status ${order.stack} --events`],
      );
    if (deps.clock.now() >= until)
      throw refused(
        'stack.busy',
        `Somebody else's change of stack ${order.stack} had no new event for ${seconds(order.timing.silenceMs)}.`,
        [],
        [command`ha-updater status ${order.stack} --events`],
      );
    await pause(deps, Math.min(5_000, until - deps.clock.now()));
  }
}

async function newEvents(
  deps: Deps,
  stackId: string,
  seen: Set<string>,
  first: boolean,
): Promise<readonly StackEvent[]> {
  let read = 0;
  try {
    const events = await retrying(deps, { ...RETRY, attempts: 3 }).stackEvents(
      stackId,
      (event) => seen.has(event.id) || (first && read++ >= 100),
    );
    const fresh = events.filter(({ id }) => !seen.has(id)).reverse();
    for (const { id } of fresh) seen.add(id);
    return fresh;
  } catch (error) {
    // The stack itself tells when it is over; its events are for people.
    if (error instanceof AwsFault) return [];
    throw error;
  }
}

/** Why the stack is in the state that it is in: what failed in its last operation, root cause first. */
export async function whyStuck(deps: Deps, stack: Stack): Promise<readonly Reason[]> {
  let over = false;
  const began = (event: StackEvent): boolean =>
    isStackItself(event) &&
    event.stackId === stack.id &&
    /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.status);
  try {
    const read = await retrying(deps).stackEvents(stack.id, (event) => {
      if (over) return true;
      over = began(event);
      return false;
    });
    // Oldest first: of two events of one moment the order tells which came of which.
    const events = [...read].reverse();
    const causes = rootCauses(events);
    return [...causes, ...rollbackFailures(events).filter((event) => !causes.includes(event))].map(asReason);
  } catch (error) {
    if (error instanceof AwsFault) return [];
    throw error;
  }
}

function asReason({ logicalId, type, status, reason, stackName }: StackEvent): Reason {
  return {
    code: 'stack.resource',
    text:
      `${logicalId} (${type} in ${stackName}) ${status}: ` + (reason === '' ? 'no reason given' : withoutStop(reason)),
    remedy: '',
    resource: logicalId,
  };
}
