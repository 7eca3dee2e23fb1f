import type { Milliseconds } from '../../clock.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { warmup } from '../memory/proven.js';

/** Assumed for launching and booting, where the limit has to be extended anyway. Images differ widely. */
const LAUNCH_MS: Milliseconds = 120_000;

/** From the end of draining until an instance is gone, in waves where many leave. */
const SHUTDOWN_MS: Milliseconds = 120_000;

/** The limits of one group. A limit that the group's own settings cannot meet is extended by what they cost. */
export interface TimeLimits {
  /** Longest time without one more proven instance. */
  readonly progressMs: Milliseconds;
  /** Longest time from the record to the verdict. */
  readonly totalMs: Milliseconds;
  /** Longest time for what leaves to be gone. */
  readonly drainMs: Milliseconds;
}

/**
 * How long this group may take. Slow start comes on top of the user's time, because no instance can be proven while it
 * lasts; health checks (interval × threshold) and draining extend it where they alone use it up.
 */
export function timeLimits({ timing }: Plan, group: Group): TimeLimits {
  const judges = group.balancers.filter(({ judged }) => judged);
  const floor = Math.max(0, ...judges.map(({ healthFloorMs }) => healthFloorMs));
  const drain = Math.max(0, ...group.balancers.map(({ drainMs }) => drainMs));
  const warm = warmup(group, timing.warmupMs);
  const withSlowStart = timing.progressMs + (warm - timing.warmupMs);
  // rule: limit-too-short
  const progressMs = floor + warm >= withSlowStart ? floor + warm + LAUNCH_MS : withSlowStart;
  return {
    progressMs,
    totalMs: timing.totalMs + (progressMs - timing.progressMs),
    drainMs: Math.max(timing.drainMs, drain === 0 ? 0 : drain + SHUTDOWN_MS),
  };
}
