import type { SeenSizes } from '../../model/rollout/decision.js';
import type { Group, Size } from '../../model/rollout/group.js';
import type { RolloutRecord, SizeName, TheirSizes, Verdict } from '../../model/rollout/record.js';
import { canaryOf, canarySize } from '../gates/canary.js';
import { keepsOld, keptHalf } from '../gates/kept-half.js';
import { units, type Split } from '../instances/classify.js';
import { SCALING } from '../rollout/processes.js';
import { finalTarget } from '../rollout/target-size.js';
import { missingKept } from '../ownership/ignored-old.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { goalOf, wantedSize } from './wanted-size.js';

/**
 * How the desired capacity came to be, as far as this run saw it: by this run alone, by somebody else, or before this
 * run had changed anything.
 */
export interface Origin {
  readonly whose: 'ours' | 'theirs' | 'unknown';
  /** By how much people have moved it together with instances, in units: nobody set that. */
  readonly moved: number;
  /** Scaling goes on since the sizes had been given back, by this run or one before it. */
  readonly resumed: boolean;
  /** The max that this run set last; undefined where it set none. */
  readonly ourMax: number | undefined;
  /** The desired capacity that it set last, as with what somebody asked for then; undefined where it set none. */
  readonly ourDesired?: number | undefined;
}

/** @param seen what this run saw of the group's sizes; undefined before its first look */
export function originOf(seen: SeenSizes | undefined): Origin {
  const moved = (seen?.moved ?? 0) - (seen?.takenOff ?? 0);
  const whose = seen?.changedAt === undefined ? 'unknown' : 'ours';
  const resumed = seen?.resumed === true || whose === 'unknown';
  const { ourMax, ourDesired } = seen ?? {};
  return { whose: seen?.unexplained === true ? 'theirs' : whose, moved, resumed, ourMax, ourDesired };
}

/** A group in the middle of its rollout, as far as its sizes go. */
export interface SizedGroup {
  readonly group: Pick<Group, 'size' | 'weighted' | 'instances' | 'suspended' | 'kept' | 'notes'>;
  readonly record: RolloutRecord;
  readonly verdict?: Verdict;
  readonly halves: Split;
}

/**
 * The sizes that show neither what we wrote last nor what was there before nor what is noted of others: somebody set
 * them. What we write follows from the record and from how far the rollout is, so that a run that takes over knows it.
 */
export function theirSizes(of: SizedGroup, origin: Origin): TheirSizes {
  const { size } = of.group;
  const { theirs } = of.record;
  const base = { ...of.record.size, ...theirs };
  return {
    ...(size.min !== base.min && { min: size.min }),
    ...(!isOurMax(of, origin) && { max: size.max }),
    ...(!isOurDesired(of, origin) && { desired: size.desired }),
  };
}

/** The sizes that still show our own value, set back; what somebody else set stays. Undefined where all are. */
export function givenBack(
  of: SizedGroup,
  origin: Origin,
): { readonly size: Size; readonly sets: readonly SizeName[] } | undefined {
  const now = of.group.size;
  const wanted = wantedSize(of.record);
  // A min that somebody raised once scaling went on is theirs without being noted: Auto Scaling refuses less.
  const desired = isOurDesired(of, origin) ? Math.max(wanted.desired, now.min) : now.desired;
  // No higher than before for a desired capacity that nobody wants any more.
  // rule: max-of-a-former-wish
  const base = of.record.theirs?.max ?? of.record.size.max;
  const max = Math.max(isOurMax(of, origin) ? base : now.max, desired);
  const sets = [
    ...(max === now.max ? [] : (['max'] as const)),
    ...(desired === now.desired ? [] : (['desired'] as const)),
  ];
  // rule: sizes-not-restored
  return sets.length === 0 ? undefined : { size: { min: now.min, max, desired }, sets };
}

/** Whether the group shows a size that we made it grow to. */
export function isGrown({ group: { size }, record }: Pick<SizedGroup, 'group' | 'record'>): boolean {
  const wanted = wantedSize(record);
  return ownTargets(record).some(
    (target) => (target > wanted.desired && size.desired === target) || (target > wanted.max && size.max === target),
  );
}

/** The desired capacities that we ask for before the verdict. */
function ownTargets(record: RolloutRecord): readonly number[] {
  const { theirs, ...before } = record;
  const all = [record, ...(theirs === undefined ? [] : [before as RolloutRecord])];
  return all.flatMap((one) => [
    finalTarget(one).size.desired,
    ...(canaryOf(one) > 0 ? [canarySize(one, canaryOf(one)).desired] : []),
  ]);
}

function isOurMax(of: SizedGroup, { ourMax }: Origin): boolean {
  const { group, record, verdict } = of;
  const { max } = group.size;
  const targets = ownTargets(record);
  const base = record.theirs?.max ?? record.size.max;
  // We only ever raise max, and no further than the desired capacity that we ask for.
  if (max === base || max === wantedSize(record).max || (max > base && targets.includes(max))) return true;
  // rule: max-of-scaling
  if (isGivenBack(of)) return false;
  // Whoever has set it knows; room that was made for what somebody asked for stays ours when they ask for less.
  // rule: room-is-a-wish
  if (ourMax !== undefined) return max === ourMax;
  // Weights do not always add up, and after the verdict room is made for what somebody asked for.
  if (group.weighted) return max > base && max <= Math.max(...targets) + 2 * record.old;
  // So is room for what came back out of standby, and beside one of a kept half that came back before its time.
  const makesRoom = verdict?.outcome === 'promote' || record.gates?.backAt !== undefined;
  // rule: room-beside-kept
  const isAsked = record.theirs !== undefined || keepsOld(record);
  return makesRoom && isAsked && max > base && max <= goalOf(record) + record.old;
}

/** As it stands, or without what people have moved it by: what they moved may have left again with an instance. */
function isOurDesired(of: SizedGroup, { whose, moved, resumed, ourDesired }: Origin): boolean {
  const { size } = of.group;
  // Then the size is as it was, or somebody's.
  // rule: scaled-again
  if (resumed && isGivenBack(of)) return size.desired === wantedSize(of.record).desired;
  // What was set for what somebody asked for then stays ours when they ask for less.
  // rule: desired-of-a-former-wish
  if (whose === 'ours' && size.desired - moved === ourDesired) return true;
  const unmoved = { ...of, group: { ...of.group, size: { ...size, desired: size.desired - moved } } };
  return isOurs(of, whose) || (moved !== 0 && isOurs(unmoved, whose));
}

function isOurs(of: SizedGroup, origin: Origin['whose']): boolean {
  const { group, record, verdict } = of;
  const { desired } = group.size;
  const wanted = wantedSize(record).desired;
  const noted = { ...record.size, ...record.theirs };
  if (desired === wanted || desired === noted.desired) return true;
  const targets = ownTargets(record);
  if (origin === 'theirs') return false;
  // What we made it grow to stays ours after the verdict, too: old ones that leave by themselves take nothing off.
  if (targets.includes(desired)) return origin === 'ours' || !isGivenBack(of);
  if (origin === 'unknown' && [wanted, ...targets].some((target) => isLessAside(of, target - desired))) return true;
  return verdict !== undefined && isOnTheWay(of, verdict, origin);
}

/** Whether one half on its way out may have brought the desired capacity to where it is. */
function isOnTheWay(of: SizedGroup, verdict: Verdict, origin: Origin['whose']): boolean {
  const { group, record, halves } = of;
  const { desired } = group.size;
  const targets = ownTargets(record);
  const wanted = wantedSize(record).desired;
  const extra = 'surge' in record ? Math.min(record.surge, record.old) : record.old;
  const most = Math.max(...targets, goalOf(record) + extra) + (group.weighted ? 2 * record.old : 0);
  // Every old one that leaves takes its weight off the desired capacity, or less.
  const gone = record.old - units(halves.old);
  const swaps = verdict.outcome === 'promote' && !factsOf(record).provesAfterVerdict;
  const left = swaps && halves.old.length > 0 ? finalTarget(record).size.desired - gone : wanted;
  // New ones that stood in for missing old ones take theirs, too.
  const least = verdict.outcome === 'rollBack' ? Math.min(wanted, units(halves.old) - missingKept(group)) : left;
  if (desired < least || desired > most) return false;
  if (!swaps || halves.old.length > 0 || group.weighted || origin === 'ours') return true;
  return standsIn(group, record, verdict);
}

/**
 * Whether a desired capacity is lower by what a person may have taken off it by putting instances into standby: a run
 * that takes over has not seen that happen. Those that stood aside when the rollout began took nothing off.
 */
function isLessAside({ record, halves }: SizedGroup, by: number): boolean {
  const later = halves.parked.length - (record.parked ?? 0);
  return !keepsOld(record) && by > 0 && later > 0 && by <= units(halves.parked);
}

/**
 * The sizes had been given back, by all that shows: scaling goes on after a promotion, and may ask for as many as two
 * halves were; after a roll-back the group is noted as frozen. A max that is still the one that it grew to shows that
 * somebody else has resumed the processes.
 */
function isGivenBack({ group, record, verdict, halves }: SizedGroup): boolean {
  if (verdict?.outcome === 'rollBack') return group.notes.frozen?.run === record.run;
  // rule: resumed-before-given-back
  if (group.size.max > wantedSize(record).max && ownTargets(record).includes(group.size.max)) return false;
  // rule: scaled-to-doubled
  return verdict?.outcome === 'promote' && halves.old.length === 0 && goesOn(record, group);
}

/** Whether the desired capacity is no more than what is left of ours at the end of a swap. */
function standsIn(
  { size: { desired }, instances, suspended }: SizedGroup['group'],
  record: RolloutRecord,
  verdict: Verdict,
): boolean {
  // What went into standby took its part off what we had asked for; the rest stands in for old ones that are gone.
  const kept = keptHalf({ instances }, record).length;
  if (kept > 0 && desired <= finalTarget(record).size.desired - kept) return true;
  // What is more than wanted at the end of a swap stands in for old ones that others took: before the verdict, or after
  // it as long as nothing has scaled the group since. Those that somebody has put aside were launched for it as well.
  // rule: taken-after-verdict
  const until = goesOn(record, { suspended }) ? verdict.at : Infinity;
  const launched = instances.filter(
    ({ launchedAt = Infinity }) => launchedAt >= record.startedAt && launchedAt < until,
  );
  return desired <= units(launched);
}

/** What scales a group by itself was suspended by its rollout, and all of it has been resumed, as the rollout does. */
function goesOn({ suspended }: RolloutRecord, group: Pick<Group, 'suspended'>): boolean {
  const scaling = SCALING.filter((process) => suspended.includes(process));
  return scaling.length > 0 && !scaling.some((process) => group.suspended.includes(process));
}
