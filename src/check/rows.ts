import type { InstanceRow } from '../model/rollout/instance-row.js';
import type { RolloutRecord } from '../model/rollout/record.js';

/** Capacity units of an instance; one where nothing else was told. */
export function unitsOf(row: InstanceRow | undefined): number {
  return row?.weight ?? 1;
}

/** Launched in an earlier second than the rollout began; EC2 knows launch times no finer. Undefined where untold. */
export function isOldIn({ startedAt }: Pick<RolloutRecord, 'startedAt'>, row: InstanceRow): boolean | undefined {
  if (row.launchedAt === undefined) return undefined;
  return Math.floor(row.launchedAt / 1000) < Math.floor(startedAt / 1000);
}

/** On its way out of the group, or put aside. */
export function isAway({ lifecycle }: InstanceRow): boolean {
  return /^(Terminat|Detach)|Standby|:Retained$/.test(lifecycle);
}

/** In standby, or on its way there. */
export function isAside({ lifecycle }: InstanceRow): boolean {
  return lifecycle.includes('Standby');
}

/** Sum of the units. */
export function sumUnits(rows: Iterable<InstanceRow>): number {
  let sum = 0;
  for (const row of rows) sum += unitsOf(row);
  return sum;
}

/** What others asked for meanwhile, as the record has it; 0 without. */
export function askedByOthers({ theirs }: RolloutRecord): number {
  return Math.max(theirs?.min ?? 0, theirs?.desired ?? 0);
}
