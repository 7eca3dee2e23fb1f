import type { Instant } from '../../clock.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Lease, RolloutRecord, Verdict } from '../../model/rollout/record.js';
import { keptUntil } from '../gates/kept-half.js';
import { split } from '../instances/classify.js';
import { factsOf } from '../strategies/facts-by-name.js';

/**
 * Where a group stands for somebody who only looks on. `paused`: on purpose, until somebody resumes it; `kept`: it is
 * promoted, and its old half waits for whoever wants it back; `interrupted`: its run is gone, or shows no sign of life;
 * `rest`: no rollout is under way.
 */
export type WatchedState = 'underWay' | 'paused' | 'kept' | 'interrupted' | 'rest';

/** @param holderIsGone true only when the lease's holder surely runs no more */
export function watchedState(
  { notes }: Pick<Group, 'notes'>,
  at: Instant,
  holderIsGone: (lease: Lease) => boolean,
): WatchedState {
  const { record, lease } = notes;
  if (record === undefined) return 'rest';
  const { paused = 0, passed = 0 } = record.gates ?? {};
  if (lease !== undefined && !holderIsGone(lease) && at - lease.at <= lease.ttlMs) return 'underWay';
  if (paused > passed) return 'paused';
  return at < (keptUntil(notes) ?? -Infinity) ? 'kept' : 'interrupted';
}

/** What was last seen of the rollout of a group before its record was gone. */
export interface WatchedRollout {
  readonly record: RolloutRecord;
  readonly verdict?: Verdict;
}

/**
 * How a rollout ended whose record is gone, from what it has left: a freeze by the same run, the verdict that was seen,
 * or where neither was, the half that is still there. undefined where it was only a size that was kept.
 */
export function endOfWatched({ record, verdict }: WatchedRollout, group: Group): GroupResult | undefined {
  const { name } = group;
  const { frozen } = group.notes;
  if (frozen?.run === record.run)
    return { group: name, outcome: 'rolledBack', why: frozen.why, frozen: frozen.processes };
  switch (factsOf(record).kind) {
    case 'keeping':
      return undefined;
    case 'in-place':
      return { group: name, outcome: 'restarted', why: 'its run has ended, and its record is gone' };
    case 'replacing':
      break;
  }
  if (verdict?.outcome === 'rollBack') return { group: name, outcome: 'rolledBack', why: verdict.why, frozen: [] };
  const { old } = split(group, record);
  if (verdict === undefined && old.length > 0)
    return {
      group: name,
      outcome: 'rolledBack',
      why: 'its old instances are there, and its record is gone',
      frozen: [],
    };
  return { group: name, outcome: 'promoted', why: verdict?.why ?? 'only new instances are there' };
}
