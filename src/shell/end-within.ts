import type { ChildProcess } from 'node:child_process';
import { systemClock, type Milliseconds } from '../clock.js';

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: 'ended'; readonly code: number }
  | { readonly kind: 'killed'; readonly by: string }
  /** It took longer than it may, and was killed. */
  | { readonly kind: 'late' }
  | { readonly kind: 'notStarted'; readonly error: NodeJS.ErrnoException };

/**
 * Waits for the end of a program and of its output, and no longer than `limitMs`: then the program is killed, and
 * nobody waits for what it has started itself.
 */
export async function endWithin(child: ChildProcess, limitMs: Milliseconds): Promise<ProgramEnd> {
  const over = new AbortController();
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'notStarted', error }));
    child.once('close', (code, by) =>
      resolve(code === null ? { kind: 'killed', by: by ?? 'a signal' } : { kind: 'ended', code }),
    );
  }).finally(() => over.abort());
  const late = systemClock()
    .sleep(limitMs, over.signal)
    .then((): Promise<ProgramEnd> | ProgramEnd => {
      if (over.signal.aborted) return ended;
      child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
      return { kind: 'late' };
    });
  return Promise.race([ended, late]);
}
