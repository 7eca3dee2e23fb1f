import type { Milliseconds } from '../clock.js';
import { AwsFault, type FaultKind } from '../errors.js';
import type { Deps } from './deps.js';

/** How long a call may be tried. Every retry has a limit in number and in time. */
export interface RetryLimits {
  readonly attempts: number;
  readonly totalMs: Milliseconds;
  readonly firstWaitMs: Milliseconds;
  readonly longestWaitMs: Milliseconds;
}

export const RETRY: RetryLimits = { attempts: 10, totalMs: 5 * 60_000, firstWaitMs: 1_000, longestWaitMs: 20_000 };

/**
 * How long AWS may fail to answer a read, whatever is being read, or refuse a change of groups for now. The stack and
 * its groups are changed by one command, so there is one patience for both.
 */
export const PATIENCE: RetryLimits = { ...RETRY, attempts: Infinity, totalMs: 15 * 60_000 };

const PASSING: ReadonlySet<FaultKind> = new Set(['throttled', 'transient', 'busy', 'unreachable']);

/** True for faults that waiting can heal. */
export function passes(error: unknown): error is AwsFault {
  return error instanceof AwsFault && PASSING.has(error.kind);
}

/** The wait before try number `attempt` + 1 (1-based): doubling, up to the longest. */
export function backOff(attempt: number, limits: RetryLimits = RETRY): Milliseconds {
  return Math.min(limits.longestWaitMs, limits.firstWaitMs * 2 ** Math.min(attempt - 1, 20));
}

/** What a call that is tried again needs of the engine. */
export type RetryDeps = Pick<Deps, 'clock' | 'emit' | 'interrupt'>;

/**
 * Calls until it answers, waits on the engine's clock and says so. Only for calls that may safely be
 * sent twice: reads, and changes that carry a token.
 *
 * @param meanwhile is done before every further try, such as renewing a lease; must not throw for what AWS answers
 * @throws AwsFault of the last try; any other error at once
 */
export async function repeating<T>(
  deps: RetryDeps,
  call: () => Promise<T>,
  limits: RetryLimits = RETRY,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  const until = deps.clock.now() + limits.totalMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const waitMs = backOff(attempt, limits);
      if (!passes(error) || attempt >= limits.attempts || deps.clock.now() + waitMs > until) throw error;
      deps.emit({ type: 'call.retried', operation: error.operation, code: error.code, attempt, waitMs });
      await pause(deps, waitMs);
      await meanwhile();
    }
  }
}

/** Sleeps, but wakes for the first signal, and when `also` is aborted. */
export function pause(deps: Pick<Deps, 'clock' | 'interrupt'>, ms: Milliseconds, also?: AbortSignal): Promise<void> {
  const wake = [
    ...(deps.interrupt.received === undefined ? [deps.interrupt.wake] : []),
    ...(also === undefined ? [] : [also]),
  ];
  return deps.clock.sleep(ms, wake.length < 2 ? wake[0] : AbortSignal.any(wake));
}
