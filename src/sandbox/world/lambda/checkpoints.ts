import type {
  CheckpointDurableExecutionRequest,
  CheckpointDurableExecutionResponse,
  GetDurableExecutionStateRequest,
  GetDurableExecutionStateResponse,
  Operation,
  OperationUpdate,
} from '@aws-sdk/client-lambda';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { OperationTable, World } from '../world.js';
import { executionOf, statusOf } from './executions.js';
import type { ExecutionRow } from './state.js';

/** Operations in an answer. Source: Lambda API reference, GetDurableExecutionState, MaxItems. */
const PAGE = 1000;

/** Operations that a function is handed with its call; it asks for the rest. AWS says no number: *assumed*. */
export const HANDED = 100;

/** Bytes of one result. Source: Lambda API reference, OperationUpdate, Payload. */
const MOST_BYTES = 1024 * 1024;

/** What a durable function asks of Lambda while it is being called. */
export const checkpointOperations: OperationTable = {
  CheckpointDurableExecution: (world, input: CheckpointDurableExecutionRequest): CheckpointDurableExecutionResponse => {
    const row = calledBy(world, input.DurableExecutionArn ?? '', input.CheckpointToken ?? '');
    const changed = (input.Updates ?? []).map((update) => apply(world, row, update));
    return { CheckpointToken: nextToken(row), NewExecutionState: { Operations: changed } };
  },
  GetDurableExecutionState: (world, input: GetDurableExecutionStateRequest): GetDurableExecutionStateResponse => {
    const row = calledBy(world, input.DurableExecutionArn ?? '', input.CheckpointToken ?? '');
    const { items, next } = page(row.operations, Math.min(input.MaxItems ?? PAGE, PAGE), input.Marker);
    return { Operations: items, ...(next !== undefined && { NextMarker: next }) };
  },
};

/** Whoever is called has the newest token: one that was thought dead and comes back has an old one. */
function calledBy(world: World, arn: string, token: string): ExecutionRow {
  const row = executionOf(world, arn);
  if (statusOf(world, row) !== 'RUNNING')
    throw new ServiceFault('InvalidParameterValueException', `The durable execution is ${statusOf(world, row)}.`);
  if (row.token !== token) throw new ServiceFault('InvalidParameterValueException', 'Invalid Checkpoint Token');
  return row;
}

/** A token for the next checkpoint; the one before is worth nothing from now on. */
export function nextToken(row: ExecutionRow): string {
  row.tokens += 1;
  row.token = `token${row.tokens}`;
  return row.token;
}

/** One update of one operation. Source: how AWS's SDK of durable functions reads what comes back. */
function apply(world: World, row: ExecutionRow, update: OperationUpdate): Operation {
  const { Id: id, Name: name, ParentId: parent, SubType: subType, Type: type } = update;
  if (Buffer.byteLength(update.Payload ?? '') > MOST_BYTES)
    throw new ServiceFault('InvalidParameterValueException', 'The payload of an operation has at most 1 MB.');
  const at = new Date(world.clock.now());
  const index = row.operations.findIndex((one) => one.Id === id);
  const before: Operation = row.operations[index] ?? {
    Id: id,
    Type: type,
    StartTimestamp: at,
    Status: 'STARTED',
    ...(name !== undefined && { Name: name }),
    ...(parent !== undefined && { ParentId: parent }),
    ...(subType !== undefined && { SubType: subType }),
  };
  const after = { ...before, ...changeOf(update, before, at) };
  if (index < 0) row.operations.push(after);
  else row.operations[index] = after;
  return after;
}

function changeOf(update: OperationUpdate, before: Operation, at: Date): Partial<Operation> {
  const { Action: action, Type: type, Payload: result, Error: error } = update;
  const seconds = (count = 0): Date => new Date(at.getTime() + count * 1000);
  const attempts = before.StepDetails?.Attempt ?? 0;
  if (type === 'WAIT' && action === 'START')
    return { WaitDetails: { ScheduledEndTimestamp: seconds(update.WaitOptions?.WaitSeconds) } };
  if (type === 'WAIT') return { Status: 'CANCELLED', EndTimestamp: at };
  if (type !== 'STEP')
    throw new ServiceFault('InvalidParameterValueException', `The sandbox has no operations ${type ?? ''}.`);
  switch (action) {
    case 'START':
      return { Status: 'STARTED', StepDetails: { Attempt: attempts } };
    case 'RETRY':
      return {
        Status: 'PENDING',
        StepDetails: {
          Attempt: attempts + 1,
          NextAttemptTimestamp: seconds(update.StepOptions?.NextAttemptDelaySeconds ?? 1),
          ...(error !== undefined && { Error: error }),
        },
      };
    case 'SUCCEED':
      return {
        Status: 'SUCCEEDED',
        EndTimestamp: at,
        StepDetails: { Attempt: attempts, ...(result !== undefined && { Result: result }) },
      };
    default:
      return {
        Status: 'FAILED',
        EndTimestamp: at,
        StepDetails: { Attempt: attempts, ...(error !== undefined && { Error: error }) },
      };
  }
}

/** What waits and is due goes on, before its function is called again. */
export function comeDue(world: World, row: ExecutionRow): void {
  const at = new Date(world.clock.now());
  row.operations.forEach((one, index) => {
    const due = dueAt(one);
    if (due === undefined || due > at.getTime()) return;
    row.operations[index] =
      one.Type === 'WAIT' ? { ...one, Status: 'SUCCEEDED', EndTimestamp: at } : { ...one, Status: 'READY' };
  });
}

/** When the first of those that wait is due; now where none does. */
export function nextCallAt(world: World, row: ExecutionRow): number {
  const due = row.operations.flatMap((one) => dueAt(one) ?? []);
  return due.length === 0 ? world.clock.now() : Math.min(...due);
}

function dueAt({ Type: type, Status: status, WaitDetails: wait, StepDetails: step }: Operation): number | undefined {
  if (type === 'WAIT' && status === 'STARTED') return wait?.ScheduledEndTimestamp?.getTime();
  if (type === 'STEP' && status === 'PENDING') return step?.NextAttemptTimestamp?.getTime();
  return undefined;
}
