import type { Observed, Wait } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Preflight } from './preflight.js';

/** A group that has no record, and what preflight says of it. */
export interface CheckedGroup {
  readonly group: Group;
  readonly check: Preflight;
}

/** So long reads may show a group as it was before its stack changed. Assumed; AWS calls them eventually consistent. */
const SHOWN_MS = 20_000;

/** A stack that has just changed and no group to swap: before that is believed, reads get time to show the change. */
export function awaitVisibility(observed: Observed, plan: Plan, checks: readonly CheckedGroup[]): readonly Wait[] {
  const until = observed.seen.firstLookAt + SHOWN_MS;
  // rule: idle-at-once
  if (plan.changed !== true || observed.at >= until || checks.some(({ check }) => check.kind !== 'skip')) return [];
  return checks.flatMap(({ group, check }): Wait[] =>
    check.kind === 'skip' && check.upToDate
      ? [
          {
            group: group.name,
            phase: 'preflight',
            why: `${check.why}; looking again, for the stack has just changed`,
            instances: [],
            until,
          },
        ]
      : [],
  );
}
