import { keepsOld } from '../../gates/kept-half.js';
import { finish } from '../../rollout/finish.js';
import { noteTheirs } from '../../sizes/note-theirs.js';
import { terminateHalf } from '../../rollout/terminate-half.js';
import type { GroupStep } from '../../step.js';
import type { JudgedGroup, RolloutView } from '../../view.js';
import { keep } from './keep.js';

/**
 * The swap after its verdict to promote: the whole old half goes, as far as service can spare it; or into standby where
 * it is kept for a while.
 */
export function promote(view: RolloutView, of: JudgedGroup): GroupStep {
  if (keepsOld(of.record)) return keep(view, of);
  if (of.halves.old.length === 0) return finish(view, of, of.verdict.at);
  return noteTheirs(view, of, 'halve') ?? terminateHalf(view, of, 'old');
}
