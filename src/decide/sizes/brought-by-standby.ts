import type { SeenSizes } from '../../model/rollout/decision.js';
import type { RolloutRecord } from '../../model/rollout/record.js';

/** The desired capacity, and the units of old instances outside of standby. */
interface Now {
  readonly desired: number;
  readonly old: number;
}

/**
 * Of the desired capacity, the units that old instances brought with them when they left standby in the time for which
 * they are kept. Whoever sets the desired capacity afterwards means all that serve then, those included. Undefined
 * outside of that time, and until all that is kept was seen in standby.
 * Source: Auto Scaling API reference, ExitStandby ("the desired capacity is incremented").
 */
export function broughtBy(
  before: SeenSizes | undefined,
  { desired, old }: Now,
  record: RolloutRecord,
): number | undefined {
  if (record.gates?.keptUntil === undefined) return undefined;
  if (before?.brought === undefined || before.old === undefined || before.desired === undefined)
    return old === 0 ? 0 : undefined;
  if (isReturn(before, { desired, old })) return Math.max(0, before.brought + old - before.old);
  return desired === before.desired ? Math.min(before.brought, old) : 0;
}

/**
 * Whether the desired capacity changed by what old instances brought with them, or took, in the time for which they are
 * kept: nobody set that. On the way back it is the run itself that takes them out of standby.
 */
export function isByHand(before: SeenSizes | undefined, now: Now, { gates }: RolloutRecord): boolean {
  return gates?.keptUntil !== undefined && gates.backAt === undefined && isReturn(before, now);
}

/** The desired capacity changed by as much as there are more old instances outside of standby, or fewer. */
function isReturn(before: SeenSizes | undefined, { desired, old }: Now): boolean {
  if (before?.old === undefined || before.desired === undefined) return false;
  return desired - before.desired === old - before.old;
}
