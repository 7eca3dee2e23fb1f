import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The repository, seen from `dist/test/interop`. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** One command of ours that ended. */
export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** What it told with `--output jsonl`. */
  readonly events: () => unknown[];
}

/** A simulated AWS by other people, and our commands against it. */
export interface Emulator {
  readonly url: string;
  readonly run: (...args: readonly string[]) => Promise<Ran>;
  /** The same; `sees` resolves once the output holds these words, or the command ended. */
  readonly start: (...args: readonly string[]) => {
    readonly ended: Promise<Ran>;
    readonly sees: (words: string) => Promise<void>;
  };
  readonly stop: () => void;
}

/**
 * Starts the program on a free port of this machine alone, and waits until this page of it answers. That it is missing fails the
 * test: interop is never skipped.
 */
export async function startEmulator(
  program: string,
  page: string,
  args: (port: string) => readonly string[],
  env: (port: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Emulator> {
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(program, args(port), {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let gone = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4000)));
  server.on('error', (error) => (gone = `${error.message}; sh scripts/interop-env.sh installs it and prints the PATH`));
  server.on('exit', (code) => (gone ||= `it exited with ${code ?? 'a signal'}: ${said}`));
  const start = startAgainst(url);
  for (let tries = 0; tries < 240; tries += 1) {
    if (gone !== '') throw new Error(`${program} does not run: ${gone}`);
    const answers = await fetch(url + page).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) return { url, start, run: (...words) => start(...words).ended, stop: () => void server.kill() };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  server.kill();
  throw new Error(`${program} does not answer: ${said}`);
}

function startAgainst(url: string): Emulator['start'] {
  return (...words) => {
    const child = execa(process.execPath, ['bin/run.js', ...words], {
      cwd: ROOT,
      reject: false,
      extendEnv: false,
      env: environmentFor(url),
      all: true,
    });
    return {
      ended: child.then(({ exitCode, stdout, stderr }) => ({
        exitCode,
        stdout,
        stderr,
        events: () => eventsIn(stdout),
      })),
      sees: (what) =>
        new Promise((resolve) => {
          let said = '';
          child.all.on('data', (data: Buffer) => {
            said += data.toString();
            if (said.includes(what)) resolve();
          });
          child.all.on('end', () => resolve());
        }),
    };
  };
}

function eventsIn(stdout: string): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly event: unknown }).event);
}

/** Only the emulator: nothing of the machine's own AWS settings. */
export function environmentFor(url: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: 'AKIDINTEROP',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
