import { effectOn, type Effect } from '../../decide/stack/change-impact.js';
import { shifted, wholeSize } from '../../decide/ownership/ignored-old.js';
import { groupOutlook } from '../../decide/stack/forecast.js';
import type { AdvisedOutlook } from '../../model/stack/change-plan.js';
import type { StackChanges } from '../../model/stack/change-set.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import { createObserver } from './observe.js';
import { retrying } from '../retrying-gateway.js';

/**
 * One look at the groups of a plan, and what the swap would do with them after these changes of their
 * stack. Changes nothing. @throws AwsFault
 */
export async function lookAhead(
  deps: Deps,
  plan: Plan,
  changes: StackChanges | undefined,
  keepsSizes: boolean,
): Promise<readonly AdvisedOutlook[]> {
  if (plan.groups.length === 0) return [];
  const bare = await retrying(deps).describeGroups(plan.groups);
  const refs = new Map(bare.groups.map((group) => [group.name, group.configurationRefs]));
  const observed = await createObserver(deps, plan).look();
  return observed.groups.map((group) => {
    const whole = { ...group, size: wholeSize(group) };
    const effect: Effect =
      changes === undefined ? { replaced: [] } : effectOn(changes, whole, refs.get(group.name) ?? [], keepsSizes);
    const kept = group.kept?.units ?? 0;
    const { resized, ...rest } = effect;
    const outlook = groupOutlook(observed, plan, group, {
      ...rest,
      ...(resized !== undefined && { resized: shifted(resized, -kept) }),
    });
    return {
      ...outlook,
      size: whole.size,
      ...(outlook.resized !== undefined && { resized: shifted(outlook.resized, kept) }),
      doubled: shifted(outlook.doubled, kept),
      instances: outlook.instances + (group.kept?.instances.length ?? 0),
    };
  });
}
