import { command, remarked } from '../../text/commands/next-command.js';
import type { Instant } from '../../clock.js';
import { leaseFingerprint } from '../../decide/ownership/lease.js';
import { keepsOld } from '../../decide/gates/kept-half.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import { Failure } from '../../errors.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../model/rollout/record.js';
import type { Deps } from '../deps.js';
import type { BareGroup } from '../gateway.js';
import { targetWords } from '../../text/commands/target-words.js';
import { groupReader } from './reads/look-twice.js';
import { runRollout } from './run-rollout.js';
import { pause } from '../retry.js';
import { retrying } from '../retrying-gateway.js';
import { describeHolder } from '../../text/holder.js';
import { seconds } from '../../text/duration.js';

/** A group with the rollout that is to be rolled back. */
export interface Begun {
  readonly group: BareGroup;
  readonly record: RolloutRecord;
}

/** The groups among these that carry a rollout. */
export async function begunOn(deps: Deps, names: readonly string[]): Promise<readonly Begun[]> {
  if (names.length === 0) return [];
  const { groups } = await retrying(deps).describeGroups(names);
  return groups.flatMap((group) => (group.notes.record === undefined ? [] : [{ group, record: group.notes.record }]));
}

/** By whom a rollout is cancelled, and how locks are taken. */
export interface CancelRequest {
  /** Takes the strict locks of groups, when the run has some: only what a dead run left needs them. */
  readonly lock: (groups: readonly string[]) => Promise<void>;
  /** The one who asks, for the note and for people. */
  readonly who: string;
}

/**
 * Has rollouts rolled back, whoever works on them: writes the wish on the groups, which a live run obeys at its
 * next look, and rolls back itself what a dead one left. Answers how each group ended.
 * @param plan over these groups, to adopt and undo
 * @throws Failure `stopped` when a signal came, or when the end did not come in time; the wish stays then
 */
export async function cancelRollout(
  deps: Deps,
  plan: Plan,
  begun: readonly Begun[],
  { lock, who }: CancelRequest,
): Promise<readonly GroupResult[]> {
  await writeWish(deps, begun, who);
  const { over, groups, judged, dead } = await follow(deps, plan, begun, ROLLOUT);
  const results = await ends(deps, over, groups, judged);
  return dead.length === 0 ? results : [...results, ...(await takeOver(deps, plan, dead, lock))];
}

/**
 * Has the sizes given back that were kept while a stack changed, once it has settled: by the live run that noted them,
 * or from here where that run is dead. Answers how each group ended.
 * @param plan over these groups, to adopt and undo
 * @throws Failure `stopped` when a signal came, or when the end did not come in time; the notes stay then
 */
export async function giveSizesBack(
  deps: Deps,
  plan: Plan,
  kept: readonly Begun[],
  lock: CancelRequest['lock'],
): Promise<readonly GroupResult[]> {
  const { over, dead } = await follow(deps, plan, kept, KEPT_SIZE);
  const why = 'the run that changed the stack gave its size back';
  const results = over.map(({ group }): GroupResult => ({ group: group.name, outcome: 'sizeKept', why }));
  for (const result of results) deps.emit({ type: 'group.finished', result });
  return dead.length === 0 ? results : [...results, ...(await takeOver(deps, plan, dead, lock))];
}

/** Finishes or undoes from here what a dead run left, under its lock. */
async function takeOver(
  deps: Deps,
  plan: Plan,
  dead: readonly Begun[],
  lock: CancelRequest['lock'],
): Promise<readonly GroupResult[]> {
  const guarded = dead.find(
    ({ group: { notes } }) => notes.lease?.lock !== undefined && notes.lease.lock !== plan.lock,
  );
  if (guarded !== undefined) throw guardedBy(guarded.group.notes.lease?.lock ?? '', plan, dead);
  await lock(dead.map(({ group }) => group.name));
  const gone = new Set(dead.map(({ group }) => group.notes.lease?.run));
  const own: Deps = { ...deps, holderIsGone: (lease) => gone.has(lease.run) || deps.holderIsGone(lease) };
  return runRollout(own, { ...plan, groups: dead.map(({ group }) => group.name) });
}

/** One note per rollout: it names the one that it is about. */
async function writeWish(deps: Deps, begun: readonly Begun[], who: string): Promise<void> {
  const at = deps.clock.now();
  for (const run of new Set(begun.map(({ record }) => record.run))) {
    const groups = begun.filter(({ record }) => record.run === run).map(({ group }) => group.name);
    await retrying(deps).writeNotes(groups, { wish: { run, at, why: who } });
    deps.emit({ type: 'rollout.called', run, groups, by: who });
  }
}

interface Followed {
  /** Those that are over. */
  readonly over: readonly Begun[];
  /** Those that no live run works on. */
  readonly dead: readonly Begun[];
  /** The groups at the last look. */
  readonly groups: readonly BareGroup[];
  /** The verdicts that were seen on them. */
  readonly judged: ReadonlyMap<string, string>;
}

/** What is awaited of live runs, in words. */
interface Awaited {
  readonly does: (who: string, record: RolloutRecord, verdict: string | undefined) => string;
  readonly stillGoing: (why: string, plan: Plan, alive: readonly Begun[]) => Failure;
}

const ROLLOUT: Awaited = {
  does: (who, record, verdict) =>
    verdict === 'promote' && !factsOf(record).provesAfterVerdict && !keepsOld(record)
      ? `${who} had judged it to promote already and finishes that`
      : `${who} works on it and was asked to ${verdict === undefined || keepsOld(record) ? 'roll back' : 'stop'}`,
  stillGoing,
};

const KEPT_SIZE: Awaited = {
  does: (who) => `${who} kept its size while the stack changed, and gives it back now`,
  stillGoing: sizeStillKept,
};

/** Watches until nothing is left under way, or until no live run works on what is left. */
async function follow(deps: Deps, plan: Plan, begun: readonly Begun[], awaited: Awaited): Promise<Followed> {
  const until = deps.clock.now() + plan.timing.drainMs;
  const isAlive = createLeaseWatch(deps);
  const look = groupReader(deps, retrying(deps));
  const judged = new Map<string, string>();
  const told = new Map<string, string>();
  for (;;) {
    const { groups } = await look(begun.map(({ group }) => group.name));
    const now = deps.clock.now();
    const open = begun.flatMap(({ group: { name }, record }) => {
      const group = groups.find((one) => one.name === name);
      if (group?.notes.record?.run !== record.run) return [];
      if (group.notes.verdict?.run === record.run) judged.set(name, group.notes.verdict.outcome);
      return isHalted(group, record) && !isAlive(group, now) ? [] : [{ group, record }];
    });
    const alive = open.filter(({ group }) => isAlive(group, now));
    if (alive.length === 0) {
      const over = begun.filter(({ group }) => !open.some((one) => one.group.name === group.name));
      return { over, dead: open, groups, judged };
    }
    if (deps.interrupt.received !== undefined) throw awaited.stillGoing(`${deps.interrupt.received} came`, plan, alive);
    if (now >= until) throw awaited.stillGoing(`this went on for ${seconds(plan.timing.drainMs)}`, plan, alive);
    for (const { group, record } of alive) {
      const who = group.notes.lease === undefined ? 'nobody' : describeHolder(group.notes.lease);
      const why = awaited.does(who, record, judged.get(group.name));
      if (told.get(group.name) === why) continue;
      told.set(group.name, why);
      deps.emit({ type: 'group.waiting', wait: { group: group.name, phase: 'prove', why, instances: [], until } });
    }
    await pause(deps, plan.timing.pollMs);
  }
}

/** A rollout that replaces on after its verdict cannot be undone: it is over for us once no run goes on with it. */
function isHalted(group: BareGroup, record: RolloutRecord): boolean {
  return factsOf(record).provesAfterVerdict && group.notes.verdict?.outcome === 'promote';
}

/** Watches leases: one that did not move for its whole length, on our own clock, is dead. */
function createLeaseWatch(deps: Deps): (group: BareGroup, now: Instant) => boolean {
  const watched = new Map<string, { readonly fingerprint: string; readonly since: Instant }>();
  return ({ name, notes: { lease } }, now) => {
    if (lease === undefined || deps.holderIsGone(lease)) return false;
    const fingerprint = leaseFingerprint(lease);
    const seen = watched.get(name);
    if (seen?.fingerprint !== fingerprint) watched.set(name, { fingerprint, since: now });
    return seen?.fingerprint !== fingerprint || now - seen.since < lease.ttlMs;
  };
}

/** How the rollouts ended whose notes are gone. */
async function ends(
  deps: Deps,
  over: readonly Begun[],
  groups: readonly BareGroup[],
  judged: ReadonlyMap<string, string>,
): Promise<readonly GroupResult[]> {
  const results: GroupResult[] = [];
  for (const { group: before, record } of over) {
    const { name } = before;
    const group = groups.find((one) => one.name === name);
    if (group?.notes.record?.run === record.run) {
      results.push({ group: name, outcome: 'stuck', why: 'it was past its verdict, and stopped where it was' });
      continue;
    }
    // The run was done before the wish came, and so it does not remove it any more.
    if (group?.notes.wish?.run === record.run) await retrying(deps).deleteNotes(name, ['wish']);
    if (group === undefined) results.push({ group: name, outcome: 'skipped', why: 'it no longer exists' });
    else if (group.notes.frozen?.run === record.run)
      results.push({
        group: name,
        outcome: 'rolledBack',
        why: group.notes.frozen.why,
        frozen: group.notes.frozen.processes,
        asked: true,
      });
    else if (!factsOf(record).replaces)
      results.push({ group: name, outcome: 'skipped', why: 'the restart was stopped, and what was out is back' });
    // A verdict may have come and gone between two looks; then the instances tell.
    else if (judged.get(name) === 'promote' || !(await hasOld(deps, group, record)))
      results.push({ group: name, outcome: 'promoted', why: 'its verdict was there before the wish' });
    else results.push({ group: name, outcome: 'skipped', why: 'the rollout had only been noted, and was taken back' });
  }
  for (const result of results)
    deps.emit(
      result.outcome === 'skipped'
        ? { type: 'group.skipped', group: result.group, why: result.why }
        : { type: 'group.finished', result },
    );
  return results;
}

async function hasOld(deps: Deps, group: BareGroup, record: RolloutRecord): Promise<boolean> {
  if (group.instances.length === 0) return true;
  const launched = await retrying(deps).launchTimes([group.name]);
  return group.instances.some(({ id }) => (launched[id] ?? Infinity) < record.startedAt);
}

/** No run shows a sign of life there, but the lock alone can tell. */
function guardedBy(lock: string, plan: Plan, dead: readonly Begun[]): Failure {
  const names = dead.map(({ group }) => group.name).join(', ');
  const holds = plan.lock === undefined ? 'this run was given none' : `this run was given ${plan.lock}`;
  return new Failure('stopped', {
    code: 'cancel.locked',
    what: `No run shows a sign of life on ${names}, and the rollout there was made under the lock ${lock}; ${holds}.`,
    reasons: [],
    serves: 'What served before: the groups were not touched from here.',
    left: `The request on ${names}: the next run under that lock rolls the rollout back.`,
    next: [command`ha-updater cancel ${plan.stack ?? plan.groups.flatMap(targetWords)} --lock ${lock}`],
  });
}

function stillGoing(why: string, plan: Plan, alive: readonly Begun[]): Failure {
  const names = alive.map(({ group }) => group.name).join(', ');
  const target = plan.stack ?? plan.groups.flatMap(targetWords);
  return new Failure('stopped', {
    code: 'cancel.notBack',
    what: `The rollout on ${names} was asked to roll back, and ${why} before it had.`,
    reasons: [],
    serves: 'The run that works on it continues; this command did not touch the groups.',
    left: `The request on ${names}, which the run obeys within seconds.`,
    next: [
      ...(plan.stack === undefined ? [] : [command`ha-updater status ${plan.stack}`]),
      command`ha-updater cancel ${target}`,
    ],
  });
}

function sizeStillKept(why: string, plan: Plan, alive: readonly Begun[]): Failure {
  const names = alive.map(({ group }) => group.name).join(', ');
  const target = plan.stack ?? plan.groups.flatMap(targetWords);
  return new Failure('stopped', {
    code: 'cancel.notBack',
    what: `The stack went back, and ${why} before the run that changed it had given the size of ${names} back.`,
    reasons: [],
    serves: 'The same instances as before; this command did not touch the groups.',
    left: `The note of the size of ${names}, with Terminate and AZRebalance suspended.`,
    next: [
      remarked(command`ha-updater resume ${target}`, 'gives the size back'),
      ...(plan.stack === undefined ? [] : [command`ha-updater status ${plan.stack}`]),
    ],
  });
}
