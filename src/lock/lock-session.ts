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
export function createKeeper(options: KeeperOptions): Keeper {
  const { store, clock, background = clock, timing = LOCK_TIMING, token, waitMs, interrupt, serviceNow } = options;
  const { lives = () => false, emit } = options;
  const leases = createLeases({ ...options, timing });
  const outlived = new Set<string>();
  /**
   * Their tokens. Whoever could not renew one of its locks for its lease changes nothing more, whatever else it
   * holds.
   */
  const stopped = new Set<string>();
  const over = new AbortController();
  let beating = false;

  const isOver = (): boolean => over.signal.aborted;

  async function keepAlive(): Promise<void> {
    while (!isOver()) {
      // Soon again after a call that failed.
      await background.sleep(leases.age() >= timing.beatMs ? timing.beatMs / 4 : timing.beatMs, over.signal);
      if (isOver() || leases.isLost()) return;
      if (leases.lost() === undefined) await leases.renew();
    }
  }

  return {
    get lost() {
      return leases.lost();
    },
    outlived,
    take: async (names) => {
      const gained: string[] = [];
      for (const name of [...new Set(names)].filter((one) => !leases.has(one)).sort()) {
        const onWait = (why: string, until: Instant): void =>
          emit({ type: 'lock.waiting', lock: store.address, name, why, until: serviceNow() + until - clock.now() });
        const answer = await takeLock(name, leases.entry(), {
          store,
          clock,
          waitMs,
          onWait,
          interrupt,
          lives: ({ holder: whose }) => lives(whose),
          stopped: ({ token: whose }) => stopped.has(whose),
        });
        if ('kind' in answer) return { ...answer, name };
        leases.add(name, answer.at);
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
    confirm: leases.confirm,
    release: async () => {
      over.abort();
      await leases.settled();
      const kept = await giveBack(store, token, leases.names());
      leases.clear();
      await attempt(() => store.close());
      return kept;
    },
  };
}

/** Answers the names of those that could not be given back. */
async function giveBack(store: LockStore, token: string, names: readonly string[]): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const name of names) {
    // Twice, because nothing waits for it but the next run.
    const gone = [await attempt(() => store.release(name, token))];
    if (gone[0] instanceof LockFault) gone.push(await attempt(() => store.release(name, token)));
    if (gone.at(-1) instanceof LockFault) kept.push(name);
  }
  return kept;
}

/** The leases of the locks that a run holds: since when each is confirmed, and whether one is lost. */
interface Leases {
  /** What is written of us next; each one counts on. */
  readonly entry: () => Entry;
  readonly add: (name: string, confirmedAt: Instant) => void;
  readonly has: (name: string) => boolean;
  readonly names: () => readonly string[];
  readonly clear: () => void;
  /** Since when the oldest one is not confirmed. */
  readonly age: () => Milliseconds;
  /** Renews all of them, once at a time. Failed calls are told; a lock that is not ours any more is lost. */
  readonly renew: () => Promise<void>;
  /** Ends with the renewal that is under way, if any. */
  readonly settled: () => Promise<void>;
  /** As `Keeper.confirm`. */
  readonly confirm: () => Promise<void>;
  /** Whether a loss was found, without looking at the clock again. */
  readonly isLost: () => boolean;
  /** The loss that is known, or that our clock says now. */
  readonly lost: () => LockLost | undefined;
}

function createLeases({
  store,
  clock,
  timing,
  holder,
  token,
  emit,
}: KeeperOptions & { readonly timing: LockTiming }): Leases {
  /** name → our clock just before the last call that confirmed it was sent. */
  const confirmed = new Map<string, Instant>();
  let beat = 0;
  let lost: LockLost | undefined;
  let renewing: Promise<void> | undefined;

  const entry = (): Entry => ({ holder, token, beat: ++beat, leaseMs: timing.leaseMs });
  const age = (): Milliseconds => clock.now() - Math.min(...confirmed.values());
  const isOld = (): boolean => confirmed.size > 0 && age() >= timing.leaseMs - timing.marginMs;

  /** A lease that nobody confirmed for its whole length may be somebody else's, whatever the store says later. */
  function lookAtAge(): LockLost | undefined {
    for (const [name, at] of confirmed) {
      if (clock.now() - at >= timing.leaseMs)
        lost ??= unconfirmed(name, store.address, { ms: clock.now() - at, leaseMs: timing.leaseMs });
    }
    return lost;
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
    const whose = await holderOf(store, name);
    lost ??= new LockLost(name, `the lock ${name} in ${store.address} is not ours any more; it is held by ${whose}`);
  }

  function renew(): Promise<void> {
    renewing ??= (async () => {
      await Promise.all([...confirmed.keys()].map(renewOne));
    })().finally(() => (renewing = undefined));
    return renewing;
  }

  return {
    entry,
    add: (name, at) => void confirmed.set(name, at),
    has: (name) => confirmed.has(name),
    names: () => [...confirmed.keys()],
    clear: () => confirmed.clear(),
    age,
    renew,
    settled: async () => renewing,
    confirm: async () => {
      while (lookAtAge() === undefined && isOld()) {
        // A call that fails, or takes too long, confirms nothing. This ends: the lease runs out.
        await renew();
        if (lookAtAge() === undefined && isOld()) await clock.sleep(timing.marginMs / 20);
      }
      if (lost !== undefined) throw lost;
    },
    isLost: () => lost !== undefined,
    lost: lookAtAge,
  };
}

async function holderOf(store: LockStore, name: string): Promise<string> {
  const now = await attempt(() => store.read(name));
  return now === undefined || now instanceof LockFault ? 'nobody' : describeHolder(now.holder);
}

function unconfirmed(
  name: string,
  address: string,
  { ms, leaseMs }: { readonly ms: Milliseconds; readonly leaseMs: Milliseconds },
): LockLost {
  const why = `the lock ${name} in ${address} was not confirmed for ${Math.round(ms / 1000)} s`;
  return new LockLost(name, `${why}, and its lease is ${leaseMs / 1000} s`);
}
