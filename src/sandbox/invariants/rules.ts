import type { World } from '../world/world.js';
import {
  desiredByOthers,
  meddled,
  FROZEN_TAG,
  LEASE_TAG,
  SCALING,
  VERDICT_TAG,
  foreignTags,
  OUR_TAGS,
  processesIn,
  processesOfOthers,
  resizedByOthers,
  type Expectation,
} from './expectation.js';
import type { Look, Seen } from './look.js';
import { lagOf, oldestLook } from './service.js';
import { broughtByOthers, fewerByOthers, wrongSizes } from './sizes-of-others.js';

/** A broken rule, in a sentence. */
export interface Breach {
  readonly rule:
    | 'capacity'
    | 'surge'
    | 'order'
    | 'foreign'
    | 'busy'
    | 'mixed'
    | 'sizes'
    | 'processes'
    | 'protection'
    | 'tags'
    | 'gone'
    | 'quorum'
    | 'membership'
    | 'registered'
    | 'serial';
  readonly text: string;
}

/** Instances launched within this time after one another count as equally old. */
const SAME_AGE_MS = 60_000;

/** What is wrong at this moment of a rollout. */
export function breachesNow(world: World, expectation: Expectation, look: Look, busy: boolean): Breach[] {
  setAsideGivenUp(expectation, look);
  const terminated = terminatedHalves(world, expectation, look);
  const ended = look.instances.filter((one) => one.endedBy === 'caller' || isScaledIn(expectation, one));
  const more = ended.filter((one) => !expectation.terminated.has(one.id));
  for (const one of more) expectation.terminated.add(one.id);
  if (expectation.half === undefined && terminated.size === 1) {
    expectation.half = [...terminated][0];
    expectation.halfAt = world.clock.now();
  }
  const unordered = orderBreach(world, expectation, look, more);
  remember(world, expectation, look);
  // While an old half is kept the group is in normal operation: what serves is what one relies on.
  if (more.length > 0 || expectation.kept.size > 0) countRecent(world, expectation);
  return [
    ...foreignBreach(expectation, terminated),
    ...leftAloneBreach(expectation, look),
    ...capacityBreach(expectation, look),
    ...surgeBreach(world, expectation, look),
    ...unordered,
    ...busyBreach(expectation, look, busy),
  ];
}

/**
 * The halves of which a caller terminated some, or let a scale-in choose some. Where somebody else had
 * resized the group, going back to its size scales in what is too many, and that is nobody's crime.
 */
function terminatedHalves(world: World, expectation: Expectation, look: Look): Set<'old' | 'new'> {
  const others = resizedByOthers(world, expectation, look.group) || broughtByOthers(expectation, look.group) > 0;
  // What AWS launched in the place of an old one that the world took is one too many in the end: restoring the
  // sizes lets it go, and the rule on capacity watches that nobody misses it.
  // So does a rolling rollout that launched one more than it needed, to leave the zones even.
  // Weights do not always add up: of what is more than desired then, Auto Scaling lets go what it likes.
  const weights = (look.group.mixed?.LaunchTemplate?.Overrides ?? []).some(
    ({ WeightedCapacity: weight }) => weight !== undefined,
  );
  const surplus =
    weights ||
    ((expectation.half ?? (expectation.kept.size > 0 ? 'old' : undefined)) === 'old' &&
      (expectation.strategy.kind === 'rolling' ||
        expectation.beside ||
        expectation.short ||
        [...expectation.taken].some((id) => expectation.old.has(id))));
  // In the time for which an old half is kept the group is in normal operation: whoever is scaled in then is.
  const isNormal = expectation.kept.size > 0 && !goesBack(look);
  const ended = look.instances.filter(
    (one) =>
      !expectation.left.has(one.id) &&
      (one.endedBy === 'caller' ||
        (isScaledIn(expectation, one) && !isNormal && !others && !(surplus && !expectation.old.has(one.id)))),
  );
  // A rolling rollout that was stopped and mended replaces what it had launched before, too.
  const counted = ended.filter(
    (one) => expectation.strategy.kind !== 'rolling' || expectation.old.has(one.id) || !one.outdated,
  );
  return new Set(counted.map((one) => (expectation.old.has(one.id) ? 'old' : 'new')));
}

/**
 * An old one that the world had taken is of neither half once the rollout goes back: what stands in for it stays, and
 * it makes room. It goes back when the new half is being terminated, or when nothing is yet and the note on the group
 * says so: where all new ones stand in, none of them is ever terminated.
 */
function setAsideGivenUp(expectation: Expectation, look: Look): void {
  const noted = goesBack(look);
  if (noted) turnKept(expectation, look);
  if (expectation.half !== 'new' && !(expectation.half === undefined && noted)) return;
  // So is one that EC2 has forgotten: it was lost while it was kept.
  for (const { id, endedBy, launchedAt } of look.instances)
    if (endedBy === 'caller' && expectation.old.has(id) && (expectation.taken.has(id) || launchedAt === 0))
      expectation.left.add(id);
}

/** The note on the group says that the rollout goes back. */
function goesBack({ group }: Look): boolean {
  return /(?:^|\s)outcome=rollBack(?:\s|$)/.test(group.tags.get(VERDICT_TAG)?.value ?? '');
}

/**
 * A kept half serves again: now it is the new ones that go. An old one that was broken was not worth keeping, and was
 * let go before.
 */
function turnKept(expectation: Expectation, { instances }: Look): void {
  if (expectation.half !== 'old' || expectation.kept.size === 0) return;
  for (const { id, endedBy } of instances)
    if (endedBy === 'caller' && expectation.old.has(id)) expectation.left.add(id);
  expectation.half = undefined;
}

function isSetAside({ left, taken }: Expectation, { id, endedBy }: Seen): boolean {
  return endedBy === 'caller' && left.has(id) && taken.has(id);
}

/** With every termination, everything that served until just now becomes capacity that one may rely on. */
function countRecent(world: World, expectation: Expectation): void {
  for (const [id, seen] of expectation.lastInService) {
    if (seen.at >= world.clock.now() - lagOf(world)) expectation.counted.set(id, seen.units);
  }
}

/** The rollout had suspended what scales the group by itself, and has resumed it as the old half leaves. */
function scalesAgain({ ours, half }: Expectation, { group }: Look): boolean {
  const scaling = SCALING.filter((process) => ours.includes(process));
  return half === 'old' && scaling.length > 0 && !scaling.some((process) => group.suspended.has(process));
}

function remember(world: World, expectation: Expectation, look: Look): void {
  const holder = /(?:^|\s)run=(\S+)/.exec(look.group.tags.get(LEASE_TAG)?.value ?? '')?.[1] ?? expectation.holder;
  if (expectation.holder !== undefined && holder !== expectation.holder) expectation.takenOverAt = world.clock.now();
  expectation.holder = holder;
  if (scalesAgain(expectation, look)) expectation.scalesSince ??= world.clock.now();
  for (const one of look.instances) {
    if (one.beside) expectation.beside = true;
    rememberService(world, expectation, one);
    rememberKept(expectation, one);
    if (one.kept) expectation.keptAt ??= world.clock.now();
    if (expectation.kept.has(one.id)) expectation.taken.delete(one.id);
    else if (isComingBack(expectation, one) || isTaken(one) || isRebalanced(world, expectation, one))
      expectation.taken.add(one.id);
    // EC2 forgets who ended an instance before Auto Scaling forgets the instance. One that was set aside served no
    // more before the rollout let it go: its capacity is the world's to answer for.
    else if ((!one.leaving || one.endedBy !== undefined) && !isSetAside(expectation, one))
      expectation.taken.delete(one.id);
  }
}

/** Since when an instance serves, and when it did last. */
function rememberService(world: World, expectation: Expectation, one: Seen): void {
  // Who served at the last look may have served until now: nobody looks while nothing happens.
  if (!one.inService && expectation.servingSince.delete(one.id))
    expectation.lastInService.set(one.id, { at: world.clock.now(), units: one.units });
  else if (one.inService && !expectation.servingSince.has(one.id))
    expectation.servingSince.set(one.id, world.clock.now());
  if (one.inService) expectation.lastInService.set(one.id, { at: world.clock.now(), units: one.units });
}

function rememberKept({ kept, returned, lostReturns }: Expectation, one: Seen): void {
  const wasTaken = ['world', 'health', 'lifetime', 'rebalance'].includes(one.endedBy ?? '');
  if (one.kept) kept.add(one.id);
  else if ((kept.has(one.id) || returned.has(one.id)) && wasTaken && !one.aside) lostReturns.add(one.id);
  else if (one.inService && kept.delete(one.id)) returned.add(one.id);
}

/** A person took it out of standby, and it does not serve yet. */
function isComingBack({ setAside }: Expectation, { id, aside, inService }: Seen): boolean {
  if (aside) setAside.add(id);
  else if (inService) setAside.delete(id);
  return setAside.has(id);
}

/** Out of service through the world's doing: killed, crashed, sick; never what a caller terminated. */
function isTaken(one: Seen): boolean {
  if (one.inService) return false;
  // Detached or on standby: a person did that.
  if (one.aside) return true;
  if (one.endedBy !== undefined)
    return one.endedBy === 'world' || one.endedBy === 'health' || one.endedBy === 'lifetime';
  return !one.leaving && (!one.alive || one.registered);
}

/**
 * Who leaves when Auto Scaling evens out the zones. A rolling rollout chooses who goes so that there is nothing to
 * even out; a swap cannot, and nobody can where nothing could be launched in a zone meanwhile.
 */
function isRebalanced(world: World, { strategy, since }: Expectation, { inService, endedBy }: Seen): boolean {
  if (inService || endedBy !== 'rebalance') return false;
  return strategy.kind !== 'rolling' || wasZoneShut(world, since);
}

/** A zone was shifted away, or had no capacity, at some time since. */
function wasZoneShut({ scenario, startedAt, clock }: World, since: number): boolean {
  return scenario.faults.some(
    (fault) =>
      (fault.kind === 'zonalShift' || (fault.kind === 'noCapacity' && fault.zone !== undefined)) &&
      startedAt + (fault.from ?? 0) * 1000 <= clock.now() &&
      startedAt + (fault.until ?? Infinity) * 1000 >= since,
  );
}

/** Who Auto Scaling chose because there were too many. */
function isScaledIn({ strategy }: Expectation, { endedBy }: Seen): boolean {
  return endedBy === 'scale-in' || (strategy.kind === 'rolling' && endedBy === 'rebalance');
}

function foreignBreach(expectation: Expectation, terminated: ReadonlySet<'old' | 'new'>): Breach[] {
  const wrong =
    terminated.size > 1 ||
    (expectation.half !== undefined && terminated.size === 1 && !terminated.has(expectation.half));
  if (!wrong) return [];
  return [
    {
      rule: 'foreign',
      text: `Old and new instances were both terminated; only ${expectation.half ?? 'one half'} may be.`,
    },
  ];
}

/**
 * Whom the rollout said it leaves alone is neither terminated nor put into standby by it; and only old ones are kept
 * there, as who is new serves.
 */
function leftAloneBreach({ keeps, protected: stays, old, aside }: Expectation, { instances }: Look): Breach[] {
  const isLeftAlone = ({ id }: Seen): boolean => keeps && stays.has(id);
  const gone = instances.filter((one) => isLeftAlone(one) && (one.endedBy === 'caller' || one.kept));
  const fresh = instances.filter((one) => one.kept && !one.leaving && !aside.has(one.id) && !old.has(one.id));
  const ids = (ones: readonly Seen[]): string => ones.map(({ id }) => id).join(', ');
  return [
    ...(gone.length === 0
      ? []
      : [{ rule: 'foreign', text: `${ids(gone)} was taken out, and was to stay as its owner protected it.` } as const]),
    ...(fresh.length === 0
      ? []
      : [{ rule: 'foreign', text: `${ids(fresh)} is new, and was put into standby.` } as const]),
  ];
}

function capacityBreach(expectation: Expectation, look: Look): Breach[] {
  let explained = 0;
  for (const id of expectation.taken) explained += expectation.counted.get(id) ?? 0;
  // Whom Auto Scaling lets go because somebody else asked for less. Whom the world took since would be there still.
  const fewer = fewerByOthers(expectation, look.group);
  // In the window they go at once, and who raises the desired capacity again has to wait for others to boot.
  if (expectation.kept.size > 0) expectation.letGo = Math.max(expectation.letGo, fewer);
  if (expectation.kept.size > 0) explained += expectation.letGo;
  else {
    // Whoever asks for less and then for more has to wait until those boot that Auto Scaling has let go.
    const asked = Math.min(look.group.desired, expectation.size.desired - fewer);
    if (look.inService + explained >= asked) explained += fewer;
  }
  if (look.inService + explained >= expectation.floor) return [];
  return [
    {
      rule: 'capacity',
      text:
        `${look.inService} in service, ${expectation.floor} needed (the desired capacity was ` +
        `${expectation.size.desired}${explained > 0 ? `, ${explained} lost to the world` : ''}).`,
    },
  ];
}

function surgeBreach(world: World, expectation: Expectation, look: Look): Breach[] {
  const live = look.instances.reduce(
    (sum, one) => sum + (one.alive && !one.leaving && !one.aside && !one.beside ? one.units : 0),
    0,
  );
  const others = desiredByOthers(world, expectation, look.group);
  const most = others === 0 ? expectation.ceiling : Math.max(2 * others, expectation.ceiling + others);
  // Where one that stands aside was replaced, it is one more when it comes back.
  // What evens out zones is one more until it serves; only before the rollout suspends that, or where others resume it.
  const evening = Math.max(0, look.group.evening ?? 0);
  const ceiling = most + broughtByOthers(expectation, look.group) + evening;
  return live <= ceiling ? [] : [{ rule: 'surge', text: `${live} live, at most ${ceiling} are allowed.` }];
}

function busyBreach(expectation: Expectation, look: Look, busy: boolean): Breach[] {
  const { count, last } = look.group.outside;
  // A size that is kept while the stack changes is noted meanwhile, which changes nothing of the group.
  const noted = expectation.strategy.kind === 'keep-size' && last === 'CreateOrUpdateTags';
  const changed = count > expectation.outside && !noted;
  expectation.outside = count;
  return changed && busy ? [{ rule: 'busy', text: `${last} while the stack of the group is in progress.` }] : [];
}

/**
 * Oldest first: nobody takes out an old one that serves while a much older one serves on. Whoever looks may see the
 * world of some seconds ago, so only what has served longer than that counts.
 */
function orderBreach(world: World, expectation: Expectation, look: Look, ended: readonly Seen[]): Breach[] {
  if (expectation.strategy.kind !== 'rolling') return [];
  const settledAt = world.clock.now() - lagOf(world);
  const serves = ({ id }: Seen): boolean => (expectation.servingSince.get(id) ?? Infinity) <= settledAt;
  // Whom Auto Scaling will replace goes before all others.
  const victims = ended.filter(
    (one) => one.endedBy === 'caller' && expectation.old.has(one.id) && serves(one) && !one.marked,
  );
  // Whom the rollout leaves as they are stays, however old.
  const goes = ({ id }: Seen): boolean =>
    expectation.old.has(id) && !(expectation.keeps && expectation.protected.has(id));
  const ages = look.instances
    .filter(goes)
    .map((one) => one.launchedAt)
    .sort((a, b) => a - b);
  const isOlder = (a: number, b: number): boolean =>
    ages.some((at, index) => at > a && at <= b && at - (ages[index - 1] ?? at) > SAME_AGE_MS);
  for (const victim of victims) {
    const spared = look.instances.find(
      (one) => goes(one) && one.inService && serves(one) && isOlder(one.launchedAt, victim.launchedAt),
    );
    if (spared !== undefined)
      return [{ rule: 'order', text: `${victim.id} was terminated while ${spared.id}, which is older, still serves.` }];
  }
  return [];
}

/** What is wrong once a rollout is over, whichever way it ended. */
export function breachesAtEnd(world: World, expectation: Expectation, look: Look | undefined): Breach[] {
  if (look === undefined) return [{ rule: 'gone', text: 'The group does not exist any more.' }];
  // The world may have taken somebody in this very moment.
  remember(world, expectation, look);
  const resized = resizedByOthers(world, expectation, look.group);
  return [
    ...mixedBreach(expectation, look, resized),
    ...sizeBreach(world, expectation, look),
    ...(meddled(world, expectation, look.group, 'resumeProcesses') > 0 ? [] : processBreach(world, expectation, look)),
    ...(protectedByOthers(world, expectation, look) ? [] : protectionBreach(expectation, look)),
    ...tagBreach(expectation, look),
    ...(look.inService + takenUnits(expectation, look) >= expectation.floor ? [] : capacityBreach(expectation, look)),
  ];
}

function takenUnits(expectation: Expectation, look: Look): number {
  const seen = new Set(look.instances.map((one) => one.id));
  let units = 0;
  for (const id of expectation.taken) if (seen.has(id)) units += expectation.counted.get(id) ?? 0;
  return units;
}

/** At the end only old or only new. Replacements of what the world took count as nobody's. */
function mixedBreach(expectation: Expectation, look: Look, resized: boolean): Breach[] {
  const kept = look.instances.filter((one) => one.kept && !one.leaving && !expectation.aside.has(one.id));
  if (kept.length > 0)
    return [{ rule: 'mixed', text: `${kept.map(({ id }) => id).join(', ')} is left in standby, and is paid for.` }];
  const stays = ({ id }: Seen): boolean => expectation.keeps && expectation.protected.has(id);
  const live = look.instances.filter((one) => one.alive && !one.leaving && !one.aside && !stays(one));
  const old = live.filter((one) => expectation.old.has(one.id)).length;
  const fresh = live.length - old;
  const here = new Set(live.map(({ id }) => id));
  // New ones make up for what was lost while it was kept, too.
  const worldTook =
    [...expectation.taken, ...expectation.left].some((id) => expectation.old.has(id)) ||
    [...expectation.kept].some((id) => !here.has(id));
  if (old === 0 || fresh === 0 || expectation.strategy.kind === 'keep-size') return [];
  // So they do where fewer were in service from the start than the group is to have.
  const { strategy, size, floor } = expectation;
  const wasShort = floor < size.desired - (strategy.kind === 'rolling' ? strategy.unavailable : 0);
  if (expectation.half !== 'old' && (resized || worldTook || wasShort)) return [];
  return [{ rule: 'mixed', text: `${old} old and ${fresh} new instances are left; it must be only old or only new.` }];
}

function sizeBreach(world: World, expectation: Expectation, look: Look): Breach[] {
  const text = wrongSizes(world, expectation, look.group);
  return text === undefined ? [] : [{ rule: 'sizes', text }];
}

/**
 * As found; or frozen on purpose: as found and what the note names. What others suspended or resumed meanwhile is as
 * they left it, but where the rollout suspended it, too: AWS does not tell whose a suspension is.
 */
function processBreach(world: World, expectation: Expectation, look: Look): Breach[] {
  const note = look.group.tags.get(FROZEN_TAG)?.value;
  const expected = new Set(expectation.suspended);
  if (note === undefined) for (const process of expectation.frozenBefore) expected.delete(process);
  // Where the note of before stays, somebody may have resumed what it names before the rollout began.
  else if (note !== expectation.frozenNote) for (const process of processesIn(note)) expected.add(process);
  // What was suspended already and is the rollout's by its record was reset on purpose, by --force.
  const shared = new Set(expectation.ours.filter((process) => expectation.suspended.includes(process)));
  if (note !== undefined && note === expectation.frozenNote)
    for (const process of expectation.frozenBefore) if (expectation.ours.includes(process)) shared.add(process);
  for (const [process, left] of processesOfOthers(world, expectation, look.group)) {
    if (expectation.ours.includes(process) || (left === 'resumed' && expected.has(process))) shared.add(process);
    else if (left === 'suspended') expected.add(process);
    else expected.delete(process);
  }
  const told = (names: Iterable<string>): string =>
    [...names]
      .filter((name) => !shared.has(name))
      .sort()
      .join(', ');
  const actual = told(look.group.suspended.keys());
  const wanted = told(expected);
  return actual === wanted ? [] : [{ rule: 'processes', text: `Suspended: [${actual}], expected [${wanted}].` }];
}

/** Somebody protected instances meanwhile, or so shortly before that whoever began may not have seen it. */
function protectedByOthers(world: World, { since }: Expectation, { group }: Look): boolean {
  return meddled(world, { since: since - oldestLook(world) }, group, 'protect') > 0;
}

/** Whoever stayed is protected from scale-in as it was. */
function protectionBreach(expectation: Expectation, look: Look): Breach[] {
  const changed = look.instances.filter(
    (one) =>
      expectation.old.has(one.id) &&
      one.alive &&
      !one.leaving &&
      !one.aside &&
      one.protected !== expectation.protected.has(one.id),
  );
  return changed.length === 0
    ? []
    : [
        {
          rule: 'protection',
          text:
            `${changed.map((one) => one.id).join(', ')} ` +
            `${changed[0]?.protected === true ? 'is' : 'is no longer'} protected from scale-in.`,
        },
      ];
}

function tagBreach(expectation: Expectation, look: Look): Breach[] {
  const left = [...look.group.tags.keys()].filter((key) => key.startsWith(OUR_TAGS) && key !== FROZEN_TAG);
  if (left.length > 0) return [{ rule: 'tags', text: `Tags of ours are left: ${left.join(', ')}.` }];
  // The change of the stack may change the group's own tags.
  if (expectation.strategy.kind === 'keep-size') return [];
  const same = JSON.stringify(sorted(foreignTags(look.group))) === JSON.stringify(sorted(expectation.tags));
  return same ? [] : [{ rule: 'tags', text: `The group's own tags changed.` }];
}

function sorted(tags: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
}
