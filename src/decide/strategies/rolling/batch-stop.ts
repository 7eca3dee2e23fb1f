import type { RollingRecord } from '../../../model/rollout/record.js';
import { pauseDue, pauseOfMate, shareOf } from '../../gates/gates.js';
import { pausedRecord, unlessDecided } from '../../gates/pause-end.js';
import { act, type GroupStep } from '../../step.js';
import type { RolloutGroup, RolloutView } from '../../view.js';
import { askingWait, stageState } from '../../gates/stage-gate.js';
import { bakesUntil, bakingWait } from '../../gates/bake.js';

/** How far a rolling rollout is. Units. */
interface BatchProgress {
  /** New and proven. */
  readonly ready: number;
  /** New ones that are there, or that Auto Scaling has still to launch. */
  readonly coming: number;
  /** Nothing is under way: all that is not old is proven. */
  readonly settled: boolean;
}

/** What stands between two batches: a bake, or a pause that was asked for; undefined when nothing does. */
export function batchStop(
  view: RolloutView,
  { group, record }: RolloutGroup<RollingRecord>,
  { ready, settled }: BatchProgress,
): GroupStep | undefined {
  if (!settled) return undefined;
  const { observed } = view;
  const paused =
    pauseDue(record, shareOf(ready, record)) ?? (record.serial ? pauseOfMate(observed, group, record) : undefined);
  const bakes = ready === 0 ? undefined : bakesUntil(observed, group, record);
  if (bakes !== undefined) return { kind: 'wait', wait: bakingWait(group, record, ready, bakes) };
  const since = observed.seen.bakingSince[group.name] ?? observed.at;
  const due = { group: group.name, stage: 'batch', part: ready, since } as const;
  const gate = ready === 0 ? undefined : stageState(view, due);
  if (gate?.kind === 'failed') return { kind: 'stuck', why: gate.why };
  if (gate?.kind === 'asking') return { kind: 'wait', wait: askingWait(group.name, 'replace', gate) };
  if (paused === undefined) return undefined;
  const noted = pausedRecord(record, paused, observed.at);
  const why = `somebody wants to look before more than ${paused} % of it is new${unlessDecided(noted.gates ?? {})}`;
  return act('pause', { type: 'pause', group: group.name, record: noted }, why);
}

/**
 * How many more units may be replaced before the rollout stops to look: at the end of its canary, and at the next part
 * at which it pauses. Without either, as many as the limits allow. One that is too heavy for what is left may
 * still go when nothing is under way: else the rollout would never reach that part.
 */
export function unitsUntilStop({ gates, size }: RollingRecord, { ready, coming, settled }: BatchProgress): number {
  const canary = gates?.canary !== undefined && ready < gates.canary ? gates.canary : Infinity;
  const point = gates?.pauseAt?.find((percent) => percent > (gates.passed ?? 0)) ?? Infinity;
  const room = Math.min(canary, Math.ceil((point * size.desired) / 100)) - coming;
  return settled ? Math.max(1, room) : Math.max(0, room);
}
