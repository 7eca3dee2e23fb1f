import type { Instant, Milliseconds } from '../../clock.js';
import type { Observed, Wait } from '../../model/rollout/decision.js';
import type { StageWait } from '../../model/rollout/gate-answer.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { ourLease } from './lease.js';
import type { ReasonedAction } from '../step.js';
import { isPending } from '../memory/fold-action.js';

/** How old a lease is at least before it is written for nothing but the stage at which its holder waits. */
const NEWS_MS: Milliseconds = 30_000;

/**
 * Shows that we live, in one call for all groups, when no other note did so lately; empty when one did. Also when a
 * group has begun to wait at a stage or waits no longer, so that whoever looks on sees it: once in 30 s at most.
 *
 * @param waits what the groups wait for by this look
 */
export function renewal(observed: Observed, plan: Plan, waits: readonly Wait[] = []): readonly ReasonedAction[] {
  const mine = observed.groups.filter(
    ({ name, notes }) =>
      notes.record !== undefined &&
      notes.lease?.run === plan.run &&
      observed.seen.results[name] === undefined &&
      !isPending(observed.seen, name),
  );
  const writtenAt = ({ notes }: Group): Instant => notes.lease?.at ?? observed.at;
  const stageOf = ({ name }: Group): StageWait | undefined => waits.find(({ group }) => group === name)?.stage;
  const isNews = (group: Group): boolean =>
    observed.at - writtenAt(group) >= NEWS_MS && !isSame(group.notes.lease?.waits, stageOf(group));
  const oldest = Math.min(...mine.map(writtenAt));
  // rule: lease-not-renewed
  if (mine.length === 0 || (observed.at - oldest < plan.timing.renewMs && !mine.some(isNews))) return [];
  const stages = [...new Map(mine.map(stageOf).map((stage) => [keyOf(stage), stage])).values()];
  return stages.map((stage) => {
    const groups = mine.filter((group) => isSame(stageOf(group), stage));
    const lease = { ...ourLease(observed, plan, mine), ...(stage !== undefined && { waits: stage }) };
    return { action: { type: 'renew', groups: groups.map(({ name }) => name), lease }, why: 'this run is alive' };
  });
}

/** The same stage, and the same who is asked there; the limit may move meanwhile. */
function isSame(one: StageWait | undefined, other: StageWait | undefined): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf(wait: StageWait | undefined): string {
  return wait === undefined ? '' : `${wait.stage} ${wait.on} ${wait.since}`;
}
