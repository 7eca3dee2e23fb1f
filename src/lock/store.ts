import type { Milliseconds } from '../clock.js';

/** Who has a lock, for people. */
export interface Holder {
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  /** The pipeline's build; absent outside of one. */
  readonly build?: string;
  readonly command: string;
  /** When it was taken, by the holder's own clock: nobody reckons with it. */
  readonly since: string;
}

/** What stands in a lock. */
export interface Entry {
  readonly holder: Holder;
  /** Belongs to one run alone. */
  readonly token: string;
  /** Rises with every sign of life. */
  readonly beat: number;
  /** An entry that was seen unchanged for this long on the watcher's own clock belongs to nobody alive. */
  readonly leaseMs: Milliseconds;
}

/** What came of an attempt to take a lock. Somebody else's entry may be gone again by the time it is read. */
type Taken = { readonly taken: true } | { readonly taken: false; readonly entry?: Entry };

/**
 * Where locks are kept. Every change is one compare-and-swap, done whole or not at all, and every read shows
 * the newest state. A call answers or throws a LockFault in bounded time; after a fault its effect may have
 * happened nevertheless.
 */
export interface LockStore {
  /** Address for people and for `--lock`, without secrets. */
  readonly address: string;
  read(name: string): Promise<Entry | undefined>;
  /** Writes `mine` when nobody has the lock, or when it still holds exactly `over` (token and beat). */
  take(name: string, mine: Entry, over?: Entry): Promise<Taken>;
  /** Writes `mine` when the lock holds an entry with the same token; false when it does not. */
  renew(name: string, mine: Entry): Promise<boolean>;
  /** Removes the entry with this token; false when there is none. */
  release(name: string, token: string): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * A call to the store failed: `unreachable` may pass, the others need a person. `missing` is a table that
 * does not exist, `invalid` an entry that is not ours to read.
 */
export class LockFault extends Error {
  override readonly name = 'LockFault';
  constructor(
    readonly kind: 'unreachable' | 'denied' | 'missing' | 'invalid',
    readonly operation: string,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The entry out of what a store kept; undefined when it is not one of ours. */
export function asEntry(value: unknown): Entry | undefined {
  const { token, beat, leaseMs, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof token !== 'string' || typeof beat !== 'number' || typeof leaseMs !== 'number' || !(leaseMs > 0))
    return undefined;
  const text = (key: string): string => (typeof rest[key] === 'string' ? rest[key] : '');
  const holder: Holder = {
    run: text('run'),
    host: text('host'),
    pid: typeof rest['pid'] === 'number' ? rest['pid'] : 0,
    ...(text('build') !== '' && { build: text('build') }),
    command: text('command'),
    since: text('since'),
  };
  return { holder, token, beat, leaseMs };
}

/** The entry as one flat row of plain values. */
export function asRow({ holder, token, beat, leaseMs }: Entry): Readonly<Record<string, string | number>> {
  return { ...holder, token, beat, leaseMs };
}

/** What makes an entry this one and no other: it changes with every sign of life. */
export function fingerprintOf({ token, beat }: Entry): string {
  return `${token} ${beat}`;
}
