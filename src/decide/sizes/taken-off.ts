import type { Instant } from '../../clock.js';
import type { Activity } from '../../model/finding.js';
import type { Seen, SeenSizes, TakenOff } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { keepsOld } from '../gates/kept-half.js';
import { wholeSize } from '../ownership/ignored-old.js';
import { SIZE_LAG_MS } from '../read-lag.js';

/**
 * AWS's words where somebody ends or detaches an instance and has the desired capacity fall with it. Source: the
 * examples of TerminateInstanceInAutoScalingGroup and DetachInstances in the Auto Scaling API reference.
 */
const TAKEN_OUT = new RegExp(
  'instance (i-\\w+) was (?:taken out of service|detached) in response to a user request, ' +
    'shrinking the capacity from (\\d+) to (\\d+)',
);

/**
 * The same of standby, which moves the desired capacity in both directions. Source: the examples of EnterStandby and
 * ExitStandby in the Auto Scaling API reference, and "Temporarily remove instances" in the user guide.
 */
const STANDBY = new RegExp(
  'instance (i-\\w+) was moved (?:to|out of) standby in response to a user request, ' +
    '(?:shrinking|increasing) the capacity from (\\d+) to (\\d+)',
);

/**
 * What was taken off the desired capacity together with an instance, by the causes of scaling activities. A cause tells
 * what came before, too, so that only the words on the instance of the activity itself count.
 */
export function takenOffIn(activities: readonly Activity[]): readonly TakenOff[] {
  return activities.flatMap(({ at, cause, instance }) => {
    const standby = STANDBY.exec(cause);
    const [, named, from, to] = standby ?? TAKEN_OUT.exec(cause) ?? [];
    if (named === undefined || named !== instance) return [];
    const taken = { instance, from: Number(from), to: Number(to), at };
    return [standby === null ? taken : { ...taken, standby: true }];
  });
}

/**
 * Since when the activities of a group matter: its desired capacity is one that nobody is known to have set, and
 * somebody may have taken out an instance "with decrement", or moved one by standby. Undefined when they do not, or
 * when enough looks asked.
 */
export function takenOffSince(
  seen: Seen | undefined,
  { name, notes: { record } }: Pick<Group, 'name' | 'notes'>,
): Instant | undefined {
  const sizes = seen?.sizes[name];
  if (seen === undefined || sizes?.theirsSince === undefined || record === undefined) return undefined;
  return seen.lastLookAt - sizes.theirsSince > 2 * SIZE_LAG_MS ? undefined : sinceOurs(sizes, record);
}

interface SizedRollout {
  readonly group: Group;
  readonly record: RolloutRecord;
  /** The instances that the rollout itself has ended. */
  readonly ended: readonly string[];
}

/**
 * The units that people may have taken off the desired capacity with instances since this run set it last: those of the
 * newest one, of the two newest, and so on, as whoever takes over does not know what the run before it had set anew.
 * Nobody asked for the size that came of it: while two halves run, it is that of both. What the rollout has terminated
 * itself after the verdict does not count; no cause tells who asked.
 */
export function sumsTakenOff(
  found: readonly TakenOff[],
  before: SeenSizes | undefined,
  { group, record, ended }: SizedRollout,
): readonly number[] {
  const since = sinceOurs(before, record);
  const fresh = new Set(
    group.instances.filter(({ launchedAt = 0 }) => launchedAt >= record.startedAt).map(({ id }) => id),
  );
  const counts = ({ instance, standby, at }: TakenOff): boolean =>
    !ended.includes(instance) && !(standby === true && !fresh.has(instance) && movesItself(group, record, at));
  const steps = upTo(
    wholeSize(group).desired,
    found.filter(({ at }) => at >= since),
  );
  const sums = steps.map((_, index) =>
    steps
      .slice(0, index + 1)
      .filter(counts)
      .reduce((sum, { from, to }) => sum + from - to, 0),
  );
  return [...new Set(sums)].filter((sum) => sum !== 0);
}

/** Once it is judged, a rollout that keeps its old half moves instances into standby, and out of it, itself. */
function movesItself({ notes: { verdict } }: Group, record: RolloutRecord, at: Instant): boolean {
  if (verdict === undefined || !keepsOld(record)) return false;
  // rule: parked-before-verdict
  return verdict.outcome === 'promote' ? at >= verdict.at : record.gates?.backAt !== undefined;
}

/**
 * Those that led to this desired capacity one after the other, the newest first. What came before a size that somebody
 * set explains nothing of it.
 */
function upTo(desired: number, found: readonly TakenOff[]): readonly TakenOff[] {
  const newestFirst = [...found].sort((a, b) => b.at - a.at);
  const latest = newestFirst[0]?.at ?? 0;
  // Those of one call have about the same time.
  // rule: set-since-taken-off
  const last = newestFirst.find(({ at, to }) => to === desired && latest - at <= SIZE_LAG_MS);
  if (last === undefined) return [];
  return [
    last,
    ...upTo(
      last.from,
      newestFirst.filter((one) => one !== last && one.at <= last.at + SIZE_LAG_MS),
    ),
  ];
}

/** Our own last change may have been there before its reply was: what came right before it can have come after it. */
function sinceOurs(sizes: SeenSizes | undefined, { startedAt }: RolloutRecord): Instant {
  return Math.max(startedAt, (sizes?.confirmedAt ?? 0) - SIZE_LAG_MS);
}
