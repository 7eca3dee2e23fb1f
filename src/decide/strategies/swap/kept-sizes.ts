import type { Observed } from '../../../model/rollout/decision.js';
import type { TheirSizes } from '../../../model/rollout/record.js';
import { units } from '../../instances/classify.js';
import { ourLease } from '../../ownership/lease.js';
import { MAX_NOTED } from '../../sizes/note-theirs.js';
import { wantedSize } from '../../sizes/wanted-size.js';
import { act, type GroupStep } from '../../step.js';
import type { JudgedGroup, RolloutGroup, RolloutView } from '../../view.js';

/**
 * What is asked for while an old half is kept, without what old ones brought with them when they left standby: all of
 * them, unless a look has shown that somebody set the desired capacity afterwards. A run that takes over has no such
 * look: where less is there than was asked for before, it takes all of that for asked for, and nobody misses one.
 */
function askedForNow({ seen }: Pick<Observed, 'seen'>, { name, group, record, halves }: RolloutGroup): number {
  const { min, desired } = group.size;
  const brought = seen.sizes[name]?.brought;
  if (brought !== undefined) return Math.max(desired - brought, min);
  // rule: lowered-in-window
  return Math.max(desired - units(halves.old), Math.min(desired, wantedSize(record).desired), min);
}

/** The sizes as others have set them while an old half is kept, as far as the record does not say so yet. */
export function theirsNow(observed: Pick<Observed, 'seen'>, of: RolloutGroup): TheirSizes {
  const { group, record } = of;
  const base = { ...record.size, ...record.theirs };
  const now = { ...group.size, desired: askedForNow(observed, of) };
  const changed = (['min', 'max', 'desired'] as const).filter((size) => now[size] !== base[size]);
  return Object.fromEntries(changed.map((size) => [size, now[size]]));
}

/** Max with room for the whole old half beside what is asked for. */
export function roomOf({ record }: RolloutGroup): number {
  const { max, desired } = wantedSize(record);
  return Math.max(max, desired + record.old);
}

/**
 * Scaling went on while the old half was kept: what it asked for stays the least, whoever serves it. So it is written
 * down on the way back, before anything is written over it. Undefined where nothing is to note.
 */
export function noteAskedFor({ observed, plan }: RolloutView, of: JudgedGroup): GroupStep | undefined {
  const { name, group, record } = of;
  const { max, ...sizes } = theirsNow(observed, of);
  const theirs: TheirSizes = { ...sizes, ...(max !== undefined && max !== roomOf(of) && { max }) };
  if (Object.keys(theirs).length === 0 || (observed.seen.sizes[name]?.noted ?? 0) >= MAX_NOTED) return undefined;
  const noted = { ...record, theirs: { ...record.theirs, ...theirs } };
  const asked = wantedSize(noted).desired;
  return act(
    'back',
    { type: 'rewrite', group: name, record: noted, lease: ourLease(observed, plan, [group]) },
    `${asked} are asked for now; no fewer serve on the way back`,
  );
}
