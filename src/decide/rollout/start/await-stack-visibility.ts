import type { Wait } from '../../../model/rollout/decision.js';
import { STACK_LAG_MS } from '../../read-lag.js';
import type { GroupView, RolloutView } from '../../view.js';
import type { Preflight } from './preflight.js';

/** A group that has no record, and what preflight says of it. */
export interface CheckedGroup {
  readonly of: GroupView;
  readonly check: Preflight;
}

/** A stack that has just changed and no group to swap: before that is believed, reads get time to show the change. */
export function awaitVisibility({ observed, plan }: RolloutView, checks: readonly CheckedGroup[]): readonly Wait[] {
  const until = observed.seen.firstLookAt + STACK_LAG_MS;
  // rule: idle-at-once
  if (plan.changed !== true || observed.at >= until || checks.some(({ check }) => check.kind !== 'skip')) return [];
  return checks.flatMap(({ of, check }): Wait[] =>
    check.kind === 'skip' && check.upToDate
      ? [
          {
            group: of.name,
            phase: 'preflight',
            why: `${check.why}; looking again, for the stack has just changed`,
            instances: [],
            until,
          },
        ]
      : [],
  );
}
