import type { World } from '../../world.js';
import { uuid } from '../names.js';
import { cloudFormationState, type EventRow, type OperationRow, type ResourceRow, type StackRow } from './state.js';

/** How many operations DescribeStacks names. */
const OPERATIONS_SHOWN = 5;

/** Moves a stack to a status and writes the event of it. */
export function setStackStatus(world: World, stack: StackRow, status: string, reason?: string): void {
  stack.status = status;
  stack.reason = reason;
  recordEvent(world, stack, {
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
    status,
    reason,
  });
}

/** Something that the sandbox leaves out, told as an event of the stack; its status stays. */
export function warnStack(world: World, stack: StackRow, reason: string): void {
  recordEvent(world, stack, {
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
    status: stack.status,
    reason,
  });
}

/** Writes a resource row with its new status, and the event of it. */
export function setResource(world: World, stack: StackRow, row: ResourceRow, properties?: string): void {
  stack.resources.set(row.logicalId, { ...row, at: world.clock.now() });
  recordResourceEvent(world, stack, row, properties);
}

/** The event alone: for what is no longer a row, such as the old half of a replacement. */
export function recordResourceEvent(world: World, stack: StackRow, row: ResourceRow, properties?: string): void {
  const { logicalId, physicalId, type, status, reason } = row;
  recordEvent(world, stack, { logicalId, physicalId, type, status, reason, properties });
}

/** A hook that objected before the resource was touched. */
export function recordHookObjection(
  world: World,
  stack: StackRow,
  row: ResourceRow,
  hook: NonNullable<EventRow['hook']>,
): void {
  const { logicalId, physicalId, type, status } = row;
  recordEvent(world, stack, { logicalId, physicalId, type, status, hook });
}

function recordEvent(
  world: World,
  stack: StackRow,
  event: Omit<EventRow, 'id' | 'at' | 'token' | 'operationId'>,
): void {
  const at = world.clock.now();
  const stamp = new Date(at).toISOString();
  const ofStack = event.logicalId === stack.name && event.physicalId === stack.id;
  const id = ofStack ? uuid(world) : unusedId(stack, `${event.logicalId}-${event.status}-${stamp}`);
  stack.events.push({ id, at, ...event, token: stack.deployment?.token, operationId: stack.deployment?.operationId });
}

/** Two events of one moment still get two ids. */
function unusedId(stack: StackRow, wanted: string): string {
  let id = wanted;
  for (let n = 2; stack.events.slice(-20).some((event) => event.id === id); n++) id = `${wanted}-${n}`;
  return id;
}

/** Opens an operation: every event until it closes names it. */
export function openOperation(world: World, stack: StackRow, type: OperationRow['type']): string {
  const id = uuid(world);
  cloudFormationState(world).operations.set(id, {
    id,
    type,
    stackId: stack.id,
    startedAt: world.clock.now(),
    status: 'IN_PROGRESS',
  });
  stack.lastOperations = [id, ...stack.lastOperations].slice(0, OPERATIONS_SHOWN);
  return id;
}

export function closeOperation(world: World, id: string | undefined, status: 'SUCCEEDED' | 'FAILED'): void {
  const operation = id === undefined ? undefined : cloudFormationState(world).operations.get(id);
  if (operation === undefined || operation.endedAt !== undefined) return;
  operation.status = status;
  operation.endedAt = world.clock.now();
}
