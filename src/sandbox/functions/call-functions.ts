import type { Operation } from '@aws-sdk/client-lambda';
import { comeDue, HANDED, nextCallAt, nextToken } from '../world/lambda/checkpoints.js';
import { statusOf } from '../world/lambda/executions.js';
import { functionArn, lambdaState, type ExecutionRow, type FunctionRow } from '../world/lambda/state.js';
import { keepLines } from '../world/logs/logs.js';
import { s3State } from '../world/s3/state.js';
import type { World } from '../world/world.js';
import { SANDBOX_KEY } from '../wire/wire.js';
import type { Served } from '../index.js';
import { startFunction, type Answer, type FunctionProcess } from './function-process.js';
import { whyNotBy } from './node-for-functions.js';

/** Where functions find their world, and what runs them. */
interface CallOptions {
  /** Path of the program of Node. */
  readonly node: string;
  /** Of the sandbox. */
  readonly url: string;
  /** Simulated seconds per second. */
  readonly speed: number;
}

/** Calls functions of the sandbox as Lambda does. */
export interface FunctionCalls {
  /** Calls those that are due. Time passes outside. */
  readonly look: () => void;
  /** Processes of functions that are being called: for whoever wants to see one die. */
  readonly busy: () => readonly FunctionProcess[];
  readonly close: () => void;
}

/** As templates/server.yaml has it, in seconds of this machine. */
const TIMEOUT_MS = 240_000;
/** Before a call that ended without an answer is made again, in the world's time, doubling: *assumed*. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Calls the functions of each world: those of other regions are made when somebody asks for them first. */
export function callInEach(worlds: () => readonly Served[], options: CallOptions): FunctionCalls {
  const callers = new Map<Served, FunctionCalls>();
  const look = (): void => {
    for (const one of worlds()) {
      const caller = callers.get(one) ?? callFunctions(one, options);
      callers.set(one, caller);
      caller.look();
    }
  };
  look();
  return {
    look,
    busy: () => [...callers.values()].flatMap((caller) => caller.busy()),
    close: () => callers.forEach((caller) => caller.close()),
  };
}

/**
 * Calls the durable functions of a world that is served: each execution by its own version's archive, in processes that
 * are kept for the next call. A process that dies or answers nothing is no end: the function is called again.
 */
function callFunctions(sandbox: Served, options: CallOptions): FunctionCalls {
  const { world } = sandbox;
  const whyNot = whyNotBy(options.node);
  lambdaState(world).calls = whyNot === undefined ? 'called' : { whyNot };
  const processes = new Map<FunctionProcess, Kept>();
  let closed = false;

  const processFor = (row: FunctionRow, { version }: ExecutionRow): FunctionProcess => {
    const of = functionArn(world, row.name, version);
    for (const [one, { of: whose, busy }] of processes) {
      if (!one.alive()) processes.delete(one);
      else if (whose === of && !busy) return one;
    }
    const made = processOf(sandbox, row, version, options);
    processes.set(made, { of, busy: false });
    return made;
  };

  const call = async (row: FunctionRow, execution: ExecutionRow): Promise<void> => {
    delete execution.callAt;
    comeDue(world, execution);
    let answer: Answer;
    let used: FunctionProcess | undefined;
    try {
      used = processFor(row, execution);
      Object.assign(processes.get(used) ?? {}, { busy: true });
      answer = await used.call(eventOf(execution), TIMEOUT_MS);
    } catch (error) {
      answer = { failed: error instanceof Error ? error.message : String(error) };
    }
    if (used !== undefined) Object.assign(processes.get(used) ?? {}, { busy: false });
    if (!closed) settle(sandbox, row, execution, answer);
  };

  return {
    look: () => {
      if (closed || whyNot !== undefined) return;
      const now = world.clock.now();
      for (const row of lambdaState(world).functions.values())
        for (const execution of row.executions)
          if ((execution.callAt ?? Infinity) <= now && statusOf(world, execution) === 'RUNNING')
            void call(row, execution);
    },
    busy: () => [...processes].filter(([, { busy }]) => busy).map(([one]) => one),
    close: () => {
      closed = true;
      for (const one of processes.keys()) one.kill();
    },
  };
}

/** A process that is kept for the next call of the same version. */
interface Kept {
  readonly of: string;
  busy: boolean;
}

/** @throws Error where its archive is gone, or is none */
function processOf(
  { world }: Served,
  row: FunctionRow,
  version: string,
  { node, url, speed }: CallOptions,
): FunctionProcess {
  return startFunction({
    node,
    archive: archiveOf(world, row, version),
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: world.region,
      AWS_ACCESS_KEY_ID: SANDBOX_KEY,
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_LAMBDA_FUNCTION_NAME: row.name,
      AWS_LAMBDA_FUNCTION_VERSION: version,
    },
    world: world.clock.now(),
    speed,
    onLines: (lines) => keepLines(world, `/aws/lambda/${row.name}`, `[${version}]`, lines),
  });
}

/** What Lambda hands to a durable function. Source: AWS's durable execution SDK for JavaScript. */
function eventOf(execution: ExecutionRow): object {
  const operations: readonly Operation[] = execution.operations.slice(0, HANDED);
  const more = execution.operations.length > HANDED;
  const token = nextToken(execution);
  return {
    requestId: `${execution.name}-${token}`,
    payload: {
      DurableExecutionArn: execution.arn,
      CheckpointToken: token,
      InitialExecutionState: { Operations: operations, ...(more && { NextMarker: `offset-${HANDED}` }) },
    },
  };
}

/** What becomes of an execution after a call of its function. */
function settle({ world }: Served, row: FunctionRow, execution: ExecutionRow, answered: Answer): void {
  delete execution.token;
  const at = world.clock.now();
  if (statusOf(world, execution) !== 'RUNNING') return;
  if ('failed' in answered) {
    execution.callAt = at + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(execution.failedCalls, 10));
    execution.failedCalls += 1;
    keepLines(world, `/aws/lambda/${row.name}`, `[${execution.version}]`, [`The call failed: ${answered.failed}`]);
    return;
  }
  execution.failedCalls = 0;
  const {
    Status: status,
    Result: result,
    Error: error,
  } = answered.answer as {
    readonly Status?: string;
    readonly Result?: string;
    readonly Error?: object;
  };
  if (status === 'PENDING') execution.callAt = nextCallAt(world, execution);
  else
    execution.ended = {
      at,
      status: status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED',
      ...(result !== undefined && { result }),
      ...(error !== undefined && { error }),
    };
}

/** @throws Error where it is gone */
function archiveOf(world: World, row: FunctionRow, version: string): Buffer {
  const code = row.versions.find(({ number }) => number === version)?.code ?? row.code;
  const slash = code.indexOf('/');
  const object = s3State(world)
    .buckets.get(code.slice(0, slash))
    ?.objects.get(code.slice(slash + 1));
  if (object === undefined) throw new Error(`There is no archive ${code}.`);
  return Buffer.from(object.body as Uint8Array);
}
