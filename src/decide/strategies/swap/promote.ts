import { finish } from '../../rollout/finish.js';
import { terminateHalf } from '../../rollout/terminate-half.js';
import type { GroupStep } from '../../step.js';
import type { JudgedGroup, RolloutView } from '../../view.js';

/** The swap after its verdict to promote: the whole old half goes, as far as service can spare it. */
export function promote(view: RolloutView, of: JudgedGroup): GroupStep {
  return of.halves.old.length > 0 ? terminateHalf(view, of, 'old') : finish(view, of, of.verdict.at);
}
