import { command } from '../../text/commands/next-command.js';
import { makePlan, type Wanted } from '../../config/rollout-plan.js';
import { lookAhead } from '../../engine/rollout/forecast.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { GroupOutlook } from '../../model/stack/change-plan.js';
import type { StackChanges } from '../../model/stack/change-set.js';
import { toldAt } from '../../run/place.js';
import type { Run } from '../../run/run.js';

/**
 * What a run over these groups would do with each, after these changes of their stack. Changes nothing.
 * @param of `stack`: its id; absent when the groups were asked for by name; `image`: what they get
 * @throws AwsFault
 */
export async function outlooks(
  { deps, id, host, pid, region, place }: Pick<Run, 'deps' | 'id' | 'host' | 'pid' | 'region' | 'place'>,
  wanted: Wanted,
  of: { readonly stack?: string; readonly groups: readonly string[]; readonly image?: NonNullable<Plan['image']> },
  changes: StackChanges | undefined,
): Promise<readonly GroupOutlook[]> {
  const plan = makePlan(wanted, {
    strategy: wanted.strategy,
    run: id,
    host,
    pid,
    ...of,
    region,
    again: command`ha-updater update-asgs`,
    adoptOnly: false,
  });
  return (await lookAhead(deps, plan, changes, wanted.keepsSizes)).map((group) => ({
    ...group,
    against: toldAt(group.against, place),
    warnings: toldAt(group.warnings, place),
  }));
}
