import type { Stamped } from '../model/event.js';

/** Events that nobody has taken yet; beyond that the oldest are dropped, which a gap in `seq` shows. */
const MOST_KEPT = 20_000;

/**
 * A call that has begun: await it for how it ended, and iterate it for its events while it goes on. Leaving the
 * loop leaves the run alone (of `watch` it ends the watching); an `AbortSignal` stops it. Both ways throw the same
 * `UpdaterError` in the end when it did not end well. Events can be iterated once.
 */
export interface UpdaterRun<T> extends PromiseLike<T>, AsyncIterable<Stamped> {}

/**
 * @param begin starts the call, which tells its events
 * @param onLeave the loop over them was left before the end
 */
export function startRun<T>(
  begin: (onEvent: (stamped: Stamped) => void) => Promise<T>,
  onLeave: () => void = () => undefined,
): UpdaterRun<T> {
  const kept: Stamped[] = [];
  let over = false;
  let taken = false;
  let wake: () => void = () => undefined;
  const end = (): void => {
    over = true;
    wake();
  };
  const ending = begin((stamped) => {
    if (kept.length >= MOST_KEPT) kept.shift();
    kept.push(stamped);
    wake();
  }).finally(end);
  return {
    then: (onEnd, onFailure) => ending.then(onEnd, onFailure),
    [Symbol.asyncIterator]: async function* () {
      if (taken) throw new TypeError('The events of a run can be iterated once.');
      taken = true;
      // It is told at the end of the loop; until then a failure waits.
      void ending.catch(() => undefined);
      let left = true;
      try {
        for (;;) {
          const next = kept.shift();
          if (next !== undefined) yield next;
          else if (over) break;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
        left = false;
      } finally {
        if (left) onLeave();
      }
      await ending;
    },
  };
}
