import type { Phase } from '../../model/rollout/action.js';
import { limitFrom } from '../memory/unseen-time.js';
import { ourLease } from '../ownership/lease.js';
import { SIZE_LAG_MS } from '../read-lag.js';
import { act, type GroupStep } from '../step.js';
import type { RolloutGroup, RolloutView } from '../view.js';
import { originOf, theirSizes } from './their-sizes.js';
import { shiftedTheirs } from '../ownership/ignored-old.js';
import { sayTheirs } from './wanted-size.js';

/** How often sizes of others are noted in one run. Whoever changes them more often gets the last of these. */
export const MAX_NOTED = 10;

/**
 * Writes down what somebody else set before anything of ours is written over it: it is given back in the end, whoever
 * ends the rollout. Waits until looks have shown it for long enough. Undefined where there is nothing to note.
 */
export function noteTheirs(view: RolloutView, of: RolloutGroup, phase: Phase): GroupStep | undefined {
  const { observed, plan } = view;
  const { name, group, record } = of;
  const { sizes } = observed.seen;
  const theirs = theirSizes(of, originOf(sizes[name]));
  if (Object.keys(theirs).length === 0 || (sizes[name]?.noted ?? 0) >= MAX_NOTED) return undefined;
  const text = sayTheirs(shiftedTheirs(theirs, record.kept ?? 0));
  const until = limitFrom(observed.seen, sizes[name]?.theirsSince ?? observed.at, SIZE_LAG_MS);
  if (observed.at < until) {
    const why = `somebody else set ${text}; looking again whether that stays`;
    return { kind: 'wait', wait: { group: name, phase, why, instances: [], until } };
  }
  // rule: theirs-not-noted
  return act(
    phase,
    {
      type: 'rewrite',
      group: name,
      record: { ...record, theirs: { ...record.theirs, ...theirs } },
      lease: ourLease(observed, plan, [group]),
    },
    `somebody else set ${text} meanwhile; that stays when the ${of.facts.words.short} is over`,
  );
}
