import type { Observed } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { ourLease } from './lease.js';
import type { ReasonedAction } from '../step.js';
import { isPending } from '../memory/fold-action.js';

/** Shows that we live, in one call for all groups, when no other note did so lately; empty when one did. */
export function renewal(observed: Observed, plan: Plan): readonly ReasonedAction[] {
  const mine = observed.groups.filter(
    ({ name, notes }) =>
      notes.record !== undefined &&
      notes.lease?.run === plan.run &&
      observed.seen.results[name] === undefined &&
      !isPending(observed.seen, name),
  );
  const oldest = Math.min(...mine.map((group) => group.notes.lease?.at ?? observed.at));
  // rule: lease-not-renewed
  if (mine.length === 0 || observed.at - oldest < plan.timing.renewMs) return [];
  return [
    {
      action: { type: 'renew', groups: mine.map((group) => group.name), lease: ourLease(observed, plan, mine) },
      why: 'this run is alive',
    },
  ];
}
