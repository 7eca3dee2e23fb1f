import type { Instant } from '../../clock.js';
import type { Observed } from '../../model/rollout/decision.js';
import type { Group, GroupNotes, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { standing } from '../instances/classify.js';

/** Whether the record asks for the old half to be kept after the verdict to promote. */
export function keepsOld({ gates }: Pick<RolloutRecord, 'gates'>): boolean {
  return gates?.keepMs !== undefined;
}

/** What a signal or `cancel` does after the verdict of a rollout that keeps its old half. */
export const KEPT_COMES_BACK = 'The old instances are kept: they serve again, and only then the new ones go.';

/** Until when the old half is kept to go back to; undefined where it is not (yet), serves again, or is going. */
export function keptUntil({ record, verdict }: Pick<GroupNotes, 'record' | 'verdict'>): Instant | undefined {
  const { keptUntil: until, backAt, endedAt } = record?.gates ?? {};
  return backAt === undefined && endedAt === undefined && verdict?.outcome === 'promote' ? until : undefined;
}

/**
 * Whether whoever runs this has decided that the time of a kept half is over: by `resume`, or by `--finish-kept`, which
 * means one that was open when this run began, and never what this run keeps itself.
 */
export function endsKept({ seen, groups }: Observed, { goOn, finishKept }: Plan, { run }: RolloutRecord): boolean {
  if (goOn === true) return true;
  if (finishKept !== true) return false;
  // Groups of one rollout end together.
  const since = groups.flatMap(({ notes: { record } }) => {
    const { keptUntil: until, keepMs = 0 } = record?.gates ?? {};
    return record?.run === run && until !== undefined ? [until - keepMs] : [];
  });
  // rule: finish-own-kept
  return Math.min(Infinity, ...since) <= seen.firstLookAt;
}

/**
 * The instances that a rollout keeps: old, and in standby. Where the record keeps its old half, the group had none in
 * standby when it began, so these are nobody else's.
 */
export function keptHalf({ instances }: Pick<Group, 'instances'>, record: RolloutRecord): readonly Instance[] {
  if (!keepsOld(record)) return [];
  const before = Math.floor(record.startedAt / 1000);
  return instances.filter(
    ({ lifecycle, launchedAt }) =>
      standing(lifecycle) === 'parked' && launchedAt !== undefined && Math.floor(launchedAt / 1000) < before,
  );
}
