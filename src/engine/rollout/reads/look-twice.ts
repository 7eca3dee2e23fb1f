import type { Milliseconds } from '../../../clock.js';
import type { Deps } from '../../deps.js';
import { pause } from '../../retry.js';
import type { RepeatableGateway } from '../../retrying-gateway.js';

/** Between the look that does not show a group and the one that has to confirm it. */
const AGAIN_MS: Milliseconds = 2_000;

/** More looks in a row than that, each with another group missing, are no news of groups. */
const MOST_LOOKS = 5;

/**
 * Makes a reader of groups that takes none for deleted by one answer alone: what one answer does not show has to be
 * missing in the next one too. That is asked once for each group; from then on it is gone until it shows up.
 */
export function groupReader(
  deps: Pick<Deps, 'clock' | 'interrupt'>,
  gateway: Pick<RepeatableGateway, 'describeGroups'>,
): (names: readonly string[]) => ReturnType<RepeatableGateway['describeGroups']> {
  const gone = new Set<string>();
  return async (names) => {
    let missedBefore: ReadonlySet<string> = new Set();
    for (let look = 1; ; look++) {
      const answer = await gateway.describeGroups(names);
      const shown = new Set(answer.groups.map(({ name }) => name));
      const missing = names.filter((name) => !shown.has(name));
      for (const name of shown) gone.delete(name);
      for (const name of missing) if (missedBefore.has(name)) gone.add(name);
      // rule: gone-at-once
      if (look === MOST_LOOKS || missing.every((name) => gone.has(name))) return answer;
      missedBefore = new Set(missing);
      await pause(deps, AGAIN_MS);
    }
  };
}
