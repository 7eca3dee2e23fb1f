import type { Milliseconds } from '../../clock.js';
import type { Group } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { canaryOf } from '../gates/canary.js';
import { warmup } from '../memory/proven.js';
import { factsOf } from '../strategies/facts-by-name.js';

/** Assumed for an estimate: from the doubling to an instance that answers. Images differ widely. */
export const LAUNCH_MS: Milliseconds = 90_000;
/** From the end of draining to an instance that is gone. */
const SHUTDOWN_MS: Milliseconds = 30_000;

/**
 * An estimate of how long a rollout that replaces instances takes: launch and boot, health checks, warm-up or slow
 * start, bake and draining, as often as new instances have to be waited for, and the time for which the old half is
 * kept. What a lifecycle hook takes until somebody completes it is not known.
 */
export function expectedTime(warmupMs: Milliseconds, group: Group, record: RolloutRecord): Milliseconds {
  const rounds = roundsOf(record);
  const leave = most(group, ({ drainMs }) => drainMs) + SHUTDOWN_MS;
  // One at a time means that the one before has left; else they drain while the next are proven.
  const times = factsOf(record).limits(record)?.serial === true ? rounds : 1;
  const { keepMs: kept = 0, bakeMs: bake = 0 } = record.gates ?? {};
  const proofs = rounds + (canaryOf(record) > 0 ? 1 : 0);
  return proofs * (LAUNCH_MS + healthChecksOf(group) + warmup(group, warmupMs) + bake) + times * leave + kept;
}

/** The least time that the health checks of a fresh instance take, over all balancers that judge it. */
export function healthChecksOf(group: Group): Milliseconds {
  return most(group, ({ healthFloorMs }) => healthFloorMs);
}

/**
 * How often new instances have to be waited for: at once in a swap, a surge (or what may be missing) at a time in a
 * rolling one.
 */
export function roundsOf(record: RolloutRecord): number {
  const limits = factsOf(record).limits(record);
  if (limits === undefined) return 1;
  const step = limits.serial ? 1 : Math.max(1, limits.surge, limits.unavailable);
  return Math.max(1, Math.ceil(record.old / step));
}

function most({ balancers }: Group, of: (balancer: Group['balancers'][number]) => Milliseconds): Milliseconds {
  return Math.max(0, ...balancers.filter(({ judged }) => judged).map(of));
}
