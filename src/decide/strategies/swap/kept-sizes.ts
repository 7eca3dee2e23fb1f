import type { Observed } from '../../../model/rollout/decision.js';
import type { TheirSizes } from '../../../model/rollout/record.js';
import { units } from '../../instances/classify.js';
import { ourLease } from '../../ownership/lease.js';
import { wantedSize } from '../../sizes/wanted-size.js';
import { act, type GroupStep } from '../../step.js';
import type { JudgedGroup, RolloutGroup, RolloutView } from '../../view.js';

/** How often sizes that others set are noted in one run. */
const MAX_NOTED = 10;

/**
 * What is asked for while an old half is kept, without what old ones brought with them when they left standby: all of
 * them, unless a look has shown that somebody set the desired capacity afterwards.
 */
export function askedForNow({ seen }: Pick<Observed, 'seen'>, { name, group, halves }: RolloutGroup): number {
  const { min, desired } = group.size;
  return Math.max(desired - (seen.sizes[name]?.brought ?? units(halves.old)), min);
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
  const base = { ...record.size, ...record.theirs };
  const asked = askedForNow(observed, of);
  const theirs: TheirSizes = {
    ...(group.size.min !== base.min && { min: group.size.min }),
    ...(group.size.max !== base.max && group.size.max !== roomOf(of) && { max: group.size.max }),
    ...(asked !== base.desired && { desired: asked }),
  };
  if (Object.keys(theirs).length === 0 || (observed.seen.sizes[name]?.noted ?? 0) >= MAX_NOTED) return undefined;
  const noted = { ...record, theirs: { ...record.theirs, ...theirs } };
  return act(
    'back',
    { type: 'rewrite', group: name, record: noted, lease: ourLease(observed, plan, [group]) },
    `${asked} are asked for now; no fewer serve on the way back`,
  );
}
