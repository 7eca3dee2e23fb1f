import type {
  Execution,
  ExecutionStatus,
  GetDurableExecutionRequest,
  GetDurableExecutionResponse,
  InvocationRequest,
  InvocationResponse,
  ListDurableExecutionsByFunctionRequest,
  ListDurableExecutionsByFunctionResponse,
  Operation,
  StopDurableExecutionRequest,
  StopDurableExecutionResponse,
} from '@aws-sdk/client-lambda';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { OperationTable, World } from '../world.js';
import {
  functionArn,
  functionNamed,
  lambdaState,
  namedFunction,
  type ExecutionRow,
  type FunctionRow,
} from './state.js';

/** Executions in an answer. Source: Lambda API reference, ListDurableExecutionsByFunction, MaxItems. */
const PAGE = 100;

/**
 * Durable executions of the sandbox: they can be started, seen and stopped. Where somebody calls functions
 * (`functions/call-functions.ts`), theirs ends them; elsewhere they go on until they are stopped or their time is over.
 */
export const lambdaOperations: OperationTable = {
  Invoke: (world, input: InvocationRequest): InvocationResponse => {
    const { name, qualifier = input.Qualifier } = namedFunction(input.FunctionName ?? '');
    const row = functionNamed(world, name);
    const { durable } = row;
    const version = versionOf(world, row, qualifier);
    if (durable === undefined || (input.InvocationType ?? 'RequestResponse') !== 'Event')
      throw new ServiceFault(
        'InvalidParameterValueException',
        'The sandbox takes asynchronous invocations (Event) of durable functions alone.',
      );
    const { calls } = lambdaState(world);
    if (typeof calls === 'object') throw new ServiceFault('InvalidParameterValueException', calls.whyNot);
    const payload = Buffer.from(input.Payload ?? new Uint8Array()).toString('utf8');
    const execution =
      existing(row, input.DurableExecutionName, payload) ??
      begin(world, row, { version, payload, name: input.DurableExecutionName, seconds: durable.executionTimeout });
    return { StatusCode: 202, ExecutedVersion: version, DurableExecutionArn: execution.arn };
  },
  ListDurableExecutionsByFunction: (
    world,
    input: ListDurableExecutionsByFunctionRequest,
  ): ListDurableExecutionsByFunctionResponse => {
    const { name, qualifier = input.Qualifier } = namedFunction(input.FunctionName ?? '');
    const row = functionNamed(world, name);
    const { Statuses: statuses = [], DurableExecutionName: named } = input;
    const found = row.executions
      .filter(({ version }) => qualifier === undefined || version === qualifier)
      .filter((one) => named === undefined || one.name === named)
      .filter((one) => statuses.length === 0 || statuses.includes(statusOf(world, one)))
      .filter(({ startedAt }) => startedAt > (input.StartedAfter?.getTime() ?? -Infinity))
      .filter(({ startedAt }) => startedAt < (input.StartedBefore?.getTime() ?? Infinity));
    const ordered = input.ReverseOrder === true ? found : [...found].reverse();
    const { items, next } = page(ordered, input.MaxItems ?? PAGE, input.Marker);
    return {
      DurableExecutions: items.map((one) => shown(world, one)),
      ...(next !== undefined && { NextMarker: next }),
    };
  },
  GetDurableExecution: (world, input: GetDurableExecutionRequest): GetDurableExecutionResponse => {
    const row = executionOf(world, input.DurableExecutionArn ?? '');
    const { result, error } = row.ended ?? {};
    return {
      ...shown(world, row),
      Version: row.version,
      InputPayload: row.input,
      ...(result !== undefined && { Result: result }),
      ...(error !== undefined && { Error: error }),
    };
  },
  StopDurableExecution: (world, input: StopDurableExecutionRequest): StopDurableExecutionResponse => {
    const row = executionOf(world, input.DurableExecutionArn ?? '');
    if (statusOf(world, row) === 'RUNNING') row.stoppedAt = world.clock.now();
    return { StopTimestamp: new Date(endOf(row)) };
  },
};

/** An alias is resolved when the execution starts; a durable function is called by a version. */
function versionOf(world: World, row: FunctionRow, qualifier: string | undefined): string {
  if (qualifier === undefined && row.durable !== undefined)
    throw new ServiceFault(
      'InvalidParameterValueException',
      'You cannot invoke a durable function using an unqualified ARN.',
    );
  const version = row.aliases.get(qualifier ?? '') ?? qualifier ?? '$LATEST';
  if (version !== '$LATEST' && !row.versions.some(({ number }) => number === version))
    throw new ServiceFault(
      'ResourceNotFoundException',
      `Function not found: ${functionArn(world, row.name, version)}`,
      404,
    );
  return version;
}

/** The same name with the same input is the same execution. Source: Lambda developer guide, "Idempotency". */
function existing(row: FunctionRow, name: string | undefined, payload: string): ExecutionRow | undefined {
  const same = name === undefined ? undefined : row.executions.find((one) => one.name === name);
  if (same !== undefined && same.input !== payload)
    throw new ServiceFault(
      'DurableExecutionAlreadyStartedException',
      `The durable execution ${same.name} has already been started with another input.`,
      409,
    );
  return same;
}

function begin(
  world: World,
  row: FunctionRow,
  asked: {
    readonly version: string;
    readonly payload: string;
    readonly name: string | undefined;
    readonly seconds: number;
  },
): ExecutionRow {
  const random = world.random.fork(`lambda/${row.name}/${row.executions.length}`);
  const uuid = (): string => [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
  const name = asked.name ?? uuid();
  const arn = functionArn(world, row.name, asked.version);
  const startedAt = world.clock.now();
  const execution: ExecutionRow = {
    arn: `${arn}/durable-execution/${name}/${uuid()}`,
    name,
    functionArn: arn,
    version: asked.version,
    input: asked.payload,
    startedAt,
    endsAt: startedAt + asked.seconds * 1000,
    callAt: startedAt,
    failedCalls: 0,
    operations: [theExecution(asked.payload, new Date(startedAt), uuid())],
    tokens: 0,
  };
  row.executions.push(execution);
  return execution;
}

/** The first operation of each execution is the execution. Source: AWS's durable execution SDK for JavaScript. */
function theExecution(input: string, at: Date, id: string): Operation {
  const details = { InputPayload: input };
  return { Id: id, Type: 'EXECUTION', StartTimestamp: at, Status: 'STARTED', ExecutionDetails: details };
}

/** @throws ServiceFault where there is none */
export function executionOf(world: World, arn: string): ExecutionRow {
  const all = [...lambdaState(world).functions.values()].flatMap(({ executions }) => executions);
  const row = all.find((one) => one.arn === arn);
  if (row === undefined)
    throw new ServiceFault('ResourceNotFoundException', `Durable execution not found: ${arn}`, 404);
  return row;
}

export function statusOf(world: World, { stoppedAt, ended, endsAt }: ExecutionRow): ExecutionStatus {
  if (stoppedAt !== undefined) return 'STOPPED';
  if (ended !== undefined) return ended.status;
  return world.clock.now() >= endsAt ? 'TIMED_OUT' : 'RUNNING';
}

function endOf({ stoppedAt, ended, endsAt }: ExecutionRow): number {
  return stoppedAt ?? ended?.at ?? endsAt;
}

function shown(world: World, row: ExecutionRow): Execution {
  const status = statusOf(world, row);
  return {
    DurableExecutionArn: row.arn,
    DurableExecutionName: row.name,
    FunctionArn: row.functionArn,
    Status: status,
    StartTimestamp: new Date(row.startedAt),
    ...(status !== 'RUNNING' && { EndTimestamp: new Date(endOf(row)) }),
  };
}
