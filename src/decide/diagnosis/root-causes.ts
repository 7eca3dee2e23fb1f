import type { StackEvent } from '../../model/stack/stack.js';

const stackType = 'AWS::CloudFormation::Stack';

/** Reasons of resources that only stopped because another one had failed (the service's words). */
const cancelled = /^Resource (creation|update|deletion) cancelled/i;

/**
 * Why a stack's change failed: the resources that failed by themselves, oldest first, down nested
 * stacks. Failures of the undoing come only when nothing else explains it. When no resource failed
 * (a person cancelled, an alarm rolled it back), the stack's own event with its reason.
 * @param events all events of the operation, nested stacks too, in any order
 * @param cancelledByUs true when we cancelled it ourselves: then the stack's own event is our doing and no cause
 */
export function rootCauses(events: readonly StackEvent[], cancelledByUs = false): readonly StackEvent[] {
  const inOrder = [...events].sort((a, b) => a.at - b.at);
  const failures = inOrder.filter(
    (event) => event.status.endsWith('_FAILED') && !isStackItself(event) && !cancelled.test(event.reason),
  );
  const explained = failures.filter(
    (event) => !(event.type === stackType && failures.some((other) => within(other, event))),
  );
  const forward = explained.filter((event) => !event.status.startsWith('DELETE_') && !undoing(event, inOrder));
  if (forward.length > 0) return forward;
  const own = inOrder.filter(
    (event) => isStackItself(event) && event.reason !== '' && /ROLLBACK_IN_PROGRESS$|_FAILED$/.test(event.status),
  );
  // That a stack could not be deleted says nothing beside the resource that could not.
  const said = cancelledByUs || (own[0]?.status === 'DELETE_FAILED' && explained.length > 0) ? [] : own.slice(0, 1);
  return explained.length > 0 ? [...said, ...explained] : said;
}

/** Resources that failed while the stack went back: what stands between it and its former state. */
export function rollbackFailures(events: readonly StackEvent[]): readonly StackEvent[] {
  const inOrder = [...events].sort((a, b) => a.at - b.at);
  return inOrder.filter(
    (event) => event.status.endsWith('_FAILED') && !isStackItself(event) && undoing(event, inOrder),
  );
}

/** Resources that could not be deleted when an update that succeeded tidied up: left behind, no failure. */
export function leftovers(events: readonly StackEvent[]): readonly StackEvent[] {
  return events.filter((event) => event.status === 'DELETE_FAILED' && !isStackItself(event));
}

/** A stack's event about itself: every stack, nested or not, is listed among its own events. */
export function isStackItself(event: StackEvent): boolean {
  return event.type === stackType && event.physicalId === event.stackId;
}

/** True when `inner` failed in the nested stack (at any depth) that `outer` is a row of. */
function within(inner: StackEvent, outer: StackEvent): boolean {
  return inner.stackId === outer.physicalId;
}

/** True when the event's own stack had begun to roll back before it. */
function undoing(event: StackEvent, inOrder: readonly StackEvent[]): boolean {
  const began = inOrder.findIndex(
    (other) => isStackItself(other) && other.stackId === event.stackId && other.status.endsWith('ROLLBACK_IN_PROGRESS'),
  );
  return began >= 0 && began < inOrder.indexOf(event);
}
