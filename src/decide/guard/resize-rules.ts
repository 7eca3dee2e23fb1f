import type { Instance } from '../../model/rollout/group.js';
import { inService } from '../instances/classify.js';
import { hasLeft, isNew, isOld } from './halves.js';
import { firstBroken, type Of, type RecordedDeed, type Rule } from './rule-table.js';
import { floorOf, makesRoom } from './kept-rules.js';
import { goneUnits, launchedBySurge, newInService, served, unitsThere } from './serving-units.js';
import { askedFor, fitRule, givesBack, makeUpRule } from './size-rules.js';

type Resizing = RecordedDeed<Of<'resize'>>;

/** The rules of a new size in a rollout that replaces instances, by what it is for. */
const BY_PURPOSE: Readonly<Record<Of<'resize'>['purpose'], readonly Rule<Resizing>[]>> = {
  canary: [isCanary, growthLeavesMin],
  double: [canaryServes, onlySwapDoubles, growthLeavesMin, isDouble],
  surge: [surges],
  fit: [isJudged, ({ group, action }) => fitRule(group, action.size)],
  room: [makesRoom],
  restore: [isJudged, ({ group, record, action }) => givesBack(group, record, action.size), otherHalfGone],
};

/** The rules of a new size. */
export const RESIZE: readonly Rule<Resizing>[] = [(deed) => firstBroken(deed, BY_PURPOSE[deed.action.purpose])];

function isCanary({ group, record, action }: Resizing): string | undefined {
  const canary = record.gates?.canary ?? 0;
  const all = record.strategy === 'rolling' ? launchedBySurge(record) : record.size.desired;
  if (action.size.desired !== Math.max(record.size.desired, record.old + canary, group.size.desired))
    return 'that is not the canary';
  return canary === 0 || canary >= all ? 'no canary was asked for' : undefined;
}

function canaryServes({ group, record }: Resizing): string | undefined {
  const canary = record.gates?.canary ?? 0;
  const fresh = newInService(group, record);
  return canary < record.size.desired && fresh < canary
    ? `${fresh} of the canary's ${canary} are in service`
    : undefined;
}

function onlySwapDoubles({ record }: Resizing): string | undefined {
  return record.strategy === 'swap' ? undefined : 'only a swap doubles';
}

function growthLeavesMin({ group, verdict, action }: Resizing): string | undefined {
  if (verdict !== undefined) return 'it is judged already';
  // rule: guard-min
  if (action.size.min !== group.size.min) return 'doubling must leave min alone';
  return undefined;
}

function isDouble({ record, action }: Resizing): string | undefined {
  return action.size.desired === record.size.desired + record.old ? undefined : 'that is not double';
}

function isJudged({ verdict }: Resizing): string | undefined {
  return verdict === undefined ? 'it is not judged yet' : undefined;
}

function surges(deed: Resizing): string | undefined {
  const { group, record, verdict, action } = deed;
  // rule: guard-surge
  return record.strategy === 'swap' ? makeUpRule(group, record, verdict, action.size) : withinSurge(deed);
}

/** The size while a rolling rollout goes on: never less than there is, never more than the surge above. */
function withinSurge({ group, record, verdict, action: { size: to } }: Resizing): string | undefined {
  const { size, weighted } = group;
  if (record.strategy !== 'rolling') return 'only a rolling rollout surges';
  if (verdict?.outcome === 'rollBack') return 'it is judged already';
  if (to.min !== size.min) return 'a surge must leave min alone';
  if (to.desired < size.desired || to.max < size.max) return 'a surge must not make the group smaller';
  const canary = record.gates?.canary ?? 0;
  if (verdict === undefined && canary < launchedBySurge(record) && newInService(group, record) < canary)
    return `the canary of ${canary} is not in service`;
  // Weights do not always add up: the heaviest of a weighted group may overshoot.
  const most = Math.max(record.size.desired, askedFor(record)) + record.surge;
  if (to.desired > most && !weighted) return `that is more than ${record.surge} above ${most - record.surge}`;
  return undefined;
}

/** The sizes of before come back when the half that goes is gone; after a roll-back new ones may stand in for old. */
function otherHalfGone(deed: Resizing): string | undefined {
  const { group, record, verdict } = deed;
  const wrong = verdict?.outcome === 'promote' ? isOld : isNew;
  const left = group.instances.filter(
    (instance) =>
      !hasLeft(instance.lifecycle) &&
      (instance.healthy || instance.launchedAt !== undefined) &&
      wrong(instance.launchedAt, record.startedAt),
  );
  if (left.length === 0) return undefined;
  return verdict?.outcome === 'rollBack' ? standIns(deed, left) : 'the other half is still there';
}

/** New instances that stay after a roll-back serve for missing old ones, and Auto Scaling may let none of them go. */
function standIns({ group, record, verdict, action }: Resizing, left: readonly Instance[]): string | undefined {
  const least = floorOf(group, record, verdict) + goneUnits(group);
  const spare = left.find((one) => !inService(group, one) || served(group, [one.id]) >= least);
  if (spare !== undefined) return 'the other half is still there';
  const there = unitsThere(group);
  // With weights more may be there than is asked for, and none of it is too many.
  const lightest = Math.min(
    ...group.instances.filter(({ lifecycle }) => !hasLeft(lifecycle)).map(({ weight }) => weight),
  );
  return action.size.desired < group.size.desired && action.size.desired <= there - lightest
    ? `${there} are there, and Auto Scaling would choose which of them leave`
    : undefined;
}
