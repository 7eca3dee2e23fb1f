import { decide } from '../../decide/decide.js';
import { notedWait } from '../../decide/outlook/waits-at.js';
import { endOfWatched, watchedState, type WatchedRollout, type WatchedState } from '../../decide/outlook/watched.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import type { GroupResult, Observed, Wait } from '../../model/rollout/decision.js';
import type { Group, GroupNotes } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import type { Gateway } from '../gateway.js';
import { instanceTeller } from '../rollout/instance-teller.js';
import { createObserver } from '../rollout/observe.js';

/** What a look of somebody who only watches has shown. */
export interface WatchedLook {
  readonly states: ReadonlyMap<string, WatchedState>;
  /** Rollouts that were under way at an earlier look and have ended by now. */
  readonly results: ReadonlyMap<string, GroupResult>;
  /** Groups as they are now, with their notes. */
  readonly groups: readonly Group[];
}

/** Follows rollouts of other runs by looking alone. */
export interface GroupWatcher {
  /** One look, told by the events that the run itself tells. @throws AwsFault */
  readonly look: () => Promise<WatchedLook>;
}

/** A limit that nobody who watches ever decides by: the flags of the run are not known. */
const NEVER_MS = 365 * 24 * 3600 * 1000;

/**
 * @param plan its own run, so that no lease on the groups is ever taken for ours: the observer sees no notes at all,
 * and so has nothing to renew
 */
export function watchGroups(deps: Deps, plan: Plan): GroupWatcher {
  const notes = new Map<string, GroupNotes>();
  const gateway = readingOnly(deps.gateway, notes);
  const observer = createObserver({ ...deps, gateway }, plan);
  const tell = createTeller(deps, plan);
  const followed = new Map<string, WatchedRollout>();
  const results = new Map<string, GroupResult>();
  return {
    look: async () => {
      const bare = await observer.look();
      const groups = bare.groups.map((group) => ({ ...group, notes: notes.get(group.name) ?? {} }));
      const observed: Observed = { ...bare, groups };
      const states = new Map(groups.map((group) => [group.name, watchedState(group, bare.at, deps.holderIsGone)]));
      for (const group of groups) {
        const { record, verdict } = group.notes;
        const before = followed.get(group.name);
        if (before !== undefined && record?.run !== before.record.run) {
          followed.delete(group.name);
          const result = endOfWatched(before, group);
          if (result !== undefined) results.set(group.name, result);
        }
        if (record === undefined) continue;
        const shown = verdict ?? followed.get(group.name)?.verdict;
        followed.set(group.name, { record, ...(shown !== undefined && { verdict: shown }) });
        if (factsOf(record).kind !== 'keeping') results.delete(group.name);
      }
      tell(observed, states, results);
      return { states, results, groups };
    },
  };
}

/** The calls of a look, with the notes of groups kept aside. Nothing of it changes anything. */
function readingOnly(gateway: Gateway, notes: Map<string, GroupNotes>): Gateway {
  return {
    ...gateway,
    describeGroups: async (asked) => {
      const looked = await gateway.describeGroups(asked);
      for (const group of looked.groups) notes.set(group.name, group.notes);
      return { ...looked, groups: looked.groups.map((group) => ({ ...group, notes: {} })) };
    },
  };
}

/** The groups of one run among all that a look shows. */
interface WatchedRun {
  readonly observed: Observed;
  readonly states: ReadonlyMap<string, WatchedState>;
  readonly groups: readonly Group[];
}

type Tell = (
  observed: Observed,
  states: ReadonlyMap<string, WatchedState>,
  results: ReadonlyMap<string, GroupResult>,
) => void;

/** Tells each fact once, as the run that works there tells it. */
function createTeller({ emit }: Deps, plan: Plan): Tell {
  const told = new Map<string, string>();
  const isNews = (key: string, value: unknown): boolean => {
    const text = JSON.stringify(value);
    if (told.get(key) === text) return false;
    told.set(key, text);
    return true;
  };
  const instances = instanceTeller(emit, plan);
  return (observed, states, results) => {
    for (const { name, notes } of observed.groups) {
      const { record, lease } = notes;
      if (record !== undefined && isNews(`run ${name}`, [record.run, record.startedAt, lease?.run]))
        emit({
          type: 'rollout.watched',
          group: name,
          run: record.run,
          since: record.startedAt,
          strategy: record.strategy,
          ...(lease !== undefined && { holder: `process ${lease.pid} on ${lease.host.split('/')[0] ?? ''}` }),
          ...(lease?.build !== undefined && { build: lease.build }),
        });
    }
    instances(observed);
    for (const [run, groups] of byRun(observed.groups, states)) tellRun({ observed, states, groups }, run);
    for (const [name, result] of results)
      if (isNews(`result ${name}`, result)) emit({ type: 'group.finished', result });
  };

  function tellRun({ observed, states, groups }: WatchedRun, run: string): void {
    const names = groups.map(({ name }) => name);
    const noted = groups.flatMap((group) => notedWait(group, observed.at) ?? []);
    tellWaits(noted);
    const lives = groups.some(({ name }) => states.get(name) === 'underWay');
    const shown = { ...plan, run, groups: names, timing: patient(plan), ...(lives && restartOf(groups)) };
    const decision = decide({ ...observed, groups }, shown);
    if (decision.kind !== 'act' && decision.kind !== 'wait') return;
    for (const progress of decision.progress)
      if (isNews(`progress ${progress.group}`, progress)) emit({ type: 'group.progress', progress });
    if (decision.kind !== 'wait') return;
    const rest = decision.waits.filter(({ group }) => !noted.some((wait) => wait.group === group));
    tellWaits(rest.map(({ until: _, then: __, ...wait }) => wait));
  }

  function tellWaits(waits: readonly Wait[]): void {
    for (const wait of waits) if (isNews(`wait ${wait.group}`, wait)) emit({ type: 'group.waiting', wait });
  }
}

/** Rollouts that are under way, by their runs: each is judged by itself. */
function byRun(
  groups: readonly Group[],
  states: ReadonlyMap<string, WatchedState>,
): ReadonlyMap<string, readonly Group[]> {
  const found = new Map<string, readonly Group[]>();
  for (const group of groups) {
    const { record } = group.notes;
    if (record === undefined || states.get(group.name) === 'rest' || factsOf(record).kind === 'keeping') continue;
    found.set(record.run, [...(found.get(record.run) ?? []), group]);
  }
  return found;
}

/** A restart that lives goes on: without one of its own a run puts back what another one has left. */
function restartOf(groups: readonly Group[]): Partial<Pick<Plan, 'strategy' | 'restart'>> {
  const [quorum] = groups.flatMap(({ notes: { record } }) =>
    record !== undefined && 'quorum' in record ? [record.quorum] : [],
  );
  if (quorum === undefined) return {};
  return { strategy: 'restart', restart: { quorum, attempts: Infinity, onError: 'stop', commandMs: NEVER_MS } };
}

/** A watching command gives up on nothing: when the run does, its notes will show it. */
function patient({ timing }: Plan): Plan['timing'] {
  return { ...timing, progressMs: NEVER_MS, totalMs: NEVER_MS, drainMs: NEVER_MS };
}
