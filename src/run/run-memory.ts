import type { Instant, Milliseconds } from '../clock.js';
import type { Identity } from '../model/event.js';
import type { RunMemory } from './process-context.js';
import type { RunState } from './run-state.js';

/** What a run remembers from one look to the next. */
export interface Remembered {
  readonly run: string;
  /** Of our clock. */
  readonly startedAt: Instant;
  /** How far the service's clock is ahead of ours. */
  readonly ahead: Milliseconds;
  /** The number of its last event. */
  readonly seq: number;
  readonly identity: Identity;
  /** Who works, as notes name it. */
  readonly us: { readonly host: string; readonly pid: number; readonly build?: string };
  /** The stack's own name. */
  readonly stack?: string | undefined;
  readonly state: RunState;
  /** What the task of the run wants to know again. */
  readonly task: unknown;
}

/** Instances of which is kept what they were waited for: last words name no more. */
const MOST_WAITED = 20;

/** As plain JSON. */
export function keep(remembered: Remembered): RunMemory {
  const { state } = remembered;
  const { waited, open } = state.health;
  const health = { waited: new Map([...waited].slice(0, MOST_WAITED)), open };
  return toPlain({ ...remembered, state: { ...state, health } }) as RunMemory;
}

/** What `keep` kept; undefined at the first look. */
export function recall(memory: RunMemory | undefined): Remembered | undefined {
  return memory === undefined ? undefined : (fromPlain(memory) as Remembered);
}

/**
 * A value with maps and sets in it as plain JSON, for whoever keeps it elsewhere. `fromPlain` gives it back; what JSON
 * does not know besides (functions, undefined) is lost.
 */
export function toPlain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner instanceof Map) return { [MAP]: [...(inner as ReadonlyMap<unknown, unknown>)] };
      if (inner instanceof Set) return { [SET]: [...(inner as ReadonlySet<unknown>)] };
      return inner;
    }),
  ) as unknown;
}

/** What `toPlain` made plain. */
export function fromPlain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (MAP in inner) return new Map(inner[MAP] as readonly (readonly [unknown, unknown])[]);
    if (SET in inner) return new Set(inner[SET] as readonly unknown[]);
    return inner;
  }) as unknown;
}

const MAP = '$map';
const SET = '$set';
