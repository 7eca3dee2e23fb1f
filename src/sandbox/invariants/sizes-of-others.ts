import type { GroupState, Sizes } from '../world/autoscaling/state.js';
import type { World } from '../world/world.js';
import type { Expectation } from './expectation.js';
import { lagOf } from './service.js';

/** While one half leaves, what others change right after the run did looks like the run's own. Milliseconds. */
const TAKEN_FOR_OURS_MS = 60_000;

/**
 * What is wrong with the sizes once a rollout is over: each is as somebody else set it last, and as it was before
 * where nobody did. Undefined when nothing is.
 */
export function wrongSizes(world: World, expectation: Expectation, group: GroupState): string | undefined {
  const { min, max, desired } = group;
  const theirs = setByOthers(expectation, group);
  const was = expectation.size;
  // The template may change min and max, and ask for more; never for less.
  if (expectation.strategy.kind === 'keep-size' && (desired >= was.desired || theirs.length > 0)) return undefined;
  const set = theirs.reduce<Partial<Sizes>>((sum, one) => ({ ...sum, ...one.set }), {});
  if (theirs.some((one) => isCloseToOurs(world, expectation, group, one.at))) return undefined;
  const least = set.min ?? was.min;
  const wanted = Math.max(set.desired ?? Math.min(was.desired, set.max ?? Infinity), least);
  const most = Math.max(set.max ?? was.max, wanted);
  if (min === least && max === most && desired === wanted) return undefined;
  const others = theirs.length === 0 ? '' : `; others set ${JSON.stringify(set)} meanwhile`;
  return (
    `Sizes are ${min}/${max}/${desired} (min/max/desired), they were ${was.min}/${was.max}/${was.desired}${others}; ` +
    `it must be ${least}/${most}/${wanted}.`
  );
}

/** Units fewer than before that somebody else asked for: Auto Scaling may let so many go. */
export function fewerByOthers(expectation: Expectation, group: GroupState): number {
  const asked = setByOthers(expectation, group).map(({ set }) => set.desired ?? Infinity);
  return Math.max(0, expectation.size.desired - Math.min(...asked, Infinity));
}

function setByOthers(
  { since }: Expectation,
  { others }: GroupState,
): readonly { readonly at: number; readonly set: Partial<Sizes> }[] {
  return others.flatMap(({ at, set = {} }) => (at >= since && Object.keys(set).length > 0 ? [{ at, set }] : []));
}

/** No call of AWS compares before it sets: who writes on an older look, or just before others do, cannot know. */
function isCloseToOurs(world: World, { halfAt }: Expectation, { outsideResizes }: GroupState, at: number): boolean {
  const from = Math.max(at - TAKEN_FOR_OURS_MS, Math.min(at, halfAt ?? Infinity));
  return outsideResizes.some((own) => own >= from && own <= at + lagOf(world));
}
