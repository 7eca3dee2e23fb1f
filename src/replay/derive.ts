import type { RunEvent, Stamped } from '../model/event.js';
import type { RollingRecord, SwapRecord } from '../model/rollout/record.js';
import type { Replay, ReplayBalancer, ReplayGroup, ReplayImage, Trouble } from './replay.js';
import { WatchedGroup } from './watched-group.js';

/** What a simulated instance takes from its launch to running at the least, in seconds: `pending` of the sandbox. */
const PENDING_S = 5;
/** What a look may be late by. */
const LOOK_S = 5;

type Played = WatchedGroup & { readonly record: SwapRecord | RollingRecord };

/**
 * Derives from the events of one run what it is played again from.
 * @returns undefined when no swap or rolling rollout is in it
 */
export function deriveReplay(events: readonly Stamped[]): Replay | undefined {
  const groups = watch(events);
  const played = groups.filter(isPlayed);
  const [first] = played;
  if (first === undefined) return undefined;
  const lost = new Set<string>();
  for (const { name } of groups.filter((group) => !isPlayed(group)))
    if (name !== '') lost.add('Groups that were not rolled out, and everything else of the stack.');
  tellLost(events, played, lost);
  return {
    groups: played.map((group, index) => toGroup(group, `Group${index + 1}`, lost)),
    flags: flagsOf(first, played.length),
    lost: [...lost],
  };
}

function isPlayed(group: WatchedGroup): group is Played {
  return group.record?.strategy === 'swap' || group.record?.strategy === 'rolling';
}

function watch(events: readonly Stamped[]): readonly WatchedGroup[] {
  const groups = new Map<string, WatchedGroup>();
  for (const { at, event } of events)
    for (const name of groupsOf(event)) {
      const group = groups.get(name) ?? new WatchedGroup(name);
      groups.set(name, group);
      group.hear(event, at);
    }
  return [...groups.values()];
}

function groupsOf(event: RunEvent): readonly string[] {
  if (event.type === 'group.finished') return [event.result.group];
  if (event.type === 'action.started') return 'groups' in event.action ? event.action.groups : [event.action.group];
  return event.type.startsWith('group.') && 'group' in event ? [event.group] : [];
}

function tellLost(events: readonly Stamped[], groups: readonly Played[], lost: Set<string>): void {
  const has = (type: RunEvent['type']): boolean => events.some(({ event }) => event.type === type);
  if (has('call.retried')) lost.add('Calls that failed and were tried again.');
  if (has('gate.started') || has('hook.started')) lost.add('What gates, checks, alarms and metrics said.');
  if (has('interrupt') || has('group.adopted')) lost.add('Signals, and other runs before and after this one.');
  if (has('stack.event')) lost.add('Other resources of the template, and what became of them.');
  if (groups.some(({ weighted }) => weighted)) lost.add('Weights of instances, types and mixed policies.');
  lost.add('Limits that the command line or a settings file set, such as --healthy-timeout: the defaults count.');
  lost.add('Chance: delays are drawn from ranges, so moments differ by some seconds.');
}

function toGroup(group: Played, id: string, lost: Set<string>): ReplayGroup {
  if (group.balancers?.some(({ judged }) => !judged) === true) lost.add('Balancers whose health means nothing.');
  const balancers = (group.balancers ?? []).filter(({ judged }) => judged).map(toBalancer);
  const floor = Math.max(0, ...balancers.map(({ interval, kind }) => interval * (kind === 'classic' ? 2 : 1)));
  return {
    was: group.name,
    id,
    size: group.record.size,
    balancers,
    image: imageOf(group, floor, lost),
    troubles: [...deaths(group), ...resizes(group)].sort((a, b) => a.at - b.at),
  };
}

function toBalancer({ kind, healthFloorMs, drainMs }: NonNullable<WatchedGroup['balancers']>[number]): ReplayBalancer {
  const checks = kind === 'classic' ? 2 : 1;
  return {
    kind,
    interval: Math.min(300, Math.max(6, Math.round(healthFloorMs / 1000 / checks))),
    drain: Math.min(3600, Math.round(drainMs / 1000)),
  };
}

/** How the new image behaves, by what became of its instances. */
function imageOf({ lives, result }: Played, floor: number, lost: Set<string>): ReplayImage {
  const fresh = [...lives.values()].filter(({ isOld }) => !isOld);
  const served = fresh.filter(({ servedAt }) => servedAt !== undefined);
  const times = served.flatMap(({ servedAt, launchedAt }) =>
    servedAt === undefined || launchedAt === undefined ? [] : [(servedAt - launchedAt) / 1000 - floor - PENDING_S],
  );
  const limited = times.map((time) => Math.max(0, Math.round(time)));
  const boot = limited.length === 0 ? {} : { boot: [Math.min(...limited), Math.max(...limited)] as const };
  if (result?.outcome !== 'rolledBack') return { behaviour: 'healthy', ...boot };
  if (result.asked === true) {
    lost.add('That somebody asked to roll back: the new image is healthy.');
    return { behaviour: 'healthy', ...boot };
  }
  if (fresh.length === 0) return { behaviour: 'missing' };
  const ages = fresh.flatMap(({ lostAt, launchedAt }) =>
    lostAt === undefined || launchedAt === undefined ? [] : [(lostAt - launchedAt) / 1000],
  );
  if (ages.length > 1) return { behaviour: 'dies', ...boot, diesAfter: Math.round(Math.min(...ages)) };
  if (served.length === 0) return { behaviour: 'unhealthy' };
  if (fresh.some(({ wavered }) => wavered)) return { behaviour: 'flaps', ...boot };
  if (served.length < fresh.length) return { behaviour: 'unhealthy' };
  lost.add('Why it was rolled back, which was not the health of new instances: the new image is healthy.');
  return { behaviour: 'healthy', ...boot };
}

/** Old instances that went, and a new one that did: many new ones that do are what their image does. */
function deaths({ lives, record }: Played): readonly Trouble[] {
  const gone = [...lives.values()].filter(({ lostAt }) => lostAt !== undefined);
  const news = gone.filter(({ isOld }) => !isOld);
  return gone
    .filter(({ isOld }) => isOld || news.length === 1)
    .map(({ isOld, lostAt = 0 }) => ({
      kind: 'killInstance',
      at: Math.max(1, Math.round((lostAt - record.startedAt) / 1000) - LOOK_S),
      which: isOld ? 'oldest' : 'newest',
    }));
}

/** What others asked for, when the run knew it for theirs. */
function resizes({ theirs, record }: Played): readonly Trouble[] {
  return theirs.map(({ at, sizes }) => ({
    kind: 'resize',
    at: Math.max(1, Math.round((at - record.startedAt) / 1000) - LOOK_S),
    size: sizes,
  }));
}

function flagsOf({ record, warmupMs }: Played, groups: number): readonly string[] {
  const { gates } = record;
  return [
    ...(record.strategy === 'rolling'
      ? ['--strategy', 'rolling', '--surge', `${record.surge}`, '--unavailable', `${record.unavailable}`]
      : []),
    ...(record.strategy === 'rolling' && record.serial ? ['--serial'] : []),
    ...(groups > 1 && !record.together ? ['--no-together'] : []),
    ...(warmupMs === undefined ? [] : ['--warmup', `${Math.round(warmupMs / 1000)}`]),
    ...(gates?.canary === undefined ? [] : ['--canary', `${gates.canary}`]),
    ...(gates?.bakeMs === undefined ? [] : ['--bake', `${Math.round(gates.bakeMs / 1000)}`]),
    ...(gates?.keepMs === undefined ? [] : ['--keep-old', `${Math.round(gates.keepMs / 1000)}`]),
  ];
}
