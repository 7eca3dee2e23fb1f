import type { Instant } from '../../clock.js';
import type { Activity } from '../../model/finding.js';
import type { Seen, SeenSizes, TakenOff } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { SIZE_LAG_MS } from '../read-lag.js';

/**
 * AWS's words where somebody ends or detaches an instance and has the desired capacity fall with it. Source: the
 * examples of TerminateInstanceInAutoScalingGroup and DetachInstances in the Auto Scaling API reference.
 */
const WORDS = new RegExp(
  'instance (i-\\w+) was (?:taken out of service|detached) in response to a user request, ' +
    'shrinking the capacity from (\\d+) to (\\d+)',
);

/**
 * What was taken off the desired capacity together with an instance, by the causes of scaling activities. A cause tells
 * what came before, too, so that only the words on the instance of the activity itself count.
 */
export function takenOffIn(activities: readonly Activity[]): readonly TakenOff[] {
  return activities.flatMap(({ at, cause, instance }) => {
    const [, named, from, to] = WORDS.exec(cause) ?? [];
    return named === undefined || named !== instance ? [] : [{ instance, units: Number(from) - Number(to), at }];
  });
}

/**
 * Since when the activities of a group matter: its desired capacity is one that nobody is known to have set, and
 * somebody may have taken out an instance "with decrement". Undefined when they do not, or when enough looks asked.
 */
export function takenOffSince(
  seen: Seen | undefined,
  { name, notes: { record } }: Pick<Group, 'name' | 'notes'>,
): Instant | undefined {
  const sizes = seen?.sizes[name];
  if (seen === undefined || sizes?.theirsSince === undefined || record === undefined) return undefined;
  return seen.lastLookAt - sizes.theirsSince > 2 * SIZE_LAG_MS ? undefined : sinceOurs(sizes, record);
}

/**
 * The units that people may have taken off the desired capacity with instances since this run set it last: those of the
 * newest one, of the two newest, and so on, as whoever takes over does not know what the run before it had set anew.
 * Nobody asked for the size that came of it: while two halves run, it is that of both. After the verdict only those
 * count which are of the half that stays: the rollout does the same with the other one, and no cause tells who asked.
 */
export function sumsTakenOff(
  found: readonly TakenOff[],
  before: SeenSizes | undefined,
  { group: { instances, notes }, record }: { readonly group: Group; readonly record: RolloutRecord },
): readonly number[] {
  const { verdict } = notes;
  const stays = new Set(
    instances
      .filter(({ launchedAt = 0 }) => launchedAt < record.startedAt === (verdict?.outcome === 'rollBack'))
      .map(({ id }) => id),
  );
  const since = sinceOurs(before, record);
  const newestFirst = found
    .filter(({ at, instance }) => at >= since && (verdict === undefined || at <= verdict.at || stays.has(instance)))
    .sort((a, b) => b.at - a.at);
  return newestFirst.map((_, index) => newestFirst.slice(0, index + 1).reduce((sum, { units }) => sum + units, 0));
}

/** Our own last change may have been there before its reply was: what came right before it can have come after it. */
function sinceOurs(sizes: SeenSizes | undefined, { startedAt }: RolloutRecord): Instant {
  return Math.max(startedAt, (sizes?.changedAt ?? 0) - SIZE_LAG_MS);
}
