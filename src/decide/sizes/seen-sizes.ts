import type { Instant } from '../../clock.js';
import type { Seen, SeenSizes } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { split, units } from '../instances/classify.js';
import { SIZE_LAG_MS } from '../read-lag.js';
import { broughtBy, isByHand } from './brought-by-standby.js';
import { movedByStandby } from './moved-by-standby.js';
import { originOf, theirSizes } from './their-sizes.js';

/** What this look adds to what is known of the sizes of a group whose rollout is under way. */
export function seenSizes(
  { sizes, firstLookAt, lastLookAt }: Pick<Seen, 'sizes' | 'firstLookAt' | 'lastLookAt'>,
  group: Group,
  record: RolloutRecord,
  at: Instant,
): SeenSizes {
  const before = sizes[group.name];
  const { desired } = group.size;
  const { verdict } = group.notes;
  const of = { group, record, halves: split(group, record), ...(verdict !== undefined && { verdict }) };
  const now = { desired, old: units(of.halves.old) };
  const brought = broughtBy(before, now, record);
  const isStrange = before?.desired !== desired && isUnexplained(before, group, { firstLookAt, lastLookAt });
  const { seen: standby, isMove = false } = movedByStandby(before, group, of, !isStrange) ?? {};
  const isTheSame = before?.desired === desired || isMove || isByHand(before, now, record);
  const unexplained = isTheSame ? before?.unexplained === true : isStrange;
  const theirs = Object.keys(theirSizes(of, originOf({ ...before, unexplained, ...standby }))).length > 0;
  const { changedAt, aim, noted, resumed, theirsSince = at } = before ?? {};
  return {
    desired,
    unexplained,
    ...(changedAt !== undefined && { changedAt }),
    ...(aim !== undefined && { aim }),
    ...(theirs && { theirsSince }),
    ...(noted !== undefined && { noted }),
    ...(resumed === true && { resumed }),
    ...(brought !== undefined && { brought, old: now.old }),
    ...standby,
  };
}

/**
 * It is another one than the last look showed, and our own last change does not lead from that one to this one: either
 * the last look came so long after it that it must have shown it, or this is no step of the way. Only what the last
 * look saw counts: time that passed since then, as with an AWS that answers late, explains nothing. What a dead run
 * changed last may show itself as late after the first look of the one that takes over.
 */
function isUnexplained(
  before: SeenSizes | undefined,
  { size: { desired }, weighted }: Group,
  { firstLookAt, lastLookAt }: Pick<Seen, 'firstLookAt' | 'lastLookAt'>,
): boolean {
  if (before?.desired === undefined) return false;
  if (lastLookAt - (before.changedAt ?? firstLookAt) > 1.5 * SIZE_LAG_MS) return true;
  if (weighted || before.aim === undefined) return false;
  return desired < Math.min(before.aim, before.desired) || desired > Math.max(before.aim, before.desired);
}
