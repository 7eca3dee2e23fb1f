import type { Clock, Milliseconds } from '../clock.js';
import type { LockAddress } from './address.js';
import { asEntry, asRow, LockFault, type Entry, type LockStore } from './store.js';

/** The part of a client that is used; `@redis/client` in life. */
export interface RedisClient {
  connect(): Promise<unknown>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string, options: { NX: true; PX: number }): Promise<string | null>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Drops the connection; what was asked is not answered any more. */
  destroy(): void;
}

/** What a Redis store works with. */
export interface RedisOptions {
  /** A client that is not connected yet, and never reconnects by itself. */
  readonly client: () => Promise<RedisClient>;
  readonly address: string;
  readonly clock: Clock;
  /** Longest time for connecting, and for one command. */
  readonly callMs: Milliseconds;
  /** How many of our milliseconds pass in one of the server's; 1 but in rehearsals. */
  readonly speed: number;
}

/** Compares and writes in one step, as Redis runs a script without anything in between. The key expires by itself. */
const WRITE_IF_SAME = `
local found = redis.call('GET', KEYS[1])
if not found then return 0 end
local entry = cjson.decode(found)
if entry.token ~= ARGV[1] or (ARGV[2] ~= '' and tostring(entry.beat) ~= ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1`;

const REMOVE_IF_SAME = `
local found = redis.call('GET', KEYS[1])
if not found or cjson.decode(found).token ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/**
 * Locks as keys of a Redis server that expire after their lease. One server keeps the promise; a replica that
 * takes over may not have seen the last writes, and then two runs can hold the same lock. The lease on the
 * groups' tags remains as the second line.
 */
export function redisStore({ client, address, clock, callMs, speed }: RedisOptions): LockStore {
  let open: Promise<RedisClient> | undefined;
  const drop = (): void => {
    const old = open;
    open = undefined;
    old?.then((connection) => connection.destroy()).catch(() => undefined);
  };
  /** A call that fails takes its connection with it: the next one begins with a fresh one. */
  const call = async <T>(operation: string, send: (redis: RedisClient) => Promise<T>): Promise<T> => {
    const answered = new AbortController();
    const late = clock
      .sleep(callMs, answered.signal)
      .then(() => Promise.reject(new LockFault('unreachable', operation, 'Timeout', 'Redis did not answer in time.')));
    try {
      open ??= connected(client);
      const connection = open;
      return await Promise.race([connection.then(send), late]);
    } catch (error) {
      drop();
      throw asFault(error, operation);
    } finally {
      late.catch(() => undefined);
      answered.abort();
    }
  };
  const expiry = (entry: Entry): number => Math.max(1, Math.round(entry.leaseMs / speed));
  const read: LockStore['read'] = async (name) => {
    const text = await call('redis:GET', (redis) => redis.get(name));
    if (text === null) return undefined;
    const entry = asEntry(parsed(text));
    if (entry === undefined)
      throw new LockFault('invalid', 'redis:GET', 'NotALock', `The key ${name} is no lock of this tool.`);
    return entry;
  };
  const swap = async (name: string, { token }: Entry, beat: string, mine: Entry): Promise<boolean> =>
    (await call('redis:EVAL', (redis) =>
      redis.eval(WRITE_IF_SAME, {
        keys: [name],
        arguments: [token, beat, JSON.stringify(asRow(mine)), String(expiry(mine))],
      }),
    )) === 1;

  return {
    address,
    read,
    take: async (name, mine, over) => {
      const free = await call('redis:SET', (redis) =>
        redis.set(name, JSON.stringify(asRow(mine)), { NX: true, PX: expiry(mine) }),
      );
      if (free !== null) return { taken: true };
      if (over !== undefined && (await swap(name, over, String(over.beat), mine))) return { taken: true };
      const entry = await read(name);
      return { taken: false, ...(entry !== undefined && { entry }) };
    },
    renew: (name, mine) => swap(name, mine, '', mine),
    release: async (name, token) =>
      (await call('redis:EVAL', (redis) => redis.eval(REMOVE_IF_SAME, { keys: [name], arguments: [token] }))) === 1,
    close: () => {
      drop();
      return Promise.resolve();
    },
  };
}

async function connected(make: RedisOptions['client']): Promise<RedisClient> {
  const client = await make();
  await client.connect();
  return client;
}

/** A client for this address. @throws what the import throws when the optional dependency is not installed */
export async function redisClient(
  { host, port, database, tls, username, password }: Extract<LockAddress, { kind: 'redis' }>,
  connectMs: Milliseconds,
): Promise<RedisClient> {
  const { createClient } = await import('@redis/client');
  const client = createClient({
    socket: {
      host,
      port,
      connectTimeout: connectMs,
      reconnectStrategy: false,
      ...(tls && { tls: true as const, servername: host }),
    },
    database,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // Older servers know nothing else.
    RESP: 2,
    disableOfflineQueue: true,
  });
  // Every call hears of its own failure; without a listener the process would end.
  client.on('error', () => undefined);
  return client;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Redis says what is wrong in the first word of its answer; node's network errors carry a code. */
function asFault(error: unknown, operation: string): unknown {
  if (error instanceof LockFault || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const word = /^(WRONGPASS|NOAUTH|NOPERM|ERR|WRONGTYPE|MOVED|READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|OOM|BUSY)\b/.exec(
    error.message,
  )?.[1];
  const said = error.message === '' ? (code ?? error.name) : error.message;
  if (word === 'WRONGPASS' || word === 'NOAUTH' || word === 'NOPERM' || (word === 'ERR' && /auth|password/i.test(said)))
    return new LockFault('denied', operation, word, said);
  if (word === 'ERR' || word === 'WRONGTYPE' || word === 'MOVED')
    return new LockFault('invalid', operation, word, said);
  // Wrapped by node when it tried several addresses of one name.
  const inner = (error as AggregateError).errors as readonly NodeJS.ErrnoException[] | undefined;
  return new LockFault('unreachable', operation, word ?? code ?? inner?.[0]?.code ?? error.constructor.name, said);
}
