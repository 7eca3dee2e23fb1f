import { hookKey } from '../../decide/gates/hooks.js';
import { createGateRunner } from './gate-runner.js';
import { createServiceAsker, type ToldAnswers } from './service-asker.js';
import { standing } from '../../decide/instances/classify.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import type { Decision, Observed, Seen } from '../../model/rollout/decision.js';
import type { HookDue, HookKind, HookPlan, HookResult } from '../../model/rollout/hook.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Deps } from '../deps.js';
import type { HookCall, HookEnd, HookSubject } from './shell-runner.js';
import { passes } from '../retry.js';

/** The most commands of the user's that run at the same time. */
const AT_ONCE = 10;

/** Runs the user's commands beside the loop, so that looks and the lease go on meanwhile. */
export interface HookRunner {
  /** Starts what is due and does not run yet, and ends checks that nobody waits for any more. @throws AwsFault */
  readonly follow: (decision: Extract<Decision, { kind: 'act' | 'wait' }>, observed: Observed) => Promise<void>;
  /** What has ended since the last time, as something to remember. */
  readonly harvest: (seen: Seen) => Seen;
  /** Aborted when the next one ends. */
  readonly woken: () => AbortSignal;
  /** Ends all that run. */
  readonly end: () => Promise<void>;
}

interface Running {
  readonly kind: HookKind;
  readonly stop: AbortController;
  readonly over: Promise<void>;
}

/**
 * Makes the runner of one rollout. At most `AT_ONCE` commands run at the same time; `hook.started` and what came of
 * each are told through `deps.emit`.
 */
export function createHookRunner(deps: Deps, plan: Plan, answers?: ToldAnswers): HookRunner {
  const wanted = plan.gates?.hooks;
  const addresses: Addresses = new Map();
  let bell = new AbortController();
  const ring = (): void => bell.abort();
  const commands = createCommands(deps, ring);
  const gate = createGateRunner(deps, plan, ring);
  const services = createServiceAsker(deps, ring, answers);
  return {
    follow: async (decision, observed) => {
      const { hooks: due = [] } = decision;
      const stages = decision.kind === 'wait' ? (decision.gates ?? []) : undefined;
      gate.follow(stages, observed);
      await services.follow(stages ?? [], observed);
      if (wanted === undefined) return;
      commands.stopChecks(due);
      try {
        await learnAddresses({ deps, plan }, addresses, observed);
      } catch (error) {
        if (!passes(error)) throw error;
        return;
      }
      for (const one of due) commands.start(one, callOf(plan, one, wanted, { observed, addresses }), observed.seen);
    },
    harvest: (before) => {
      const seen = services.harvest(gate.harvest(before));
      if (bell.signal.aborted) bell = new AbortController();
      return commands.harvest(seen);
    },
    woken: () => bell.signal,
    end: () => Promise.all([commands.end(), gate.end()]).then(() => undefined),
  };
}

/** The commands around single instances: those that run, and what came of those that have ended. */
interface Commands {
  /** Starts one that neither runs nor has ended since the last harvest, if fewer than `AT_ONCE` run. */
  readonly start: (due: HookDue, call: HookCall, seen: Seen) => void;
  /** Ends checks that are not due any more. A command around a termination has begun to do something and goes on. */
  readonly stopChecks: (due: readonly HookDue[]) => void;
  /** What has ended since the last time, as something to remember. */
  readonly harvest: (seen: Seen) => Seen;
  /** Ends all that run. */
  readonly end: () => Promise<void>;
}

/** @param ring called when one ends */
function createCommands(deps: Deps, ring: () => void): Commands {
  const running = new Map<string, Running>();
  const ended = new Map<string, HookResult>();
  const told = new Map<string, string>();

  /** A check that fails in the same way again is no news, nor is one that passes again, whatever it prints. */
  function tell({ kind, group, instance }: HookDue, { ok, words, output }: HookEnd, tries: number): void {
    const key = hookKey(kind, instance);
    const news = JSON.stringify(ok ? [ok] : [ok, words, output]);
    if (told.get(key) === news) return;
    told.set(key, news);
    deps.emit({ type: 'hook.ended', group, instance, hook: kind, ok, words, tries, output });
  }

  return {
    start: (due, call, seen) => {
      const key = hookKey(due.kind, due.instance);
      if (running.size >= AT_ONCE || running.has(key) || ended.has(key)) return;
      const stop = new AbortController();
      const before = seen.hooks[key];
      const tries = (before?.tries ?? 0) + 1;
      if (deps.hooks === undefined) throw new Error('There is nobody to run commands.');
      if (tries === 1) deps.emit({ type: 'hook.started', group: due.group, instance: due.instance, hook: due.kind });
      const over = deps.hooks.run(call, stop.signal).then((end) => {
        running.delete(key);
        if (stop.signal.aborted) return;
        ended.set(key, resultOf(end, before, { at: deps.clock.now(), tries }));
        tell(due, end, tries);
        ring();
      });
      running.set(key, { kind: due.kind, stop, over });
    },
    stopChecks: (due) => {
      for (const [key, { kind, stop }] of running)
        if (kind === 'check' && !due.some((one) => hookKey(one.kind, one.instance) === key)) stop.abort();
    },
    harvest: (seen) => {
      if (ended.size === 0) return seen;
      const hooks = { ...seen.hooks, ...Object.fromEntries(ended) };
      ended.clear();
      return { ...seen, hooks };
    },
    end: async () => {
      const left = [...running.values()];
      for (const { stop } of left) stop.abort();
      await Promise.all(left.map(({ over }) => over));
    },
  };
}

/** How a try ended, and how often in a row it has failed since it passed. */
function resultOf(
  { ok, words, output }: HookEnd,
  before: HookResult | undefined,
  { at, tries }: Pick<HookResult, 'at' | 'tries'>,
): HookResult {
  const falls = before?.passed === true ? 1 : before?.falls === undefined ? undefined : before.falls + 1;
  return { passed: ok, at, tries, words, output, ...(!ok && falls !== undefined && { falls }) };
}

/** By instance, of those that live or have lived. */
type Addresses = Map<string, Pick<HookSubject, 'privateIp' | 'publicIp'>>;

/** Addresses are gone from EC2 once an instance is terminated, so they are learnt while it lives. */
async function learnAddresses(
  { deps, plan }: { readonly deps: Deps; readonly plan: Plan },
  addresses: Addresses,
  { groups, seen }: Observed,
): Promise<void> {
  const mine = groups.filter(
    ({ name, notes }) =>
      seen.results[name] === undefined && (notes.record !== undefined || factsOf(plan).provesWithoutRecord),
  );
  const known = ({ id, lifecycle }: Observed['groups'][number]['instances'][number]): boolean =>
    addresses.has(id) || standing(lifecycle) === 'coming';
  const unknown = mine.filter((group) => !group.instances.every(known)).map(({ name }) => name);
  if (unknown.length === 0) return;
  const found = await deps.gateway.addresses(unknown);
  for (const { id, lifecycle } of mine.flatMap(({ instances }) => instances)) {
    const row = found[id];
    if (row !== undefined && standing(lifecycle) !== 'coming') addresses.set(id, row);
  }
}

/** The call of a command for an instance. */
function callOf(
  plan: Plan,
  { kind, group, instance }: HookDue,
  hooks: HookPlan,
  { observed, addresses }: { readonly observed: Observed; readonly addresses: Addresses },
): HookCall {
  const record = observed.groups.find(({ name }) => name === group)?.notes.record;
  const { privateIp, publicIp } = addresses.get(instance) ?? { privateIp: '', publicIp: '' };
  return {
    line: hooks[kind] ?? '',
    side: kind === 'check' ? 'new' : 'old',
    subject: { instance, privateIp, publicIp, group, stack: plan.stack ?? '', rollout: record?.run ?? plan.run },
    timeoutMs: kind === 'check' ? hooks.checkTimeoutMs : hooks.commandTimeoutMs,
  };
}
