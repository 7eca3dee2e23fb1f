import type { Size } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';

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
