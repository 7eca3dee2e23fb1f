import { AwsFault, type FaultKind } from '../../../errors.js';
import { passes } from '../../retry.js';
import type { Instant } from '../../../clock.js';
import { sayChanges } from '../../../decide/sizes/say-changes.js';
import { takenOffIn } from '../../../decide/sizes/taken-off.js';
import type { ReadsNeeded } from '../../../decide/looks/reads-needed.js';
import type { LaunchWays } from './image-reader.js';
import type { Observed, Schedule, TakenOff } from '../../../model/rollout/decision.js';
import type { Balancer, FailedActivity, Precautions, ScheduledAction } from '../../../model/rollout/group.js';
import type { OutNote } from '../../../model/rollout/record.js';
import type { BareGroup, Gateway } from '../../gateway.js';

/*
 * Answers of AWS that a look keeps for later looks, because they cannot change or may be a little old. Each of these
 * makes one reader that asks only for what is not known yet.
 */

/** How old an answer about failed launches may be: it explains a wait and costs a call per group. Milliseconds. */
const FAILURES_MS = 15_000;

/** How old resolved template versions may be. They decide only whether a group is outdated. Milliseconds. */
const VERSIONS_MS = 30_000;

/** How old an answer on who changed sizes may be: it is for people alone. Milliseconds. */
const CHANGES_MS = 60_000;

/** How old an answer about scheduled actions may be. Milliseconds. */
const SCHEDULE_MS = 60_000;

/** What was read of scheduled actions last, by group. */
export type KnownSchedules = Map<string, Omit<Schedule, 'since'> & { readonly at: Instant }>;

type Groups = readonly BareGroup[];
type Versions = Awaited<ReturnType<Gateway['templateVersions']>>;

/** When instances were launched. */
export interface KnownLaunches {
  readonly times: Map<string, Instant>;
  /** Those that Auto Scaling called unhealthy in the last look: EC2 may forget them while their group lists them. */
  readonly unhealthy: Set<string>;
}

/** Forgets what EC2 will tell again. */
export function forgetLaunches({ times, unhealthy }: KnownLaunches): void {
  for (const id of times.keys()) if (!unhealthy.has(id)) times.delete(id);
}

/** Adds launch times, which never change, to instances. */
export function launchTimeReader(
  gateway: Pick<Gateway, 'launchTimes'>,
  { times, unhealthy }: KnownLaunches = { times: new Map(), unhealthy: new Set() },
): (groups: Groups) => Promise<Groups> {
  return async (groups) => {
    unhealthy.clear();
    for (const { instances } of groups) for (const { id, healthy } of instances) if (!healthy) unhealthy.add(id);
    const unknown = groups.filter(({ instances }) =>
      instances.some(({ id, launchedAt }) => (launchedAt ?? times.get(id)) === undefined),
    );
    if (unknown.length > 0)
      for (const [id, at] of Object.entries(await gateway.launchTimes(unknown.map(({ name }) => name))))
        times.set(id, at);
    return groups.map((group) => ({
      ...group,
      instances: group.instances.map((instance) => {
        const launchedAt = times.get(instance.id);
        return { ...instance, ...(launchedAt !== undefined && { launchedAt }) };
      }),
    }));
  };
}

/**
 * The balancers of groups, by id. @param skip no health of theirs shall count
 */
export function balancerReader(
  gateway: Pick<Gateway, 'describeBalancers'>,
  skip: boolean,
): (groups: Groups) => Promise<ReadonlyMap<string, Balancer>> {
  const balancers = new Map<string, Balancer>();
  return async (groups) => {
    const refs = new Map(groups.flatMap((group) => group.balancerRefs.map((ref) => [ref.id, ref] as const)));
    const unknown = [...refs.values()].filter((ref) => !balancers.has(ref.id));
    // One by one: each takes several calls, and when many fail a list of them would hardly ever come through whole.
    for (const ref of unknown)
      for (const balancer of await gateway.describeBalancers([ref])) {
        const note = 'left out by --skip-elb-health-check';
        balancers.set(balancer.id, skip ? { ...balancer, judged: false, note } : balancer);
      }
    const now = new Map(balancers);
    // One that does not exist is asked for again: reads may lag, and somebody may make it again.
    for (const { id, deleted } of now.values()) if (deleted === true) balancers.delete(id);
    return now;
  };
}

/**
 * What stands against a start, asked once per group.
 * @param once calls that are sent once: free addresses are told, and nobody waits for them
 */
export function precautionReader(
  gateway: Pick<Gateway, 'precautions'>,
  once: Pick<Gateway, 'subnets'>,
): (names: readonly string[], groups: Groups) => Promise<readonly Precautions[]> {
  const precautions = new Map<string, Precautions>();
  return async (names, groups) => {
    const unasked = names.filter((name) => !precautions.has(name));
    for (const found of await Promise.all(unasked.map((name) => gateway.precautions(name)))) {
      const { subnets = [] } = groups.find(({ name }) => name === found.group) ?? {};
      const free = await freeIn(once, subnets);
      precautions.set(found.group, { ...found, ...(free !== undefined && { freeAddresses: free }) });
    }
    return [...precautions.values()];
  };
}

/** Addresses that are free in subnets; undefined where AWS does not tell. */
async function freeIn(gateway: Pick<Gateway, 'subnets'>, ids: readonly string[]): Promise<number | undefined> {
  if (ids.length === 0) return undefined;
  try {
    return (await gateway.subnets(ids)).reduce((sum, { free }) => sum + free, 0);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return undefined;
  }
}

/** Kinds of failures with which AWS says that this account, or this endpoint, does not have the call. */
export const NOT_HAD: ReadonlySet<AwsFault['kind']> = new Set(['denied', 'unsupported', 'invalid']);

/**
 * Asks balancers for the health of what is registered and, where that is wanted, whether targets are anomalous. A
 * balancer that does not tell is asked for health alone from then on; `unread` has AWS's words, by its id.
 */
export function anomalyReader(
  gateway: Pick<Gateway, 'health'>,
  wanted: boolean,
): { readonly ask: Pick<Gateway, 'health'>; readonly unread: ReadonlyMap<string, string> } {
  const unread = new Map<string, string>();
  const health: Gateway['health'] = async (balancer) => {
    if (!wanted || balancer.kind !== 'target-group' || unread.has(balancer.id)) return gateway.health(balancer);
    try {
      return await gateway.health(balancer, { anomaly: true });
    } catch (error) {
      if (!(error instanceof AwsFault) || !NOT_HAD.has(error.kind)) throw error;
      const plain = await gateway.health(balancer);
      unread.set(balancer.id, `${error.operation}: ${error.code}`);
      return plain;
    }
  };
  return { ask: { health }, unread };
}

/**
 * The ways in which groups launch, by group, without the images that templates name; versions that move are resolved
 * for the groups in `matter`.
 */
export function configurationReader(
  gateway: Pick<Gateway, 'templateVersions'>,
): (groups: Groups, matter: ReadonlySet<string>, at: Instant) => Promise<LaunchWays> {
  let versions: { readonly at: Instant; readonly of: Versions } | undefined;
  return async (groups, matter, at) => {
    const moving = new Set(
      groups
        .filter(({ name }) => matter.has(name))
        .flatMap((group) => group.configurationRefs.map(movingTemplate))
        .filter((id) => id !== undefined),
    );
    // One may have been unasked for as long as its group was a dead run's.
    const unread = [...moving].some((id) => versions?.of[id] === undefined);
    if (moving.size > 0 && (versions === undefined || unread || at - versions.at >= VERSIONS_MS))
      versions = { at, of: { ...versions?.of, ...(await gateway.templateVersions([...moving])) } };
    return new Map(
      groups.map(({ name, configurationRefs, overrides = configurationRefs.map((ref) => ({ ref })) }) => [
        name,
        overrides.flatMap(({ ref, ...more }) =>
          resolved(ref, versions?.of ?? {}).map((configuration) => ({ configuration, ...more })),
        ),
      ]),
    );
  };
}

/**
 * Launches that failed, as far as they are asked for. Who may not read them learns of none: the time limits hold, and a
 * group that is doubled must not be left like that for want of a reason.
 */
export function failureReader(
  gateway: Pick<Gateway, 'failedLaunches'>,
): (needed: ReadsNeeded['failures'], at: Instant) => Promise<readonly FailedActivity[]> {
  const failures = new Map<string, { readonly at: Instant; readonly found: readonly FailedActivity[] }>();
  return async (needed, at) => {
    const all: FailedActivity[] = [];
    for (const { group, since } of needed) {
      const last = failures.get(group);
      const isFresh = last !== undefined && at - last.at < FAILURES_MS;
      const answer = isFresh ? last : { at, found: await gateway.failedLaunches(group, since).catch(noneIfRefused) };
      failures.set(group, answer);
      all.push(...answer.found);
    }
    return all;
  };
}

/**
 * Who changed desired capacities, by group: AWS's words, a call per group now and then, and what was taken off together
 * with instances. Where they cannot be read there is none.
 * @param gateway tries once, for words that are told and nothing else
 * @param retrying tries again, for what is decided by
 */
export function sizeChangeReader(
  gateway: Pick<Gateway, 'activities'>,
  retrying: Pick<Gateway, 'activities'>,
): (needed: Pick<ReadsNeeded, 'changes' | 'takenOff'>, at: Instant) => Promise<Pick<Observed, 'changes' | 'takenOff'>> {
  const found = new Map<string, { readonly at: Instant; readonly words: readonly string[] }>();
  return async (needed, at) => {
    for (const { group, since } of needed.changes) {
      const last = found.get(group);
      if (last !== undefined && at - last.at < CHANGES_MS) continue;
      const activities = await gateway.activities(group, since).catch(noneFor);
      found.set(group, { at, words: sayChanges(activities.map(({ cause }) => cause)) });
    }
    const takenOff: Record<string, readonly TakenOff[]> = {};
    for (const { group, since } of needed.takenOff)
      takenOff[group] = takenOffIn(await retrying.activities(group, since).catch(noneFor));
    return {
      ...(found.size > 0 && { changes: Object.fromEntries([...found].map(([group, { words }]) => [group, words])) }),
      ...(needed.takenOff.length > 0 && { takenOff }),
    };
  };
}

/**
 * The scheduled actions of groups, each asked for now and then, tried once: where it fails, what was read before
 * counts. One that came due once is not listed any more, so what an earlier read showed is kept.
 */
export function scheduleReader(
  gateway: Pick<Gateway, 'scheduledActions'>,
  found: KnownSchedules = new Map(),
): (needed: ReadsNeeded['schedules'], at: Instant) => Promise<Readonly<Record<string, Schedule>>> {
  return async (needed, at) => {
    const schedules: Record<string, Schedule> = {};
    for (const { group, since = at } of needed) {
      const before = found.get(group);
      if (before === undefined || at - before.at >= SCHEDULE_MS) {
        const now = await gateway.scheduledActions(group, { since, at }).catch(faultIn);
        if (!(now instanceof AwsFault)) found.set(group, { at, actions: withGone(before?.actions ?? [], now, at) });
        else if (before === undefined && !PASSING.has(now.kind))
          found.set(group, { at, actions: [], unread: `${now.operation}: ${now.code}` });
      }
      const { actions = [], unread } = found.get(group) ?? {};
      const shown = actions.map((one) => atTime(one, since, at));
      schedules[group] = { since, actions: shown, ...(unread !== undefined && { unread }) };
    }
    return schedules;
  };
}

/** What was read now, and what is listed no more because it has come due. */
function withGone(
  before: readonly ScheduledAction[],
  now: readonly ScheduledAction[],
  at: Instant,
): readonly ScheduledAction[] {
  const due = before.map((one) => atTime(one, 0, at));
  const lastOf = (name: string): Instant | undefined => due.find((one) => one.name === name)?.last;
  const listed = now.map((one): ScheduledAction => {
    const last = Math.max(one.last ?? 0, lastOf(one.name) ?? 0);
    return last === 0 ? one : { ...one, last };
  });
  const gone = due.filter(({ name, last }) => last !== undefined && now.every((one) => one.name !== name));
  return [...listed, ...gone];
}

/** An action as it stands at a later time: what was to come may have come due. */
function atTime(action: ScheduledAction, since: Instant, at: Instant): ScheduledAction {
  const { name, sets, next } = action;
  const isDue = next !== undefined && next <= at;
  const last = isDue ? next : action.last;
  return {
    name,
    sets,
    ...(last !== undefined && last > since && { last }),
    ...(next !== undefined && !isDue && { next }),
  };
}

/** Faults that pass by themselves: the next look asks again. */
const PASSING: ReadonlySet<FaultKind> = new Set(['throttled', 'expired', 'credentials', 'unreachable']);

function faultIn(error: unknown): AwsFault {
  if (!(error instanceof AwsFault)) throw error;
  return error;
}

function noneFor(error: unknown): readonly [] {
  if (!(error instanceof AwsFault)) throw error;
  return [];
}

function noneIfRefused(error: unknown): readonly [] {
  if (passes(error)) throw error;
  return noneFor(error);
}

/**
 * Adds what is out of a balancer without a group: our note alone shows it, and reads of it that lag must not make us
 * forget any of it.
 */
export function outKeeper(): (group: BareGroup, known: OutNote | undefined) => BareGroup {
  const members = new Map<string, BareGroup['instances'][number]>();
  return (group, known) => {
    if (group.balancerOnly !== true) return group;
    for (const instance of group.instances) members.set(instance.id, instance);
    const out = [...(group.notes.out?.instances ?? []), ...(known?.instances ?? [])];
    const missing = [...new Set(out.map(({ id }) => id))].filter((id) => !group.instances.some((one) => one.id === id));
    return { ...group, instances: [...group.instances, ...missing.flatMap((id) => members.get(id) ?? [])] };
  };
}

/** The template of a reference such as `lt/ID:$Latest`, when its version moves. */
function movingTemplate(ref: string): string | undefined {
  return /^lt\/(.+):\$(?:Latest|Default)$/.exec(ref)?.[1];
}

function resolved(ref: string, versions: Versions): readonly string[] {
  const template = movingTemplate(ref);
  if (template === undefined) return [ref];
  const found = versions[template];
  if (found === undefined) return [];
  return [`lt/${template}:${ref.endsWith('$Latest') ? found.latest : found.default}`];
}
