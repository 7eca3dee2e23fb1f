import type { Action } from '../../model/rollout/action.js';
import type { Group, Instance, Size } from '../../model/rollout/group.js';
import type { RolloutRecord, TheirSizes } from '../../model/rollout/record.js';
import { keepsOld } from '../gates/kept-half.js';
import { membersOf, serving, standing, units } from '../instances/classify.js';

/*
 * `--protected ignore`: old instances that their owner protected from scale-in are of neither half. All that decides
 * sees the group without them, and its sizes without their units; what is sent to AWS has the units again. So no rule
 * has to know of them, and none can touch them.
 */

/**
 * The group without the protected old instances that a rollout leaves as they are.
 * @param record of the rollout, as it stands on the group; absent before it begins
 * @param before ids of those that this process has left so far, see `keptIds`
 */
export function withoutKept(group: Group, record: RolloutRecord | undefined, before: ReadonlySet<string>): Group {
  const ids = keptIds(group, record, before);
  const isKept = ({ id }: Instance): boolean => ids.has(id);
  // rule: protected-replaced
  const instances = membersOf(group).filter(isKept);
  const kept = record?.kept ?? units(instances);
  if (kept === 0) return group;
  const { notes } = group;
  // One that a person put into standby meanwhile is not of the half that the rollout keeps there.
  // rule: protected-kept
  const isParked = (one: Instance): boolean =>
    record !== undefined && keepsOld(record) && standing(one.lifecycle) === 'parked' && isKept(one);
  return {
    ...group,
    size: shifted(group.size, -kept),
    instances: group.instances.filter((one) => !instances.includes(one) && !isParked(one)),
    notes: notes.record === undefined ? notes : { ...notes, record: shiftedRecord(notes.record, -kept) },
    kept: { units: kept, instances },
  };
}

/**
 * The instances that a rollout leaves as they are. Those that this process has left so far are all of them: lifting
 * their protection meanwhile makes nobody an old one, and whom somebody protects since is one of those that go.
 * @param before empty at the first look
 */
export function keptIds(
  { instances }: Group,
  record: RolloutRecord | undefined,
  before: ReadonlySet<string>,
): ReadonlySet<string> {
  const began = record === undefined ? Infinity : Math.floor(record.startedAt / 1000) * 1000;
  const isOwned = ({ protectedFromScaleIn, launchedAt = Infinity }: Instance): boolean =>
    protectedFromScaleIn && (record === undefined || launchedAt < began);
  // rule: protected-since
  if (before.size > 0) return before;
  return new Set(instances.filter(isOwned).map(({ id }) => id));
}

/** An action on the group as AWS has it: with the units of the instances that a rollout leaves as they are. */
export function withKept(action: Action, groups: readonly Group[]): Action {
  switch (action.type) {
    case 'record':
    case 'pause':
    case 'rewrite':
      return { ...action, record: wholeRecord(action.record) };
    case 'resize': {
      const kept = groups.find(({ name }) => name === action.group)?.kept?.units ?? 0;
      return { ...action, size: shifted(action.size, kept) };
    }
    default:
      return action;
  }
}

/** Units of the instances that a rollout leaves as they are, and that do not serve or are gone. */
export function idleKept(group: Group): number {
  const { units: all = 0, instances = [] } = group.kept ?? {};
  return all - units(serving(group, instances));
}

/** Units of the instances that a rollout leaves as they are, and that are gone: what is new stands in for them. */
export function missingKept({ kept }: Pick<Group, 'kept'>): number {
  return kept === undefined ? 0 : kept.units - units(kept.instances);
}

/** The sizes of a group with those of its instances that a rollout leaves as they are. */
export function wholeSize({ size, kept }: Pick<Group, 'size' | 'kept'>): Size {
  return shifted(size, kept?.units ?? 0);
}

/** The same in words: min, desired, max. */
export function sayWholeSize(group: Pick<Group, 'size' | 'kept'>): string {
  const { min, desired, max } = wholeSize(group);
  return `${min}/${desired}/${max}`;
}

/** A record as it stands on the group: with the units of the instances that its rollout leaves as they are. */
export function wholeRecord<R extends RolloutRecord>(record: R): R {
  return shiftedRecord(record, record.kept ?? 0);
}

/** A size by so many units larger or smaller. Min may become less than nothing, so that nothing of it is lost. */
export function shifted({ min, max, desired }: Size, by: number): Size {
  return { min: min + by, max: max + by, desired: desired + by };
}

function shiftedRecord<R extends RolloutRecord>(record: R, by: number): R {
  const { theirs } = record;
  if (by === 0) return record;
  const moved = theirs && shiftedTheirs(theirs, by);
  return { ...record, size: shifted(record.size, by), ...(moved !== undefined && { theirs: moved }) };
}

/** Sizes of others by so many units larger or smaller. */
export function shiftedTheirs(theirs: TheirSizes, by: number): TheirSizes {
  return Object.fromEntries(Object.entries(theirs).map(([name, size]) => [name, size + by]));
}
