import { busy } from '../../decide/memory/fold-look.js';
import { touchedGroups } from '../../decide/stack/touched-groups.js';
import { AwsFault, Failure } from '../../errors.js';
import type { FailureFacts } from '../../model/event.js';
import type { KeepSizePlan, Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import { retrying } from '../retrying-gateway.js';
import { runRollout } from '../rollout/run-rollout.js';
import type { OpenChange } from './stack-change.js';
import { stackGroups } from './stack-groups.js';

/** Keeps the sizes of a stack's groups through one change of it. */
export interface SizeKeeper {
  /**
   * Notes the sizes on the groups that the change touches, and suspends what could take instances out. Called after
   * everything else that may still refuse the change, right before it is sent.
   * @throws Failure `refused` (nothing was noted) or `held`; AwsFault
   */
  readonly begin: (open: OpenChange) => Promise<void>;
  /** Gives the sizes back once the stack has settled. @throws Failure `stopped` with the note kept; AwsFault */
  readonly end: () => Promise<void>;
  /**
   * After a change that ended with an error: gives the sizes back, unless the stack goes on changing.
   * @returns the error, with what was seen of the groups and what is left on them
   */
  readonly endAfter: (error: unknown) => Promise<unknown>;
}

/** @param planFor the plan of the run over these groups, with the part that is under way */
export function createSizeKeeper(
  deps: Deps,
  stack: string,
  planFor: (groups: readonly string[], keepSize: KeepSizePlan) => Plan,
): SizeKeeper {
  // How a group ends is said of its rollout alone; that its size is kept is told by what is done for it.
  const quiet: Deps = {
    ...deps,
    emit: (event) => {
      if (event.type !== 'group.finished' || event.result.outcome !== 'sizeKept') deps.emit(event);
    },
  };
  let begun: { readonly groups: readonly string[]; readonly changed: KeepSizePlan['changed'] } | undefined;
  const plan = (phase: KeepSizePlan['phase']): Plan =>
    planFor(begun?.groups ?? [], { phase, changed: begun?.changed ?? {} });
  const end = async (): Promise<void> => {
    if (begun === undefined) return;
    await runRollout(quiet, plan('end'));
  };
  return {
    begin: async ({ review, prepared: { before } }) => {
      if (review === undefined || before === undefined || before.status === 'REVIEW_IN_PROGRESS') return;
      const { named, others, changed } = touchedGroups(review.changes);
      const groups = others ? await stackGroups(deps, before.id) : named;
      if (groups.length === 0) return;
      begun = { groups, changed };
      await runRollout(quiet, plan('begin'));
    },
    end,
    endAfter: async (error) => {
      if (begun === undefined || !(error instanceof Failure || error instanceof AwsFault)) return error;
      const { groups } = begun;
      const resume = `ha-updater resume ${stack}`;
      const names = groups.join(', ');
      const kept =
        `The size of ${names} is still kept: Terminate and AZRebalance are suspended there and the size is noted, ` +
        'until it is given back.';
      try {
        const now = await retrying(deps).describeStack(stack);
        if (now !== undefined && busy(now.status))
          return amended(error, {
            left: kept,
            next: [`${resume}   # once the stack has settled: gives the size back`],
          });
        await end();
        if (!(error instanceof Failure) || error.outcome !== 'stackFailed') return error;
        return amended(error, { serves: 'The stack action failed; the groups have the sizes that they had.' });
      } catch (later) {
        if (!(later instanceof Failure || later instanceof AwsFault)) throw later;
        const why = later instanceof Failure ? later.facts.what : `${later.code}: ${later.message}`;
        return amended(error, { left: `${kept} (${why})`, next: [resume] });
      }
    },
  };
}

/** The error with more in its last words; what it said is left comes first. */
function amended(error: Failure | AwsFault, more: Partial<Pick<FailureFacts, 'serves' | 'left' | 'next'>>): Error {
  if (!(error instanceof Failure)) return error;
  const { facts } = error;
  return new Failure(
    error.outcome === 'refused' && more.left !== undefined ? 'stopped' : error.outcome,
    {
      ...facts,
      ...(more.serves !== undefined && { serves: more.serves }),
      ...(more.left !== undefined && { left: [facts.left, more.left].filter((text) => text !== '').join(' ') }),
      ...(more.next !== undefined && { next: [...facts.next, ...more.next] }),
    },
    { cause: error },
  );
}
