import type { SandboxClock } from '../../src/sandbox/clock.js';

/** Sleeps in the world's time for what goes on beside a run: nothing waits for whoever sleeps here. */
export function sleepBeside(clock: SandboxClock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      signal?.removeEventListener('abort', wake);
      cancel();
      resolve();
    };
    const cancel = clock.after(ms, wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
