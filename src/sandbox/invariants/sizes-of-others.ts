import type { GroupState, Sizes } from '../world/autoscaling/state.js';
import type { World } from '../world/world.js';
import type { Expectation } from './expectation.js';
import { lagOf } from './service.js';

/** What others change right after the run did, or after one took over, looks like the run's own. Milliseconds. */
const TAKEN_FOR_OURS_MS = 90_000;

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
  // Whoever goes back to the very size that the run had set is not seen where nobody looked meanwhile.
  if (theirs.some((one) => one.set.desired === lastOfOurs(expectation, group, one.at))) return undefined;
  // A run that takes over knows what the one before it was about to ask for, and not whether it did, nor how late
  // reads show that it did.
  const taken = (expectation.takenOverAt ?? -Infinity) + TAKEN_FOR_OURS_MS;
  if (theirs.some((one, index) => one.at <= taken && isOurs(expectation, theirs.slice(0, index), one.set)))
    return undefined;
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

/** The desired capacity that the rollout itself set last before this. */
function lastOfOurs({ since }: Expectation, { outsideResizes }: GroupState, before: number): number | undefined {
  return outsideResizes.filter(({ at }) => at >= since && at < before).at(-1)?.desired;
}

/** Whether the rollout itself asks for this desired capacity on its way, or for what others asked for before. */
function isOurs(
  { size, ceiling }: Expectation,
  before: readonly { readonly set: Partial<Sizes> }[],
  { desired = 0 }: Partial<Sizes>,
): boolean {
  const asked = Math.max(0, ...before.map(({ set }) => set.desired ?? 0));
  return desired > size.desired && desired <= ceiling + asked;
}

/** No call of AWS compares before it sets: who writes on an older look, or just before others do, cannot know. */
function isCloseToOurs(world: World, { halfAt }: Expectation, group: GroupState, at: number): boolean {
  const { mixed, outsideResizes } = group;
  // Weights do not add up to what was asked for, so that any size may follow from a change of ours.
  const weighted = (mixed?.LaunchTemplate?.Overrides ?? []).some((one) => one.WeightedCapacity !== undefined);
  const from = Math.max(at - TAKEN_FOR_OURS_MS, weighted ? 0 : Math.min(at, halfAt ?? Infinity));
  return outsideResizes.some((own) => own.at >= from && own.at <= at + lagOf(world));
}
