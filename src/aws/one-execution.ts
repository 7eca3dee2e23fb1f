import { AwsFault } from '../errors.js';
import { handedOverTo, type ExecutionEnd, type StartedExecution } from '../model/execution.js';
import type { Clients } from './session/clients.js';

/**
 * Starts a durable execution, or finds the one of that name with the same input: asked twice, it is started once.
 * Source: Lambda developer guide, "Invoking durable Lambda functions", "Idempotency".
 *
 * @param asked `alias` is the function's alias or version: a durable function is called by one
 */
export async function startExecution(
  clients: Clients,
  { functionName, alias, name, input }: { functionName: string; alias: string; name: string; input: string },
): Promise<StartedExecution> {
  const lambda = await clients.lambda();
  const answer = await lambda.invoke({
    FunctionName: functionName,
    Qualifier: alias,
    InvocationType: 'Event',
    DurableExecutionName: name,
    Payload: Buffer.from(input),
  });
  const { DurableExecutionArn: arn, ExecutedVersion: version } = answer;
  // A function that is not durable takes the call too, and knows nothing of executions.
  if (arn === undefined)
    throw new AwsFault('invalid', 'lambda:Invoke', 'NotDurable', `The function ${functionName} is not durable.`);
  return { arn, name, version: version ?? /:function:[^:]+:([^/]+)\//.exec(arn)?.[1] ?? '' };
}

/**
 * How an execution stands; undefined where there is none. Source: Lambda API reference, GetDurableExecution.
 */
export async function execution(clients: Clients, arn: string): Promise<ExecutionEnd | undefined> {
  const lambda = await clients.lambda();
  try {
    const answer = await lambda.getDurableExecution({ DurableExecutionArn: arn });
    const { Status: status = 'RUNNING', Result: result, Error: error, EndTimestamp: at } = answer;
    const { InputPayload: input } = answer;
    return {
      status,
      ...(input !== undefined && { input }),
      ...(result !== undefined && { result }),
      ...(error !== undefined && { error: `${error.ErrorType ?? 'Error'}: ${error.ErrorMessage ?? 'no message'}` }),
      ...(at !== undefined && { endedAt: at.getTime() }),
    };
  } catch (fault) {
    if (fault instanceof AwsFault && fault.kind === 'missing') return undefined;
    throw fault;
  }
}

/** An execution that hands over more often than that goes round in circles. */
const MOST_PARTS = 200;

/**
 * How the execution of a run has ended, with those that it handed over to; undefined while one is running, and where
 * Lambda does not know it (yet): only an end that it tells is one.
 */
export async function endOfExecution(
  clients: Clients,
  { functionName, version, run }: { functionName: string; version: string; run: string },
): Promise<ExecutionEnd | undefined> {
  const lambda = await clients.lambda();
  const { DurableExecutions: found = [] } = await lambda.listDurableExecutionsByFunction({
    FunctionName: functionName,
    DurableExecutionName: run,
    MaxItems: 10,
  });
  let arn = found.find(({ DurableExecutionArn: one = '' }) => one.includes(`:${version}/`))?.DurableExecutionArn;
  for (let part = 0; arn !== undefined && part < MOST_PARTS; part++) {
    const end: ExecutionEnd | undefined = await execution(clients, arn);
    if (end === undefined || end.status === 'RUNNING') return undefined;
    arn = handedOverTo(end);
    if (arn === undefined) return end;
  }
  return undefined;
}
