import { classifyStatus } from '../../decide/stack/stack-update.js';
import type { Stack } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { RETRY } from '../retry.js';
import { retrying } from '../retrying-gateway.js';

/** What one look at the stack itself shows of our change. */
interface StatusSeen {
  readonly status: string;
  /** Something that earlier looks, and the stack before our call, did not show. */
  readonly changed: boolean;
  /** Our change is certainly over. */
  readonly settled: boolean;
}

export type StatusLook = () => Promise<StatusSeen>;

/**
 * Looks at the stack by its ARN. A read may be stale and show the stack as it was before our call, or
 * as it was a moment ago: only a status that is provably later, and seen twice running, is believed
 * to be the end.
 */
export function statusLook(deps: Deps, stackId: string, before: Stack | undefined): StatusLook {
  let last: string | undefined = before?.status;
  let moved = before === undefined;
  let settledOnce: string | undefined;
  return async () => {
    const stack = await retrying(deps, {
      ...RETRY,
      attempts: 3,
      longestWaitMs: 5_000,
    }).describeStack(stackId);
    const status = stack?.status ?? 'DELETE_COMPLETE';
    const state = classifyStatus(status);
    const sameAsBefore = status === before?.status && stack?.updatedAt === before.updatedAt;
    if (!sameAsBefore && state !== 'review') moved = true;
    const over = moved && !sameAsBefore && state !== 'inProgress' && state !== 'review';
    const settled = over && settledOnce === status;
    settledOnce = over ? status : undefined;
    const changed = !sameAsBefore && state !== 'review' && status !== last;
    if (changed) last = status;
    return { status, changed, settled };
  };
}
