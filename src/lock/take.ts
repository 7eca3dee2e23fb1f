import type { Clock, Instant, Milliseconds } from '../clock.js';
import { LockFault, pulseOf, type Entry, type LockStore } from './store.js';
import { describeHolder } from '../text/holder.js';

/** How a lock came to be ours. */
export interface Gained {
  /** Our clock just before the call that took it was sent. */
  readonly at: Instant;
  /** The entry that was seen unchanged for its whole lease, and replaced. */
  readonly over?: Entry;
}

/** Why a lock was not taken: a run that lives has it, a signal came, or the store fails. */
export type NotGained =
  | { readonly kind: 'held'; readonly entry: Entry }
  | { readonly kind: 'interrupted'; readonly signal: string }
  | { readonly kind: 'fault'; readonly fault: LockFault };

export interface TakeOptions {
  readonly store: LockStore;
  readonly clock: Clock;
  /** How long to wait for a run that lives. */
  readonly waitMs: Milliseconds;
  /** Told once for every entry that is waited for. */
  readonly onWait: (why: string, until: Instant) => void;
  readonly interrupt: { readonly received: string | undefined; readonly wake: AbortSignal };
  /** Whether the run of an entry is surely stopped already: then nobody has to watch this one too. */
  readonly stopped?: (entry: Entry) => boolean;
}

/** Pause between two looks at a lock that somebody else has. */
const LOOK_MS = 2_000;

/** Calls in a row that may fail before the store counts as out of reach. */
const TRIES = 3;

/**
 * Takes one lock: at once when nobody has it, and when somebody has it only after its entry was seen
 * unchanged for its whole lease on our own clock. A sign of life means that the holder lives: then we wait
 * as long as the user wants. What other machines' clocks say counts for nothing.
 */
export async function takeLock(
  name: string,
  mine: Entry,
  { store, clock, waitMs, onWait, interrupt, stopped }: TakeOptions,
): Promise<Gained | NotGained> {
  const start = clock.now();
  let watched: { readonly entry: Entry; readonly since: Instant; readonly moved: boolean } | undefined;
  let told = '';
  let faults = 0;
  for (;;) {
    if (interrupt.received !== undefined) return { kind: 'interrupted', signal: interrupt.received };
    const at = clock.now();
    const dead =
      watched !== undefined && (at - watched.since >= watched.entry.leaseMs || stopped?.(watched.entry) === true)
        ? watched.entry
        : undefined;
    const answer = await attempt(() => store.take(name, mine, dead));
    if (answer instanceof LockFault) {
      if (answer.kind !== 'unreachable' || ++faults >= TRIES) return { kind: 'fault', fault: answer };
      await clock.sleep(LOOK_MS / 2, interrupt.wake);
      continue;
    }
    faults = 0;
    if (answer.taken) return { at, ...(dead !== undefined && { over: dead }) };
    const { entry } = answer;
    // The reply to an earlier try was lost: the entry is ours.
    if (entry?.token === mine.token) {
      const again = clock.now();
      if ((await attempt(() => store.renew(name, mine))) === true) return { at: again };
      continue;
    }
    if (entry === undefined) continue;
    if (watched === undefined || pulseOf(watched.entry) !== pulseOf(entry)) {
      watched = { entry, since: clock.now(), moved: watched?.entry.token === entry.token || watched?.moved === true };
    }
    if (stopped?.(entry) === true) continue;
    const patient = start + waitMs;
    if (watched.moved && clock.now() >= patient) return { kind: 'held', entry };
    const who = describeHolder(entry.holder);
    const why = watched.moved
      ? `${who} has it since ${entry.holder.since}`
      : `${who} has it since ${entry.holder.since} and may be dead; it is taken over unless it shows a sign of life`;
    if (told !== why) onWait(why, watched.moved ? patient : watched.since + entry.leaseMs);
    told = why;
    await clock.sleep(LOOK_MS, interrupt.wake);
  }
}

/** What the call answers, or the fault that it ended with. */
export async function attempt<T>(call: () => Promise<T>): Promise<T | LockFault> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof LockFault) return error;
    throw error;
  }
}
