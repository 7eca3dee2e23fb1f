/**
 * The public surface. Commands import from here and nowhere deeper. What is heavy (the SDK, listr2, the
 * sandbox) is loaded by the functions that need it.
 */
export { endWithError } from './app/errors.js';
export { serveWorld } from './app/sandbox.js';
export type { Ending, Surroundings } from './app/surroundings.js';
export { EXIT, EXIT_OF, Failure, type ExitCode } from './errors.js';
