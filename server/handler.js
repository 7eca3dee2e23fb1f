/** The handler with all that it needs of Lambda. */
import { Lambda } from '@aws-sdk/client-lambda';
import { createUpdater } from '../dist/src/library/index.js';
import { rolloutHandler } from './rollout.js';

const { AWS_LAMBDA_FUNCTION_NAME = 'ha-updater', AWS_LAMBDA_FUNCTION_VERSION = '' } = process.env;

/**
 * Starts the next execution on this very version: what a look leaves is read by the version that left it. The same name
 * and input are the same execution, so a lost answer is asked for again.
 */
async function startNext({ name, input }) {
  const { DurableExecutionArn: arn } = await new Lambda({}).invoke({
    FunctionName: AWS_LAMBDA_FUNCTION_NAME,
    Qualifier: AWS_LAMBDA_FUNCTION_VERSION,
    InvocationType: 'Event',
    DurableExecutionName: name,
    Payload: JSON.stringify(input),
  });
  return { arn };
}

/** @param more of `rolloutHandler`'s, for tests */
export function handlerOf(more = {}) {
  return rolloutHandler({
    updater: createUpdater(),
    log: (line) => void process.stdout.write(`${line}\n`),
    by: `lambda:${AWS_LAMBDA_FUNCTION_NAME}:${AWS_LAMBDA_FUNCTION_VERSION}`,
    startNext,
    ...more,
  });
}
