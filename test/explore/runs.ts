import { command } from '../../src/text/commands/next-command.js';
import { decide } from '../../src/decide/decide.js';
import { guard } from '../../src/decide/guard/guard.js';
import { afterAction } from '../../src/decide/memory/fold-action.js';
import type { Decision, Observed, Seen } from '../../src/model/rollout/decision.js';
import type { Gates, Plan } from '../../src/model/rollout/rollout-plan.js';
import { applied } from './effects.js';
import { spent } from './events.js';
import { brokenBy, deaf, wrongEnd } from './expected.js';
import { asking, unheard } from './gate.js';
import { ALARM, lookAt } from './look.js';
import { brokenByCommand, commandsAfter } from './restarting.js';
import type { Scope, ScopeGates, Successor } from './scopes.js';
import { partsAfter, settled } from './stack.js';
import { TICK, type Ended, type Runner, type State, type Step } from './world.js';

/** What runs of the tool may do next: look and act, die at any point of that, and be started. */
export function runsOf(state: State, scope: Scope): readonly Step[] {
  return [
    ...state.runners.flatMap((runner, index) => (runner.waiting ? [] : looksOf(state, index, scope))),
    ...startsOf(state, scope),
  ];
}

/** Every way in which one look of a run may go. */
function looksOf(state: State, index: number, scope: Scope): readonly Step[] {
  const stale = state.before === undefined ? undefined : spent(state, 'stale');
  return [
    ...lookOf(state, index, scope, false),
    ...(stale === undefined ? [] : lookOf({ ...state, troubles: stale }, index, scope, true)),
  ];
}

/** One look of a run, what it decides by it, and every way in which that may go. */
function lookOf(state: State, index: number, scope: Scope, lagging: boolean): readonly Step[] {
  const known = state.runners[index];
  if (known === undefined) return [];
  const runner = settled(state, known);
  const observed = lookAt(state, runner, { lagging, knowsDead: scope.knowsDead });
  const cancelled = observed.cancellation !== undefined;
  const decision = decide(observed, runner.plan);
  const label = `${runner.plan.run} looks${lagging ? ' at what was before' : ''}: `;
  const { before: _before, ...rest } = state;
  const fresh: State = { ...rest, dawn: false };
  const me: Runner = { ...runner, seen: observed.seen, cancelled, waiting: false };
  switch (decision.kind) {
    case 'wait':
      return [
        { label: `${label}waits`, state: withRunner(fresh, index, { ...asking(me, decision, state), waiting: true }) },
      ];
    case 'act':
      return waysToSend({ state: fresh, index, me, observed, label }, decision.actions);
    case 'refuse':
      return [
        {
          label: `${label}refuses (${decision.reasons.map(({ code }) => code).join(', ')})`,
          state: withoutRunner(fresh, index, { kind: 'refuse' }),
        },
      ];
    case 'held':
      return [{ label: `${label}finds it held`, state: withoutRunner(fresh, index, { kind: 'held' }) }];
    case 'finish': {
      const { results } = decision;
      const parts = partsAfter(fresh, me, results);
      if (parts.length > 0)
        return parts.map(({ words, state: next, runner: on }) => ({
          label: `${label}${words}`,
          state: withRunner(next, index, on),
        }));
      const broken = results.flatMap((result) => {
        const group = fresh.groups.find(({ name }) => name === result.group);
        return group === undefined ? [] : (wrongEnd(result, group, runner.plan.run) ?? []);
      })[0];
      const words = results.map(({ outcome, why }) => `${outcome}: ${why}`).join('; ');
      const next = withoutRunner(fresh, index, { kind: 'finish', results });
      return [{ label: `${label}ends, ${words}`, state: next, ...(broken !== undefined && { broken }) }];
    }
  }
}

/** A run that is about to send the actions of a decision. */
interface Sending {
  readonly state: State;
  readonly index: number;
  readonly me: Runner;
  readonly observed: Observed;
  readonly label: string;
}

/** All goes well; or the run dies before or after an action; or a reply is lost, with its effect or without. */
function waysToSend(sending: Sending, actions: Extract<Decision, { kind: 'act' }>['actions']): readonly Step[] {
  const { index, observed } = sending;
  const steps: Step[] = [];
  let { state, label, me } = sending;
  let seen: Seen = observed.seen;
  for (const { action, why } of actions) {
    const rule = guard(observed, me.plan, action);
    if (rule !== undefined) return [...steps, { label: `${label}${action.type}`, state, broken: `the guard: ${rule}` }];
    steps.push(...died(state, index, `${label}dies before ${action.type}`));
    const effect = applied(state, action);
    if ('refused' in effect)
      return [...steps, { label: `${label}${action.type}`, state, broken: `refused: ${effect.refused}` }];
    const lost = OF_COMMANDS.has(action.type) ? undefined : spent(state, 'lost');
    if (lost !== undefined) {
      const unsure = afterAction(seen, { action, at: observed.at, sure: false }, me.plan);
      for (const [words, next] of [
        ['comes to nothing', state],
        ['goes through, and its reply is lost', effect.state],
      ] as const)
        steps.push({
          label: `${label}${action.type} ${words}`,
          state: withRunner({ ...next, troubles: lost }, index, { ...me, seen: unsure }),
        });
    }
    const broken =
      brokenIn(state, effect.state, action) ??
      deaf(state, action) ??
      unheard(state, me, action) ??
      brokenByCommand(state, me, action);
    label += `${sayAction(action)} (${why}); `;
    if (broken !== undefined) return [...steps, { label, state: effect.state, broken }];
    state = effect.state;
    const commands = commandsAfter(me, action, state.now);
    if (commands !== undefined) me = { ...me, commands };
    seen = afterAction(seen, { action, at: observed.at, sure: true }, me.plan);
  }
  steps.push(...died(state, index, `${label}dies`));
  return [...steps, { label, state: withRunner(state, index, { ...me, seen }) }];
}

/** A run knows at once of the commands that it started itself. */
const OF_COMMANDS: ReadonlySet<string> = new Set(['run', 'cancel']);

function brokenIn(before: State, after: State, action: Parameters<typeof brokenBy>[0]): string | undefined {
  for (const [n, group] of after.groups.entries()) {
    const was = before.groups[n];
    const broken = was === undefined || was === group ? undefined : brokenBy(action, was, group);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function sayAction(action: Parameters<typeof brokenBy>[0]): string {
  switch (action.type) {
    case 'suspend':
    case 'resume':
      return `${action.type} ${action.processes.length}`;
    case 'resize':
      return `resize to ${action.size.min}/${action.size.desired}/${action.size.max}`;
    case 'terminate':
      return `terminate ${action.instances.join(', ')}${action.decrement ? '' : ' without decrement'}`;
    case 'standby':
      return `${action.on ? 'enter' : 'exit'} standby ${action.instances.join(', ')}`;
    case 'deregister':
    case 'register':
      return `${action.type} ${action.targets.map(({ instance }) => instance).join(', ')}`;
    case 'run':
    case 'cancel':
      return `${action.type} on ${action.instance}`;
    case 'note':
      return `note ${action.out.instances.map(({ id }) => id).join(', ')}`;
    case 'judge':
      return `judge ${action.verdict.outcome}`;
    default:
      return action.type;
  }
}

function died(state: State, index: number, label: string): readonly Step[] {
  const troubles = spent(state, 'kill');
  return troubles === undefined
    ? []
    : [{ label, state: { ...withoutRunner(state, index, { kind: 'killed' }), troubles } }];
}

function withRunner(state: State, index: number, runner: Runner): State {
  return { ...state, runners: state.runners.map((one, n) => (n === index ? runner : one)) };
}

function withoutRunner(state: State, index: number, ended: Ended): State {
  return { ...state, runners: state.runners.filter((_, n) => n !== index), ended };
}

/** Runs that somebody may start now. */
function startsOf(state: State, scope: Scope): readonly Step[] {
  const start = (label: string, plan: Plan): Step => {
    const { ended: _ended, ...rest } = state;
    return { label, state: { ...rest, runners: [...rest.runners, { plan, waiting: false, cancelled: false }] } };
  };
  const run = freeName(state);
  if (state.runners.length > 0) {
    const troubles = spent(state, 'rival');
    if (troubles === undefined || state.runners.length > 1) return [];
    const { label, state: next } = start(`${run} is started beside`, planOf(scope, run));
    return [{ label, state: { ...next, troubles } }];
  }
  if (state.groups.every(({ notes }) => notes.record === undefined)) return [];
  // Nobody changes a stack that is being changed.
  const may = scope.successors.filter((kind) => kind !== 'again' || state.stack === undefined);
  return may.map((kind) => start(`${run} is started: ${kind}`, planOf(scope, run, kind)));
}

/** A name that nobody knows any more, so that stories without end have few. */
function freeName({ groups, runners }: State): string {
  const known = new Set([
    ...runners.flatMap(({ plan, seen }) => [plan.run, ...(seen === undefined ? [] : remembered(seen))]),
    ...groups.flatMap(({ notes }) => [
      notes.record?.run,
      notes.verdict?.run,
      notes.lease?.run,
      notes.frozen?.run,
      notes.wish?.run,
    ]),
  ]);
  return ['run-a', 'run-b', 'run-c', 'run-d', 'run-e', 'run-f'].find((name) => !known.has(name)) ?? 'run-z';
}

/** The runs that a run remembers: one of the same name would be taken for them. */
function remembered({ cleared, recorded, superseded, leases, known }: Seen): readonly (string | undefined)[] {
  const prints = [...Object.values(superseded), ...Object.values(leases).map(({ beat }) => beat)];
  return [
    ...Object.values(cleared).flat(),
    ...Object.values(recorded).flat(),
    ...prints.map((print) => print.split(' ')[0]),
    ...Object.values(known).flatMap(({ record, verdict }) => [record?.run, verdict?.run]),
  ];
}

/** What a run is asked for; by a first run where no kind is given. */
export function planOf(scope: Scope, run: string, kind: Successor = 'again'): Plan {
  const adopts = kind !== 'again';
  return {
    strategy: adopts && (scope.strategy === 'keep-size' || scope.strategy === 'restart') ? 'swap' : scope.strategy,
    ...(scope.strategy === 'keep-size' && {
      stack: 'web',
      ...(!adopts && { keepSize: { phase: 'begin', changed: {} } }),
    }),
    ...(scope.rolling !== undefined && { rolling: scope.rolling }),
    ...(scope.restart !== undefined && !adopts && { restart: { ...scope.restart, commandMs: 2 * TICK } }),
    run,
    host: run,
    pid: 1,
    groups: scope.groups.map((_, n) => groupName(n)),
    region: 'eu-west-1',
    again: command`ha-updater update-asgs`,
    swap: 'outdated',
    together: true,
    force: false,
    adoptOnly: adopts,
    undo: kind === 'rollback',
    ...(kind === 'resume' && { goOn: true }),
    ...(kind === 'finish' && { finishKept: true }),
    timing: {
      pollMs: TICK,
      warmupMs: TICK,
      progressMs: 2 * TICK,
      totalMs: 3 * TICK,
      drainMs: 2 * TICK,
      settleMs: TICK,
      leaseMs: 2 * TICK,
      renewMs: TICK,
      waitForLockMs: 0,
    },
    ...(scope.gates !== undefined && { gates: gatesOf(scope.gates) }),
  };
}

function gatesOf({ canary, bakeTicks = 0, keepTicks, pauseAt, pauseEnds, alarm, asks }: ScopeGates): Gates {
  return {
    words: [],
    ...(canary !== undefined && { canary }),
    ...(bakeTicks > 0 && { bakeMs: bakeTicks * TICK }),
    ...(keepTicks !== undefined && { keepMs: keepTicks * TICK }),
    ...(pauseAt !== undefined && { pauseAt: [pauseAt] }),
    ...(pauseEnds !== undefined && { pauseEnds: { afterMs: TICK, by: pauseEnds } }),
    ...(alarm === true && { alarms: [ALARM] }),
    ...(asks === true && { gate: { command: 'ask', timeoutMs: TICK, commandTimeoutMs: TICK } }),
  };
}

/** Groups are named by letters. */
export function groupName(index: number): string {
  return String.fromCharCode(97 + index);
}
