import { eventsOf, spent } from './events.js';
import { createKeys } from './key.js';
import { groupName, planOf, runsOf } from './runs.js';
import type { Scope } from './scopes.js';
import { TICK, type GroupState, type Member, type State, type Step } from './world.js';

/** A moment to count from. */
const T0 = Date.parse('2026-11-21T03:00:00Z');

/** What a search found. */
export interface Found {
  readonly states: number;
  readonly transitions: number;
  /** All states were visited; else the bound was reached. */
  readonly complete: boolean;
  /** What must never happen, each kind once, with the shortest story that leads there. */
  readonly violations: readonly Story[];
  /** States from which no end can be reached. Unknown where the search is not complete. */
  readonly deadEnds: number;
  /** The shortest ways into them, one for each kind of last step. */
  readonly doors: readonly Story[];
  /** How often each end was reached, by its outcome. */
  readonly ends: Readonly<Record<string, number>>;
}

/** How it came to be, step by step. */
interface Story {
  readonly what: string;
  readonly steps: readonly string[];
}

/** Searches a scope breadth-first. `bound`: states at most. */
export function search(scope: Scope, bound = Infinity): Found {
  const graph = createGraph();
  const keyOf = createKeys(scope.strategy === 'rolling' || scope.strategy === 'restart');
  const known = new Map<string, number>();
  const broken = new Map<string, { readonly from: number; readonly label: string }>();
  const ends: Record<string, number> = {};
  const add = (state: State, from: number, turn: number): void => {
    const key = keyOf(state);
    const before = known.get(key);
    if (before !== undefined) {
      graph.edge(from, before);
      return;
    }
    known.set(key, known.size);
    graph.node(state, from, turn);
  };
  add(firstOf(scope), -1, 0);
  let complete = true;
  for (let at = 0; at < known.size; at++) {
    if (known.size > bound) {
      complete = false;
      break;
    }
    const state = graph.take(at);
    const steps = stepsOf(state, scope);
    if (isEnd(state)) graph.end(at);
    steps.forEach((step, turn) => {
      if (step.broken !== undefined) {
        if (!broken.has(kindOf(step.broken)))
          broken.set(kindOf(step.broken), { from: at, label: `${step.label} → ${step.broken}` });
        return;
      }
      count(ends, step.state, state);
      add(step.state, at, turn);
    });
  }
  const story = (what: string, index: number, last?: string): Story => ({
    what,
    steps: [...retold(scope, graph.way(index)), ...(last === undefined ? [] : [last])],
  });
  const dead = complete ? graph.dead() : [];
  const isDead = new Set(dead);
  const doors = new Map<string, Story>();
  for (const index of dead) {
    if (isDead.has(graph.parent(index))) continue;
    const told = story('no end can be reached', index);
    const kind = kindOf(told.steps.at(-1) ?? '');
    if (!doors.has(kind)) doors.set(kind, told);
  }
  return {
    states: known.size,
    transitions: graph.transitions(),
    complete,
    violations: [...broken].map(([what, { from, label }]) => story(what, from, label)),
    deadEnds: dead.length,
    doors: [...doors.values()],
    ends,
  };
}

/** A kind of violation: without names and numbers. */
function kindOf(broken: string): string {
  return broken.replaceAll(/i-\d+/g, 'INSTANCE').replaceAll(/run-[a-z]/g, 'RUN');
}

function count(ends: Record<string, number>, { ended }: State, before: State): void {
  if (ended === undefined || ended === before.ended) return;
  const outcome = ended.kind === 'finish' ? ended.results.map((one) => one.outcome).join('+') : ended.kind;
  ends[outcome] = (ends[outcome] ?? 0) + 1;
}

/** Nobody is at work, and nothing is left to be finished. */
function isEnd({ runners, groups }: State): boolean {
  return runners.length === 0 && groups.every(({ notes }) => notes.record === undefined);
}

/** All that may happen next; what reads of before would show is kept only while they may lag. */
function stepsOf(state: State, scope: Scope): readonly Step[] {
  return [...runsOf(state, scope), ...(isEnd(state) || state.dawn ? [] : eventsOf(state, scope))].map((step) => {
    if (step.state.before === undefined || spent(step.state, 'stale') !== undefined) return step;
    const { before: _before, ...rest } = step.state;
    return { ...step, state: rest };
  });
}

/** The labels of a way, by walking it again. */
function retold(scope: Scope, turns: readonly number[]): readonly string[] {
  let state = firstOf(scope);
  return turns.map((turn) => {
    const step = stepsOf(state, scope)[turn];
    if (step === undefined) throw new Error('A story cannot be told again: its steps are not the same.');
    state = step.state;
    return step.label;
  });
}

function firstOf(scope: Scope): State {
  let launched = 0;
  const groups = scope.groups.map(({ old, min, max }, index): GroupState => {
    const members = Array.from({ length: old }, (): Member => ({
      id: `i-${++launched}`,
      launchedAt: T0 - 100 * TICK,
      stage: 'live',
      ok: true,
      health: 'healthy',
      shielded: false,
      gone: false,
      version: 'one',
    }));
    const size = { min, max, desired: old };
    return { name: groupName(index), size, suspended: [], notes: {}, members, sizedBy: 'others' };
  });
  const runners = [{ plan: planOf(scope, 'run-a'), waiting: false, cancelled: false }];
  return { now: T0, groups, runners, dawn: false, troubles: scope.troubles, launched };
}

/** What was found so far: how each state was reached first, and which leads to which. */
function createGraph() {
  const waiting: (State | undefined)[] = [];
  const parents: number[] = [];
  const turns: number[] = [];
  const sources: number[] = [];
  const targets: number[] = [];
  const ends: number[] = [];
  const edge = (from: number, to: number): void => {
    sources.push(from);
    targets.push(to);
  };
  return {
    edge,
    node: (state: State, from: number, turn: number): void => {
      waiting.push(state);
      parents.push(from);
      turns.push(turn);
      if (from >= 0) edge(from, parents.length - 1);
    },
    /** The state, which is not kept any longer. */
    take: (index: number): State => {
      const state = waiting[index];
      waiting[index] = undefined;
      if (state === undefined) throw new Error('A state was taken twice.');
      return state;
    },
    end: (index: number): void => void ends.push(index),
    transitions: (): number => sources.length,
    parent: (index: number): number => parents[index] ?? -1,
    /** The turns that lead from the first state to this one. */
    way: (index: number): readonly number[] => {
      const way: number[] = [];
      for (let at = index; at > 0; at = parents[at] ?? 0) way.push(turns[at] ?? 0);
      return way.reverse();
    },
    /** States from which no end is reached, the nearest first. */
    dead: (): readonly number[] => {
      const reached = reachedBackward(parents.length, { sources, targets }, ends);
      return Array.from({ length: parents.length }, (_, index) => index).filter((index) => reached[index] === 0);
    },
  };
}

/** Marks every state from which one of these can be reached. */
function reachedBackward(
  size: number,
  { sources, targets }: { readonly sources: readonly number[]; readonly targets: readonly number[] },
  ends: readonly number[],
): Uint8Array {
  const starts = new Int32Array(size + 1);
  for (const to of targets) starts[to + 1] = (starts[to + 1] ?? 0) + 1;
  for (let at = 0; at < size; at++) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
  const next = starts.slice();
  const into = new Int32Array(sources.length);
  targets.forEach((to, n) => {
    into[next[to] ?? 0] = sources[n] ?? 0;
    next[to] = (next[to] ?? 0) + 1;
  });
  const reached = new Uint8Array(size);
  const queue = [...ends];
  for (const end of queue) reached[end] = 1;
  for (let at = queue.pop(); at !== undefined; at = queue.pop())
    for (let n = starts[at] ?? 0; n < (starts[at + 1] ?? 0); n++) {
      const from = into[n] ?? 0;
      if (reached[from] === 1) continue;
      reached[from] = 1;
      queue.push(from);
    }
  return reached;
}
