import { AwsFault } from '../errors.js';
import type { Execution } from '../model/execution.js';
import type { Clients } from './session/clients.js';
import { allPages } from './session/pages.js';

/**
 * The durable executions of a function that are running, on whatever version of it.
 * Source: Lambda API reference, ListDurableExecutionsByFunction: without a qualifier it answers those of all versions.
 *
 * @param name of the function
 * @returns the newest first; undefined where there is no such function
 */
export async function runningExecutions(clients: Clients, name: string): Promise<readonly Execution[] | undefined> {
  const lambda = await clients.lambda();
  try {
    const pages = await allPages('lambda:ListDurableExecutionsByFunction', async (token) => {
      const { DurableExecutions: page = [], NextMarker: next } = await lambda.listDurableExecutionsByFunction({
        FunctionName: name,
        Statuses: ['RUNNING'],
        ...(token !== undefined && { Marker: token }),
      });
      return { page, next };
    });
    return pages
      .flat()
      .map(
        ({ DurableExecutionArn: arn = '', DurableExecutionName: execution = '', StartTimestamp: at }): Execution => ({
          arn,
          name: execution,
          version: /:function:[^:]+:([^/]+)\/durable-execution\//.exec(arn)?.[1] ?? '',
          startedAt: at?.getTime() ?? 0,
        }),
      );
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'missing') return undefined;
    throw error;
  }
}
