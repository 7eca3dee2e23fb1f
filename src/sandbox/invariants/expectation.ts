import type { Meddling } from '../scenario.js';
import type { World } from '../world/world.js';
import type { GroupState } from '../world/autoscaling/state.js';
import type { Look } from './look.js';
import { lagOf, servedLately, takenOffUnseen, type Service } from './service.js';

/** What a rollout of a group must respect, and what was seen of it so far. */
export interface Expectation {
  readonly group: string;
  readonly strategy: Strategy;
  readonly since: number;
  readonly size: { readonly min: number; readonly max: number; readonly desired: number };
  readonly suspended: readonly string[];
  /** Those that the record says are the rollout's own. */
  readonly ours: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly frozenBefore: readonly string[];
  /** The note of an earlier roll-back that was there when it began. */
  readonly frozenNote: string | undefined;
  /** Ids of the instances that were there when it began. */
  readonly old: ReadonlySet<string>;
  /** Instances that were on their way out already, or taken by the world before: they are of neither half. */
  readonly left: Set<string>;
  /** Those that stood aside when it began: they are nobody's. */
  readonly aside: ReadonlySet<string>;
  /** Those that the rollout keeps in standby, or that left from there: they served no more. */
  readonly kept: Set<string>;
  /** When the first of them was seen there. */
  keptAt?: number;
  /** Those of them that serve again: a person took them out of standby, or the rollout itself did. */
  readonly returned: Set<string>;
  /** Those of them that a person took out of standby, and the world took then. */
  readonly lostReturns: Set<string>;
  /** Those that were seen in standby, until they serve again. */
  readonly setAside: Set<string>;
  /** The most that others let go in the time for which an old half is kept. */
  letGo: number;
  /** Those that were protected from scale-in. */
  readonly protected: ReadonlySet<string>;
  /** The rollout said that it leaves those alone which their owner had protected. */
  readonly keeps: boolean;
  /** Units that must stay in service. */
  readonly floor: number;
  /** Units that may live at the same time. */
  readonly ceiling: number;
  /** Which half a caller began to terminate. */
  half?: 'old' | 'new' | undefined;
  /** When. */
  halfAt?: number;
  /** Instances that a caller terminated, or let a scale-in choose. */
  readonly terminated: Set<string>;
  /** Since when each instance is in service without a break. */
  readonly servingSince: Map<string, number>;
  /** When each instance was last seen in service. */
  readonly lastInService: Map<string, { at: number; units: number }>;
  /** Instances that once counted as capacity; when the world takes one of them, the shortfall is explained. */
  readonly counted: Map<string, number>;
  /** Instances that left in a way that is nobody's fault but the world's. */
  readonly taken: Set<string>;
  /** Fewer old ones than asked for were there when it began: what Auto Scaling launches for them is too much later. */
  readonly short: boolean;
  /** Auto Scaling launched one beside another, which makes one too many where a caller takes out that other one. */
  beside: boolean;
  /** How often somebody had taken the notes away when they were seen last. */
  removals: number;
  /** Which run held the group when it was seen last, and when another one took it over from it. */
  holder?: string | undefined;
  takenOverAt?: number;
  /** When what scales the group by itself was resumed as the old half left: its sizes are everybody's again. */
  scalesSince?: number;
  /**
   * Its record took the place of the one of a run that began at the same time: each takes sizes of the other for a
   * person's.
   */
  readonly besideAnother?: boolean;
  outside: number;
  /** Rules that are broken now, so that one breach is reported once. */
  readonly broken: Set<string>;
}

/** What a rollout may do to the number of instances. */
export type Strategy =
  | { readonly kind: 'swap' }
  /** Nobody is replaced: all stay while the stack of the group changes. */
  | { readonly kind: 'keep-size' }
  | { readonly kind: 'rolling'; readonly surge: number; readonly unavailable: number };

/** The strategy that a rollout's tag names: `v=2 … strategy=rolling … limits=1/0`; a swap without one. */
export function strategyIn(note: string | undefined): Strategy {
  if (/(?:^|\s)strategy=keep-size(?:\s|$)/.test(note ?? '')) return { kind: 'keep-size' };
  const limits = /(?:^|\s)limits=(\d+)\/(\d+)/.exec(note ?? '');
  if (!/(?:^|\s)strategy=rolling(?:\s|$)/.test(note ?? '') || limits === null) return { kind: 'swap' };
  return { kind: 'rolling', surge: Number(limits[1]), unavailable: Number(limits[2]) };
}

/** Which rollout a record is of: the run that began it, and when. Whoever takes it over keeps both. */
export function rolloutIn(note: string): string {
  const of = (key: string): string => new RegExp(`(?:^|\\s)${key}=(\\S+)`).exec(note)?.[1] ?? '';
  return [of('run'), of('started'), of('strategy')].join(' ');
}

/** What changes the sizes of a group by itself. */
export const SCALING = ['AlarmNotification', 'ScheduledActions'];

export const FROZEN_TAG = 'ha-updater:frozen';
export const OUR_TAGS = 'ha-updater:';
export const ROLLOUT_TAG = `${OUR_TAGS}rollout`;
export const LEASE_TAG = `${OUR_TAGS}lease`;
export const VERDICT_TAG = `${OUR_TAGS}verdict`;

/** Processes as a note spells them: by their names, or short. */
const SPELLINGS: Readonly<Record<string, string>> = {
  Add: 'AddToLoadBalancer',
  Alarm: 'AlarmNotification',
  AZ: 'AZRebalance',
  Health: 'HealthCheck',
  Refresh: 'InstanceRefresh',
  Replace: 'ReplaceUnhealthy',
  Scheduled: 'ScheduledActions',
};

/** The processes that a note names: `… processes=Launch/AZ/Alarm why=…` when frozen, `suspended=` in a record. */
export function processesIn(note: string | undefined, key: 'processes' | 'suspended' = 'processes'): string[] {
  const list = new RegExp(`(?:^|\\s)${key}=(\\S+)`).exec(note ?? '')?.[1] ?? '-';
  return list === '-' ? [] : list.split('/').map((name) => SPELLINGS[name] ?? name);
}

/**
 * Begins to expect a rollout: everything is as found now.
 * @param service who serves, and who did until a moment ago: whoever begins may not know better yet
 */
export function beginRollout(world: World, look: Look, strategy: Strategy, service?: Service): Expectation {
  const { group } = look;
  const weights = (group.mixed?.LaunchTemplate?.Overrides ?? []).map((one) => Number(one.WeightedCapacity ?? 1));
  const overshoot = Math.max(0, ...weights.map((weight) => weight - 1));
  // Who was launched beside another one is one of the old ones in a start that is forced: no call tells them apart.
  const beside = look.instances.reduce((sum, one) => sum + (one.beside && !one.leaving ? one.units : 0), 0);
  // Whom nobody has scaled in yet is there all the same: with Terminate suspended, or shielded.
  const live = look.instances.reduce((sum, one) => sum + (one.alive && !one.leaving && !one.aside ? one.units : 0), 0);
  const old = look.instances.filter((one) => !one.leaving && !isLater(one.launchedAt, group));
  // Whoever begins may not see yet what somebody took off right before.
  const asked = group.desired + takenOffUnseen(world, group, world.clock.now());
  const expectation: Expectation = {
    group: group.name,
    strategy,
    since: world.clock.now(),
    size: { min: group.min, max: group.max, desired: group.desired },
    suspended: [...group.suspended.keys()],
    ours: processesIn(group.tags.get(ROLLOUT_TAG)?.value, 'suspended'),
    tags: foreignTags(group),
    frozenBefore: processesIn(group.tags.get(FROZEN_TAG)?.value),
    frozenNote: group.tags.get(FROZEN_TAG)?.value,
    old: new Set(old.map((one) => one.id)),
    left: new Set(look.instances.filter((one) => one.leaving).map((one) => one.id)),
    aside: new Set(look.instances.filter((one) => one.aside).map((one) => one.id)),
    kept: new Set(),
    returned: new Set(),
    lostReturns: new Set(),
    setAside: new Set(),
    letGo: 0,
    protected: new Set(look.instances.filter((one) => one.protected).map((one) => one.id)),
    keeps: /(?:^|\s)kept=\d/.test(group.tags.get(ROLLOUT_TAG)?.value ?? ''),
    floor: Math.min(group.desired - (strategy.kind === 'rolling' ? strategy.unavailable : 0), look.inService),
    // What scaling asks for while the stack changes, and what the template asks for, is nobody's breach.
    ceiling:
      strategy.kind === 'keep-size'
        ? Infinity
        : Math.max(asked, live) + (strategy.kind === 'rolling' ? strategy.surge : asked) + 2 * overshoot + beside,
    terminated: new Set(),
    servingSince: new Map(
      look.instances.filter((one) => one.inService).map(({ id }) => [id, service?.since.get(id) ?? 0]),
    ),
    lastInService: new Map(),
    counted: new Map([
      ...servedLately(world, service),
      ...look.instances.filter((one) => one.inService).map((one) => [one.id, one.units] as const),
    ]),
    taken: new Set(),
    short: old.reduce((sum, one) => sum + (one.aside ? 0 : one.units), 0) < group.desired,
    beside: false,
    removals: 0,
    outside: group.outside.count,
    broken: new Set(),
  };
  return expectation;
}

/** What is expected when a second run wrote its record over that of a first: what was before the first one. */
export function beginAgain(first: Expectation, second: Expectation): Expectation {
  const { since, size, suspended, tags, frozenBefore, frozenNote, old, floor } = first;
  return { ...second, since, size, suspended, tags, frozenBefore, frozenNote, old, floor, besideAnother: true };
}

/**
 * Whether an instance was launched after the record's own time: a record that was written several times, since its
 * replies were lost, may become visible when Auto Scaling has replaced somebody already. Times in it are whole seconds.
 */
function isLater(launchedAt: number, group: GroupState): boolean {
  const started = /(?:^|\s)started=(\S+)/.exec(group.tags.get(ROLLOUT_TAG)?.value ?? '')?.[1];
  return started !== undefined && launchedAt > Date.parse(started);
}

/** The group's tags that are none of ours. */
export function foreignTags(group: GroupState): Record<string, string> {
  return Object.fromEntries(
    [...group.tags]
      .filter(([key]) => !key.startsWith(OUR_TAGS))
      .map(([key, tag]) => [key, `${tag.value}/${tag.propagate}`]),
  );
}

/** Whether somebody else resized the group since the expectation began, by the scenario or by a call. */
export function resizedByOthers(world: World, expectation: Pick<Expectation, 'since'>, group: GroupState): boolean {
  return othersResizes(world, expectation, group).length > 0;
}

/** The highest desired capacity that somebody else asked for since the expectation began; 0 without one. */
export function desiredByOthers(world: World, expectation: Expectation, group: GroupState): number {
  return Math.max(
    0,
    ...othersResizes(world, expectation, group).map(({ desired = 0 }) => Math.max(desired, group.min)),
  );
}

/** The calls by which people do what a scenario can let somebody do. */
const CALLS: Partial<Readonly<Record<Meddling, string>>> = {
  resumeProcesses: 'ResumeProcesses',
  protect: 'SetInstanceProtection',
  removeTags: 'DeleteTags',
  deleteGroup: 'DeleteAutoScalingGroup',
};

/** How often somebody else did this to the group since the expectation began, by the scenario or by a call. */
export function meddled(
  world: World,
  expectation: Pick<Expectation, 'since'>,
  group: GroupState,
  does: Meddling,
): number {
  const called = group.others.filter(
    ({ at, operation, processes }) => operation === CALLS[does] && processes === undefined && at >= expectation.since,
  ).length;
  return (
    called +
    world.scenario.faults.filter((fault) => {
      if (fault.kind !== 'meddle' || fault.group !== group.name || fault.does !== does) return false;
      const at = world.startedAt + fault.at * 1000;
      return at >= expectation.since && at <= world.clock.now();
    }).length
  );
}

/**
 * The processes that somebody else suspended or resumed by name since the rollout began, and how they left each: who
 * begins may not see yet what was done just before.
 */
export function processesOfOthers(
  world: World,
  { since }: Pick<Expectation, 'since'>,
  { others }: GroupState,
): ReadonlyMap<string, 'suspended' | 'resumed'> {
  return new Map(
    others
      .filter(({ at }) => at >= since - lagOf(world))
      .flatMap(({ operation, processes = [] }) =>
        processes.map((name) => [name, operation === 'SuspendProcesses' ? 'suspended' : 'resumed'] as const),
      ),
  );
}

function othersResizes(
  world: World,
  expectation: Pick<Expectation, 'since'>,
  group: GroupState,
): { readonly desired?: number | undefined }[] {
  // Whoever begins may not see yet what was set just before.
  const since = expectation.since - lagOf(world);
  return group.others.filter(({ at, desired }) => desired !== undefined && at >= since);
}
