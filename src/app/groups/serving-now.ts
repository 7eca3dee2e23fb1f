import type { Instant } from '../../clock.js';
import { beginOf, serveSideBySide, whoServes } from '../../decide/instances/who-serves.js';
import { sayServing } from '../../model/rollout/group-words.js';
import { AwsFault } from '../../errors.js';
import type { Group } from '../../model/rollout/group.js';
import type { Serving } from '../../model/rollout/serving.js';
import type { Run } from '../../run/run.js';
import { lookAtGroups } from '../inspect/read-only.js';

/** Who serves, as one more look shows it. */
export interface ServingNow {
  /** Whole sentences. */
  readonly text: string;
  /** The same as data. */
  readonly serving: readonly Serving[];
  /** Old and new instances were seen to serve beside each other. */
  readonly sideBySide: boolean;
  /** Those that could be looked at. */
  readonly groups: readonly Group[];
}

/**
 * Looks who serves in these groups, for last words that no look of the run stands behind. Never throws for AWS.
 * @param began group → start of its rollout, which tells old from new also once its record is gone
 */
export async function servingNow(
  { deps, region }: Pick<Run, 'deps' | 'region'>,
  names: readonly string[],
  began: ReadonlyMap<string, Instant>,
): Promise<ServingNow> {
  try {
    const { groups } = await lookAtGroups(deps, names, region);
    const rows = groups.map((group) => whoServes(group, beginOf(group.notes.record) ?? began.get(group.name)));
    const gone = names.filter((name) => !groups.some((group) => group.name === name));
    const missing = gone.length === 0 ? [] : [`${gone.join(', ')} no longer exist${gone.length === 1 ? 's' : ''}`];
    if (names.length === 0) return { text: 'No group is known.', serving: [], sideBySide: false, groups: [] };
    return {
      text: `${[...(rows.length > 0 ? [sayServing(rows)] : []), ...missing].join('; ')}.`,
      serving: rows,
      sideBySide: serveSideBySide(rows),
      groups,
    };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return {
      text: `Not known: ${error.operation} failed (${error.code}).`,
      serving: [],
      sideBySide: false,
      groups: [],
    };
  }
}
