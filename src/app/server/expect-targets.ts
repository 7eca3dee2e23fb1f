import { retrying } from '../../engine/retrying-gateway.js';
import { AwsFault } from '../../errors.js';
import { expectGroups } from '../groups/expect-groups.js';
import { QUICK } from '../../run/run.js';
import { chosenGroups } from '../groups/command-targets.js';
import type { GroupCommand, GroupsAsked } from '../groups/group-command.js';
import type { BalancerAsked } from '../groups/balancer-target.js';
import type { Looking } from '../inspect/read-only.js';

/**
 * Refuses a stack or a group that is not there before anything is started: after `--detach` nobody reads what the
 * function would say of it. Starting takes no right to look; without that right the function finds out.
 *
 * @throws Failure `refused`
 */
export async function expectTargets<A extends GroupsAsked>(
  { deps }: Pick<Looking, 'deps'>,
  { wanted }: Pick<GroupCommand<A>, 'wanted'>,
  given: A & BalancerAsked,
): Promise<void> {
  // The function asks the balancer which groups are behind it.
  if (given.elb !== undefined || given['target-group'] !== undefined) return;
  try {
    const { groups: names } = await chosenGroups({ deps }, given, wanted.choice);
    // A group of a stack that somebody deleted is left out by any rollout.
    if (given.stack !== undefined) return;
    await expectGroups(retrying(deps, QUICK), names);
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'denied') throw error;
  }
}
