import type { Decision } from '../../../model/rollout/decision.js';
import { isPending } from '../../memory/fold-action.js';
import { ourLease } from '../../ownership/lease.js';
import { renewal } from '../../ownership/lease-renewal.js';
import type { ReasonedAction } from '../../step.js';
import type { GroupView, RolloutView } from '../../view.js';

/**
 * While the stack changes: shows that this run lives, and notes a desired capacity that scaling or a person raises
 * before CloudFormation writes its own. Nothing but notes is written. It goes on until somebody else holds the groups.
 */
export function duringChange(view: RolloutView): Decision {
  const { observed, plan } = view;
  const ours = view.groups.filter(({ group }) => group.notes.lease?.run === plan.run);
  if (ours.length === 0 && observed.seen.pending.length === 0) return { kind: 'finish', results: [] };
  const raised = ours.flatMap((of) => (isPending(observed.seen, of.name) ? [] : noteRaised(view, of)));
  const actions = raised.length > 0 ? raised : renewal(observed, plan);
  if (actions.length > 0) return { kind: 'act', actions, progress: [] };
  return { kind: 'wait', forMs: plan.timing.pollMs, waits: [], progress: [] };
}

function noteRaised({ observed, plan }: RolloutView, { name, group, record }: GroupView): readonly ReasonedAction[] {
  if (record?.strategy !== 'keep-size' || group.size.desired <= record.size.desired) return [];
  const { desired } = group.size;
  const size = { ...record.size, desired, max: Math.max(record.size.max, desired) };
  const lease = ourLease(observed, plan, [group]);
  return [
    {
      action: { type: 'rewrite', group: name, record: { ...record, size }, lease },
      why: `its desired capacity was raised from ${record.size.desired} to ${desired} while the stack changes`,
    },
  ];
}
