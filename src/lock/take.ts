import type { Clock, Instant, Milliseconds } from '../clock.js';
import { LockFault, fingerprintOf, type Entry, type LockStore } from './store.js';
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
  /** Whether the run of an entry surely lives: then nobody has to watch for a sign of it. */
  readonly lives?: (entry: Entry) => boolean;
}

/** Pause between two looks at a lock that somebody else has. */
export const LOOK_MS = 2_000;

/** Calls in a row that may fail before the store counts as out of reach. */
export const TRIES = 3;

/**
 * Takes one lock: at once when nobody has it, and when somebody has it only after its entry was seen
 * unchanged for its whole lease on our own clock. A sign of life means that the holder lives: then we wait
 * as long as the user wants. What other machines' clocks say counts for nothing.
 */
export async function takeLock(name: string, mine: Entry, options: TakeOptions): Promise<Gained | NotGained> {
  const { store, clock, interrupt, stopped } = options;
  const patientUntil = clock.now() + options.waitMs;
  let watched: Watched | undefined;
  let told = '';
  let faults = 0;
  for (;;) {
    if (interrupt.received !== undefined) return { kind: 'interrupted', signal: interrupt.received };
    const at = clock.now();
    const dead = isDead(watched, at, stopped) ? watched.entry : undefined;
    const answer = await attempt(() => store.take(name, mine, dead));
    if (answer instanceof LockFault) {
      if (answer.kind !== 'unreachable' || ++faults >= TRIES) return { kind: 'fault', fault: answer };
      await clock.sleep(LOOK_MS / 2, interrupt.wake);
      continue;
    }
    faults = 0;
    if (answer.taken) return { at, ...(dead !== undefined && { over: dead }) };
    const { entry } = answer;
    if (entry === undefined) continue;
    // The reply to an earlier try was lost: the entry is ours.
    if (entry.token === mine.token) {
      const again = clock.now();
      if ((await attempt(() => store.renew(name, mine))) === true) return { at: again };
      continue;
    }
    watched = watchedAfter(watched, entry, clock.now());
    if (options.lives?.(entry) === true) watched = { ...watched, moved: true };
    if (stopped?.(entry) === true) continue;
    if (watched.moved && clock.now() >= patientUntil) return { kind: 'held', entry };
    const why = whyHeld(watched);
    if (told !== why) options.onWait(why, watched.moved ? patientUntil : watched.since + entry.leaseMs);
    told = why;
    await clock.sleep(LOOK_MS, interrupt.wake);
  }
}

/** Somebody else's entry, since when it stands unchanged, and whether its run showed a sign of life. */
interface Watched {
  readonly entry: Entry;
  readonly since: Instant;
  readonly moved: boolean;
}

/** The run of the entry is gone: it stood unchanged for its whole lease, or is known to be stopped. */
function isDead(watched: Watched | undefined, at: Instant, stopped: TakeOptions['stopped']): watched is Watched {
  return watched !== undefined && (at - watched.since >= watched.entry.leaseMs || stopped?.(watched.entry) === true);
}

function watchedAfter(watched: Watched | undefined, entry: Entry, now: Instant): Watched {
  if (watched !== undefined && fingerprintOf(watched.entry) === fingerprintOf(entry)) return watched;
  return { entry, since: now, moved: watched?.entry.token === entry.token || watched?.moved === true };
}

function whyHeld({ entry: { holder }, moved }: Watched): string {
  const held = `${describeHolder(holder)} has it since ${holder.since}`;
  return moved ? held : `${held} and may be dead; it is taken over unless it shows a sign of life`;
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
