import { spawn, type ChildProcess } from 'node:child_process';
import { systemClock } from '../clock.js';
import type { HookCall, HookEnd, Hooks } from '../engine/commands/shell-runner.js';
import { commandLine, hookEnvironment } from './command-line.js';
import { createTail, type Mask } from './output-tail.js';
import { seconds } from '../text/duration.js';

/** How long a command that was told to end may take before it is killed. */
const GRACE_MS = 5_000;

/** Output of what a command left running in the background is not waited for longer than this. */
const LAST_OUTPUT_MS = 500;

/**
 * Runs command lines by /bin/sh, each in a process group of its own: told to end (SIGTERM), then killed, together
 * with all that they started, when their time is over or the run ends. They never read our input.
 */
export function createShell(env: Readonly<Record<string, string | undefined>>, mask: Mask = (text) => text): Hooks {
  const running = new Set<ChildProcess>();
  const killAll = (): void => running.forEach((child) => signalGroup(child, 'SIGKILL'));
  return {
    run: async (call, signal) => {
      let line: string;
      try {
        line = commandLine(call);
      } catch (error) {
        return {
          ok: false,
          words: `could not be started: ${error instanceof Error ? error.message : String(error)}`,
          output: '',
        };
      }
      if (signal.aborted) return { ok: false, words: KILLED_WITH_RUN, output: '' };
      const child = spawn('/bin/sh', ['-c', line], {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...env, ...hookEnvironment(call) },
      });
      // The end of this process ends its commands too.
      if (running.size === 0) process.once('exit', killAll);
      running.add(child);
      try {
        return await endOf(child, call, signal, mask);
      } finally {
        running.delete(child);
        if (running.size === 0) process.off('exit', killAll);
      }
    },
  };
}

const KILLED_WITH_RUN = 'ended together with the run';

async function endOf(child: ChildProcess, { timeoutMs }: HookCall, signal: AbortSignal, mask: Mask): Promise<HookEnd> {
  const clock = systemClock();
  const tail = createTail(mask);
  child.stdout?.on('data', tail.add);
  child.stderr?.on('data', tail.add);
  const exited = new AbortController();
  const ended = new Promise<Pick<HookEnd, 'ok' | 'code' | 'words'>>((resolve) => {
    child.once('error', (error) => resolve({ ok: false, words: `could not be started: ${error.message}` }));
    child.once('exit', (code, by) =>
      resolve(
        code === null
          ? { ok: false, words: `killed by ${by ?? 'a signal'}` }
          : { ok: code === 0, code, words: `exit ${code}` },
      ),
    );
  }).finally(() => exited.abort());
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));

  let why: string | undefined;
  await clock.sleep(timeoutMs, AbortSignal.any([exited.signal, signal]));
  if (!exited.signal.aborted) {
    why = signal.aborted ? KILLED_WITH_RUN : `killed after ${seconds(timeoutMs)}`;
    signalGroup(child, 'SIGTERM');
    await clock.sleep(GRACE_MS, exited.signal);
    // Also what the command left behind when it went by itself.
    signalGroup(child, 'SIGKILL');
  }
  const end = await ended;
  const patience = new AbortController();
  await Promise.race([closed.finally(() => patience.abort()), clock.sleep(LAST_OUTPUT_MS, patience.signal)]);
  patience.abort();
  child.stdout?.destroy();
  child.stderr?.destroy();
  return why === undefined ? { ...end, output: tail.text() } : { ok: false, words: why, output: tail.text() };
}

/** To the command and all that it started. One that is gone already needs no signal. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH' && (error as NodeJS.ErrnoException).code !== 'EPERM')
      throw error;
  }
}
