import type { Instant } from '../../clock.js';
import { leaseOf } from '../../decide/ownership/lease.js';
import { AwsFault } from '../../errors.js';
import type { Action } from '../../model/rollout/action.js';
import type { Seen } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';

/** A lease that was renewed, as the loop would have done it. */
interface Renewed {
  readonly action: Extract<Action, { type: 'renew' }>;
  /** Service time. */
  readonly at: Instant;
}

/**
 * Renews our lease while a read fails for minutes and the loop therefore stands still: as long as Auto
 * Scaling answers, no other run may take us for dead. It looks first, because another run may have taken over.
 * Answers what was renewed, or undefined; what AWS refuses is left to the loop.
 */
export function createRenewal(
  { gateway, clock, emit }: Deps,
  plan: Plan,
): (seen: Seen) => Promise<Renewed | undefined> {
  let busy = false;
  return async (seen) => {
    const mine = Object.entries(seen.known).flatMap(([name, { lease }]) =>
      lease?.run === plan.run ? [{ name, lease }] : [],
    );
    const oldest = Math.min(...mine.map(({ lease }) => lease.at));
    // Several reads may be failing at the same time.
    if (busy || mine.length === 0 || clock.now() - oldest < plan.timing.renewMs) return undefined;
    busy = true;
    try {
      const { at, groups } = await gateway.describeGroups(mine.map(({ name }) => name));
      if (groups.some(({ notes }) => notes.lease !== undefined && notes.lease.run !== plan.run)) return undefined;
      const names = groups
        .filter(({ notes }) => notes.record !== undefined && notes.lease?.run === plan.run)
        .map(({ name }) => name);
      if (names.length === 0) return undefined;
      const beat = Math.max(...mine.map(({ lease }) => lease.beat)) + 1;
      const action = { type: 'renew', groups: names, lease: leaseOf(plan, beat, at) } as const;
      emit({ type: 'action.started', action, why: 'AWS does not answer everything now, but this run is alive' });
      await gateway.writeNotes(names, { lease: action.lease });
      emit({ type: 'action.done', action });
      return { action, at };
    } catch (error) {
      if (error instanceof AwsFault) return undefined;
      throw error;
    } finally {
      busy = false;
    }
  };
}
