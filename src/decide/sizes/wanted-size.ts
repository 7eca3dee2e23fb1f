import type { Size } from '../../model/rollout/group.js';
import type { RolloutRecord, TheirSizes } from '../../model/rollout/record.js';

type Sizes = Pick<RolloutRecord, 'size' | 'theirs'>;

/**
 * The sizes that a group has once its rollout is over: those of before, and what somebody else set meanwhile. Where the
 * one does not fit the other (somebody asked for more than the old max while the group was doubled), theirs counts.
 */
export function wantedSize({ size, theirs = {} }: Sizes): Size {
  const min = theirs.min ?? size.min;
  const desired = Math.max(theirs.desired ?? Math.min(size.desired, theirs.max ?? Infinity), min);
  // rule: theirs-undone
  return { min, max: Math.max(theirs.max ?? size.max, desired), desired };
}

/**
 * The units that have to be new in the end before the last old one goes: as many as there were, or more where somebody
 * asked for more. Whoever asked for less gets it when the rollout is over.
 */
export function goalOf(record: Sizes): number {
  return Math.max(record.size.desired, wantedSize(record).desired);
}

/** The record of a rollout that works toward its goal instead of the size that it began with. */
export function towardGoal<R extends RolloutRecord>(record: R): R {
  return record.theirs === undefined ? record : { ...record, size: { ...wantedSize(record), desired: goalOf(record) } };
}

/** Sizes that somebody else set, such as `min 5 and max 20`. */
export function sayTheirs(theirs: TheirSizes): string {
  const words = (['min', 'desired', 'max'] as const).flatMap((size) =>
    theirs[size] === undefined ? [] : [`${size} ${theirs[size]}`],
  );
  return words.length < 3 ? words.join(' and ') : `${words.slice(0, 2).join(', ')} and ${words[2] ?? ''}`;
}

/** Why sizes are given back in the end: they were like this before, or somebody else set them meanwhile. */
export function whyGivenBack({ theirs }: Sizes, what: string): string {
  if (theirs === undefined) return `the sizes were like this before the ${what}`;
  return `somebody else set ${sayTheirs(theirs)} meanwhile, and that stays; all else is as before the ${what}`;
}
