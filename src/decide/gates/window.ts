import type { Instance } from '../../model/rollout/group.js';
import { limitFrom } from '../memory/unseen-time.js';
import { timeLimits } from '../rollout/time-limits.js';
import { seconds } from '../../text/duration.js';
import type { Wait } from '../../model/rollout/decision.js';
import type { GateDue } from '../../model/rollout/gate-answer.js';
import type { RolloutGroup, RolloutView } from '../view.js';
import { askingWait, stageState, type StageState } from './stage-gate.js';
import { inService, units } from '../instances/classify.js';
import { alarmed } from './alarms.js';
import { anomalous } from './anomaly.js';
import { failedCheck, resultOf } from './hooks.js';

/** How often in a row the check of an instance that passed it before may say no: one bad answer turns nothing back. */
const MOST_FALLS = 3;

/** Why the new half, which serves alone while the old one is kept, does not pass; undefined while it does. */
export function whyNewHalfFails(view: RolloutView, of: RolloutGroup): string | undefined {
  const { observed, plan } = view;
  return (
    alarmed(observed, plan, of.record.startedAt) ??
    anomalous(of.group, plan, of.halves.new) ??
    of.halves.new.map((instance) => fallen(view, of, instance)).find((why) => why !== undefined) ??
    gatesOf(view, of).flatMap((state) => (state.kind === 'failed' ? [state.why] : []))[0]
  );
}

/** What the gate command and the metrics say while the old half is kept: once as that begins, and once as it ends. */
function gatesOf(view: RolloutView, of: RolloutGroup): readonly StageState[] {
  const { observed, plan } = view;
  const { record, name } = of;
  // Only the run that waits asks it: a person, or whoever ends what is overdue, has decided.
  if (record.run !== plan.run || plan.goOn === true || plan.detach === true) return [];
  const { keptUntil = Infinity, keepMs = 0 } = record.gates ?? {};
  // From the beginning of that time on the new instances have served alone.
  const since = Math.min(observed.at, keptUntil - keepMs);
  const due = (stage: 'kept' | 'end'): GateDue => ({ group: name, stage, part: units(of.proven), since });
  const isOver = observed.at >= keptUntil;
  return [stageState(view, due('kept')), ...(isOver ? [stageState(view, due('end'))] : [])];
}

/** The wait for what the gate command and the metrics say while the old half is kept; undefined without one. */
export function gateInWindow(view: RolloutView, of: RolloutGroup): Wait | undefined {
  const asking = gatesOf(view, of).find((state) => state.kind === 'asking');
  return asking === undefined ? undefined : askingWait(of.name, 'keep', asking);
}

/**
 * Why an instance fails its check for good: it passed and says no again and again, or, as one that scaling launched
 * meanwhile, it did not pass in the time that any new instance has.
 */
function fallen(view: RolloutView, { group }: RolloutGroup, instance: Instance): string | undefined {
  const { observed, plan } = view;
  const why = failedCheck(observed.seen, plan, instance);
  if (why === '' || !inService(group, instance)) return undefined;
  const { falls } = resultOf(observed.seen, 'check', instance.id) ?? {};
  // rule: window-check-unheard
  if (falls !== undefined) return falls >= MOST_FALLS ? `${instance.id}: ${why} (${falls} times in a row)` : undefined;
  const { progressMs } = timeLimits(plan, group);
  const since = observed.seen.inServiceSince[instance.id] ?? observed.at;
  const late = observed.at >= limitFrom(observed.seen, since, progressMs);
  return late ? `${instance.id}: ${why} (for ${seconds(progressMs)})` : undefined;
}
