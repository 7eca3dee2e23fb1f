import { AwsFault } from '../errors.js';
import type { ExecutionEnd, StartedExecution } from '../model/execution.js';
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
    return {
      status,
      ...(result !== undefined && { result }),
      ...(error !== undefined && { error: `${error.ErrorType ?? 'Error'}: ${error.ErrorMessage ?? 'no message'}` }),
      ...(at !== undefined && { endedAt: at.getTime() }),
    };
  } catch (fault) {
    if (fault instanceof AwsFault && fault.kind === 'missing') return undefined;
    throw fault;
  }
}
