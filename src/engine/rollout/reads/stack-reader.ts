import type { Instant, Milliseconds } from '../../../clock.js';
import { busy } from '../../../decide/memory/fold-look.js';
import { factsOf } from '../../../decide/strategies/facts-by-name.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Plan } from '../../../model/rollout/rollout-plan.js';
import type { Stack } from '../../../model/stack/stack.js';
import type { RepeatableGateway } from '../../retrying-gateway.js';

/** How old a status may be in a look that only waits: a person is to be told soon that the stack is being changed. */
const LONGEST_MS: Milliseconds = 15_000;

/** The status of the stack, as it is or as it was; absent without a stack. */
export interface StackStatus {
  readonly status?: string;
  /** It is what an earlier look read. */
  readonly old: boolean;
}

/**
 * Makes a reader of the status of the stack. A look that may only wait takes the one that was read last, unless that
 * is old or the stack was in progress then: whatever is done is decided by a look that asks.
 */
export function stackReader(
  gateway: Pick<RepeatableGateway, 'describeStack'>,
  plan: Plan,
): (groups: readonly Group[], look: { readonly at: Instant; readonly sparing: boolean }) => Promise<StackStatus> {
  const spares = plan.stack !== undefined && factsOf(plan).kind !== 'keeping';
  let last: { readonly at: Instant; readonly status: string } | undefined;
  return async (groups, { at, sparing }) => {
    if (sparing && spares && last !== undefined && !busy(last.status) && at - last.at < LONGEST_MS)
      return { status: last.status, old: true };
    const status = (await readStack(gateway, plan, groups))?.status;
    last = status === undefined ? undefined : { at, status };
    return { ...(status !== undefined && { status }), old: false };
  };
}

/**
 * The stack whose progress keeps these groups from being touched: the one of the plan. Without one, that of groups
 * whose size is kept through its change, whole with all that it is nested in; one that is in progress counts first.
 */
async function readStack(
  gateway: Pick<RepeatableGateway, 'describeStack'>,
  { stack }: Plan,
  groups: readonly Group[],
): Promise<Stack | undefined> {
  if (stack !== undefined) return gateway.describeStack(stack);
  const kept = groups.filter(({ notes: { record } }) => record !== undefined && factsOf(record).kind === 'keeping');
  const ids = new Set(kept.flatMap(({ stackId }) => stackId ?? []));
  let found: Stack | undefined;
  for (const id of ids) {
    const own = await gateway.describeStack(id);
    found = own?.rootId === undefined ? own : await gateway.describeStack(own.rootId);
    if (found !== undefined && busy(found.status)) return found;
  }
  return found;
}
