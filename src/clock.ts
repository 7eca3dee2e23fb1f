import { uptime } from 'node:os';

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** A span of time in milliseconds. */
export type Milliseconds = number;

/**
 * Where time comes from. Everything that decides, waits or stamps takes one of these, so that a
 * rollout of ten minutes can be rehearsed in milliseconds and a test can never race.
 */
export interface Clock {
  /** The present, in milliseconds since the Unix epoch. */
  now(): Instant;
  /** How many of its seconds pass in one of the machine's; absent where that means nothing. */
  readonly speed?: number;
  /**
   * Resolves after `ms` of this clock's time, or at once when `signal` is (or becomes) aborted.
   * It never rejects: whoever sleeps looks at the world again afterwards anyway.
   */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}

/**
 * The wall clock, run at `speed` times its pace. Speed 1 is the system's own time; a rehearsal
 * against the sandbox runs faster so that every flag keeps its meaning in simulated seconds.
 */
export function systemClock(speed = 1): Clock {
  const origin = Date.now();
  const now = (): Instant => (speed === 1 ? Date.now() : origin + Math.round((Date.now() - origin) * speed));
  return { now, speed, sleep: sleeper(speed) };
}

/**
 * A clock that nobody can set, for spans of time alone: it begins at 0. The process may be stopped and the
 * machine may sleep; both count as time that has passed. (The monotonic clock stands still while a machine
 * sleeps and its up-time does not, so the larger of the two counts.)
 */
export function steadyClock(speed = 1): Clock {
  const monotonic = performance.now();
  const up = uptime();
  const now = (): Instant => Math.max(performance.now() - monotonic, (uptime() - up) * 1000) * speed;
  return { now, sleep: sleeper(speed) };
}

function sleeper(speed: number): Clock['sleep'] {
  return (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return void resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(0, ms) / speed);
      signal?.addEventListener('abort', wake, { once: true });
    });
}
