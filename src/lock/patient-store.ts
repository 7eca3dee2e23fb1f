import type { Clock } from '../clock.js';
import { LockFault, type LockStore } from './store.js';
import { attempt, LOOK_MS, TRIES } from './take.js';

/** What the commands that show and release locks need of a store. */
export type ShownStore = Pick<LockStore, 'address' | 'read' | 'release' | 'close'>;

/**
 * The store for a person who looks at a lock: a call that does not reach it is made up to three times, a second
 * apart, as a run does when it takes the lock. One lost packet is no reason to tell somebody that the store is out
 * of reach.
 *
 * A release whose reply was lost may have been done: when a later try finds no entry to remove and nobody has the
 * lock, it is released.
 */
export function patientStore(store: LockStore, clock: Clock): ShownStore {
  const persist = async <T>(call: (earlier: number) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      const answer = await attempt(() => call(tries - 1));
      if (!(answer instanceof LockFault)) return answer;
      if (answer.kind !== 'unreachable' || tries >= TRIES) throw answer;
      await clock.sleep(LOOK_MS / 2);
    }
  };
  return {
    address: store.address,
    read: (name) => persist(() => store.read(name)),
    release: (name, token) =>
      persist(
        async (earlier) =>
          (await store.release(name, token)) || (earlier > 0 && (await store.read(name)) === undefined),
      ),
    close: () => store.close(),
  };
}
