import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../../clock.js';
import { BOOTSTRAP } from './bootstrap.js';
import { unzip } from './unzip.js';

/** What a process of a function is made of. */
export interface ProcessOptions {
  /** Path of the program of Node. */
  readonly node: string;
  readonly archive: Buffer;
  readonly env: Readonly<Record<string, string>>;
  /** The world's time now, and how many of its seconds pass in one of the machine's. */
  readonly world: number;
  readonly speed: number;
  readonly onLines: (lines: readonly string[]) => void;
}

/** How a call ended: with what the function answered, or without an answer. */
export type Answer = { readonly answer: unknown } | { readonly failed: string };

/** A process that has loaded a function, which is called again and again; one call at a time. */
export interface FunctionProcess {
  readonly call: (event: object, timeoutMs: number) => Promise<Answer>;
  readonly alive: () => boolean;
  /** Ends it without a word, whatever it does. */
  readonly kill: () => void;
}

/** Starts it. Its folder is temporary, and it sees none of the variables of this process. */
export function startFunction({ node, archive, env, world, speed, onLines }: ProcessOptions): FunctionProcess {
  const folder = mkdtempSync(join(tmpdir(), 'ha-updater-sandbox-'));
  const files = unzip(archive);
  for (const [name, contents] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), contents);
  }
  const main = ['index.mjs', 'index.js'].find((name) => files.has(name)) ?? 'index.mjs';
  const child = spawn(node, ['--input-type=module', '--eval', BOOTSTRAP], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      ...env,
      SANDBOX_FUNCTION: JSON.stringify({
        file: pathToFileURL(join(folder, main)).href,
        handler: 'handler',
        world,
        real: systemClock().now(),
        speed,
      }),
    },
  });
  const calls = listen(child, onLines);
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return {
    call: async (event, timeoutMs) => {
      const answer = calls.next();
      child.send({ event, timeoutMs }, () => undefined);
      const patience = new AbortController();
      const tooLong = systemClock()
        .sleep(timeoutMs, patience.signal)
        .then((): Answer => ({ failed: `no answer within ${timeoutMs / 1000} s` }));
      const first = await Promise.race([answer, tooLong]);
      patience.abort();
      if ('failed' in first && calls.waits()) child.kill('SIGKILL');
      return first;
    },
    alive: () => child.exitCode === null && child.signalCode === null && child.connected,
    kill: () => void child.kill('SIGKILL'),
  };
}

interface Told {
  readonly log?: string;
  readonly answer?: unknown;
  readonly failed?: { readonly ErrorType: string; readonly ErrorMessage: string };
}

/** What the process says, in order: lines as they come, and the end of each call. */
function listen(child: ChildProcess, onLines: (lines: readonly string[]) => void) {
  let settle: ((answer: Answer) => void) | undefined;
  const end = (answer: Answer): void => {
    const waits = settle;
    settle = undefined;
    waits?.(answer);
  };
  child.on('message', ({ log, answer, failed }: Told) => {
    if (log !== undefined) onLines(log.split('\n').filter((line) => line !== ''));
    else if (failed !== undefined) end({ failed: `${failed.ErrorType}: ${failed.ErrorMessage}` });
    else end({ answer });
  });
  child.once('exit', () => end({ failed: 'the process of the function is gone' }));
  child.once('error', (error) => end({ failed: error.message }));
  return {
    next: (): Promise<Answer> =>
      new Promise((resolve) => {
        settle = resolve;
      }),
    waits: (): boolean => settle !== undefined,
  };
}
