import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../../src/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../../src/sandbox/world/ec2/state.js';
import { ROOT } from '../../support/root.js';
import { run, start, type Finished, type Running } from './cli.js';

/** No limit may judge by a short pause of the machine: at this speed it is minutes of the world. */
export const CALM = [
  '--warmup-seconds',
  '3600',
  '--action-timeout',
  '7200',
  '--healthy-timeout',
  '7200',
  '--deadline',
  '14400',
];
export const NETWORK = [`VpcId=${DEFAULT_VPC}`, `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`];

/** The words that create the sample stack as `web`. */
export function createWeb(image: string, password = 'not-a-real-one'): readonly string[] {
  const parameters = [...NETWORK, `ImageId=${image}`, `DbPassword=${password}`];
  return ['update-stack', 'web', '--template', join(ROOT, 'templates', 'web-stack.yaml'), ...parameters, ...CALM];
}

/** Our sandbox as a process of its own, and the commands against it. */
export interface Live {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command to its end. */
  readonly run: (...args: readonly string[]) => Promise<Finished>;
  /** The same with --json. */
  readonly json: (
    ...args: readonly string[]
  ) => Promise<{ readonly code: number | null; readonly document: CommandResult; readonly stderr: string }>;
  readonly start: (...args: readonly string[]) => Running;
  /** Writes a file into the folder and answers its path. */
  readonly file: (name: string, text: string) => Promise<string>;
  /** Sends a query to CloudFormation as any client would. */
  readonly ask: (action: string, parameters: Readonly<Record<string, string>>) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function live(scenario: string, speed = 200): Promise<Live> {
  const folder = await mkdtemp(join(tmpdir(), 'ha-updater-'));
  const path = join(folder, 'scenario.yaml');
  await writeFile(path, scenario);
  const sandbox = start(['sandbox', '--port', '0', '--speed', String(speed), '--scenario', path]);
  const text = await sandbox.sees(/HA_UPDATER_SPEED=\d+/);
  const env = Object.fromEntries(
    [...text.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key, value]) => [key ?? '', value ?? '']),
  );
  return {
    folder,
    env,
    run: (...args) => run(args, { env }),
    json: async (...args) => {
      const { code, stdout, stderr } = await run([...args, '--json'], { env });
      return { code, document: JSON.parse(stdout) as CommandResult, stderr };
    },
    start: (...args) => start(args, { env }),
    file: async (name, content) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    ask: async (action, parameters) => {
      const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters });
      const authorization =
        'AWS4-HMAC-SHA256 Credential=AKIDSANDBOX/20261121/eu-west-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0';
      const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization };
      return (await fetch(env['AWS_ENDPOINT_URL'] ?? '', { method: 'POST', body, headers })).text();
    },
    stop: async () => {
      sandbox.child.kill('SIGTERM');
      await sandbox.finished;
      await rm(folder, { recursive: true });
    },
  };
}
