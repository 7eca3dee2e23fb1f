import type { Decision, Observed } from '../model/rollout/decision.js';
import type { Plan } from '../model/rollout/rollout-plan.js';
import { withHooks } from './gates/hooks.js';
import { makeView } from './make-view.js';
import { notesRemoved } from './ownership/notes-removed.js';
import { withOutlook } from './outlook/outlook.js';
import { byStrategy } from './strategies/by-strategy.js';

/**
 * What to do next with all groups of the run. Pure: the same observation and plan give the same
 * decision, in any process, so running again is resuming.
 */
export function decide(shown: Observed, plan: Plan): Decision {
  const removed = notesRemoved(shown, plan);
  if (removed !== undefined) return removed;
  const view = makeView(shown, plan);
  return withOutlook(view, withHooks(view.observed, plan, byStrategy(view)));
}
