import type { ProcessContext } from '../../src/index.js';
import { createSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { serveSandbox } from '../../src/sandbox/live.js';
import { DEFAULT_SCENARIO, type Scenario } from '../../src/sandbox/scenario.js';

/** The library's commands against a simulated AWS over HTTP, all in this process. */
export interface LiveAccount {
  readonly sandbox: Sandbox;
  /** What a command knows of its process, with variables on top. */
  readonly context: (more?: Partial<ProcessContext>, env?: Readonly<Record<string, string>>) => ProcessContext;
  /** All that commands have said since the last time that this was asked. */
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

/** @param speed simulated seconds per second */
export async function liveAccount(scenario: Partial<Scenario> = {}, speed = 1000): Promise<LiveAccount> {
  const sandbox = createSandbox({ ...DEFAULT_SCENARIO, ...scenario });
  const live = await serveSandbox(sandbox, { port: 0, speed });
  const own = {
    AWS_ENDPOINT_URL: live.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
    HA_UPDATER_SPEED: String(speed),
  };
  // The SDK reads the variables of the process itself.
  const before = { ...process.env };
  Object.assign(process.env, own);
  let text = '';
  const stream: ProcessContext['stdout'] = {
    write: (words) => {
      text += words;
      return true;
    },
    on: () => undefined,
  };
  return {
    sandbox,
    context: (more = {}, env = {}) => ({
      env: { ...own, ...env },
      stdout: stream,
      stderr: stream,
      host: 'here',
      pid: 1,
      command: 'test',
      version: '0.0.0',
      json: false,
      debug: false,
      onSignal: () => () => undefined,
      leave: () => undefined,
      ...more,
    }),
    said: () => {
      const said = text;
      text = '';
      return said;
    },
    stop: async () => {
      process.env = before;
      await live.close();
    },
  };
}
