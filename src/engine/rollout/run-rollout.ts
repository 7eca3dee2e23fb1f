import { decide } from '../../decide/decide.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import type { Memory } from './observe.js';
import { loopOver } from './rollout-loop.js';

/**
 * Runs the plan over its groups in one loop: observe, decide, tell, act once, and look again. All
 * that it needs to go on after a crash is on the groups themselves.
 *
 * @param memory of the whole run, where this plan is a part of it
 * @returns one result per group, in the plan's order; all of them promoted, proven or skipped
 * @throws Failure `refused` or `held` (nothing was changed), `swapRolledBack`, `stopped` (record kept)
 * @throws AwsFault when AWS could not be asked at all before anything was changed
 */
export function runRollout(deps: Deps, plan: Plan, memory?: Memory): Promise<readonly GroupResult[]> {
  return loopOver(deps, plan, decide, memory === undefined ? {} : { memory });
}
