import { there } from './there.js';
import type { Clock, Instant, Milliseconds } from '../clock.js';

/** Something that will happen in the world. */
interface Due {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
}

/** Cancels what was scheduled; harmless when it already happened. */
export type Cancel = () => void;

/**
 * The world's time. Nothing happens between two events, so a simulated hour costs what its events
 * cost. Actors (engines) sleep on it: when all of them sleep, time jumps to the next wake-up, and all
 * that is due before happens first, in order.
 */
export class SandboxClock implements Clock {
  #now: Instant;
  #order = 0;
  readonly #queue: Due[] = [];
  readonly #sleepers = new Set<{ readonly at: Instant; readonly order: number; readonly wake: () => void }>();
  /** How many must sleep before time passes. */
  actors = 1;
  /** Called after every event and by the world after every call: where invariants look. */
  afterChange: () => void = () => undefined;
  /** Called when a moment is over, before anything of the next one happens. */
  beforeLater: () => void = () => undefined;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  /** Schedules `run`. Equal times happen in the order in which they were scheduled. */
  at(when: Instant, run: () => void): Cancel {
    // Time that is no number would be one for everybody from then on.
    if (Number.isNaN(when)) throw new Error('Something in this world would happen at a time that is no number.');
    const due: Due = { at: Math.max(when, this.#now), order: this.#order++, run };
    insert(this.#queue, due);
    return () => {
      const index = this.#queue.indexOf(due);
      if (index >= 0) this.#queue.splice(index, 1);
    };
  }

  after(ms: Milliseconds, run: () => void): Cancel {
    return this.at(this.#now + ms, run);
  }

  /** Lets everything happen that is due up to and including `when`. */
  advanceTo(when: Instant): void {
    for (let first = this.#queue[0]; first !== undefined && first.at <= when; first = this.#queue[0]) {
      this.#queue.shift();
      this.#moveTo(first.at);
      first.run();
      this.afterChange();
    }
    this.#moveTo(when);
  }

  #moveTo(when: Instant): void {
    if (when <= this.#now) return;
    this.beforeLater();
    this.#now = when;
  }

  advance(ms: Milliseconds): void {
    this.advanceTo(this.#now + ms);
  }

  /** When the next event is due; undefined when the world is at rest. */
  get nextAt(): Instant | undefined {
    return this.#queue[0]?.at;
  }

  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        at: this.#now + Math.max(0, ms),
        order: this.#order++,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
      this.pass();
    });
  }

  /** Lets time pass to the next wake-up if every actor sleeps. Called again when an actor leaves. */
  pass(): void {
    if (this.#sleepers.size === 0 || this.#sleepers.size < this.actors) return;
    const next = [...this.#sleepers].sort((a, b) => a.at - b.at || a.order - b.order)[0];
    if (next === undefined) return;
    // Something that is due before may wake a sleeper early (a signal): then time stands there.
    const asleep = this.#sleepers.size;
    for (let first = this.#queue[0]; first !== undefined && first.at <= next.at; first = this.#queue[0]) {
      this.advanceTo(first.at);
      if (this.#sleepers.size < asleep) return;
    }
    this.advanceTo(next.at);
    next.wake();
  }
}

/** Keeps the queue sorted by time, then by order of scheduling. */
function insert(queue: Due[], due: Due): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = there(queue[middle]);
    if (other.at < due.at || (other.at === due.at && other.order < due.order)) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, due);
}
