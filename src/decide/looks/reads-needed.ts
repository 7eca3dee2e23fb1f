import type { Instant } from '../../clock.js';
import type { Seen } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { isAway, standing, units } from '../instances/classify.js';
import { keepsOld } from '../gates/kept-half.js';
import { heldBackSince } from '../outlook/held-back.js';
import { takenOffSince } from '../sizes/taken-off.js';
import { wantedSize } from '../sizes/wanted-size.js';
import { factsOf } from '../strategies/facts-by-name.js';

/** A group as far as one call shows it, with launch times: its balancers are known by reference only. */
export type ShownGroup = Omit<Group, 'balancers' | 'configurations'> & {
  readonly balancerRefs: readonly { readonly id: string }[];
};

/** What a look has to read besides the groups themselves. */
export interface ReadsNeeded {
  /** Names of groups that are asked what stands against a start. */
  readonly precautions: readonly string[];
  /** Names of groups whose launch configuration matters now. */
  readonly configurations: ReadonlySet<string>;
  /** Ids of balancers whose health matters where they can judge. */
  readonly health: ReadonlySet<string>;
  /** Names of groups whose health matters, whoever judges it. */
  readonly judged: ReadonlySet<string>;
  /** Ids of balancers that are asked what is registered, also where that says nothing of health. */
  readonly registrations: ReadonlySet<string>;
  /** Groups that are asked for launches that failed since then. */
  readonly failures: readonly { readonly group: string; readonly since: Instant }[];
  /** Groups of which somebody else changed the size since then. */
  readonly changes: readonly { readonly group: string; readonly since: Instant }[];
  /** Groups of which somebody may have taken out an instance and had the size fall with it, since then. */
  readonly takenOff: readonly { readonly group: string; readonly since: Instant }[];
  /** Groups whose scheduled actions matter, and since when it counts that one came due; at the look where absent. */
  readonly schedules: readonly { readonly group: string; readonly since?: Instant }[];
  /** Names of groups whose lifecycle hooks matter: what they launch or let go may be held by them. */
  readonly hooks: readonly string[];
  /** Names of alarms; undefined when they do not matter. */
  readonly alarms: readonly string[] | undefined;
}

/** What has to be read for a decision about these groups, by the needs of the strategies. */
export function readsNeeded(groups: readonly ShownGroup[], plan: Plan, seen: Seen | undefined): ReadsNeeded {
  // Promoted in this run. One that was rolled back for a dead run may start again.
  const open = groups.filter(({ name }) => seen?.results[name]?.outcome !== 'promoted');
  const refsOf = (some: readonly ShownGroup[]): ReadonlySet<string> =>
    new Set(some.flatMap(({ balancerRefs }) => balancerRefs.map(({ id }) => id)));
  return {
    precautions:
      !factsOf(plan).reads.precautions || plan.adoptOnly
        ? []
        : groups.filter(({ notes }) => notes.record === undefined).map(({ name }) => name),
    configurations: new Set(open.filter((group) => needsConfiguration(group, plan)).map(({ name }) => name)),
    health: refsOf(open.filter(needsHealth)),
    judged: new Set(open.filter(needsHealth).map(({ name }) => name)),
    registrations: refsOf(groups.filter(({ notes }) => factsOf(notes.record ?? plan).reads.registrations)),
    failures: open.flatMap((group) => failuresOf(group, plan)),
    changes: open.flatMap(({ name, notes: { record } }) =>
      record?.theirs === undefined ? [] : [{ group: name, since: record.startedAt }],
    ),
    takenOff: open.flatMap((group) => {
      const since = takenOffSince(seen, group);
      return since === undefined ? [] : [{ group: group.name, since }];
    }),
    schedules: groups.flatMap((group) => scheduleOf(group, plan)),
    hooks: groups.filter((group) => holdsByHooks(group, plan)).map(({ name }) => name),
    alarms: alarmsOf(groups, plan, seen),
  };
}

/** New instances are to be proven in the group after its verdict too. */
function isProvingOn({ notes: { record, verdict } }: Pick<Group, 'notes'>): boolean {
  return record !== undefined && factsOf(record).provesAfterVerdict && verdict?.outcome === 'promote';
}

/** The old half is kept, and could serve again. */
function isKeptOpen({ notes: { record, verdict } }: Pick<Group, 'notes'>): boolean {
  return (
    record !== undefined && keepsOld(record) && verdict?.outcome === 'promote' && record.gates?.backAt === undefined
  );
}

/**
 * What would be launched now matters until a rollout has begun, to a run that takes over one that proves on, and where
 * nothing old is left: what it launches may have moved meanwhile.
 */
function needsConfiguration(group: ShownGroup, plan: Plan): boolean {
  const { record } = group.notes;
  if (!factsOf(plan).reads.launchConfigurations) return false;
  return record === undefined || (isProvingOn(group) && record.run !== plan.run) || isAllNew(group);
}

/** Promoted, and all that stays was launched since the rollout began. */
function isAllNew({ notes: { record, verdict }, instances }: Pick<Group, 'notes' | 'instances'>): boolean {
  if (record === undefined || verdict?.outcome !== 'promote' || !factsOf(record).replaces) return false;
  const here = instances.filter((instance) => !isAway(instance));
  return here.length > 0 && here.every(({ launchedAt = 0 }) => launchedAt >= record.startedAt);
}

/** Health matters while instances are to be proven or terminated: what stays must be known to serve. */
function needsHealth(group: ShownGroup): boolean {
  const { record, verdict } = group.notes;
  if (record !== undefined && factsOf(record).kind === 'keeping') return false;
  if (record === undefined || !factsOf(record).replaces) return true;
  const here = group.instances.filter((instance) => !isAway(instance));
  const isNew = ({ launchedAt = Infinity }: ShownGroup['instances'][number]): boolean => launchedAt >= record.startedAt;
  if (verdict === undefined) return here.some(isNew);
  if (factsOf(record).provesAfterVerdict) return true;
  // A surplus of new ones is scaled in at the end; then it matters which of them serve.
  if (verdict.outcome === 'promote' && units(here) > wantedSize(record).desired) return true;
  return here.some((instance) => isNew(instance) === (verdict.outcome === 'rollBack'));
}

/** Failed launches explain why instances that are to be proven are missing. */
function failuresOf(group: ShownGroup, plan: Plan): ReadsNeeded['failures'] {
  const { record, verdict } = group.notes;
  const have = group.instances.filter((instance) => !isAway(instance)).length;
  // Why a group has none at all is told before anything begins, too.
  const all = factsOf(plan).provesWithoutRecord || (have === 0 && factsOf(plan).reads.launchConfigurations);
  const since = record?.startedAt ?? (all ? 0 : undefined);
  const proving = (record === undefined || factsOf(record).replaces) && (verdict === undefined || isProvingOn(group));
  return since === undefined || !proving || have >= group.size.desired ? [] : [{ group: group.name, since }];
}

/** What comes due matters before a start, and what was lost at the end of whatever holds it back. */
function scheduleOf(group: ShownGroup, plan: Plan): ReadsNeeded['schedules'] {
  const { name, notes } = group;
  if (group.balancerOnly === true || factsOf(plan).kind === 'keeping') return [];
  const since = heldBackSince(group);
  if (since !== undefined) return [{ group: name, since }];
  return notes.record !== undefined || plan.adoptOnly || !factsOf(plan).reads.precautions ? [] : [{ group: name }];
}

/** Something is launched or let go in it, or would be. */
function holdsByHooks({ balancerOnly, notes: { record } }: ShownGroup, plan: Plan): boolean {
  const { replaces, provesWithoutRecord } = factsOf(record ?? plan);
  return balancerOnly !== true && (record !== undefined || !plan.adoptOnly) && (replaces || provesWithoutRecord);
}

/** Alarms matter before a rollout starts and for as long as something is to be proven. */
function alarmsOf(groups: readonly ShownGroup[], plan: Plan, seen: Seen | undefined): ReadsNeeded['alarms'] {
  const names = plan.gates?.alarms ?? [];
  const matter = groups.some(
    (group) =>
      seen?.results[group.name] === undefined &&
      (group.notes.record === undefined ||
        group.notes.verdict === undefined ||
        isProvingOn(group) ||
        isKeptOpen(group)),
  );
  return names.length > 0 && matter && factsOf(plan).reads.alarms ? names : undefined;
}

/** Instances of a restart that should be back and are nowhere registered: EC2 may not run them any more. */
export function perhapsGone(groups: readonly Group[], seen: Seen | undefined): readonly string[] {
  return groups
    .filter(
      ({ notes: { record }, balancers }) => record !== undefined && !factsOf(record).replaces && balancers.length > 0,
    )
    .flatMap(({ instances }) => instances)
    .filter(
      ({ id, health }) => seen?.backSince[id] !== undefined && health.every(({ verdict }) => verdict === 'absent'),
    )
    .map(({ id }) => id);
}

/** Instances that Auto Scaling calls unhealthy while new ones are to be proven: somebody may have taken them away. */
export function perhapsEnded(groups: readonly Group[]): readonly string[] {
  return groups
    .filter(
      ({ notes: { record, verdict } }) =>
        record !== undefined &&
        factsOf(record).replaces &&
        (verdict === undefined || (verdict.outcome === 'promote' && record.gates?.backAt !== undefined)),
    )
    .flatMap(({ instances }) => instances)
    .filter(({ healthy, lifecycle }) => !healthy && standing(lifecycle) === 'live')
    .map(({ id }) => id);
}
