import type { ResourceChange, StackChanges } from '../../model/stack/change-set.js';
import type { ChangesDone } from '../../model/event.js';
import type { StackEvent } from '../../model/stack/stack.js';
import { isStackItself } from '../diagnosis/root-causes.js';

const groupType = 'AWS::AutoScaling::AutoScalingGroup';

/** One change with the stack it is in. */
export interface PlacedChange {
  readonly stackName: string;
  readonly change: ResourceChange;
}

/**
 * True when a change set failed only because there is nothing to change. Judged by its words: outputs alone change
 * no resource.
 */
export function saysNothingChanges(reason: string): boolean {
  return /^(The submitted information didn't contain changes|No updates are to be performed)/.test(reason);
}

/** All changes, those of nested stacks after the one that brings them. */
export function allChanges(stack: StackChanges): readonly PlacedChange[] {
  return stack.changes.flatMap((change) => [
    { stackName: stack.stackName, change },
    ...(change.nested === undefined ? [] : allChanges(change.nested)),
  ]);
}

/** Groups that a change takes away or makes anew: their instances would go at once, swap or no swap. */
export function lostGroups(stack: StackChanges): readonly PlacedChange[] {
  return allChanges(stack).filter(
    ({ change }) => change.type === groupType && (change.action === 'Remove' || replaces(change)),
  );
}

/** Nested stacks that a change takes away or makes anew, with all that is in them. */
export function lostStacks(stack: StackChanges): readonly PlacedChange[] {
  return allChanges(stack).filter(
    ({ change }) =>
      change.type === 'AWS::CloudFormation::Stack' &&
      change.physicalId !== '' &&
      (change.action === 'Remove' || replaces(change)),
  );
}

/** Conditional counts: whether it comes to it is only known when it is too late. */
function replaces({ action, replacement }: ResourceChange): boolean {
  return action === 'Modify' && (replacement === 'True' || replacement === 'Conditional');
}

/** How many resources will move: what "3 of 12" counts. A nested stack counts beside what is in it. */
export function countChanges(stack: StackChanges): number {
  return allChanges(stack).length;
}

/**
 * How many of the planned changes are through, by the events of the operation. Undefined when nothing
 * was planned, or once the stack goes back: then what is done is undone.
 */
export function changesDone(events: readonly StackEvent[], total: number): ChangesDone | undefined {
  if (total === 0 || events.some((event) => isStackItself(event) && event.status.includes('ROLLBACK')))
    return undefined;
  const through = new Set<string>();
  for (const event of events) {
    const key = `${event.stackId}/${event.logicalId}`;
    if (isStackItself(event)) continue;
    if (event.status.endsWith('_COMPLETE')) through.add(key);
    else if (event.status !== 'DELETE_IN_PROGRESS') through.delete(key);
  }
  return { changes: Math.min(through.size, total), of: total };
}
