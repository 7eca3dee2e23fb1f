/** What Lambda calls. */
import { createUpdater } from '../dist/src/library/index.js';
import { rolloutHandler } from './rollout.js';

const { AWS_LAMBDA_FUNCTION_NAME = 'ha-updater', AWS_LAMBDA_FUNCTION_VERSION = '' } = process.env;

export const handler = rolloutHandler({
  updater: createUpdater(),
  log: (line) => void process.stdout.write(`${line}\n`),
  by: `lambda:${AWS_LAMBDA_FUNCTION_NAME}:${AWS_LAMBDA_FUNCTION_VERSION}`,
});
