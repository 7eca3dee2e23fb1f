import type { FailedActivity, Group, Instance } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { verdictOf } from './classify.js';
import { finalFailure, type FinalFailure } from './launch-failures.js';

/** Why waiting for the new instances is hopeless, or undefined while it may help. */
export function hopeless(
  group: Group,
  record: RolloutRecord | undefined,
  failures: readonly FailedActivity[],
  fresh: readonly Instance[],
): string | undefined {
  const since = failures.filter(({ startedAt }) => record === undefined || startedAt >= record.startedAt);
  const failure = finalFailure(group, since, fresh);
  if (failure !== undefined) return wordsOf(failure, group, record);
  for (const instance of fresh) {
    for (const balancer of group.balancers) {
      if (!balancer.judged) continue;
      const { verdict, reason } = verdictOf(instance, balancer);
      if (verdict === 'hopeless') return `${instance.id} can never serve behind ${balancer.name}: ${reason}`;
    }
  }
  return undefined;
}

/** What helps stands before AWS's words: a tag holds only so much of a reason. */
function wordsOf({ because, message }: FinalFailure, { zones }: Group, record: RolloutRecord | undefined): string {
  switch (because) {
    case 'configuration':
      return `launching cannot succeed: ${message}`;
    case 'zones':
      return `launching cannot succeed in any of its zones (${zones.join(', ')}): ${message}`;
    case 'types':
      return `launching cannot succeed with any of its instance types: ${message}`;
    case 'quota':
      return `${QUOTA_WORDS[record?.strategy ?? 'none']}: ${message}`;
  }
}

/** What a quota keeps from being done, and what needs less room. */
const QUOTA_WORDS: Readonly<Record<RolloutRecord['strategy'] | 'none', string>> = {
  swap:
    'there is no room to run old and new instances side by side ' +
    '(--strategy rolling needs fewer at once, or ask for a larger quota)',
  rolling: 'there is no room for one more (--surge 0 --unavailable 1 needs none, or ask for a larger quota)',
  restart: 'there is no room for one more (ask for a larger quota)',
  'keep-size': 'there is no room for one more (ask for a larger quota)',
  none: 'there is no room for one more (ask for a larger quota)',
};
