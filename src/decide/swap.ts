import type { Instant } from '../clock.js';
import type { Action, Phase } from '../model/action.js';
import { count } from '../model/count.js';
import type { Observed, Wait } from '../model/decision.js';
import type { Group, Instance } from '../model/group.js';
import type { Plan } from '../model/plan.js';
import type { RolloutRecord, Verdict } from '../model/record.js';
import { batches, doubled, isDoubled, sameSize, sparable } from './capacity.js';
import { inService, notInService, serving, split, units, type Split } from './classify.js';
import { failedCheck, notProvenYet } from './hooks.js';
import { hopeless } from './hopeless.js';
import { SUSPENDED_BY_SWAP } from './preflight.js';
import { proven, warmup } from './remember.js';

/** An action with its reason. */
export interface Because {
  readonly action: Action;
  readonly why: string;
}

/** The next step of one group that has a record. */
export type Step =
  | { readonly kind: 'act'; readonly phase: Phase; readonly acts: readonly Because[] }
  | { readonly kind: 'wait'; readonly wait: Wait }
  /** Doubled and proving; what follows is judged together with the other groups. */
  | { readonly kind: 'proving'; readonly proven: boolean; readonly failing?: string; readonly wait: Wait }
  | { readonly kind: 'stuck'; readonly why: string };

/** How often the doubling is asked for before somebody else's resizing makes the rollout fail. */
const DOUBLINGS = 10;

/** Time between the first and the last of the clean looks: launches in flight surface late. */
const CLEAN_MS = 10_000;

/** What to do next with a group whose rollout has begun: by its verdict, then by what is not done yet. */
export function step(observed: Observed, plan: Plan, group: Group, record: RolloutRecord): Step {
  const halves = split(group, record);
  const surplus = units(halves.old) - record.old;
  if (surplus > 0) {
    return { kind: 'stuck', why: `${units(halves.old)} instances were launched before the rollout began, but its record says ${record.old}; nobody can tell the halves apart` };
  }
  if (record.strategy !== 'swap') return { kind: 'stuck', why: `this version cannot go on with a ${record.strategy} rollout` };
  const verdict = group.notes.verdict;
  if (verdict === undefined) return prepare(observed, plan, group, record, halves);
  return verdict.outcome === 'promote' ? promote(observed, plan, group, record, verdict, halves) : rollBack(observed, plan, group, record, verdict, halves);
}

/** True while a rollout has a record and nothing more: it can be undone by removing the record. */
export function notBegun(group: Group, record: RolloutRecord): boolean {
  const halves = split(group, record);
  return group.notes.verdict === undefined && sameSize(group.size, record.size) && halves.new.length + halves.unknown.length + halves.leaving.length === 0;
}

/** Takes back a rollout that has only been noted: the processes as they were found, then the notes. */
export function undo(group: Group, record: RolloutRecord, why: string): Because {
  const frozen = group.notes.frozen?.processes ?? [];
  const freeze = frozen.filter((process) => record.suspended.includes(process) && !group.suspended.includes(process));
  if (freeze.length > 0) return { action: { type: 'suspend', group: group.name, processes: freeze }, why };
  const resume = record.suspended.filter((process) => group.suspended.includes(process) && !frozen.includes(process));
  if (resume.length > 0) return { action: { type: 'resume', group: group.name, processes: resume }, why };
  return { action: { type: 'clear', group: group.name, notes: ['record', 'lease'] }, why };
}

function prepare(observed: Observed, plan: Plan, group: Group, record: RolloutRecord, halves: Split): Step {
  const name = group.name;
  const suspend = SUSPENDED_BY_SWAP.filter((process) => record.suspended.includes(process) && !group.suspended.includes(process));
  if (suspend.length > 0) {
    return act('suspend', { type: 'suspend', group: name, processes: suspend }, 'nothing may change the membership by itself while two sets run');
  }
  const failing = whyFailing(observed, plan, group, record, halves);
  if (failing === undefined && record.suspended.includes('Launch') && group.suspended.includes('Launch')) {
    return act('resume', { type: 'resume', group: name, processes: ['Launch'] }, 'an earlier roll-back left launching suspended');
  }
  if (failing === undefined && !isDoubled(group.size, record)) {
    const size = doubled(record);
    return act('double', { type: 'resize', group: name, size, purpose: 'double' }, `${record.old} old stay in service while as many new ones are proven`);
  }
  const ready = proven(group, halves.new, observed.seen, plan, observed.at);
  const wait = provingWait(observed, plan, group, record, halves, ready);
  const enough = isDoubled(group.size, record) && units(ready) >= record.size.desired;
  return { kind: 'proving', proven: enough, ...(failing === undefined ? {} : { failing }), wait };
}

/** Why the new half cannot be waited for any longer, or undefined. */
function whyFailing(observed: Observed, plan: Plan, group: Group, record: RolloutRecord, halves: Split): string | undefined {
  if (observed.wish !== undefined) return observed.wish.why;
  if (plan.undo) return 'a person asked for it (ha-updater rollback)';
  const lost = hopeless(group, record, observed.failures, halves.new);
  if (lost !== undefined) return lost;
  const ready = proven(group, halves.new, observed.seen, plan, observed.at);
  if (units(ready) >= record.size.desired) return undefined;
  if ((observed.seen.doubled[group.name] ?? 0) > DOUBLINGS) return `somebody else keeps changing its sizes (now ${group.size.min}/${group.size.desired}/${group.size.max})`;
  const deadlines = deadlinesOf(observed, plan, group, record);
  const state = (): string => {
    const open = halves.new.map((instance) => ({ id: instance.id, why: notInService(group, instance) || failedCheck(observed.seen, plan, instance) })).filter((row) => row.why !== '');
    const first = sameReasons(open);
    const missing = record.size.desired - units(halves.new);
    return [first, ...(missing > 0 ? [`${missing} were not launched${lastFailure(observed, group)}`] : [])].filter((part) => part !== '').join('; ');
  };
  if (observed.at >= deadlines.total) return `not proven within ${seconds(plan.timing.totalMs)}: ${state()}`;
  if (observed.at >= deadlines.progress) return `no further instance was proven for ${seconds(plan.timing.progressMs)} (${units(ready)} of ${record.size.desired}): ${state()}`;
  return undefined;
}

function deadlinesOf(observed: Observed, plan: Plan, group: Group, record: RolloutRecord): { readonly progress: Instant; readonly total: Instant } {
  const began = Math.max(record.startedAt, observed.seen.adoptedAt[group.name] ?? 0);
  return {
    progress: (observed.seen.progressAt[group.name]?.at ?? Math.max(began, observed.at)) + plan.timing.progressMs,
    total: began + plan.timing.totalMs,
  };
}

function provingWait(observed: Observed, plan: Plan, group: Group, record: RolloutRecord, halves: Split, ready: readonly Instance[]): Wait {
  const rows: { id: string; why: string; since?: Instant }[] = [];
  for (const instance of [...halves.new, ...halves.unknown]) {
    if (ready.includes(instance)) continue;
    const open = notInService(group, instance);
    const since = observed.seen.inServiceSince[instance.id];
    if (open !== '') rows.push({ id: instance.id, why: open });
    else rows.push({ id: instance.id, why: notProvenYet(observed.seen, plan, instance), ...(since === undefined ? {} : { since }) });
  }
  const missing = record.size.desired - units(halves.new) - units(halves.unknown);
  const launch = missing <= 0 ? '' : group.suspended.includes('Launch') ? `; ${missing} cannot launch: the process Launch is suspended` : `; ${missing} still to launch${lastFailure(observed, group)}`;
  const { progress, total } = deadlinesOf(observed, plan, group, record);
  return {
    group: group.name,
    phase: 'prove',
    why: `${units(ready)} of ${record.size.desired} new instances are proven${launch}`,
    instances: rows,
    until: Math.min(progress, total),
  };
}

function lastFailure(observed: Observed, group: Group): string {
  const failure = observed.failures.filter((one) => one.group === group.name).at(-1);
  return failure === undefined ? '' : ` (${failure.message})`;
}

function promote(observed: Observed, plan: Plan, group: Group, record: RolloutRecord, verdict: Verdict, halves: Split): Step {
  const old = halves.old;
  if (old.length > 0) return halve(observed, plan, group, record, verdict, 'old', old, halves.new);
  const leaving = stillLeaving(observed, plan, group, verdict, halves);
  if (leaving !== undefined) return leaving;
  if (!sameSize(group.size, record.size)) {
    const surplus = beforeScaleIn(observed, plan, group, record, verdict, halves.new);
    if (surplus !== undefined) return surplus;
    return act('restore', { type: 'resize', group: group.name, size: record.size, purpose: 'restore' }, 'the sizes were like this before the swap');
  }
  const resume = record.suspended.filter((process) => group.suspended.includes(process));
  if (resume.length > 0) return act('resume', { type: 'resume', group: group.name, processes: resume }, 'these were suspended by this rollout or by an earlier roll-back');
  return act('clear', { type: 'clear', group: group.name, notes: ['record', 'verdict', 'lease', ...(group.notes.frozen === undefined ? [] : (['frozen'] as const))] }, 'the swap is done');
}

function rollBack(observed: Observed, plan: Plan, group: Group, record: RolloutRecord, verdict: Verdict, halves: Split): Step {
  const name = group.name;
  if (!group.suspended.includes('Launch')) {
    return act('halve', { type: 'suspend', group: name, processes: ['Launch'] }, 'no further instance of the failed configuration may start');
  }
  if (halves.new.length > 0) {
    // With nothing to go back to, the new ones are all that there is.
    if (record.size.desired > 0 && serving(group, halves.old).length === 0) {
      return waitFor(observed, plan, group, verdict, 'no old instance serves, so the new ones are left alone', halves.new.map((instance) => ({ id: instance.id, why: notInService(group, instance) })));
    }
    return halve(observed, plan, group, record, verdict, 'new', halves.new, halves.old);
  }
  if (halves.unknown.length > 0) {
    return waitFor(observed, plan, group, verdict, 'EC2 does not say yet when these were launched', halves.unknown.map((instance) => ({ id: instance.id, why: instance.lifecycle })));
  }
  const leaving = stillLeaving(observed, plan, group, verdict, halves);
  if (leaving !== undefined) return leaving;
  const clean = observed.seen.clean[name];
  if (clean === undefined || clean.looks < 2 || observed.at - clean.since < CLEAN_MS) {
    return { kind: 'wait', wait: { group: name, phase: 'halve', why: 'looking again: a launch that was under way shows up late', instances: [] } };
  }
  if (!sameSize(group.size, record.size)) {
    return act('restore', { type: 'resize', group: name, size: record.size, purpose: 'restore' }, 'the sizes were like this before the swap');
  }
  if (group.notes.frozen?.run !== record.run) {
    const processes = [...new Set([...record.suspended, 'Launch'])];
    const note = { run: record.run, at: observed.at, processes, why: verdict.why };
    return act('resume', { type: 'freeze', group: name, note }, 'the group would launch the failed configuration; it stays frozen until somebody decides');
  }
  return act('clear', { type: 'clear', group: name, notes: ['record', 'verdict', 'lease'] }, 'the roll-back is done');
}

/** Terminates as much of a half as service can spare; waits when it cannot spare any. */
function halve(
  observed: Observed,
  plan: Plan,
  group: Group,
  record: RolloutRecord,
  verdict: Verdict,
  half: 'old' | 'new',
  going: readonly Instance[],
  staying: readonly Instance[],
): Step {
  // Never below the desired capacity because of us; what is missing already is not made worse either.
  const floor = Math.min(record.size.desired, units(serving(group)));
  // New ones count once they are proven, also for whoever takes over: one that flaps is nothing to rely on.
  const reliable = half === 'old' ? proven(group, staying, observed.seen, plan, observed.at) : staying;
  const free = sparable(group, going, reliable, half === 'old' ? record.size.desired : floor);
  // AWS refuses to decrement below min; more than that is there only when somebody put instances aside.
  const chosen = within(free, group.size.desired - group.size.min);
  if (free.length > 0 && chosen.length === 0) {
    return waitFor(observed, plan, group, verdict, `its desired capacity ${group.size.desired} may not fall below min ${group.size.min}, because instances were put aside or replaced by somebody else`, []);
  }
  if (chosen.length > 0) {
    const acts = batches(chosen).map((instances) => ({
      action: { type: 'terminate', group: group.name, half, instances, decrement: true } as const,
      why: half === 'old' ? `${units(serving(group, staying))} new instances are in service` : verdict.why,
    }));
    return { kind: 'act', phase: 'halve', acts };
  }
  const have = units(serving(group, reliable));
  if (half === 'old') {
    const replace = replaceDead(group, record, staying);
    if (replace !== undefined) return replace;
  }
  return waitFor(
    observed,
    plan,
    group,
    verdict,
    `terminating the ${half} half would leave ${have} ${half === 'old' ? 'proven ' : ''}in service, less than ${record.size.desired}`,
    staying.filter((instance) => !reliable.includes(instance) || !inService(group, instance)).map((instance) => ({ id: instance.id, why: notInService(group, instance) || 'in service, warming up' })),
  );
}

/** Lets Auto Scaling replace new instances that died after the verdict: nothing else would bring them back. */
function replaceDead(group: Group, record: RolloutRecord, staying: readonly Instance[]): Step | undefined {
  const dead = staying.filter((instance) => !instance.healthy);
  if (dead.length === 0 || !group.suspended.includes('ReplaceUnhealthy') || !record.suspended.includes('ReplaceUnhealthy')) return undefined;
  const why = `${dead.map((instance) => instance.id).join(', ')} died after the verdict; Auto Scaling has to replace what is missing`;
  return act('halve', { type: 'resume', group: group.name, processes: ['ReplaceUnhealthy'] }, why);
}

/**
 * Somebody made the group larger meanwhile: going back to its size lets Auto Scaling choose who leaves,
 * so all of them have to serve first.
 */
function beforeScaleIn(observed: Observed, plan: Plan, group: Group, record: RolloutRecord, verdict: Verdict, fresh: readonly Instance[]): Step | undefined {
  const idle = fresh.filter((instance) => !inService(group, instance));
  if (units(fresh) <= record.size.desired || idle.length === 0) return undefined;
  const why = `${units(fresh)} instances are there and ${record.size.desired} shall stay; those that leave are chosen by Auto Scaling, so all must serve first`;
  return replaceDead(group, record, fresh) ?? waitFor(observed, plan, group, verdict, why, idle.map((instance) => ({ id: instance.id, why: notInService(group, instance) })));
}

/** As many of these, in their order, as fit into so many units. */
function within(instances: readonly Instance[], most: number): readonly Instance[] {
  let sum = 0;
  return instances.filter(({ weight }) => {
    if (sum + weight > most) return false;
    sum += weight;
    return true;
  });
}

function stillLeaving(observed: Observed, plan: Plan, group: Group, verdict: Verdict, halves: Split): Step | undefined {
  if (halves.leaving.length === 0) return undefined;
  return waitFor(observed, plan, group, verdict, `${count(halves.leaving.length, 'instance')} ${halves.leaving.length === 1 ? 'is' : 'are'} draining and leaving`, halves.leaving.map((instance) => ({ id: instance.id, why: instance.lifecycle })));
}

/** A wait after the verdict, limited by the drain deadline. */
function waitFor(observed: Observed, plan: Plan, group: Group, verdict: Verdict, why: string, instances: Wait['instances']): Step {
  const until = Math.max(verdict.at, observed.seen.adoptedAt[group.name] ?? 0) + plan.timing.drainMs;
  if (observed.at >= until) return { kind: 'stuck', why: `after ${seconds(plan.timing.drainMs)}, ${why}: ${sameReasons(instances)}` };
  return { kind: 'wait', wait: { group: group.name, phase: 'halve', why, instances, until } };
}

function act(phase: Phase, action: Action, why: string): Step {
  return { kind: 'act', phase, acts: [{ action, why }] };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

/** What holds instances up, each reason once with those that share it; three reasons at most. */
function sameReasons(rows: readonly { readonly id: string; readonly why: string }[]): string {
  const sharing = new Map<string, string[]>();
  for (const { id, why } of rows) sharing.set(why, [...(sharing.get(why) ?? []), id]);
  const told = [...sharing].slice(0, 3).map(([why, ids]) => `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''} ${why}`);
  return [...told, ...(sharing.size > 3 ? [`and ${sharing.size - 3} more reasons`] : [])].join('; ');
}

/** When the next instance of this group completes its warm-up, if one is warming up. */
export function nextProof(observed: Observed, plan: Plan, group: Group): Instant | undefined {
  const needed = warmup(group, plan);
  const due = group.instances
    .map((instance) => observed.seen.inServiceSince[instance.id])
    .filter((since): since is Instant => since !== undefined && since + needed > observed.at)
    .map((since) => since + needed);
  return due.length === 0 ? undefined : Math.max(...due);
}
