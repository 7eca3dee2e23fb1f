import type { Observed } from '../../../model/rollout/decision.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../../../model/rollout/record.js';
import type { Split } from '../../instances/classify.js';
import { finish } from '../../rollout/finish.js';
import { terminateHalf } from './terminate-half.js';
import type { GroupStep } from '../../rollout/step.js';

/** The swap after its verdict to promote: the whole old half goes, as far as service can spare it. */
export function promote(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  verdict: Verdict,
  halves: Split,
): GroupStep {
  if (halves.old.length > 0)
    return terminateHalf(observed, plan, group, record, verdict, 'old', halves.old, halves.new);
  return finish(observed, plan, group, record, verdict.at, halves);
}
