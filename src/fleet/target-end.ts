import type { Instant, Milliseconds } from '../clock.js';
import type { Outcome } from '../model/event.js';
import type { TargetPhase } from './fleet-step.js';
import { worstEnd } from './worst-end.js';

/** How a target of a fleet ended; `notBegun`: its turn never came. */
export interface TargetEnd {
  readonly wave: string;
  readonly target: string;
  readonly outcome: Outcome | 'notBegun';
  /** What the command for it alone would have exited with; absent where it was not begun. */
  readonly exitCode?: number;
  /** Code of the cause, where it did not end well. */
  readonly code?: string;
  /** What is to be known of it, as one sentence. */
  readonly says: string;
  /** The id of its run, where there was one. */
  readonly run?: string;
  readonly startedAt?: Instant;
  readonly elapsedMs: Milliseconds;
  /** The commands that go on with this target alone. */
  readonly next: readonly string[];
}

/** What an end means for the wave. */
export function phaseOf({
  outcome,
  exitCode,
}: Pick<TargetEnd, 'outcome' | 'exitCode'>): Exclude<TargetPhase, 'running'> {
  if (exitCode !== 0) return 'failed';
  return outcome === 'paused' ? 'paused' : 'done';
}

/** How the waves ended. */
export type WavesEnd = 'done' | 'failed' | 'alarm' | 'paused' | 'approval' | 'stopped';

/**
 * The outcome of the whole fleet, whose exit code is that of the worst target. A failure that was tolerated counts too,
 * because 0 says that all is done.
 */
export function outcomeOfFleet(how: WavesEnd, ends: readonly TargetEnd[]): Outcome {
  const begun = ends.flatMap(({ outcome, exitCode }) =>
    outcome === 'notBegun' || exitCode === undefined ? [] : [{ outcome, exitCode }],
  );
  const worst = worstEnd(begun);
  if (how === 'alarm') return worst?.exitCode === 1 ? worst.outcome : 'stopped';
  if (worst !== undefined && worst.exitCode !== 0) return worst.outcome;
  if (how === 'stopped' || how === 'failed') return 'stopped';
  if (how === 'paused' || how === 'approval') return 'paused';
  return begun.every(({ outcome }) => outcome === 'nothing') ? 'nothing' : 'updated';
}
