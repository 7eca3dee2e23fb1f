import type { Wanted } from '../../config/rollout-plan.js';
import { createSizeKeeper, type SizeKeeper } from '../../engine/stack/keep-sizes.js';
import type { Run } from '../../run/run.js';
import { planOf, type UpdateGroupsAsked } from '../groups/update-asgs.js';

/**
 * What keeps the sizes of groups while their stack changes; undefined where CloudFormation may set those of the
 * template (`--sizes template`).
 */
export function sizeKeeper(run: Run, wanted: Wanted, target: UpdateGroupsAsked): SizeKeeper | undefined {
  if (!wanted.keepsSizes) return undefined;
  const { gates: _gates, ...limits } = wanted;
  return createSizeKeeper(run.deps, target.stack ?? '', (groups, keepSize) =>
    planOf(run, { wanted: limits, asked: target }, groups, {
      strategy: 'keep-size',
      keepSize,
      command: 'update-stack',
    }),
  );
}

/** Runs a change, and gives the sizes back however it ends. */
export async function keepingSizes<T>(
  keeper: SizeKeeper | undefined,
  change: (keeper: SizeKeeper | undefined) => Promise<T>,
): Promise<T> {
  if (keeper === undefined) return change(keeper);
  const done = await change(keeper).catch(async (error: unknown) => {
    throw await keeper.endAfter(error);
  });
  await keeper.end();
  return done;
}
