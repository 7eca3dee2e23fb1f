import { command } from '../../text/commands/next-command.js';
import { classifyStatus } from '../../decide/stack/stack-update.js';
import { AwsFault, Failure, refused } from '../../errors.js';
import type { Stack } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { follow } from './follow-events.js';
import { newestEvent } from './change-set/execute-change-set.js';
import { retrying } from '../retrying-gateway.js';
import type { StackOrder } from './stack-change.js';
import { strangersRedactor } from '../../text/secrets/redact.js';

/** What cancelling needs of an order. */
export type CancelOrder = Pick<StackOrder, 'stack' | 'token' | 'timing'>;

/**
 * Cancels the update of a stack and follows it back. Answers when the stack is what it was before.
 * @throws Failure `refused` when it could not be cancelled, `stopped` when it did not come back
 */
export async function cancelUpdate(deps: Deps, order: CancelOrder, stack: Stack): Promise<void> {
  const { token } = order;
  const marker = await newestEvent(deps, stack.id);
  try {
    await retrying(deps).cancelUpdate(stack.id, token);
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'invalid') throw error;
    throw refused(
      'cancel.tooLate',
      `The update of stack ${order.stack} can no longer be cancelled: ${error.message}`,
      [],
      [command`ha-updater status ${order.stack} --events`],
    );
  }
  deps.emit({ type: 'stack.mending', stack: order.stack, action: 'cancel', token });
  const started = { kind: 'started' as const, stackId: stack.id, ...(marker !== undefined && { marker }) };
  const whole: StackOrder = {
    ...order,
    // The call was taken, and what is being worked on may come to its end first: to see nothing yet means nothing.
    timing: { ...order.timing, warmupMs: Math.max(order.timing.warmupMs, order.timing.silenceMs) },
    template: { source: { kind: 'previous' }, origin: '', bytes: 0, resources: 0, declared: [], findings: [] },
    given: [],
    onInterrupt: 'leave',
  };
  const followed = await follow(
    deps,
    whole,
    { action: 'rollback', before: stack, redact: strangersRedactor([]) },
    { ...started, well: (state) => state === 'rolledBack' },
  );
  if (followed.end.kind === 'settled' && classifyStatus(followed.end.status) === 'rolledBack') return;
  throw new Failure('stopped', {
    code: 'cancel.notBack',
    what: `Stack ${order.stack} was asked to go back${followed.status === '' ? '' : ` and is ${followed.status}`}.`,
    reasons: [],
    serves: 'This run did not touch its groups.',
    left: 'CloudFormation accepted the cancellation: it rolls back by itself, once what it is working on has ended.',
    next: [command`ha-updater status ${order.stack} --events`],
  });
}
