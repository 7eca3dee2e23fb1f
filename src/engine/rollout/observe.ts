import { KEPT_COMES_BACK, keepsOld } from '../../decide/gates/kept-half.js';
import { afterLook, nothingSeen } from '../../decide/memory/fold-look.js';
import { cancellationOfOwnRun } from '../../decide/ownership/cancellation.js';
import { perhapsEnded, perhapsGone, readsNeeded } from '../../decide/looks/reads-needed.js';
import type { Instant } from '../../clock.js';
import { AwsFault } from '../../errors.js';
import type { Emit } from '../../model/event.js';
import { keptIds, withoutKept } from '../../decide/ownership/ignored-old.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import type { Observed, Seen } from '../../model/rollout/decision.js';
import type { Balancer, BalancerHealth, Group } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import type { BareGroup } from '../gateway.js';
import { PATIENCE, repeating, type RetryLimits } from '../retry.js';
import { retrying, type RepeatableGateway } from '../retrying-gateway.js';
import {
  anomalyReader,
  balancerReader,
  configurationReader,
  failureReader,
  launchTimeReader,
  outKeeper,
  precautionReader,
  scheduleReader,
  sizeChangeReader,
  type KnownLaunches,
  type KnownSchedules,
} from './reads/cached-reads.js';
import { healthOf, healthReader, type Health } from './reads/health-reader.js';
import { imageReader, type Launch } from './reads/image-reader.js';
import {
  noChecksKnown,
  statusReader,
  type KnownChecks,
  type StatusRead,
  type WhichMatter,
} from './reads/status-reader.js';
import { hookReader } from './reads/hook-reader.js';
import { groupReader } from './reads/look-twice.js';
import { stackReader, type StackStatus } from './reads/stack-reader.js';
import { createRenewal } from './renew-while-failing.js';
import { afterAction } from '../../decide/memory/fold-action.js';

/**
 * Looks at the world. Keeps answers that cannot change (launch times) or that may be a little old, so
 * that a look costs one call for all groups and one per load balancer, however many instances there are.
 */
export interface Observer {
  /**
   * One look, folded into what was seen before. @throws AwsFault
   * @param sparing it may leave out what matters only when something is done; the look then says so
   */
  look(sparing?: boolean): Promise<Observed>;
  /** The last look in the place of itself, with all that it left out. @throws AwsFault */
  complete(): Promise<Observed>;
  /**
   * The same look with the health of the balancers that it did not ask, for a sentence on who serves. They stay unread
   * when AWS does not answer; never throws for that.
   */
  whole(observed: Observed): Promise<Observed>;
  /** Replaces what is remembered, after an action was sent. */
  readonly recall: (change: (seen: Seen) => Seen) => void;
}

/** Codes with which AWS says that too much is asked. */
const THROTTLING = /Throttl|RequestLimitExceeded|TooManyRequests/;

/** A look before it is folded into what was seen before. */
type Look = Omit<Observed, 'seen'>;

/**
 * What one part of a run remembers for the next one: the notes that are on its groups, whoever removes them, and what
 * was sent and may not be shown yet.
 */
export interface Memory {
  seen?: Pick<Seen, 'known' | 'pending'>;
}

/** What an observer remembers of its looks, for one that goes on in its place. What else it keeps is read anew. */
export interface ObserverMemory {
  seen?: Seen;
  /** Somebody called the run back by a note, which is not taken back by reads that lag. */
  cancelled?: NonNullable<ReturnType<typeof cancellationOfOwnRun>>;
  /** group and its rollout → the instances that it leaves as they are. */
  readonly leftKept: Map<string, ReadonlySet<string>>;
  readonly launches: KnownLaunches;
  readonly schedules: KnownSchedules;
  readonly checks: KnownChecks;
}

/** There was no look yet. */
export function nothingObserved(): ObserverMemory {
  const launches = { times: new Map<string, Instant>(), unhealthy: new Set<string>() };
  return { leftKept: new Map(), launches, schedules: new Map(), checks: noChecksKnown() };
}

/** What an observer begins with. */
export interface ObserverOptions {
  readonly memory?: Memory;
  readonly kept?: ObserverMemory;
  /** How long a read may fail. */
  readonly patience?: RetryLimits;
}

/** Makes an observer for the groups of a plan, which begins with what an earlier part of the run remembers. */
export function createObserver(
  deps: Deps,
  plan: Plan,
  { memory = {}, kept = nothingObserved(), patience = PATIENCE }: ObserverOptions = {},
): Observer {
  const alive = createRenewal(deps, plan);
  let throttledAt: Instant | undefined = kept.seen?.throttledAt;
  const emit: Emit = (event) => {
    if (event.type === 'call.retried' && THROTTLING.test(event.code)) throttledAt = deps.clock.now();
    deps.emit(event);
  };
  const gateway = retrying({ ...deps, emit }, patience, async () => {
    const renewed = kept.seen === undefined ? undefined : await alive(kept.seen);
    if (renewed === undefined) return;
    kept.seen = afterAction(kept.seen ?? nothingSeen(renewed.at), { ...renewed, sure: true }, plan);
    if (earlier !== undefined) earlier = afterAction(earlier, { ...renewed, sure: true }, plan);
  });
  const read = createReader(deps, plan, gateway, kept);
  const cancellationOf = createCancellation(deps, plan, kept);
  /** What was remembered before the last look. */
  let earlier: Seen | undefined;
  let last: Look | undefined;
  const fold = (shown: Look): Observed => {
    const look: Look = {
      ...shown,
      ...cancellationOf(shown.groups),
      ...(deps.interrupt.leavesKept === true && { leavesKept: true as const }),
    };
    const folded = afterLook(earlier ?? { ...nothingSeen(look.at), ...memory.seen }, look, plan);
    const seen = throttledAt === undefined ? folded : { ...folded, throttledAt };
    kept.seen = seen;
    memory.seen = { known: seen.known, pending: seen.pending };
    return { ...look, seen };
  };
  return {
    async look(sparing = false) {
      last = await read.look(() => kept.seen, sparing);
      earlier = kept.seen;
      return fold(last);
    },
    // Folded in the place of the look that left it out: two looks at one moment must not count as two.
    async complete() {
      if (last === undefined) throw new Error('there was no look yet');
      last =
        last.leftOut === 'health'
          ? await read.look(() => earlier, false)
          : withStack(last, await read.stack(last.groups, { at: last.at, sparing: false }));
      return fold(last);
    },
    whole: (observed) => withUnread(retrying(deps), observed),
    recall: (change) => {
      if (kept.seen === undefined) return;
      const seen = change(kept.seen);
      kept.seen = seen;
      memory.seen = { known: seen.known, pending: seen.pending };
    },
  };
}

/** Reads all that a look needs, and its stack alone. */
interface Reader {
  /** What is remembered may change meanwhile, by renewals of the lease. */
  readonly look: (seenNow: () => Seen | undefined, sparing: boolean) => Promise<Look>;
  readonly stack: ReturnType<typeof stackReader>;
}

function createReader(deps: Deps, plan: Plan, gateway: RepeatableGateway, kept: ObserverMemory): Reader {
  const readGroups = groupReader(deps, gateway);
  const withOut = outKeeper();
  const withLaunchTimes = launchTimeReader(gateway, kept.launches);
  const readBalancers = balancerReader(gateway, plan.gates?.skipBalancers === true);
  const readPrecautions = precautionReader(gateway, deps.gateway);
  const readConfigurations = configurationReader(gateway);
  const readImages = imageReader(gateway);
  const readStatus = statusReader(gateway, deps.gateway, kept.checks);
  const { ask: askHealth, unread } = anomalyReader(gateway, plan.gates?.anomaly !== undefined);
  const readHealth = healthReader(askHealth, 1.8 * plan.timing.pollMs);
  const readFailures = failureReader(gateway);
  const readSchedules = scheduleReader(deps.gateway, kept.schedules);
  const readChanges = sizeChangeReader(deps.gateway, gateway);
  const readHooks = hookReader(gateway);
  const leaveKept = keptLeaver(plan, kept.leftKept);
  const readStack = stackReader(gateway, plan);
  const look: Reader['look'] = async (seenNow, sparing) => {
    const { at, groups: shown } = await readGroups(plan.groups);
    const bare = await withLaunchTimes(shown.map((group) => withOut(group, seenNow()?.known[group.name]?.out)));
    const needed = readsNeeded(bare, plan, seenNow());
    const balancers = await readBalancers(bare);
    const precautions = await readPrecautions(needed.precautions, bare);
    const ways = await readConfigurations(bare, needed.configurations, at);
    const launches = await readImages(bare, ways, needed.configurations, at);
    const { health, old } = await readHealth({ groups: bare, balancers, needed, seen: seenNow(), at, sparing });
    const checks = await readStatus(...checkable(plan, bare, balancers, needed.judged), at);
    const failures = await readFailures(needed.failures, at);
    const changes = await readChanges(needed, at);
    const schedules = await readSchedules(needed.schedules, at);
    const hooks = await readHooks(needed.hooks);
    const commands = await lookAtCommands(deps);
    const alarms = needed.alarms === undefined ? undefined : await gateway.alarms(needed.alarms);
    const groups = bare
      .map((group) => assembled(group, balancers, health, launches.get(group.name)))
      .map((group) => ({ ...withAnomalies(withChecks(group, checks), unread), ...hooks.get(group.name) }))
      .map((group) => leaveKept(group, seenNow()?.known[group.name]?.record));
    const gone = await findGone(gateway, perhapsGone(groups, seenNow()));
    const ended = await readEndings(gateway, perhapsEnded(groups));
    await askHolders(deps, plan, groups);
    // Last: the reads before may take long while AWS fails, and no group is touched once its stack is changed.
    const stack = await readStack(groups, { at, sparing });
    const all = {
      at,
      groups,
      missing: plan.groups.filter((name) => !groups.some((group) => group.name === name)),
      precautions,
      failures,
      ...changes,
      ...(Object.keys(schedules).length > 0 && { schedules }),
      ...(commands !== undefined && { commands }),
      ...(alarms !== undefined && { alarms }),
      ...(gone.length > 0 && { gone }),
      ...(ended !== undefined && { ended }),
      ...holdersOf(deps, plan, groups),
      ...(old && { leftOut: 'health' as const }),
    };
    return withStack(all, stack);
  };
  return { look, stack: readStack };
}

function withStack({ stackStatus: _before, leftOut, ...look }: Look, { status, old }: StackStatus): Look {
  const open = leftOut === 'health' ? leftOut : old ? 'stack' : undefined;
  return {
    ...look,
    ...(status !== undefined && { stackStatus: status }),
    ...(open !== undefined && { leftOut: open }),
  };
}

/** Asks the balancers that a look left out, each once. */
async function withUnread(gateway: RepeatableGateway, observed: Observed): Promise<Observed> {
  const left = new Map(
    observed.groups.flatMap(({ balancers, unread = [] }) =>
      balancers.filter(({ id }) => unread.includes(id)).map((balancer) => [balancer.id, balancer] as const),
    ),
  );
  if (left.size === 0) return observed;
  try {
    const health: Health = new Map(await Promise.all([...left].map(([, balancer]) => healthOf(gateway, balancer))));
    return { ...observed, groups: observed.groups.map((group) => withHealth(group, health)) };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return observed;
  }
}

/** The group with what balancers said later, which then are no longer unread. */
function withHealth({ unread = [], ...group }: Group, health: Health): Group {
  const rows = unread.map((id) => rowsOf(health, id));
  const instances = group.instances.map((instance) => ({
    ...instance,
    health: [...instance.health, ...rows.flatMap((row) => row[instance.id] ?? [])],
  }));
  const open = unread.filter((id) => !health.has(id));
  return { ...group, instances, balancers: seenNow(group.balancers, health), ...(open.length > 0 && { unread: open }) };
}

/** The balancers, those that turned out to be gone marked so. */
function seenNow(balancers: readonly Balancer[], health: Health): readonly Balancer[] {
  return balancers.map((balancer) =>
    health.get(balancer.id) === 'deleted' ? { ...balancer, deleted: true, note: 'It no longer exists.' } : balancer,
  );
}

function rowsOf(health: Health, id: string): Readonly<Record<string, BalancerHealth>> {
  const rows = health.get(id);
  return rows === undefined || rows === 'deleted' ? {} : rows;
}

/** The group from all that was read. */
function assembled(
  { balancerRefs, configurationRefs, overrides, ...group }: BareGroup,
  balancers: ReadonlyMap<string, Balancer>,
  health: Health,
  { configurations, ofInstances, ...more }: Launch = { configurations: [], ofInstances: {} },
): Group {
  const own = seenNow(
    balancerRefs.flatMap((ref) => balancers.get(ref.id) ?? []),
    health,
  );
  const instances = group.instances.map((instance) => ({
    ...instance,
    ...(ofInstances[instance.id] !== undefined && { image: ofInstances[instance.id] }),
    health: own.flatMap((balancer) => rowsOf(health, balancer.id)[instance.id] ?? []),
  }));
  const unread = own
    .filter(({ id, judged, deleted }) => judged && deleted !== true && !health.has(id))
    .map(({ id }) => id);
  const [names, ...others] = configurationRefs;
  return {
    ...group,
    instances,
    balancers: own,
    configurations,
    ...(names?.startsWith('lt/') === true && others.length === 0 && { names }),
    ...more,
    ...(unread.length > 0 && { unread }),
  };
}

/**
 * Groups whose instances application status checks may judge, those of which it matters, and those that no balancer
 * judges; none while a size is kept, as nothing is proven then.
 */
function checkable(
  plan: Plan,
  groups: readonly BareGroup[],
  balancers: ReadonlyMap<string, Balancer>,
  matter: ReadonlySet<string>,
): readonly [readonly BareGroup[], WhichMatter] {
  const all = factsOf(plan).kind === 'keeping' ? [] : groups.filter((group) => group.balancerOnly !== true);
  const unjudged = all.filter((group) => !isJudged(group, balancers)).map(({ name }) => name);
  return [all, { matter, unjudged: new Set(unjudged) }];
}

/** Whether some balancer judges the instances of a group. */
function isJudged({ balancerRefs }: BareGroup, balancers: ReadonlyMap<string, Balancer>): boolean {
  return balancerRefs.some(({ id }) => balancers.get(id)?.judged === true);
}

function withAnomalies(group: Group, unread: ReadonlyMap<string, string>): Group {
  const silent = group.balancers.find(({ id }) => unread.has(id));
  return silent === undefined ? group : { ...group, anomalyUnread: `${silent.name}: ${unread.get(silent.id) ?? ''}` };
}

function withChecks(group: Group, { of, checked, refused }: StatusRead): Group {
  const instances = group.instances.map((instance) => {
    const checks = of[instance.id];
    return checks === undefined ? instance : { ...instance, checks };
  });
  return {
    ...group,
    instances,
    ...(checked.has(group.name) && { checked: true as const }),
    ...(refused?.group === group.name && { checksRefused: refused.text }),
  };
}

/**
 * Takes those out of a group that its rollout leaves as they are, or the one that this plan would begin. A look that
 * does not show the record yet, or any more, is read by the one that is known.
 */
function keptLeaver(
  plan: Plan,
  before: ObserverMemory['leftKept'],
): (group: Group, known: RolloutRecord | undefined) => Group {
  return (group, known) => {
    const record = group.notes.record ?? known;
    const begins = record === undefined && plan.protected === 'ignore' && factsOf(plan).replaces && !plan.adoptOnly;
    if (record?.kept === undefined && !begins) return group;
    const key = record === undefined ? '' : `${group.name} ${record.run} ${record.startedAt}`;
    const ids = keptIds(group, record, before.get(key) ?? new Set());
    if (record !== undefined) before.set(key, ids);
    return withoutKept(group, record, ids);
  };
}

/** Those of the instances that EC2 does not run any more. */
async function findGone(gateway: RepeatableGateway, perhaps: readonly string[]): Promise<readonly string[]> {
  if (perhaps.length === 0) return [];
  const running = await gateway.running(perhaps);
  return perhaps.filter((id) => !running.includes(id));
}

/** Which of the instances somebody may have ended; undefined where that is asked of none. */
async function readEndings(gateway: RepeatableGateway, unhealthy: readonly string[]): Promise<Observed['ended']> {
  return unhealthy.length === 0 ? undefined : gateway.endings(unhealthy);
}

async function lookAtCommands(deps: Deps): Promise<Observed['commands']> {
  const { commands } = deps;
  return commands === undefined ? undefined : repeating(deps, () => commands.look(), PATIENCE);
}

/** Groups whose holders are processes of this very machine: that do not run any more, or that are at work. */
function holdersOf(deps: Deps, plan: Plan, groups: readonly Group[]): Pick<Observed, 'abandoned' | 'working'> {
  const working = groups.filter((group) => isAtWork(deps, plan, group)).map(({ name }) => name);
  const abandoned = groups.filter((group) => isAbandoned(deps, plan, group)).map(({ name }) => name);
  return { abandoned, ...(working.length > 0 && { working }) };
}

/** Asks after those who hold leases of other runs, where the answer cannot come beside the looks. */
async function askHolders({ askHolder }: Deps, plan: Plan, groups: readonly Group[]): Promise<void> {
  for (const { notes } of groups)
    if (notes.lease !== undefined && notes.lease.run !== plan.run) await askHolder?.(notes.lease);
}

/** Another run's lease on the group names a process of this very machine, or an execution, that runs no more. */
function isAbandoned(deps: Deps, plan: Plan, { notes: { lease } }: Group): boolean {
  return lease !== undefined && lease.run !== plan.run && deps.holderIsGone(lease);
}

/** Another run's lease on the group names a process of this very machine that is at work. */
function isAtWork(deps: Deps, plan: Plan, { notes: { lease } }: Group): boolean {
  return lease !== undefined && lease.run !== plan.run && deps.holderLives?.(lease) === true;
}

/** A signal means: put everything back. So does a note that cancels, and it is not taken back by reads that lag. */
function createCancellation(
  deps: Deps,
  plan: Plan,
  kept: ObserverMemory,
): (groups: readonly Group[]) => Pick<Observed, 'cancellation'> {
  return (groups) => {
    const signal = deps.interrupt.received;
    // rule: signal-ignored
    if (signal !== undefined) return { cancellation: { outcome: 'rollBack', why: `interrupted by ${signal}` } };
    const found = kept.cancelled ?? cancellationOfOwnRun(groups, plan);
    if (found !== undefined && kept.cancelled === undefined) {
      kept.cancelled = found;
      deps.emit({ type: 'interrupt', signal: found.by, effect: effectOf(groups) });
    }
    return found === undefined ? {} : { cancellation: { outcome: 'rollBack', why: found.why } };
  };
}

/** What a cancellation does, by how far the groups are. */
function effectOf(groups: readonly Group[]): string {
  if (groups.every(({ notes: { record } }) => record === undefined)) return 'Begins nothing.';
  if (groups.some(({ notes: { record } }) => record !== undefined && !factsOf(record).replaces))
    return 'Stops the commands that run and puts back what was taken out.';
  const open = groups.some(({ notes }) => notes.record !== undefined && notes.verdict === undefined);
  if (open) return 'Rolls back: the new instances go, the old ones stay.';
  const keeps = groups.some(
    ({ notes: { record, verdict } }) => record !== undefined && keepsOld(record) && verdict?.outcome === 'promote',
  );
  return keeps ? KEPT_COMES_BACK : 'The verdict is written already; what it says is finished.';
}
