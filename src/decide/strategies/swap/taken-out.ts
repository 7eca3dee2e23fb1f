import { count } from '../../../text/count.js';
import { ourLease } from '../../ownership/lease.js';
import { terminateHalf } from '../../rollout/terminate-half.js';
import { wantedSize } from '../../sizes/wanted-size.js';
import { act, type GroupStep } from '../../step.js';
import type { JudgedGroup, RolloutView } from '../../view.js';
import { theirsNow } from './kept-sizes.js';

/**
 * An instance that was taken out of standby by hand serves, and goes when the time of the kept half is over. It brought
 * its units with it, so the desired capacity falls by them; unless somebody set that afterwards and so counted it in:
 * then a new one has to serve in its place first. What is asked for is written down before, for the run that goes on.
 */
export function replaceTakenOut(view: RolloutView, of: JudgedGroup): GroupStep {
  const { observed, plan } = view;
  const { name, group, record, halves } = of;
  // rule: taken-out-counted
  if (record.gates?.endedAt !== undefined) return terminateHalf(view, of, 'old');
  const theirs = { ...record.theirs, ...theirsNow(observed, of) };
  const gates = { ...record.gates, endedAt: observed.at };
  const noted = { ...record, ...(Object.keys(theirs).length > 0 && { theirs }), gates };
  return act(
    'halve',
    {
      type: 'rewrite',
      group: name,
      record: noted,
      lease: ourLease(observed, plan, [group]),
    },
    `somebody took ${count(halves.old.length, 'old instance')} out of standby; before they go, as many new ones ` +
      `serve as are asked for: ${wantedSize(noted).desired}`,
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
