import { AwsFault } from '../../../errors.js';
import type { Group } from '../../../model/rollout/group.js';
import type { Gateway } from '../../gateway.js';
import { NOT_HAD } from './cached-reads.js';

/** What is known of the hooks of one group. */
type HooksOf = Pick<Group, 'hooks' | 'hooksRefused'>;

/**
 * The lifecycle hooks of groups, asked once per group and run. Where AWS refuses it, no further group is asked, and the
 * words are with the one that was: limits are then those of the user, as if there were no hooks.
 */
export function hookReader(
  gateway: Pick<Gateway, 'lifecycleHooks'>,
): (names: readonly string[]) => Promise<ReadonlyMap<string, HooksOf>> {
  const found = new Map<string, HooksOf>();
  let isRefused = false;
  return async (names) => {
    for (const name of names) {
      if (isRefused || found.has(name)) continue;
      try {
        found.set(name, { hooks: await gateway.lifecycleHooks(name) });
      } catch (error) {
        // One that has gone meanwhile is told of by the look itself.
        if (!(error instanceof AwsFault) || (error.kind !== 'missing' && !NOT_HAD.has(error.kind))) throw error;
        isRefused = error.kind !== 'missing' && error.kind !== 'invalid';
        found.set(name, isRefused ? { hooksRefused: `${error.operation}: ${error.code}` } : {});
      }
    }
    return found;
  };
}
