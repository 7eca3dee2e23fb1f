import type { Milliseconds } from '../../clock.js';
import type { Group, LifecycleHook } from '../../model/rollout/group.js';
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
 * lasts; health checks (interval × threshold), draining and lifecycle hooks extend it where they alone use it up. So
 * does the time for which a canary is watched: what is launched after it has to be proven before the verdict, too.
 */
export function timeLimits(plan: Plan, group: Group): TimeLimits {
  const { timing } = plan;
  const judges = group.balancers.filter(({ judged }) => judged);
  const floor = Math.max(0, ...judges.map(({ healthFloorMs }) => healthFloorMs));
  const drain = Math.max(0, ...group.balancers.map(({ drainMs }) => drainMs));
  const warm = warmup(group, timing.warmupMs);
  const withSlowStart = timing.progressMs + (warm - timing.warmupMs);
  const least = heldMs(group, 'Pending:Wait') + floor + warm;
  // rule: limit-too-short
  const progressMs = least >= withSlowStart ? least + LAUNCH_MS : withSlowStart;
  // rule: hook-too-long
  const leaves = drain + heldMs(group, 'Terminating:Wait');
  // rule: canary-uses-deadline-up
  const watched = canaryWatchedMs(plan, group);
  return {
    progressMs,
    totalMs: Math.max(timing.totalMs + (progressMs - timing.progressMs), watched === 0 ? 0 : watched + 2 * progressMs),
    drainMs: Math.max(timing.drainMs, leaves === 0 ? 0 : leaves + SHUTDOWN_MS),
  };
}

/**
 * How long a canary bakes and its gates may take, after it is proven and before the rest is launched; 0 without one.
 * A run that goes on with the rollout of another one takes canary and bake from its record.
 */
export function canaryWatchedMs({ gates }: Plan, { notes }: Pick<Group, 'notes'>): Milliseconds {
  const { canary = 0, bakeMs = 0 } = notes.record === undefined ? (gates ?? {}) : (notes.record.gates ?? {});
  const asked = Math.max(gates?.gate?.timeoutMs ?? 0, gates?.metrics?.timeoutMs ?? 0);
  return canary === 0 ? 0 : bakeMs + asked;
}

/**
 * How long hooks hold an instance when nobody completes them. All of one transition hold it at the same time. Who is
 * abandoned on its way in never comes into service, however long it is waited for.
 * Source: EC2 Auto Scaling user guide, "Amazon EC2 Auto Scaling lifecycle hooks".
 */
export function heldMs({ hooks = [] }: Group, holds: LifecycleHook['holds']): Milliseconds {
  const counts = hooks.filter(
    (hook) => hook.holds === holds && (holds === 'Terminating:Wait' || hook.otherwise === 'CONTINUE'),
  );
  return Math.max(0, ...counts.map(({ heartbeatMs }) => heartbeatMs));
}
