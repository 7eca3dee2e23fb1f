import { counts, unitsOf, type GroupState, type Sizes } from '../world/autoscaling/state.js';
import type { World } from '../world/world.js';
import { FROZEN_TAG, SCALING, type Expectation } from './expectation.js';
import { lagOf, takenOffUnseen } from './service.js';

/** Nobody asks for a size by these: what they add or take off goes with the instance. */
const NO_SIZES: ReadonlySet<string> = new Set([
  'EnterStandby',
  'ExitStandby',
  'TerminateInstanceInAutoScalingGroup',
  'DetachInstances',
]);

/** Sizes of which some may be unknown. */
type Loose = { readonly [Name in keyof Sizes]?: number | undefined };

/** While one half leaves, what others change right after the run did looks like the run's own. Milliseconds. */
const TAKEN_FOR_OURS_MS = 60_000;

/** A run that takes over may see so late what the one before it changed. Milliseconds. */
const TAKEN_OVER_MS = 90_000;

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
  if (theirs.some((one) => isCloseToOurs(world, expectation, group, one.at))) return undefined;
  // Where the run cannot know whose a desired capacity is, either is right; min, max and all others are held to.
  const known = theirs.map((one, index) =>
    isAmbiguous(expectation, group, theirs.slice(0, index), one) ? { ...one.set, desired: undefined } : one.set,
  );
  // A max that somebody sets to what the rollout raises it to shows nothing of that.
  const unseen = (set: Loose): Loose => (set.max === expectation.ceiling ? { ...set, max: undefined } : set);
  const all = theirs.map(({ set }) => set);
  // Where the last of them is the rollout's own size again, a run that slept meanwhile has seen none of them.
  const last = theirs.findLastIndex(({ set }) => set.desired !== undefined);
  const isHidden = last >= 0 && known[last]?.desired === undefined;
  const slept = isHidden ? all.map((set): Loose => ({ ...set, desired: undefined })) : all;
  const right = [all, known, slept, all.map(unseen), known.map(unseen)].map((sets) => sizesAfter(was, sets));
  if (right.some((one) => min === one.min && max === one.max && desired === one.desired)) return undefined;
  if (isLessTakenOff(world, expectation, group, right)) return undefined;
  if (isOfReturn(expectation, group, right) || isOfTheOther(expectation, group, right)) return undefined;
  if (isOfScaling(expectation, group, right)) return undefined;
  const others = theirs.length === 0 ? '' : `; others set ${JSON.stringify(Object.assign({}, ...all))} meanwhile`;
  const [must] = right;
  return (
    `Sizes are ${min}/${max}/${desired} (min/max/desired), they were ${was.min}/${was.max}/${was.desired}${others}; ` +
    `it must be ${must?.min ?? ''}/${must?.max ?? ''}/${must?.desired ?? ''}.`
  );
}

/**
 * A run that takes over cannot tell what an instance added that a person took out of standby while nobody ran: it stays
 * as somebody's size (docs/INTERFERENCE.md). So does what one added that the world took since, and for which Auto
 * Scaling launched another one (docs/WAY-BACK.md), and what one added once the group scales by itself again.
 */
function isOfReturn(expectation: Expectation, group: GroupState, right: readonly Sizes[]): boolean {
  const { scalesSince = Infinity, takenOverAt, lostReturns } = expectation;
  const lately = broughtByOthers({ since: scalesSince }, group);
  if (lately > 0 && right.some((one) => isMore(group, one, one.desired + lately))) return true;
  const brought = broughtByOthers(expectation, group);
  if (brought === 0 || (takenOverAt === undefined && lostReturns.size === 0)) return false;
  return right.some((one) => isMore(group, one, expectation.ceiling + brought));
}

/** The desired capacity is above what it should be, up to this, and max no higher than it must be for that. */
function isMore(group: GroupState, { min, max, desired }: Sizes, most: number): boolean {
  return (
    group.min === min && group.max === Math.max(max, group.desired) && group.desired > desired && group.desired <= most
  );
}

/**
 * Who takes an instance out "with decrement" asks for no size: while two halves run, the desired capacity says nothing
 * of the one that stays. In the end it is as before, or lower by what was taken off. What was put into standby with a
 * decrement counts alone where the rollout did not set the size after it; whoever begins may not see yet what was taken
 * off just before, and whoever takes over may take what is left for a wish.
 */
function isLessTakenOff(
  world: World,
  { since, takenOverAt }: Expectation,
  group: GroupState,
  right: readonly Sizes[],
): boolean {
  const last = group.outsideResizes.at(-1)?.at ?? 0;
  const sum = (some: GroupState['others']): number => some.reduce((all, { tookOff = 0 }) => all + tookOff, 0);
  const units = sum(
    group.others.filter(({ at, operation }) => at >= since && (operation !== 'EnterStandby' || at >= last)),
  );
  const unseen = takenOffUnseen(world, group, since);
  const wishes = group.others.flatMap(({ at, tookOff, set }) => (at >= since && tookOff ? (set?.desired ?? []) : []));
  if (takenOverAt !== undefined && wishes.includes(group.desired)) return true;
  return right.some(
    ({ min, max, desired }) =>
      group.min === min &&
      group.max === max &&
      group.desired <= desired + unseen &&
      group.desired >= Math.max(min, desired - units),
  );
}

/**
 * Others resume what scales the group while no run is at work: whoever takes over, once the last old one is on its way
 * out, takes what the rollout had made it grow to for what scaling asks for (docs/INTERFERENCE.md).
 */
function isOfScaling(expectation: Expectation, group: GroupState, right: readonly Sizes[]): boolean {
  const { half, ours, since, takenOverAt, ceiling } = expectation;
  if (half !== 'old' || takenOverAt === undefined) return false;
  const resumed = group.others.filter(({ at, operation }) => at >= since && operation === 'ResumeProcesses');
  const scaling = SCALING.filter((process) => ours.includes(process));
  return (
    scaling.length > 0 &&
    scaling.every((process) => resumed.some(({ processes }) => processes?.includes(process) ?? true)) &&
    right.some((one) => isMore(group, one, ceiling)) &&
    lastOfOurs(expectation, group, Infinity) === group.desired
  );
}

/** Two runs that began at once, without a strict lock: what one of them set may stay as a person's wish. */
function isOfTheOther(expectation: Expectation, group: GroupState, right: readonly Sizes[]): boolean {
  return (
    expectation.besideAnother === true &&
    right.some(({ min, max, desired }) => {
      const more = group.desired - desired;
      return (
        group.min === min &&
        group.max <= Math.max(max, group.desired) &&
        more > 0 &&
        group.desired <= expectation.ceiling
      );
    })
  );
}

/** What is left in the end of the sizes of before when others set these, one after the other. */
function sizesAfter(was: Sizes, sets: readonly Loose[]): Sizes {
  const last = (name: keyof Sizes): number | undefined => sets.flatMap((set) => set[name] ?? []).at(-1);
  const min = last('min') ?? was.min;
  const desired = Math.max(last('desired') ?? Math.min(was.desired, last('max') ?? Infinity), min);
  return { min, max: Math.max(last('max') ?? was.max, desired), desired };
}

/** The units by which others raised the desired capacity as they took instances out of standby; nobody set that. */
export function broughtByOthers({ since }: Pick<Expectation, 'since'>, { others }: GroupState): number {
  return others
    .filter(({ at, operation }) => at >= since && operation === 'ExitStandby')
    .reduce((sum, { brought = 0 }) => sum + brought, 0);
}

/** Units fewer than before that somebody else asked for: Auto Scaling may let so many go. */
export function fewerByOthers(expectation: Expectation, group: GroupState): number {
  const asked = setByOthers(expectation, group).map(({ set }) => set.desired ?? Infinity);
  // While a half is kept the size is that of the other one alone, and so is what a person takes off it.
  const tookOff = group.others
    .filter(({ at }) => at >= (expectation.keptAt ?? Infinity))
    .reduce((sum, other) => sum + (other.tookOff ?? 0), 0);
  return Math.max(0, expectation.size.desired - Math.min(...asked, Infinity)) + tookOff;
}

function setByOthers(
  { since }: Expectation,
  { others }: GroupState,
): readonly { readonly at: number; readonly set: Partial<Sizes> }[] {
  return others.flatMap(({ at, operation, set = {} }) =>
    at >= since && !NO_SIZES.has(operation) && Object.keys(set).length > 0 ? [{ at, set }] : [],
  );
}

/**
 * Whether a run may take this for its own: somebody goes back to the very size that it had set, which is not seen
 * where nobody looked meanwhile; or a run takes over, which knows what the one before it was about to ask for, and not
 * whether it did, nor how late reads show that it did.
 */
function isAmbiguous(
  expectation: Expectation,
  group: GroupState,
  before: readonly { readonly set: Partial<Sizes> }[],
  { at, set }: { readonly at: number; readonly set: Partial<Sizes> },
): boolean {
  if (set.desired === undefined) return false;
  if (set.desired === lastOfOurs(expectation, group, at)) return true;
  const { takenOverAt = -Infinity } = expectation;
  if (at > takenOverAt + TAKEN_OVER_MS) return false;
  return isOurs(expectation, before, set) || isOfMissing(expectation, group, set.desired);
}

/**
 * A roll-back that lets new ones go which stood in for old ones ends below the size of before, and whoever takes over
 * cannot know whether it did, or somebody asked for less (docs/INTERFERENCE.md).
 */
function isOfMissing({ old, size }: Expectation, group: GroupState, desired: number): boolean {
  const left = [...group.members.values()].filter((member) => old.has(member.id) && counts(member));
  const units = left.reduce((sum, member) => sum + unitsOf(member), 0);
  return group.tags.has(FROZEN_TAG) && desired < size.desired && desired >= units;
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
