import { STATE_WORDS, type TargetLook } from './target-state.js';

/** The command that takes a target back. */
export type TakenBack = 'cancel' | 'rollback';

/**
 * How a target is taken back, by where it stands; or why there is nothing to do. What a living run works on is asked to
 * go back, because only that run may change it. What is promoted stays: it is said how to go back from there.
 *
 * @param what `cancel` calls back what is under way; `rollback` takes back what is kept, too
 * @param hasHistory a history is kept of its stack, which names the run to go back to
 */
export function goesBack(
  what: TakenBack,
  { state }: Pick<TargetLook, 'state'>,
  hasHistory: boolean,
): TakenBack | { readonly says: string } {
  switch (state) {
    case 'underWay':
    case 'changing':
      return 'cancel';
    case 'interrupted':
    case 'paused':
      return what;
    case 'kept':
      if (what === 'rollback') return 'rollback';
      return { says: 'it is promoted, and its old half is kept: fleet rollback takes it back' };
    case 'current':
    case 'outdated':
      // A rollback that finds nothing says which run of the history to go back to.
      if (what === 'rollback' && hasHistory) return 'rollback';
      return { says: `it is ${STATE_WORDS[state]}, and nothing is under way${what === 'rollback' ? PROMOTED : ''}` };
    case 'frozen':
      return { says: 'it was rolled back already, and is frozen' };
    default:
      return { says: `it is ${STATE_WORDS[state]}, and nothing is under way` };
  }
}

const PROMOTED =
  '; what was promoted goes back by update-stack with its former values, or --to RUN where a history is kept';
