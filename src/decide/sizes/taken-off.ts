import type { Instant } from '../../clock.js';
import type { Activity } from '../../model/finding.js';
import type { Seen, TakenOff } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Verdict } from '../../model/rollout/record.js';
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
  const { theirsSince, changedAt = 0 } = seen?.sizes[name] ?? {};
  if (seen === undefined || theirsSince === undefined || record === undefined) return undefined;
  return seen.lastLookAt - theirsSince > 2 * SIZE_LAG_MS ? undefined : Math.max(record.startedAt, changedAt);
}

/**
 * The units that people may have taken off the desired capacity with instances since this run set it last: those of the
 * newest one, of the two newest, and so on, as whoever takes over does not know what the run before it had set anew.
 * Nobody asked for the size that came of it: while two halves run, it is that of both. Before the verdict alone: after
 * it, the rollout does the same with the half that goes, and the causes do not tell who asked.
 */
export function sumsTakenOff(
  found: readonly TakenOff[],
  since: Instant,
  verdict: Pick<Verdict, 'at'> | undefined,
): readonly number[] {
  const newestFirst = found
    .filter(({ at }) => at >= since && at <= (verdict?.at ?? Infinity))
    .sort((a, b) => b.at - a.at);
  return newestFirst.map((_, index) => newestFirst.slice(0, index + 1).reduce((sum, { units }) => sum + units, 0));
}
