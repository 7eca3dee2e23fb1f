import { appendFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { systemClock } from '../../src/clock.js';
import { callsFile } from '../permissions/calls.js';
import { asRow, type Entry, type LockStore } from '../../src/lock/store.js';

/** A store that runs on this machine while a test does. */
export interface RunningStore {
  /** What `--lock` takes. */
  readonly address: string;
  /** What the process needs in its environment to get there. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const CREDENTIALS = { accessKeyId: 'AKIDLOCK', secretAccessKey: 'secret' };

/** DynamoDB as dynalite does it, with one table. */
export async function startDynalite(
  options: { readonly table?: string; readonly key?: string } = {},
): Promise<RunningStore & { readonly url: string; readonly client: DynamoDB }> {
  const { table = 'locks', key = 'LockID' } = options;
  const server = dynalite({ createTableMs: 0 });
  const calls = callsFile();
  server.on('request', ({ headers }) => note(calls, headers));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDB({ endpoint: url, region: 'eu-west-1', credentials: CREDENTIALS, maxAttempts: 1 });
  await client.createTable({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
  });
  for (
    let look = 0;
    look < 100 && (await client.describeTable({ TableName: table })).Table?.TableStatus !== 'ACTIVE';
    look++
  )
    await systemClock().sleep(10);
  return {
    address: `dynamodb://${table}${key === 'LockID' ? '' : `?key=${key}`}`,
    env: { AWS_ENDPOINT_URL_DYNAMODB: url },
    url,
    client,
    stop: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Which command took which action, as the sandbox notes it for its own services. */
function note(calls: string, headers: IncomingHttpHeaders): void {
  const command = /\bcommand\/(\S+)/.exec(headers['user-agent'] ?? '')?.[1];
  const operation = /^DynamoDB_\d+\.(\w+)$/.exec(String(headers['x-amz-target']))?.[1];
  if (command !== undefined && operation !== undefined) appendFileSync(calls, `${command} dynamodb:${operation}\n`);
}

/** A real redis-server from the PATH, with nothing on disk. One that is not there fails the test: it is never skipped. */
export async function startRedis(
  options: { readonly password?: string; readonly port?: number } = {},
): Promise<RunningStore & { readonly child: ChildProcess; readonly port: number }> {
  const port = options.port ?? (await freePort());
  const words = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    ...(options.password === undefined ? [] : ['--requirepass', options.password]),
  ];
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new Error(
          `redis-server cannot be started (${error.message}); sh scripts/interop-env.sh installs it and prints the PATH to use`,
        ),
      ),
    );
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return {
    address: `redis://127.0.0.1:${port}`,
    env: options.password === undefined ? {} : { HA_UPDATER_LOCK_PASSWORD: options.password },
    child,
    port,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A store in memory. `before` may throw or wait, by the name of the call; `after` stands for a reply that is lost. */
export function memoryStore(
  trouble: { readonly before?: (call: string) => Promise<void>; readonly after?: (call: string) => void } = {},
): LockStore & { readonly entries: Map<string, Entry>; readonly history: string[] } {
  const entries = new Map<string, Entry>();
  const history: string[] = [];
  const same = (one: Entry | undefined, other: Entry | undefined): boolean =>
    one !== undefined && one.token === other?.token && one.beat === other.beat;
  const call = async <T>(name: string, does: () => T): Promise<T> => {
    await trouble.before?.(name);
    const answer = does();
    history.push(`${name} ${String(typeof answer === 'object' ? JSON.stringify(answer) : answer)}`);
    trouble.after?.(name);
    return Promise.resolve(answer);
  };
  const keep = (name: string, entry: Entry): true => {
    // As it would come back from a real store.
    asRow(entry);
    entries.set(name, entry);
    return true;
  };
  return {
    address: 'memory://locks',
    entries,
    history,
    read: (name) => call('read', () => entries.get(name)),
    take: (name, mine, over) =>
      call('take', () => {
        const found = entries.get(name);
        if (found === undefined || (over !== undefined && same(found, over))) return { taken: keep(name, mine) };
        return { taken: false as const, entry: found };
      }),
    renew: (name, mine) => call('renew', () => entries.get(name)?.token === mine.token && keep(name, mine)),
    release: (name, token) => call('release', () => entries.get(name)?.token === token && entries.delete(name)),
    close: () => Promise.resolve(),
  };
}
