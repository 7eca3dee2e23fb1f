import type { Observed, Seen } from '../../model/rollout/decision.js';
import type { Milliseconds } from '../../clock.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { notInService } from '../instances/classify.js';
import { failedCheck } from '../gates/hooks.js';
import { isBack, isListed } from '../instances/registered.js';
import { countQuorum, nextBatch, restartable } from '../strategies/restart/quorum.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { seconds } from '../../text/duration.js';
import { proven } from './proven.js';
import { timeLimits } from '../rollout/time-limits.js';
import { limitFrom } from './unseen-time.js';
import type { LookAndPlan } from '../view.js';

type Memory = Pick<Seen, 'outSince' | 'backSince' | 'failed' | 'short'>;

/** A look as it is remembered: what earlier ones add stands beside it. */
type Look = Omit<Observed, 'seen'>;

/**
 * What a look adds to what is remembered of restarts: since when an instance is out or back, which one failed and
 * why, and for how many looks the quorum was not met. Losing it is safe: whoever takes over puts back.
 *
 * @param groups with our notes, as known
 */
export function rememberRestart(seen: Seen, look: Look, groups: readonly Group[], plan: Plan): Memory {
  const before = ofBefore(seen, groups);
  const memory: Building = {
    outSince: except(seen.outSince, before),
    backSince: except(seen.backSince, before),
    failed: except(seen.failed, before),
    short: {},
  };
  for (const group of groups) {
    const { record, out } = group.notes;
    if (record === undefined || factsOf(record).replaces || group.notes.lease?.run !== plan.run) continue;
    // A restart that was taken over is put back, and nobody waits for a command of it.
    const limits = record.run === plan.run ? plan.restart : undefined;
    for (const { id } of out?.instances ?? []) {
      memory.outSince[id] ??= look.at;
      if (!group.instances.some((one) => one.id === id)) continue;
      if (limits === undefined || goesBack(look, memory, id)) memory.backSince[id] ??= look.at;
      if (limits === undefined || memory.failed[id] !== undefined) continue;
      const why = whyFailed({ observed: { ...look, seen: { ...seen, ...memory } }, plan }, group, id, limits.commandMs);
      if (why === undefined) continue;
      memory.failed[id] = why;
      // What goes back after a failure gets its whole time again.
      memory.backSince[id] = look.at;
    }
    const looks = shortLooks({ ...look, seen }, group, plan);
    if (looks !== undefined) memory.short[group.name] = looks;
  }
  return memory;
}

/**
 * Instances of groups without a rollout that have no end in this run: what was put back for a dead run says nothing of
 * the restart that begins after it.
 */
function ofBefore({ results }: Seen, groups: readonly Group[]): ReadonlySet<string> {
  const open = groups.filter(({ name, notes }) => notes.record === undefined && results[name] === undefined);
  // rule: restart-memory-of-before
  return new Set(open.flatMap(({ instances }) => instances.map(({ id }) => id)));
}

function except<T>(of: Readonly<Record<string, T>>, ids: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(of).filter(([id]) => !ids.has(id)));
}

type Building = { -readonly [Key in keyof Memory]: Record<string, Memory[Key][string]> };

/** Nothing more is done to the instance before it goes back: its command is through, or it is not to be run. */
function goesBack(look: Look, { failed }: Building, id: string): boolean {
  const command = look.commands?.[id];
  return look.cancellation !== undefined || (command?.state === 'ended' && command.ok) || failed[id] !== undefined;
}

/** Why the restart of an instance failed by now, or undefined. `commandMs`: how long its command may run. */
function whyFailed(
  { observed, plan }: LookAndPlan,
  group: Group,
  id: string,
  commandMs: Milliseconds,
): string | undefined {
  const instance = group.instances.find((one) => one.id === id);
  const command = observed.commands?.[id];
  if (instance === undefined) return undefined;
  if (command === undefined) return undrained({ observed, plan }, group, instance);
  if (command.state === 'running')
    return command.limited !== true && observed.at - command.since >= commandMs
      ? `the command did not end within ${seconds(commandMs)}`
      : undefined;
  return command.ok ? notBack({ observed, plan }, group, instance) : `the command failed (${command.how})`;
}

/** A balancer lists the instance still although the time for draining is over. */
function undrained({ observed, plan }: LookAndPlan, group: Group, instance: Instance): string | undefined {
  const { drainMs } = timeLimits(plan, group);
  const since = observed.seen.outSince[instance.id] ?? observed.at;
  const listed = group.balancers.filter((balancer) => isListed(instance, balancer));
  return listed.length > 0 && observed.at >= limitFrom(observed.seen, since, drainMs)
    ? `${listed.map(({ name }) => name).join(', ')} had not drained it after ${seconds(drainMs)}`
    : undefined;
}

/** The instance is not proven again although the time for that is over. */
function notBack({ observed, plan }: LookAndPlan, group: Group, instance: Instance): string | undefined {
  const { seen, at } = observed;
  const { progressMs } = timeLimits(plan, group);
  if (at < limitFrom(seen, seen.backSince[instance.id] ?? at, progressMs)) return undefined;
  if (proven(observed, plan, group, [instance]).length > 0) return undefined;
  const out = group.notes.out?.instances.find(({ id }) => id === instance.id);
  const missing = out === undefined ? [] : group.balancers.filter((balancer) => !isBack(instance, balancer, out));
  const open =
    missing.length > 0
      ? `${missing.map(({ name }) => name).join(', ')} did not take it back`
      : notInService(group, instance);
  const check = open === '' ? failedCheck(seen, plan, instance) : '';
  if (check !== '') return `it was in service again and not proven within ${seconds(progressMs)}: ${check}`;
  return `it was not in service again within ${seconds(progressMs)}${open === '' ? '' : `: ${open}`}`;
}

/** Counts looks, a poll apart, at which somebody is still to be restarted and the quorum lets nobody out. */
function shortLooks(look: Observed, group: Group, plan: Plan): Seen['short'][string] | undefined {
  const { seen } = look;
  const { record, out } = group.notes;
  if (plan.restart === undefined || record?.run !== plan.run || factsOf(record).replaces) return undefined;
  const noted = out?.instances ?? [];
  const active = noted.some(({ id }) => {
    const instance = group.instances.find((one) => one.id === id);
    const through =
      look.commands?.[id]?.state === 'ended' &&
      (instance === undefined || proven(look, plan, group, [instance]).length > 0);
    return seen.failed[id] === undefined && !through;
  });
  const staying = noted.filter(({ id }) => seen.failed[id] !== undefined);
  const waiting = restartable(group, record).filter(({ id }) => look.commands?.[id] === undefined);
  if (active || waiting.length === 0 || nextBatch(group, waiting, staying, plan.restart).length > 0) return undefined;
  const before = seen.short[group.name];
  if (before === undefined) return { looks: 1, at: look.at };
  return look.at - before.at < plan.timing.pollMs * 0.9 ? before : { looks: before.looks + 1, at: look.at };
}

/** What is missing to the quorum, in words. */
export function shortOf(group: Group, plan: Plan): string {
  const { serving, floor, total } = countQuorum(group, group.notes.out?.instances ?? [], plan.restart?.quorum ?? 1);
  return `${serving} of ${total} are in service, at least ${floor} must stay so`;
}
