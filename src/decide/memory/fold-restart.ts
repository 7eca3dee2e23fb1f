import type { Observed, Seen } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
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

type Memory = Pick<Seen, 'outSince' | 'backSince' | 'failed' | 'short'>;

/**
 * What a look adds to what is remembered of restarts: since when somebody is out or back, who failed and
 * why, and for how many looks the quorum was not met. Losing it is safe: whoever takes over puts back.
 *
 * @param groups with our notes, as known
 */
export function rememberRestart(
  seen: Seen,
  look: Omit<Observed, 'seen'>,
  groups: readonly Group[],
  plan: Plan,
): Memory {
  const memory = {
    outSince: { ...seen.outSince },
    backSince: { ...seen.backSince },
    failed: { ...seen.failed },
    short: {} as Record<string, Seen['short'][string]>,
  };
  for (const group of groups) {
    const { record, out } = group.notes;
    if (record === undefined || factsOf(record).replaces || group.notes.lease?.run !== plan.run) continue;
    for (const entry of out?.instances ?? []) {
      const instance = group.instances.find(({ id }) => id === entry.id);
      memory.outSince[entry.id] ??= look.at;
      if (instance === undefined) continue;
      const command = look.commands?.[entry.id];
      if (
        plan.restart === undefined ||
        record.run !== plan.run ||
        look.cancellation !== undefined ||
        (command?.state === 'ended' && command.ok) ||
        memory.failed[entry.id] !== undefined
      )
        memory.backSince[entry.id] ??= look.at;
      if (plan.restart === undefined || record.run !== plan.run || memory.failed[entry.id] !== undefined) continue;
      const why = whyFailed({ ...seen, ...memory }, look, group, entry.id, plan, plan.restart.commandMs);
      if (why !== undefined) {
        memory.failed[entry.id] = why;
        // What goes back after a failure gets its whole time again.
        memory.backSince[entry.id] = look.at;
      }
    }
    const looks = shortLooks(seen, look, group, plan);
    if (looks !== undefined) memory.short[group.name] = looks;
  }
  return memory;
}

function whyFailed(
  seen: Seen,
  look: Omit<Observed, 'seen'>,
  group: Group,
  id: string,
  plan: Plan,
  commandMs: number,
): string | undefined {
  const limits = timeLimits(plan, group);
  const instance = group.instances.find((one) => one.id === id);
  const command = look.commands?.[id];
  if (instance === undefined) return undefined;
  if (command === undefined) {
    const since = seen.outSince[id] ?? look.at;
    const listed = group.balancers.filter((balancer) => isListed(instance, balancer));
    return listed.length > 0 && look.at >= limitFrom(seen, since, limits.drainMs)
      ? `${listed.map(({ name }) => name).join(', ')} had not drained it after ${seconds(limits.drainMs)}`
      : undefined;
  }
  if (command.state === 'running')
    return command.limited !== true && look.at - command.since >= commandMs
      ? `the command did not end within ${seconds(commandMs)}`
      : undefined;
  if (!command.ok) return `the command failed (${command.how})`;
  const since = seen.backSince[id] ?? look.at;
  if (look.at < limitFrom(seen, since, limits.progressMs) || proven(group, [instance], seen, plan, look.at).length > 0)
    return undefined;
  const out = group.notes.out?.instances.find((one) => one.id === id);
  const missing = out === undefined ? [] : group.balancers.filter((balancer) => !isBack(instance, balancer, out));
  const open =
    missing.length > 0
      ? `${missing.map(({ name }) => name).join(', ')} did not take it back`
      : notInService(group, instance);
  const check = open === '' ? failedCheck(seen, plan, instance) : '';
  if (check !== '') return `it was in service again and not proven within ${seconds(limits.progressMs)}: ${check}`;
  return `it was not in service again within ${seconds(limits.progressMs)}${open === '' ? '' : `: ${open}`}`;
}

/** Counts looks, a poll apart, at which somebody is still to be restarted and the quorum lets nobody out. */
function shortLooks(
  seen: Seen,
  look: Omit<Observed, 'seen'>,
  group: Group,
  plan: Plan,
): Seen['short'][string] | undefined {
  const { record, out } = group.notes;
  if (plan.restart === undefined || record?.run !== plan.run || factsOf(record).replaces) return undefined;
  const noted = out?.instances ?? [];
  const active = noted.some(({ id }) => {
    const instance = group.instances.find((one) => one.id === id);
    const through =
      look.commands?.[id]?.state === 'ended' &&
      (instance === undefined || proven(group, [instance], seen, plan, look.at).length > 0);
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
