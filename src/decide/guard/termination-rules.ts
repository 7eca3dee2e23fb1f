import type { Group, Instance } from '../../model/rollout/group.js';
import type { RollingRecord, Verdict } from '../../model/rollout/record.js';
import { MAX_TERMINATED_PER_CALL } from '../instances/capacity.js';
import { inService } from '../instances/classify.js';
import { hasLeft, isNew, isOld } from './halves.js';
import { allAside, floorOf } from './kept-rules.js';
import { firstBroken, type Of, type RecordedDeed, type Rule } from './rule-table.js';
import { goneUnits, idleUnits, served, unitsThere } from './serving-units.js';
import { askedFor, decrementRule } from './size-rules.js';

type Termination = RecordedDeed<Of<'terminate'>>;

/** A termination after a verdict, which says which half goes. */
type JudgedTermination = Termination & { readonly verdict: Verdict };

/** The rules of a termination in a rollout that replaces instances. */
export const TERMINATION: readonly Rule<Termination>[] = [notTooMany, byVerdict];

function notTooMany({ verdict, action }: Termination): string | undefined {
  if (verdict === undefined) return 'there is no verdict';
  return action.instances.length > MAX_TERMINATED_PER_CALL ? `more than ${MAX_TERMINATED_PER_CALL} at once` : undefined;
}

/** After a roll-back the old half has rules of its own. */
function byVerdict(deed: Termination): string | undefined {
  const { verdict, action } = deed;
  if (verdict === undefined) return 'there is no verdict';
  if (verdict.outcome === 'rollBack' && action.half === 'old') return givenUp(deed);
  return firstBroken({ ...deed, verdict }, HALF_THAT_GOES);
}

/** What holds for the half that the verdict takes away, in this order. */
const HALF_THAT_GOES: readonly Rule<JudgedTermination>[] = [
  halfOfVerdict,
  onlyOfHalf,
  oldStays,
  enoughServe,
  sizeStays,
];

function halfOfVerdict({ verdict, action }: JudgedTermination): string | undefined {
  // rule: guard-half
  if (verdict.outcome !== (action.half === 'old' ? 'promote' : 'rollBack'))
    return `the verdict ${verdict.outcome} spares the ${action.half} half`;
  return undefined;
}

function onlyOfHalf({ group, record, action }: JudgedTermination): string | undefined {
  const mine = action.half === 'old' ? isOld : isNew;
  for (const id of action.instances) {
    const instance = group.instances.find((one) => one.id === id);
    // rule: guard-foreign
    if (instance === undefined) return `${id} is not an instance of the group`;
    if (instance.launchedAt === undefined) return `nobody knows when ${id} was launched`;
    // rule: guard-parked
    if (instance.lifecycle.includes('Standby') && record.parked === undefined && record.gates?.keepMs === undefined)
      return `${id} was put aside, and the record does not say that it goes`;
    // A rolling rollout that was stopped and mended replaces what it had launched before that, too.
    const superseded =
      record.strategy === 'rolling' &&
      action.half === 'old' &&
      group.configurations.length > 0 &&
      !couldBeLaunched(group, instance);
    if (!mine(instance.launchedAt, record.startedAt) && !superseded) return `${id} is not of the ${action.half} half`;
  }
  return undefined;
}

/** When new ones go, an old one is left that serves; unless none is there that could, and others serve. */
function oldStays({ group, record, action }: JudgedTermination): string | undefined {
  if (action.half === 'old' || record.size.desired === 0 || served(group) === 0) return undefined;
  const isBack = ({ launchedAt, lifecycle, healthy }: Instance): boolean =>
    isOld(launchedAt, record.startedAt) && !hasLeft(lifecycle) && healthy;
  if (!group.instances.some(isBack) && served(group, action.instances) > 0) return undefined;
  const fresh = group.instances.filter((one) => !isOld(one.launchedAt, record.startedAt)).map(({ id }) => id);
  return served(group, fresh) === 0 ? 'no old instance would be left in service' : undefined;
}

function enoughServe({ group, record, verdict, action }: JudgedTermination): string | undefined {
  const floor =
    record.strategy === 'rolling' && action.half === 'old'
      ? record.size.desired - Math.max(0, record.unavailable - idleUnits(group))
      : floorOf(group, record, verdict) + (action.half === 'new' ? goneUnits(group) : 0);
  const before = served(group);
  const after = served(group, action.instances);
  // rule: guard-service
  if (after < before && after < floor) return `${after} would stay in service, less than ${floor}`;
  return undefined;
}

function sizeStays({ group, record, action }: JudgedTermination): string | undefined {
  if (record.strategy === 'rolling' && action.half === 'old')
    // rule: guard-rolling
    return batch(group, record, action);
  return allAside(group, action.instances) ? undefined : decrementRule(group, record, action);
}

/** After a roll-back old ones stay, but those that Auto Scaling has given up, where new ones stay in their places. */
function givenUp({ group, record, action }: Termination): string | undefined {
  const { startedAt, size } = record;
  const { instances, decrement } = action;
  const wanted = instances.find((id) => group.instances.find((one) => one.id === id)?.healthy !== false);
  // rule: guard-given-up
  if (wanted !== undefined) return `the verdict rollBack spares the old half, and ${wanted} is not given up`;
  const stays = group.instances.filter((one) => isNew(one.launchedAt, startedAt) && inService(group, one));
  // What EC2 has forgotten is dead for certain.
  const forgotten = instances.every((id) => group.instances.find((one) => one.id === id)?.launchedAt === undefined);
  if (stays.length === 0 && !forgotten) return 'no new instance stands in for it';
  if (!decrement) return 'without decrement more would be launched';
  const there = unitsThere(group, instances);
  return there < Math.min(size.desired, group.size.desired) ? `no more than ${there} would be there` : undefined;
}

/**
 * One batch: in the order of age, no more than surge and unavailable allow, and never with fewer instances in the
 * end.
 */
function batch(
  group: Group,
  record: RollingRecord,
  { instances: going, decrement }: Of<'terminate'>,
): string | undefined {
  const leaving = group.instances.filter(({ id }) => going.includes(id));
  const weight = leaving.reduce((sum, instance) => sum + instance.weight, 0);
  if (decrement && group.size.desired - weight < Math.max(record.size.desired, askedFor(record)))
    return `the desired capacity would fall to ${group.size.desired - weight}, below ${record.size.desired}`;
  if (record.serial && going.length > 1) return 'one instance at a time was asked for';
  const youngest = Math.max(
    ...leaving.filter((instance) => inService(group, instance)).map(({ launchedAt }) => launchedAt ?? 0),
  );
  const spared = group.instances.find(
    (instance) =>
      !going.includes(instance.id) &&
      isOld(instance.launchedAt, record.startedAt) &&
      inService(group, instance) &&
      muchOlder(group, instance.launchedAt ?? 0, youngest),
  );
  return spared === undefined ? undefined : `${spared.id} is older and has to go before`;
}

/** Older by more than a launch in the same minute explains, with no other instance's launch in between. */
function muchOlder({ instances }: Group, at: number, than: number): boolean {
  const between = instances
    .flatMap(({ launchedAt }) =>
      launchedAt !== undefined && launchedAt >= at && launchedAt <= than ? [launchedAt] : [],
    )
    .sort((a, b) => a - b);
  return between.some((one, index) => one - (between[index - 1] ?? one) > 60_000);
}

/** By the group's configuration, and by the types and images of its overrides where they are known. */
function couldBeLaunched({ configurations, ways = [] }: Group, { configuration, type, image }: Instance): boolean {
  const own = ways.filter((way) => way.configuration === configuration);
  if (own.length === 0) return configurations.includes(configuration);
  const same = (known: string | undefined, wanted: string | undefined): boolean =>
    known === undefined || wanted === undefined || known === wanted;
  return own.some((way) => same(type, way.type) && same(image, way.image));
}
