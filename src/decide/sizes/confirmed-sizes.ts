import type { SeenSizes } from '../../model/rollout/decision.js';

/**
 * A change of this run is known to have been made: what people did before it explains nothing any more. A desired
 * capacity that is set now has all in it that was moved or taken off. One whose reply was lost may have come to
 * nothing, and then all of that still counts.
 * @param sets whether the change set the desired capacity, and did not only take instances off it
 */
export function confirmedSizes(sizes: SeenSizes, sets: boolean): SeenSizes {
  return {
    ...sizes,
    ...(sizes.changedAt !== undefined && { confirmedAt: sizes.changedAt }),
    ...(sets && sizes.moved !== undefined && { moved: 0 }),
    ...(sets && sizes.takenOff !== undefined && { takenOff: 0 }),
  };
}

/** What was known before a look that shows this desired capacity: a change whose reply was lost may be seen in it. */
export function ifShown(before: SeenSizes | undefined, desired: number): SeenSizes | undefined {
  const { changedAt = 0, confirmedAt = 0, desired: shown, aim } = before ?? {};
  const isShown = changedAt > confirmedAt && desired === aim && desired !== shown;
  return isShown && before !== undefined ? confirmedSizes(before, true) : before;
}
