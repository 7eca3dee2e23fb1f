import type { Clock, Instant, Milliseconds } from '../clock.js';
import { LockLost } from '../errors.js';
import type { Emit } from '../model/event.js';
import { attempt, takeLock, type NotGained, type TakeOptions } from './take.js';
import { LockFault, type Entry, type Holder, type LockStore } from './store.js';
import { describeHolder } from '../text/holder.js';

/** The times of a strict lock. */
export interface LockTiming {
  /** After this long without a sign of life, whoever watched may take over. */
  readonly leaseMs: Milliseconds;
  /** Pause between two signs of life. */
  readonly beatMs: Milliseconds;
  /**
   * Nothing is changed any more in this last part of a lease that was not renewed: longer than a call to AWS
   * may take, so that it has its effect before anybody else begins.
   */
  readonly marginMs: Milliseconds;
}

export const LOCK_TIMING: LockTiming = { leaseMs: 120_000, beatMs: 20_000, marginMs: 40_000 };

/** The strict locks of one run, kept while it lives. */
export interface Keeper {
  /** Takes these too, one after the other in their order; what cannot be taken is answered, and the others stay. */
  take(names: readonly string[]): Promise<(NotGained & { readonly name: string }) | undefined>;
  /**
   * Answers when something may be changed now. A lease that grows old is renewed first.
   * @throws LockLost for ever, once a lock is lost or was not confirmed for its whole lease
   */
  confirm(): Promise<void>;
  /** The loss, once it is known or our clock says so. */
  readonly lost: LockLost | undefined;
  /** Runs that are surely stopped: their lock was seen unchanged for its whole lease, and is ours now. */
  readonly outlived: ReadonlySet<string>;
  /** Gives all locks back. Answers the names that could not be given back; they end with their lease. */
  release(): Promise<readonly string[]>;
}

export interface KeeperOptions {
  readonly store: LockStore;
  readonly clock: Clock;
  /** Sleeps between signs of life; the same clock unless a test tells them apart. */
  readonly background?: Clock;
  readonly timing?: LockTiming;
  readonly holder: Holder;
  readonly token: string;
  readonly waitMs: Milliseconds;
  readonly interrupt: TakeOptions['interrupt'];
  /** Whether a holder surely runs on this very machine, now. */
  readonly lives?: (holder: Holder) => boolean;
  readonly emit: Emit;
  /** The run's time, for events. */
  readonly serviceNow: () => Instant;
}

/**
 * Keeps what it takes: renews every lock in the background and knows, by our own clock alone, how long it may count
 * on them.
 */
export function createKeeper({
  store,
  clock,
  background = clock,
  timing = LOCK_TIMING,
  holder,
  token,
  waitMs,
  interrupt,
  lives = () => false,
  emit,
  serviceNow,
}: KeeperOptions): Keeper {
  /** name → our clock just before the last call that confirmed it was sent. */
  const confirmed = new Map<string, Instant>();
  const outlived = new Set<string>();
  /**
   * Their tokens. Whoever could not renew one of its locks for its lease changes nothing more, whatever else it
   * holds.
   */
  const stopped = new Set<string>();
  const over = new AbortController();
  let beating = false;
  let beat = 0;
  let lost: LockLost | undefined;
  let renewing: Promise<void> | undefined;

  const entry = (): Entry => ({ holder, token, beat: ++beat, leaseMs: timing.leaseMs });
  /** Since when the oldest of our locks is not confirmed. */
  const age = (): Milliseconds => clock.now() - Math.min(...confirmed.values());

  const isLost = (): boolean => lost !== undefined;
  const isOver = (): boolean => over.signal.aborted;
  const isOld = (): boolean => confirmed.size > 0 && age() >= timing.leaseMs - timing.marginMs;

  /** A lease that nobody confirmed for its whole length may be somebody else's, whatever the store says later. */
  function lookAtAge(): void {
    for (const [name, at] of confirmed) {
      if (clock.now() - at >= timing.leaseMs)
        lost ??= new LockLost(
          name,
          `the lock ${name} in ${store.address} was not confirmed for ` +
            `${Math.round((clock.now() - at) / 1000)} s, and its lease is ${timing.leaseMs / 1000} s`,
        );
    }
  }

  async function renewOne(name: string): Promise<void> {
    const at = clock.now();
    const answer = await attempt(() => store.renew(name, entry()));
    if (answer === true) return void confirmed.set(name, at);
    if (answer instanceof LockFault) {
      const { operation, code } = answer;
      emit({ type: 'call.retried', operation, code, attempt: 1, waitMs: timing.beatMs / 4 });
      return;
    }
    const now = await attempt(() => store.read(name));
    const whose = now === undefined || now instanceof LockFault ? 'nobody' : describeHolder(now.holder);
    lost ??= new LockLost(name, `the lock ${name} in ${store.address} is not ours any more; it is held by ${whose}`);
  }

  /** Renews all of them, once at a time. */
  function renew(): Promise<void> {
    renewing ??= (async () => {
      await Promise.all([...confirmed.keys()].map(renewOne));
    })().finally(() => (renewing = undefined));
    return renewing;
  }

  async function keepAlive(): Promise<void> {
    while (!isOver()) {
      // Soon again after a call that failed.
      await background.sleep(age() >= timing.beatMs ? timing.beatMs / 4 : timing.beatMs, over.signal);
      if (isOver() || isLost()) return;
      lookAtAge();
      if (!isLost()) await renew();
    }
  }

  return {
    get lost() {
      lookAtAge();
      return lost;
    },
    outlived,
    take: async (names) => {
      const gained: string[] = [];
      for (const name of [...new Set(names)].filter((one) => !confirmed.has(one)).sort()) {
        const onWait = (why: string, until: Instant): void =>
          emit({ type: 'lock.waiting', lock: store.address, name, why, until: serviceNow() + until - clock.now() });
        const answer = await takeLock(name, entry(), {
          store,
          clock,
          waitMs,
          onWait,
          interrupt,
          lives: ({ holder: whose }) => lives(whose),
          stopped: ({ token: whose }) => stopped.has(whose),
        });
        if ('kind' in answer) return { ...answer, name };
        confirmed.set(name, answer.at);
        if (answer.over !== undefined) {
          outlived.add(answer.over.holder.run);
          stopped.add(answer.over.token);
        }
        gained.push(name);
        if (!beating) void keepAlive();
        beating = true;
      }
      if (gained.length > 0) emit({ type: 'lock.taken', lock: store.address, names: gained });
      return undefined;
    },
    confirm: async () => {
      lookAtAge();
      while (!isLost() && isOld()) {
        // A call that fails, or takes too long, confirms nothing. This ends: the lease runs out.
        await renew();
        lookAtAge();
        if (!isLost() && isOld()) await clock.sleep(timing.marginMs / 20);
      }
      if (lost !== undefined) throw lost;
    },
    release: async () => {
      over.abort();
      await renewing;
      const kept: string[] = [];
      for (const name of confirmed.keys()) {
        // Twice, because nothing waits for it but the next run.
        const gone = [await attempt(() => store.release(name, token))];
        if (gone[0] instanceof LockFault) gone.push(await attempt(() => store.release(name, token)));
        if (gone.at(-1) instanceof LockFault) kept.push(name);
      }
      confirmed.clear();
      await attempt(() => store.close());
      return kept;
    },
  };
}
