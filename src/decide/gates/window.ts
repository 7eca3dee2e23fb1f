import type { Instance } from '../../model/rollout/group.js';
import { limitFrom } from '../memory/unseen-time.js';
import { timeLimits } from '../rollout/time-limits.js';
import { seconds } from '../../text/duration.js';
import type { RolloutGroup, RolloutView } from '../view.js';
import { inService } from '../instances/classify.js';
import { alarmed } from './alarms.js';
import { anomalous } from './anomaly.js';
import { failedCheck, resultOf } from './hooks.js';

/** How often in a row the check of an instance that passed it before may say no: one bad answer turns no fleet back. */
const MOST_FALLS = 3;

/** Why the new half, which serves alone while the old one is kept, does not pass; undefined while it does. */
export function whyNewHalfFails(view: RolloutView, of: RolloutGroup): string | undefined {
  const { observed, plan } = view;
  return (
    alarmed(observed, plan, of.record.startedAt) ??
    anomalous(of.group, plan, of.halves.new) ??
    of.halves.new.map((instance) => fallen(view, of, instance)).find((why) => why !== undefined)
  );
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
