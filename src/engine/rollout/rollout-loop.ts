import type { decide } from '../../decide/decide.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import { pause } from '../retry.js';
import { createLooker } from './looks/looker.js';
import type { Memory } from './observe.js';

/** What a loop has beside its plan. */
export interface LoopOptions {
  /** Ends a pause early. */
  readonly wake?: AbortSignal;
  /** Of the whole run, where this loop is a part of it. */
  readonly memory?: Memory;
}

/**
 * The loop of `runRollout` with any way to decide: one look after the other, with the pauses between them.
 * @throws what `runRollout` throws
 */
export async function loopOver(
  deps: Deps,
  plan: Plan,
  decider: typeof decide,
  { wake, memory }: LoopOptions = {},
): Promise<readonly GroupResult[]> {
  if (plan.groups.length === 0) return [];
  const looker = createLooker(deps, plan, decider, memory === undefined ? {} : { memory });
  try {
    for (;;) {
      const after = await looker.look();
      if (after.kind === 'end') return after.results;
      if (after.forMs === undefined) continue;
      if (after.whole === true) await deps.clock.sleep(after.forMs);
      else await pause(deps, after.forMs, wake ?? looker.woken());
    }
  } catch (error) {
    throw looker.ending(error);
  } finally {
    await looker.end();
  }
}
