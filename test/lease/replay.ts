import { decide } from '../../src/decide/decide.js';
import { guard } from '../../src/decide/guard/guard.js';
import { afterAction, isPending } from '../../src/decide/memory/fold-action.js';
import { afterLook, nothingSeen } from '../../src/decide/memory/fold-look.js';
import { withNotes } from '../../src/decide/memory/known-notes.js';
import type { Action } from '../../src/model/rollout/action.js';
import type { Observed, Seen } from '../../src/model/rollout/decision.js';
import type { Group, GroupNotes } from '../../src/model/rollout/group.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import { BALANCER, doubledGroup, fresh, group, instance, PLAN, sick, T0 } from '../support/groups.js';
import type { SpecNotes, SpecStep, Trace } from './trace.js';

/** A tick of the specification. */
const TICK = 30_000;

/** Its numbers, as far as they belong to the world and not to what is decided. */
const LAG = 1;
const PROVE = 7;
const DAY = 86_400_000;

/** What of a decision writes notes that the specification knows. */
type Noting = Extract<Action, { readonly type: 'record' | 'judge' | 'renew' }>;

/** One run of the tool, as the replay knows it. */
interface Runner {
  readonly plan: Plan;
  seen: Seen | undefined;
  calling: { readonly action: Noting; readonly at: number } | undefined;
}

/** Everything there is at one moment of a replay. */
interface World {
  now: number;
  notes: GroupNotes;
  past: readonly { readonly notes: GroupNotes; readonly until: number }[];
  readonly runners: Map<number, Runner>;
  readonly calls: Map<number, Noting>;
}

/**
 * Plays a trace again with the real code: the trace says who looks when, what the look shows, what becomes of each call and
 * of its reply; what is remembered, decided and sent is the tool's own.
 *
 * @returns how often each decision was compared
 * @throws Error where the real code decides or writes anything else than the specification
 */
export function replay(trace: Trace): Readonly<Record<string, number>> {
  const world: World = { now: 0, notes: {}, past: [], runners: new Map(), calls: new Map() };
  const compared: Record<string, number> = {};
  trace.forEach(({ last, now, notes }, index) => {
    const where = `step ${index}, tick ${now}: ${last.what} of run ${last.by}`;
    take(world, last, where);
    same(world.now / TICK, now, `${where}: the time`);
    same(sayNotes(world.notes), saySpecNotes(notes), `${where}: the notes`);
    const told = last.what === 'look' ? last.decided : last.what;
    compared[told] = (compared[told] ?? 0) + 1;
  });
  return compared;
}

function take(world: World, step: SpecStep, where: string): void {
  const runner = runnerOf(world, step.by);
  switch (step.what) {
    case 'look':
      look(world, runner, step, where);
      break;
    case 'land': {
      const action = world.calls.get(step.call.id);
      if (action === undefined) throw new Error(`${where}: there is no such call`);
      world.past = [{ notes: world.notes, until: world.now }, ...world.past];
      world.notes = applied(world.notes, action);
      break;
    }
    case 'heard':
    case 'lost': {
      const { calling, seen } = runner;
      if (calling === undefined || seen === undefined) throw new Error(`${where}: it has sent nothing`);
      runner.seen = afterAction(seen, { ...calling, sure: step.what === 'heard' }, runner.plan);
      runner.calling = undefined;
      break;
    }
    case 'tick':
      world.now += TICK;
      world.past = world.past.filter(({ until }) => world.now < until + LAG * TICK);
      break;
  }
}

function runnerOf({ runners }: World, by: number): Runner {
  const run = nameOf(by);
  const known = runners.get(by) ?? {
    plan: { ...PLAN, run, host: run, pid: by, force: true, timing: { ...PLAN.timing, ...QUICK_AND_PATIENT } },
    seen: undefined,
    calling: undefined,
  };
  runners.set(by, known);
  return known;
}

/** What serves is proven at once, and nothing is given up: what a run wants is the trace's to say. */
const QUICK_AND_PATIENT = { warmupMs: 0, progressMs: DAY, totalMs: DAY } as const;

/** One look of the real code, held against that of the trace. */
function look(world: World, runner: Runner, step: SpecStep, where: string): void {
  const at = T0 + world.now;
  const shown = step.version === 0 ? world.notes : world.past[step.version - 1]?.notes;
  if (shown === undefined) throw new Error(`${where}: no read shows that`);
  const observed = observe(runner, shown, step.wants, at);
  const decision = decide(observed, runner.plan);
  const acts = decision.kind === 'act' ? decision.actions.map(({ action }) => action) : [];
  const noting = acts.filter((action) => ['record', 'judge', 'renew'].includes(action.type)) as readonly Noting[];
  const broken = acts.map((action) => guard(observed, runner.plan, action)).find((rule) => rule !== undefined);
  if (broken !== undefined) throw new Error(`${where}: the guard: ${broken}`);
  if (decision.kind === 'finish' || decision.kind === 'refuse')
    throw new Error(`${where}: the real code ends by ${JSON.stringify(decision)}`);
  const decided = decision.kind === 'held' ? 'held' : sayDecision(observed, runner.plan, acts);
  same(decided, step.decided, `${where}, which wants "${step.wants}": the decision`);
  const [action] = noting;
  same(sayAction(action), saySpecCall(step), `${where}: the call`);
  runner.seen = observed.seen;
  if (action === undefined) return;
  runner.calling = { action, at };
  world.calls.set(step.call.id, action);
}

/** What a run sees: the notes that the trace says, on a group that is as far as they tell. */
function observe({ plan, seen: before }: Runner, notes: GroupNotes, wants: string, at: number): Observed {
  // A run may go by a record of its own that no read shows yet: what is new, is new by both.
  const records = [notes.record, before?.known['web']?.record].filter((record) => record !== undefined);
  const startedAt = Math.max(...records.map((record) => record.startedAt));
  const isProven = wants === 'promote' && at - startedAt >= PROVE * TICK;
  const shown = records.length === 0 ? group({ notes }) : doubled(notes, startedAt, isProven);
  const look: Omit<Observed, 'seen'> = {
    ...{ at, groups: [shown], missing: [], precautions: [], failures: [], abandoned: [] },
  };
  // No action of the replay doubles the group, so nothing is remembered that would tell who did.
  const seen: Seen = { ...afterLook(before ?? nothingSeen(at), look, plan), sizes: {} };
  // Whoever has begun nothing yet would be refused by a signal.
  const isOurs = seen.known['web'] !== undefined;
  const cancels = wants === 'rollBack' && isOurs;
  return {
    ...look,
    seen,
    ...(cancels && { cancellation: { outcome: 'rollBack' as const, why: 'interrupted by SIGINT' } }),
  };
}

/** The group once its rollout has begun: all that is left to decide is the verdict. */
function doubled(notes: GroupNotes, startedAt: number, isProven: boolean): Group {
  const differs = { launchedAt: startedAt + 1_000, ...(!isProven && { health: sick() }) };
  const instances = [instance('i-old1'), instance('i-old2'), fresh('i-new1', differs), fresh('i-new2', differs)];
  return doubledGroup({ notes, instances, balancers: [{ ...BALANCER, healthFloorMs: 0 }] });
}

/** A decision in the words of the specification. */
function sayDecision({ groups, seen }: Observed, { run }: Plan, acts: readonly Action[]): string {
  const { notes } = withNotes(groups[0]!, seen);
  const isOurs = notes.lease?.run === run;
  const kinds = acts.map(({ type }) => type);
  if (kinds.includes('record')) return 'record';
  if (kinds.includes('judge')) return 'judge';
  if (notes.verdict !== undefined && isOurs && !isPending(seen, 'web')) return followed(notes.verdict.outcome, acts);
  if (kinds.includes('renew')) return isOurs ? 'renew' : 'adopt';
  return kinds.length === 0 ? 'wait' : kinds.join();
}

/** The verdict, as far as nothing is done against it. */
function followed(outcome: string, acts: readonly Action[]): string {
  const half = outcome === 'promote' ? 'old' : 'new';
  const wrong = acts.find((action) => action.type === 'terminate' && action.half !== half);
  return wrong === undefined ? outcome : `${outcome}, and the ${half} half stays`;
}

function applied(notes: GroupNotes, action: Noting): GroupNotes {
  switch (action.type) {
    case 'record':
      return { ...notes, record: action.record, lease: action.lease };
    case 'judge':
      return { ...notes, verdict: action.verdict, lease: action.lease };
    case 'renew':
      return { ...notes, lease: action.lease };
  }
}

function nameOf(by: number): string {
  return by === 0 ? '' : `run-${by}`;
}

function sayAction(action: Noting | undefined): string {
  if (action === undefined) return 'none';
  const outcome = action.type === 'judge' ? action.verdict.outcome : '';
  return `${action.type} ${outcome} by ${action.lease.run} ${action.lease.beat} at ${tickOf(action.lease.at)}`;
}

function saySpecCall({ call: { kind, outcome, lease } }: SpecStep): string {
  return kind === '' ? 'none' : `${kind} ${outcome} by ${nameOf(lease.by)} ${lease.beat} at ${lease.at}`;
}

function sayNotes({ record, lease, verdict }: GroupNotes): string {
  return [
    record === undefined ? '' : `${record.run} since ${tickOf(record.startedAt)}`,
    lease === undefined ? '' : `${lease.run} ${lease.beat} at ${tickOf(lease.at)}`,
    verdict === undefined ? '' : `${verdict.run}: ${verdict.outcome}`,
  ].join(', ');
}

function saySpecNotes({ record, startedAt, lease, verdict }: SpecNotes): string {
  return [
    record === 0 ? '' : `${nameOf(record)} since ${startedAt}`,
    lease.by === 0 ? '' : `${nameOf(lease.by)} ${lease.beat} at ${lease.at}`,
    verdict.outcome === '' ? '' : `${nameOf(verdict.of)}: ${verdict.outcome}`,
  ].join(', ');
}

function tickOf(instant: number): number {
  return (instant - T0) / TICK;
}

function same<T>(real: T, spec: T, what: string): void {
  if (real !== spec) throw new Error(`${what} is "${String(real)}", and "${String(spec)}" by the specification`);
}
