import type { Observed } from '../model/decision.js';
import type { Group } from '../model/group.js';
import type { Plan } from '../model/plan.js';
import type { RolloutRecord, Verdict } from '../model/record.js';
import type { Split } from './classify.js';
import { finish } from './finish.js';
import { halve } from './halve.js';
import type { Step } from './step.js';

/** The swap after its verdict to promote: the whole old half goes, as far as service can spare it. */
export function promote(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  verdict: Verdict,
  halves: Split,
): Step {
  if (halves.old.length > 0) return halve(observed, plan, group, record, verdict, 'old', halves.old, halves.new);
  return finish(observed, plan, group, record, verdict.at, halves);
}
