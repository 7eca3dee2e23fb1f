import { gateKey } from '../../decide/gates/stage-gate.js';
import { split, units } from '../../decide/instances/classify.js';
import type { Observed, Seen } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { GateDue, GatePlan, GateResult } from '../../model/rollout/gate-answer.js';
import type { Deps } from '../deps.js';
import type { HookCall } from './shell-runner.js';

/** The exit code that says "not yet", as it says "try again later" to a mail system. */
const EXIT_NOT_YET = 75;

/** Asks the gate command beside the loop, one stage at a time. */
export interface GateRunner {
  /** Starts what is due, if nothing runs, and ends what nobody waits for any more. @param due absent: unknown */
  readonly follow: (due: readonly GateDue[] | undefined, observed: Observed) => void;
  /** What has ended since the last time, as something to remember. */
  readonly harvest: (seen: Seen) => Seen;
  /** Ends what runs. */
  readonly end: () => Promise<void>;
}

/**
 * Makes the runner of one rollout; `gate.started` and what it said are told through `deps.emit`.
 * @param wake called when an answer is there
 */
export function createGateRunner(deps: Deps, plan: Plan, wake: () => void): GateRunner {
  const gate = plan.gates?.gate;
  const ended = new Map<string, GateResult>();
  const told = new Map<string, string>();
  let running: { readonly key: string; readonly stop: AbortController; readonly over: Promise<void> } | undefined;

  function ask(due: GateDue, { commandTimeoutMs, command }: GatePlan, observed: Observed): void {
    if (deps.hooks === undefined) throw new Error('There is nobody to run commands.');
    const key = gateKey(due);
    const stop = new AbortController();
    const before = observed.seen.gates[key];
    const since = before?.since ?? deps.clock.now();
    const tries = (before?.tries ?? 0) + 1;
    if (tries === 1) deps.emit({ type: 'gate.started', group: due.group, stage: due.stage });
    const call = callOf(plan, due, { command, commandTimeoutMs }, { observed, since, tries });
    const over = deps.hooks.run(call, stop.signal).then((end) => {
      running = undefined;
      if (stop.signal.aborted) return;
      const { words, output } = end;
      const said = end.ok ? 'goOn' : end.code === EXIT_NOT_YET ? 'notYet' : 'fail';
      ended.set(key, { said, part: due.part, since, at: deps.clock.now(), tries, words, output });
      const news = JSON.stringify([said, words, output]);
      if (told.get(key) !== news)
        deps.emit({ type: 'gate.ended', group: due.group, stage: due.stage, said, words, tries, output });
      told.set(key, news);
      wake();
    });
    running = { key, stop, over };
  }

  return {
    follow: (due, observed) => {
      if (gate === undefined || due === undefined) return;
      const key = running?.key;
      if (key !== undefined && !due.some((one) => gateKey(one) === key)) running?.stop.abort();
      const next = due.find(
        (one) => one.metric === undefined && one.calendar === undefined && !ended.has(gateKey(one)),
      );
      if (running === undefined && next !== undefined) ask(next, gate, observed);
    },
    harvest: (seen) => {
      if (ended.size === 0) return seen;
      const gates = { ...seen.gates, ...Object.fromEntries(ended) };
      ended.clear();
      return { ...seen, gates };
    },
    end: async () => {
      running?.stop.abort();
      await running?.over;
    },
  };
}

/** The call of the gate command: the numbers of the stage come as variables. */
function callOf(
  plan: Plan,
  { group: name, stage, part }: Pick<GateDue, 'group' | 'stage' | 'part'>,
  { command, commandTimeoutMs }: Pick<GatePlan, 'command' | 'commandTimeoutMs'>,
  { observed, since, tries }: { readonly observed: Observed; readonly since: number; readonly tries: number },
): HookCall {
  const group = observed.groups.find((one) => one.name === name);
  const record = group?.notes.record;
  const halves = group === undefined || record === undefined ? undefined : split(group, record);
  const desired = record?.size.desired ?? 0;
  const numbers = {
    OLD: units(halves?.old ?? []),
    NEW: units(halves?.new ?? []),
    PROVEN: part,
    DESIRED: desired,
    PERCENT: desired === 0 ? 100 : Math.min(100, Math.floor((100 * part) / desired)),
    TRY: tries,
    ASKED_SECONDS: Math.round((observed.at - since) / 1000),
    BEGAN: Math.floor((record?.startedAt ?? 0) / 1000),
  };
  return {
    line: command,
    side: 'both',
    subject: {
      instance: '',
      privateIp: '',
      publicIp: '',
      group: name,
      stack: plan.stack ?? '',
      rollout: record?.run ?? plan.run,
    },
    variables: {
      HA_UPDATER_STAGE: stage,
      ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [`HA_UPDATER_${key}`, String(value)])),
    },
    timeoutMs: commandTimeoutMs,
  };
}
