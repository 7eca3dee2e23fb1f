import type { Action } from '../../model/rollout/action.js';
import type { Group, Instance, Size } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { membersOf, units } from '../instances/classify.js';

/*
 * `--protected ignore`: old instances that their owner protected from scale-in are of neither half. All that decides
 * sees the group without them, and its sizes without their units; what is sent to AWS has the units again. So no rule
 * has to know of them, and none can touch them.
 */

/**
 * The group without the protected old instances that a rollout leaves as they are.
 * @param record of the rollout, as it stands on the group; absent before it begins
 * @param before ids of those that were left so far: lifting the protection meanwhile makes nobody an old one
 */
export function withoutKept(group: Group, record: RolloutRecord | undefined, before: ReadonlySet<string>): Group {
  const began = record === undefined ? Infinity : Math.floor(record.startedAt / 1000) * 1000;
  const isKept = ({ id, protectedFromScaleIn, launchedAt = Infinity }: Instance): boolean =>
    before.has(id) || (protectedFromScaleIn && (record === undefined || launchedAt < began));
  // rule: protected-replaced
  const instances = membersOf(group).filter(isKept);
  const kept = record?.kept ?? units(instances);
  if (kept === 0) return group;
  const { notes } = group;
  return {
    ...group,
    size: shifted(group.size, -kept),
    instances: group.instances.filter((one) => !instances.includes(one)),
    notes: notes.record === undefined ? notes : { ...notes, record: shiftedRecord(notes.record, -kept) },
    kept: { units: kept, instances },
  };
}

/** An action on the group as AWS has it: with the units of the instances that a rollout leaves as they are. */
export function withKept(action: Action, groups: readonly Group[]): Action {
  switch (action.type) {
    case 'record':
    case 'pause':
    case 'rewrite':
      return { ...action, record: shiftedRecord(action.record, action.record.kept ?? 0) };
    case 'resize': {
      const kept = groups.find(({ name }) => name === action.group)?.kept?.units ?? 0;
      return { ...action, size: shifted(action.size, kept) };
    }
    default:
      return action;
  }
}

/** The sizes of a group with those of its instances that a rollout leaves as they are. */
export function wholeSize({ size, kept }: Pick<Group, 'size' | 'kept'>): Size {
  return shifted(size, kept?.units ?? 0);
}

/** A size by so many units larger or smaller. Min may become less than nothing, so that nothing of it is lost. */
export function shifted({ min, max, desired }: Size, by: number): Size {
  return { min: min + by, max: max + by, desired: desired + by };
}

function shiftedRecord<R extends RolloutRecord>(record: R, by: number): R {
  const { theirs } = record;
  if (by === 0) return record;
  const moved = theirs && Object.fromEntries(Object.entries(theirs).map(([name, size]) => [name, size + by]));
  return { ...record, size: shifted(record.size, by), ...(moved !== undefined && { theirs: moved }) };
}
