import type { Instant, Milliseconds } from '../clock.js';
import type { Identity } from '../model/event.js';
import { fromPlain, toPlain } from '../text/plain-json.js';
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
