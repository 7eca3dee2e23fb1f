import type { Instant, Milliseconds } from '../../clock.js';
import type { Action } from '../../model/rollout/action.js';
import type { AwaitedInstance, Decision, Observed, Seen, Wait } from '../../model/rollout/decision.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import type { HookDue, HookKind, HookResult } from '../../model/rollout/hook.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { inService, isAway, whyNotInService, split } from '../instances/classify.js';
import { endsKept, keptUntil } from './kept-half.js';
import { factsOf } from '../strategies/facts-by-name.js';
import { lastLine } from '../../text/sentence.js';
import { dueIn, nextAsk } from './stage-gate.js';
import { cancelReason } from '../ownership/cancellation.js';

/** How long after a failed check it is tried again. */
const CHECK_EVERY_MS = 10_000;

/** How long after a check that passed it is asked again, while the old half is kept to go back to. */
const ASKED_AGAIN_MS = 30_000;

/** Where the result of a command for an instance is remembered. */
export function hookKey(kind: HookKind, instance: string): string {
  return `${kind} ${instance}`;
}

/** How the last try of a command for an instance ended; undefined where none has. */
export function resultOf(seen: Seen, kind: HookKind, instance: string): HookResult | undefined {
  return seen.hooks[hookKey(kind, instance)];
}

/** True when the check command said yes of the instance, or when there is none. */
export function checked(seen: Seen, plan: Plan, instance: Instance): boolean {
  return plan.gates?.hooks?.check === undefined || resultOf(seen, 'check', instance.id)?.passed === true;
}

/** What is waited for, and the same in words. */
export type Awaiting = Pick<AwaitedInstance, 'why' | 'awaits' | 'balancer' | 'verdict' | 'reason'>;

/** The wait for the rest of the warm-up. */
export const WARMING_UP = { why: 'in service, warming up', awaits: 'warmUp' } as const;

/** What an instance that is in service still needs to be proven. */
export function notProvenYet(seen: Seen, plan: Plan, instance: Instance): Awaiting {
  if (checked(seen, plan, instance)) return WARMING_UP;
  const last = resultOf(seen, 'check', instance.id);
  return last === undefined
    ? { why: 'in service, its check command runs', awaits: 'check' }
    : { why: `in service, ${checkFailure(last)}`, awaits: 'checkAgain' };
}

/** What keeps an instance from being in service, or from being proven. */
export function openProof({ seen }: Observed, plan: Plan, group: Group, instance: Instance): Awaiting {
  return outOfService(group, instance) ?? notProvenYet(seen, plan, instance);
}

/** What keeps an instance from being in service; undefined when it is. */
export function outOfService(group: Group, instance: Instance): Awaiting | undefined {
  const idle = whyNotInService(group, instance);
  if (idle === undefined) return undefined;
  const hook = HOOKS_HOLD.find(({ state }) => instance.lifecycle.endsWith(state))?.awaits;
  return { ...idle, ...(hook !== undefined && { awaits: hook }) };
}

/** The states in which lifecycle hooks hold an instance; those of warm pools end with the same words. */
const HOOKS_HOLD = [
  { state: 'Pending:Wait', awaits: 'launchHook' },
  { state: 'Terminating:Wait', awaits: 'terminationHook' },
] as const;

/** `the check command says no: exit 1: connection refused` */
function checkFailure({ words, output }: HookResult): string {
  return `the check command says no: ${words}${lastLine(output)}`;
}

/** Why an instance fails its check by now, or '' while it does not. */
export function failedCheck(seen: Seen, plan: Plan, instance: Instance): string {
  const last = resultOf(seen, 'check', instance.id);
  return checked(seen, plan, instance) || last === undefined ? '' : checkFailure(last);
}

/**
 * Why a group has to stop where it is, or undefined: the command before or after a termination did not end with
 * 0. Not while it rolls back: the instances that go then never served, and leaving them would not help.
 */
export function blockedByHook({ seen }: Observed, group: Group): string | undefined {
  if (group.notes.verdict?.outcome === 'rollBack') return undefined;
  // rule: failed-command-ignored
  const failed = (kind: HookKind, ids: readonly string[]): string | undefined =>
    ids.find((id) => resultOf(seen, kind, id)?.passed === false);
  const before = failed(
    'beforeTerminate',
    group.instances.map(({ id }) => id),
  );
  if (before !== undefined) return whyHalted('before', before, resultOf(seen, 'beforeTerminate', before));
  const after = failed('afterTerminate', seen.leaving[group.name] ?? []);
  return after === undefined ? undefined : whyHalted('after', after, resultOf(seen, 'afterTerminate', after));
}

function whyHalted(when: string, instance: string, result: HookResult | undefined): string {
  const how = `${result?.words ?? ''}${lastLine(result?.output ?? '')}`;
  return `the command ${when} the termination of ${instance} did not end well: ${how}`;
}

/**
 * The decision with the user's commands in it: which of them are due, and without what has to wait for them.
 * A termination waits for the command before it, the removal of the record for the commands after.
 */
export function withHooks(observed: Observed, plan: Plan, decided: Decision): Decision {
  const decision = withGate(observed, plan, decided);
  if (plan.gates?.hooks === undefined || (decision.kind !== 'act' && decision.kind !== 'wait')) return decision;
  const due: HookDue[] = observed.groups.flatMap((group) => [
    ...checksDue(observed, plan, group),
    ...afterDue(observed, plan, group),
  ]);
  if (decision.kind === 'wait') {
    const longest = due.length > 0 ? plan.timing.pollMs : decision.forMs;
    return { ...decision, forMs: Math.min(decision.forMs, longest, nextCheck(observed)), hooks: due };
  }
  const held: Wait[] = [];
  const actions = decision.actions.flatMap(({ action, why }) => {
    const { go, before, wait } = heldBack(observed, plan, action);
    due.push(...before);
    if (wait !== undefined) held.push(wait);
    return go === undefined ? [] : [{ action: go, why }];
  });
  if (actions.length > 0) return { ...decision, actions, hooks: due };
  return {
    kind: 'wait',
    forMs: Math.min(plan.timing.pollMs, nextCheck(observed)),
    waits: held,
    progress: decision.progress,
    hooks: due,
  };
}

/** The decision with the stages at which the gate command is asked now. */
function withGate({ seen, at }: Observed, plan: Plan, decision: Decision): Decision {
  if (decision.kind !== 'wait') return decision;
  const gates = decision.waits.flatMap(({ gate = [] }) => gate);
  const longest = gates.length > 0 ? plan.timing.pollMs : decision.forMs;
  const forMs = Math.min(decision.forMs, longest, nextAsk(seen, at));
  return { ...decision, forMs, ...(gates.length > 0 && { gates }) };
}

/** As much of an action as may be sent now, and the commands that the rest waits for. */
function heldBack(
  observed: Observed,
  plan: Plan,
  action: Action,
): { readonly go?: Action; readonly before: readonly HookDue[]; readonly wait?: Wait } {
  const wait = (group: string, why: string, ids: readonly string[]): Wait => ({
    group,
    phase: 'halve',
    why,
    instances: ids.map((id) => ({ id, why: 'the command runs', awaits: 'command' })),
  });
  if (action.type === 'terminate' && plan.gates?.hooks?.beforeTerminate !== undefined) {
    const rollsBack = observed.groups.find(({ name }) => name === action.group)?.notes.verdict?.outcome === 'rollBack';
    const isOver = (id: string): boolean => {
      const result = resultOf(observed.seen, 'beforeTerminate', id);
      return result !== undefined && (result.passed || rollsBack);
    };
    // rule: before-command-skipped
    const ready = action.instances.filter(isOver);
    const open = action.instances.filter((id) => !isOver(id));
    const before = open.map((instance) => ({ kind: 'beforeTerminate', group: action.group, instance }) as const);
    if (open.length === 0) return { go: action, before };
    return {
      ...(ready.length === 0 ? {} : { go: { ...action, instances: ready } }),
      before,
      wait: wait(action.group, 'the command before the termination has to end first', open),
    };
  }
  if (action.type === 'clear' && action.notes.includes('record')) {
    const open = afterDue(
      observed,
      plan,
      observed.groups.find(({ name }) => name === action.group),
    ).map(({ instance }) => instance);
    if (open.length > 0)
      return {
        before: [],
        wait: { ...wait(action.group, 'the command after the termination has to end first', open), phase: 'clear' },
      };
  }
  return { go: action, before: [] };
}

/**
 * New instances in service whose check has not passed, except those that were tried just now. While the old half is
 * kept, those that passed are asked again. Who was asked longest ago comes first: only so many run at a time.
 */
function checksDue(observed: Observed, plan: Plan, group: Group): readonly HookDue[] {
  const { seen, at } = observed;
  if (plan.gates?.hooks?.check === undefined || cancelReason(observed, plan, group) !== undefined) return [];
  const askedAt = (id: string): Instant => resultOf(seen, 'check', id)?.at ?? -Infinity;
  const pauseMs = (instance: Instance): Milliseconds =>
    checked(seen, plan, instance) ? (isWatched(observed, plan, group) ? ASKED_AGAIN_MS : Infinity) : CHECK_EVERY_MS;
  return candidates(observed, plan, group)
    .filter((instance) => inService(group, instance) && at - askedAt(instance.id) >= pauseMs(instance))
    .sort((a, b) => Number(askedAt(a.id) > askedAt(b.id)) - Number(askedAt(a.id) < askedAt(b.id)))
    .map(({ id }) => ({ kind: 'check', group: group.name, instance: id }));
}

/** This run waits while the old half is kept, and the new one serves alone. */
function isWatched(observed: Observed, plan: Plan, { notes }: Group): boolean {
  const { record } = notes;
  if (record === undefined || plan.detach === true || endsKept(observed, plan, record)) return false;
  // rule: window-unchecked
  return observed.at < (keptUntil(notes) ?? -Infinity);
}

/** The instances that have to be proven. */
function candidates(observed: Observed, plan: Plan, group: Group): readonly Instance[] {
  const { record, verdict, lease } = group.notes;
  if (record !== undefined && !factsOf(record).replaces)
    return lease?.run === plan.run ? restartedNow(observed, plan, group) : [];
  if (record === undefined)
    return factsOf(plan).provesWithoutRecord ? group.instances.filter((instance) => !isAway(instance)) : [];
  const isOver = verdict?.outcome === 'rollBack' || record.gates?.backAt !== undefined;
  return lease?.run !== plan.run || isOver ? [] : split(group, record).new;
}

/** Instances that are out, were restarted, and have to show that they are well. What is only put back need not. */
function restartedNow({ commands, seen }: Observed, plan: Plan, { notes, instances }: Group): readonly Instance[] {
  if (plan.restart === undefined || notes.record?.run !== plan.run) return [];
  const done = (id: string): boolean => {
    const command = commands?.[id];
    return command?.state === 'ended' && command.ok && seen.failed[id] === undefined;
  };
  return instances.filter(({ id }) => notes.out?.instances.some((out) => out.id === id) === true && done(id));
}

/** Instances that have gone and whose command afterwards is still to run. */
function afterDue({ seen }: Observed, plan: Plan, group: Group | undefined): readonly HookDue[] {
  if (group === undefined || plan.gates?.hooks?.afterTerminate === undefined) return [];
  return (seen.leaving[group.name] ?? [])
    .filter(
      (id) =>
        !group.instances.some((instance) => instance.id === id) && resultOf(seen, 'afterTerminate', id) === undefined,
    )
    .map((instance) => ({ kind: 'afterTerminate', group: group.name, instance }));
}

/** When the next check that failed is due again; far away without one. */
function nextCheck({ seen, at }: Observed): number {
  const due = Object.entries(seen.hooks).flatMap(([key, result]) =>
    key.startsWith('check ') && !result.passed ? [dueIn(result.at + CHECK_EVERY_MS, at)] : [],
  );
  return Math.max(100, Math.min(...due.filter((ms) => ms > 0), Infinity));
}

/** Results that still count: an instance that fell out of service has to pass its check again. */
export function keepResults(seen: Seen, serving: ReadonlySet<string>): Seen['hooks'] {
  return Object.fromEntries(
    Object.entries(seen.hooks).filter(([key]) => !key.startsWith('check ') || serving.has(key.slice('check '.length))),
  );
}

/**
 * The instances of a group that leave by this rollout's doing: what we terminated, and for a run that takes over what
 * is on its way out.
 */
export function keepLeaving(seen: Seen, group: Group): readonly string[] {
  const { record, verdict } = group.notes;
  if (record === undefined) return [];
  const goes =
    verdict?.outcome === 'rollBack'
      ? 'new'
      : verdict !== undefined || factsOf(record).provesAfterVerdict
        ? 'old'
        : undefined;
  const isOld = (at: Instant | undefined): boolean =>
    at !== undefined && Math.floor(at / 1000) < Math.floor(record.startedAt / 1000);
  const seenLeaving =
    goes === undefined
      ? []
      : split(group, record)
          .leaving.filter(({ launchedAt }) => isOld(launchedAt) === (goes === 'old'))
          .map(({ id }) => id);
  return [...new Set([...(seen.leaving[group.name] ?? []), ...seenLeaving])];
}
