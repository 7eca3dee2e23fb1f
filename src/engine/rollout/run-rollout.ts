import { decide } from '../../decide/decide.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import { loopOver } from './rollout-loop.js';

/**
 * Runs the plan over its groups in one loop: observe, decide, tell, act once, and look again. All
 * that it needs to go on after a crash is on the groups themselves.
 *
 * @returns one result per group, in the plan's order; all of them promoted, proven or skipped
 * @throws Failure `refused` or `held` (nothing was changed), `swapRolledBack`, `stopped` (record kept)
 * @throws AwsFault when AWS could not be asked at all before anything was changed
 */
export function runRollout(deps: Deps, plan: Plan): Promise<readonly GroupResult[]> {
  return loopOver(deps, plan, decide);
}
