import type { Instant } from '../../clock.js';
import type { Seen, SeenSizes, TakenOff } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { split, units } from '../instances/classify.js';
import { SIZE_LAG_MS } from '../read-lag.js';
import { broughtBy, isByHand } from './brought-by-standby.js';
import { ifShown } from './confirmed-sizes.js';
import { movedByStandby } from './moved-by-standby.js';
import { sumsTakenOff } from './taken-off.js';
import { originOf, theirSizes, type SizedGroup } from './their-sizes.js';

/** What the looks before knew, and what people took off with instances where this look asked for that. */
interface Looked extends Pick<Seen, 'sizes' | 'firstLookAt' | 'lastLookAt' | 'leaving' | 'adoptedAt'> {
  readonly takenOff: readonly TakenOff[] | undefined;
}

/** What this look adds to what is known of the sizes of a group whose rollout is under way. */
export function seenSizes(looked: Looked, group: Group, record: RolloutRecord, at: Instant): SeenSizes {
  const { desired } = group.size;
  const before = ifShown(looked.sizes[group.name], desired);
  const { verdict } = group.notes;
  const of = { group, record, halves: split(group, record), ...(verdict !== undefined && { verdict }) };
  const now = { desired, old: units(of.halves.old) };
  const brought = broughtBy(before, now, record);
  const isStrange = before?.desired !== desired && isUnexplained(before, group, looked);
  const { seen: standby, isMove = false } = movedByStandby(before, group, of, !isStrange) ?? {};
  const isTheSame = before?.desired === desired || isMove || isByHand(before, now, record);
  const { takenOff: found } = looked;
  const sums = found && sumsTakenOff(found, before, { group, record, ended: endedBy(looked, group) });
  const takenOff =
    sums === undefined ? knownTakenOff(before, desired) : explainedBy(sums, of, { ...before, ...standby });
  // rule: taken-off-is-a-wish
  const unexplained = takenOff === 0 && (isTheSame ? before?.unexplained === true : isStrange);
  const theirs = Object.keys(theirSizes(of, originOf({ ...before, unexplained, ...standby, takenOff }))).length > 0;
  return {
    ...remembered(before),
    desired,
    unexplained,
    ...(theirs && { theirsSince: before?.theirsSince ?? at }),
    ...(brought !== undefined && { brought, old: now.old }),
    ...standby,
    takenOff,
  };
}

/**
 * The instances that the rollout itself has ended. It ends nobody before its verdict. Whom the run before this one has
 * ended is not known, but who leaves is.
 */
function endedBy({ sizes, leaving, adoptedAt }: Looked, { name, notes: { verdict } }: Group): readonly string[] {
  // rule: all-that-leave-are-ours
  const dead = verdict === undefined || adoptedAt[name] === undefined ? [] : (leaving[name] ?? []);
  return [...(sizes[name]?.ended ?? []), ...dead];
}

/** The least of these that makes the desired capacity one that the rollout may have set; 0 where none does. */
function explainedBy(sums: readonly number[], of: SizedGroup, known: SeenSizes): number {
  const isOurs = (takenOff: number): boolean =>
    !('desired' in theirSizes(of, originOf({ ...known, unexplained: false, takenOff })));
  return sums.find(isOurs) ?? 0;
}

/** What no look adds to. */
function remembered({
  changedAt,
  confirmedAt,
  aim,
  noted,
  resumed,
  ourMax,
  ourDesired,
  ended,
}: SeenSizes = {}): SeenSizes {
  return {
    ...(changedAt !== undefined && { changedAt }),
    ...(confirmedAt !== undefined && { confirmedAt }),
    ...(aim !== undefined && { aim }),
    ...(noted !== undefined && { noted }),
    ...(resumed === true && { resumed }),
    ...(ourMax !== undefined && { ourMax }),
    ...(ourDesired !== undefined && { ourDesired }),
    ...(ended !== undefined && { ended }),
  };
}

/** A size that changed since is another one: what is read next accounts for that. */
function knownTakenOff(before: SeenSizes | undefined, desired: number): number {
  return before?.desired === desired ? (before.takenOff ?? 0) : 0;
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
