import { count } from '../../../text/count.js';
import type { TheirSizes } from '../../../model/rollout/record.js';
import { ourLease } from '../../ownership/lease.js';
import { terminateHalf } from '../../rollout/terminate-half.js';
import { wantedSize } from '../../sizes/wanted-size.js';
import { act, type GroupStep } from '../../step.js';
import type { JudgedGroup, RolloutView } from '../../view.js';
import { askedForNow } from './kept-sizes.js';

/**
 * Whoever was taken out of standby by hand serves, and goes when the time of the kept half is over. It brought its
 * units with it, so the desired capacity falls by them; unless somebody set that afterwards and so counted it in: then
 * a new one has to serve in its place first. What is asked for is written down before, for whoever goes on with it.
 */
export function replaceTakenOut(view: RolloutView, of: JudgedGroup): GroupStep {
  const { observed, plan } = view;
  const { name, group, record, halves } = of;
  // rule: taken-out-counted
  if (record.gates?.endedAt !== undefined) return terminateHalf(view, of, 'old');
  const base = { ...record.size, ...record.theirs };
  const desired = askedForNow(observed, of);
  const now = { ...group.size, desired };
  const changed = (['min', 'max', 'desired'] as const).filter((size) => now[size] !== base[size]);
  const theirs: TheirSizes = { ...record.theirs, ...Object.fromEntries(changed.map((size) => [size, now[size]])) };
  const gates = { ...record.gates, endedAt: observed.at };
  return act(
    'halve',
    {
      type: 'rewrite',
      group: name,
      record: { ...record, ...(Object.keys(theirs).length > 0 && { theirs }), gates },
      lease: ourLease(observed, plan, [group]),
    },
    `${count(halves.old.length, 'old instance')} taken out of standby by somebody: ` +
      `${desired} are asked for, and as many new ones serve first`,
  );
}

/** The max that was raised so that new ones could come beside those; undefined where it shows no such room. */
export function giveRoomBack({ name, group, record }: JudgedGroup): GroupStep | undefined {
  const { max, desired } = wantedSize(record);
  const wanted = Math.max(max, group.size.desired);
  const isRaised = group.size.max > wanted && group.size.max <= desired + record.old;
  if (record.gates?.endedAt === undefined || !isRaised) return undefined;
  return act(
    'restore',
    { type: 'resize', group: name, size: { ...group.size, max: wanted }, sets: ['max'], purpose: 'restore' },
    'it was raised so that new ones could serve first',
  );
}
