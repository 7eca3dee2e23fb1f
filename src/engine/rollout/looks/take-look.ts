import { decide } from '../../../decide/decide.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { Deps } from '../../deps.js';
import { backOff, passes, PATIENCE, RETRY, type RetryLimits } from '../../retry.js';
import { afterUnheard } from './intend.js';
import type { LookMemory } from './look-memory.js';
import { forgetLaunches } from '../reads/cached-reads.js';
import { forgetHealthy } from '../reads/status-reader.js';
import { createLooker, type AfterLook } from './looker.js';

/** How long AWS may fail to answer a read within one look: whoever takes single looks may not stay for long. */
const PATIENCE_OF_A_LOOK: RetryLimits = { ...RETRY, totalMs: 60_000 };

/** The wait after a look that AWS did not answer. */
const UNANSWERED_MS = backOff(Infinity);

/**
 * One look of `runRollout` by an engine that is made for it alone: what it has to know of the looks before is in
 * `kept`, and what the next one has to know is there afterwards. No command of the user's can run, since nobody waits
 * for it.
 *
 * @param kept is changed in place, also when the look fails
 * @param again the look was begun before, with the same that is kept, and nobody heard how it ended
 * @throws Failure as `runRollout` does, and AwsFault where that does; a read that fails for now is another look later,
 * for as long as the loop would have repeated it
 */
export async function takeLook(deps: Deps, plan: Plan, kept: LookMemory, again: boolean): Promise<AfterLook> {
  if (plan.groups.length === 0) return { kind: 'end', results: [] };
  if (again) afterUnheard(kept, plan);
  const intended = kept.intent?.actions ?? [];
  delete kept.intent;
  const looker = createLooker(deps, plan, decide, { kept, intended, patience: PATIENCE_OF_A_LOOK });
  try {
    const after = await looker.look();
    delete kept.unansweredSince;
    const isAnswered = looker.woken().aborted;
    looker.harvest();
    forgetHealthy(kept.observer.checks, deps.clock.now());
    forgetLaunches(kept.observer.launches);
    return isAnswered && after.kind === 'look' && after.whole !== true ? { kind: 'look' } : after;
  } catch (error) {
    if (!passes(error)) throw looker.ending(error);
    kept.unansweredSince ??= deps.clock.now();
    if (deps.clock.now() - kept.unansweredSince >= PATIENCE.totalMs) throw looker.ending(error);
    return { kind: 'look', forMs: UNANSWERED_MS };
  } finally {
    await looker.end();
  }
}
