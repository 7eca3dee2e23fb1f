import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { callsFile } from '../../permissions/calls.js';
import { ROOT } from '../../support/root.js';

/** The program: that of the repository, or an installed one. */
export const BIN = process.env['HA_UPDATER_BIN'] ?? join(ROOT, 'bin', 'run.js');

/** Nothing of the machine that runs the tests: no AWS settings, no CI, no colours. */
export const CLEAN_ENV: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_COLOR: '1',
  LANG: 'C.UTF-8',
};

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves with all output so far once it matches. */
  readonly sees: (pattern: RegExp) => Promise<string>;
}

/** Starts the real command as a child process. `stdin` is piped to it; otherwise it has none. */
export function start(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: string } = {},
): Running {
  // Every sandbox keeps which command took which action: test/permissions holds that against the policies.
  const all = args[0] === 'sandbox' && !args.includes('--calls') ? [...args, '--calls', callsFile()] : args;
  const child = spawn(process.execPath, [BIN, ...all], {
    env: { ...CLEAN_ENV, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    watchers.forEach((look) => look());
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    watchers.forEach((look) => look());
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    finished,
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(stdout + stderr)) return;
          watchers.delete(look);
          resolve(stdout + stderr);
        };
        watchers.add(look);
        look();
        finished.then(
          ({ code }) => reject(new Error(`ended with ${code} and never said ${pattern}:\n${stdout}${stderr}`)),
          reject,
        );
      }),
  };
}

/** Runs the real command to its end. */
export function run(args: readonly string[], options: Parameters<typeof start>[1] = {}): Promise<Finished> {
  return start(args, options).finished;
}

/** util-linux's `script` gives a child a terminal of its own; other systems' takes other words. */
export const HAS_TERMINAL = process.platform === 'linux' && existsSync('/usr/bin/script');

export interface OnTerminal {
  /** Presses keys. */
  readonly types: (keys: string) => void;
  /** Resolves with the screen so far once it matches. */
  readonly sees: (pattern: RegExp) => Promise<string>;
  readonly finished: Promise<{ readonly code: number | null; readonly screen: string }>;
}

/** Starts the real command on a pseudo-terminal. */
export function startOnTerminal(args: readonly string[], env: Readonly<Record<string, string>>): OnTerminal {
  const command = [process.execPath, BIN, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], {
    env: { ...CLEAN_ENV, ...env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    screen += stripVTControlCharacters(chunk.toString());
    watchers.forEach((look) => look());
  });
  child.stdin.on('error', () => undefined);
  const finished = new Promise<{ code: number | null; screen: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, screen }));
  });
  return {
    types: (keys) => void child.stdin.write(keys),
    finished,
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(screen)) return;
          watchers.delete(look);
          resolve(screen);
        };
        watchers.add(look);
        look();
        finished.then(
          ({ code }) => reject(new Error(`ended with ${code} and never showed ${pattern}:\n${screen}`)),
          reject,
        );
      }),
  };
}
