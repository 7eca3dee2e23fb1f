import { callsFile } from '../permissions/calls.js';
import { keepActions } from '../../src/app/sandbox.js';
import type { CommandResult, ProcessContext } from '../../src/index.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { serveSandbox } from '../../src/sandbox/live.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';

/** A sandbox over HTTP in this process, and the functions behind the commands run against it. */
export interface InProcess {
  readonly sandbox: Sandbox;
  /** Runs the function behind a command, and answers its document with what was printed. */
  readonly run: <A, D extends object = CommandResult>(
    command: string,
    task: (asked: A, context: ProcessContext) => Promise<D>,
    asked: A,
    more?: Partial<ProcessContext>,
  ) => Promise<Printed<D>>;
  readonly stop: () => Promise<void>;
}

/** A document, and what the command printed beside it. */
interface Printed<D> {
  readonly document: D;
  readonly stdout: string;
  readonly stderr: string;
}

/** Simulated seconds per second: a rollout of minutes takes less than one. */
const SPEED = 400;

/** The keys that every command here has; the sandbox takes any. */
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDSANDBOX', AWS_SECRET_ACCESS_KEY: 'sandbox' };

/**
 * Serves a world until `stop`; commands need no process of their own, which is most of the time of a test.
 *
 * @param prepare what is in it; time that it lets pass is over before the first command
 */
export async function inProcess(
  prepare: (sandbox: Sandbox) => void,
  scenario: Partial<Scenario> = {},
): Promise<InProcess> {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  prepare(sandbox);
  await keepActions(sandbox, callsFile());
  const live = await serveSandbox(sandbox, { port: 0, speed: SPEED });
  Object.assign(process.env, KEYS);
  const env = { AWS_ENDPOINT_URL: live.url, HA_UPDATER_SPEED: String(SPEED), AWS_REGION: 'eu-west-1', ...KEYS };
  return {
    sandbox,
    run: async (command, task, asked, more = {}) => {
      const out = { stdout: '', stderr: '' };
      const stream = (name: 'stdout' | 'stderr'): ProcessContext['stdout'] => ({
        write: (text) => {
          out[name] += text;
          return true;
        },
        on: () => undefined,
      });
      const document = await task(asked, {
        env,
        stdout: stream('stdout'),
        stderr: stream('stderr'),
        host: 'agent',
        pid: process.pid,
        command,
        version: '0.0.0',
        json: false,
        debug: false,
        onSignal: () => () => undefined,
        leave: () => undefined,
        ...more,
      });
      return { document, ...out };
    },
    stop: async () => {
      for (const name of Object.keys(KEYS)) Reflect.deleteProperty(process.env, name);
      await live.close();
    },
  };
}
