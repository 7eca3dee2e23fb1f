import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import type { Stamped } from '../model/event.js';
import type { ProcessContext } from '../run/process-context.js';

/** In place of AWS, for tests. */
export type Simulation = Pick<ProcessContext, 'simulated' | 'env'>;

/** What one call brings along. */
export interface CallContext {
  /** The command that does the same. */
  readonly command: string;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (stamped: Stamped) => void;
}

/** Output of commands goes nowhere: programs read events and results. */
const NOWHERE: ProcessContext['stdout'] = { write: () => true, on: () => undefined };

/** Asked for by the package's name: a bundle may move this module to any depth. */
const { version } = createRequire(import.meta.url)('ha-updater/package.json') as { readonly version: string };

/**
 * What the commands' functions know of a program that calls them: nothing is printed, no question is asked, no signal
 * of the process is listened for, and nothing ends the process.
 */
export function libraryContext(
  { command, signal, onEvent }: CallContext,
  { env, simulated }: Simulation,
): ProcessContext {
  return {
    env,
    stdout: NOWHERE,
    stderr: NOWHERE,
    host: hostname(),
    pid: process.pid,
    command,
    version,
    json: true,
    debug: false,
    sharesProcess: true,
    onSignal: (listener) => listenTo(signal, listener),
    leave: () => undefined,
    ...(onEvent !== undefined && { onEvent }),
    ...(simulated !== undefined && { simulated }),
  };
}

/** An abortion is the first Ctrl-C; there is no second one. */
function listenTo(signal: AbortSignal | undefined, listener: (signal: string) => void): () => void {
  if (signal === undefined) return () => undefined;
  const abort = (): void => listener('AbortSignal');
  // Whoever listens is not ready before this function has come back.
  if (signal.aborted) queueMicrotask(abort);
  else signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}
