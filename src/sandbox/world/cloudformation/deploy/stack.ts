import type { World } from '../../world.js';
import { cloudFormationState, type Blueprint, type StackRow } from './state.js';

/** Puts a new stack into the world. It does nothing until an operation begins. */
export function newStack(
  world: World,
  given: Pick<StackRow, 'id' | 'name' | 'blueprint'> &
    Partial<
      Pick<
        StackRow,
        | 'parentId'
        | 'rootId'
        | 'logicalIdInParent'
        | 'timeoutInMinutes'
        | 'terminationProtection'
        | 'policy'
        | 'disableRollback'
      >
    >,
): StackRow {
  const stack: StackRow = {
    createdAt: world.clock.now(),
    status: 'REVIEW_IN_PROGRESS',
    resources: new Map(),
    outputs: [],
    events: [],
    disableRollback: false,
    terminationProtection: false,
    lastOperations: [],
    signals: new Map(),
    ...given,
  };
  cloudFormationState(world).stacks.set(stack.id, stack);
  return stack;
}

/** A blueprint without anything in it: a stack that only waits for its first change set. */
export const EMPTY_BLUEPRINT: Blueprint = {
  body: '',
  template: { transforms: [], parameters: {}, mappings: {}, conditions: {}, rules: {}, resources: {}, outputs: {} },
  parameters: [],
  tags: [],
  capabilities: [],
  notificationArns: [],
};
