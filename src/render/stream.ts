import type { Clock, Milliseconds } from '../clock.js';
import type { Emit, Stamped } from '../model/event.js';

/** Something that shows events. It must not throw and must not make the run wait. */
export interface Renderer {
  readonly show: (stamped: Stamped) => void;
  /** How often a wait that goes on is worth telling again. */
  readonly repeatMs: Milliseconds;
  /** After the last event: resolves when everything is on the screen. */
  readonly end: () => Promise<void>;
}

/**
 * The run's one event stream: numbers events without gaps, stamps them and hands them to all sinks.
 * A sink that throws is dropped: showing must never stop a rollout.
 */
export function createStream(options: {
  readonly clock: Clock;
  readonly run: string;
  readonly sinks: readonly ((stamped: Stamped) => void)[];
  /** The number of the last event before, where others have told of the run until now. */
  readonly after?: number;
}): Emit {
  let seq = options.after ?? 0;
  const alive = new Set(options.sinks);
  return (event) => {
    seq += 1;
    const stamped: Stamped = { v: 1, seq, at: options.clock.now(), run: options.run, event };
    for (const sink of alive) {
      try {
        sink(stamped);
      } catch {
        alive.delete(sink);
      }
    }
  };
}
