import type { Clock, Milliseconds } from '../clock.js';
import { RedisNonsense, type RedisLine } from './redis-line.js';
import { asEntry, asRow, LockFault, type Entry, type LockStore } from './store.js';

/** What a Redis store works with. */
export interface RedisOptions {
  /** Begins a new connection. */
  readonly connect: () => RedisLine;
  readonly address: string;
  readonly clock: Clock;
  /** Longest time for one command, with connecting when it is the first. */
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
export function redisStore({ connect, address, clock, callMs, speed }: RedisOptions): LockStore {
  let open: RedisLine | undefined;
  const drop = (line: RedisLine): void => {
    if (open === line) open = undefined;
    line.destroy();
  };
  /** A call that fails takes its connection with it: the next one begins with a fresh one. */
  const call = async (
    operation: string,
    ...words: readonly string[]
  ): Promise<Awaited<ReturnType<RedisLine['send']>>> => {
    const answered = new AbortController();
    const late = clock
      .sleep(callMs, answered.signal)
      .then(() => Promise.reject(new LockFault('unreachable', operation, 'Timeout', 'Redis did not answer in time.')));
    const line = (open ??= connect());
    try {
      return await Promise.race([line.send(...words), late]);
    } catch (error) {
      drop(line);
      throw asFault(error, operation);
    } finally {
      late.catch(() => undefined);
      answered.abort();
    }
  };
  const expiry = (entry: Entry): number => Math.max(1, Math.round(entry.leaseMs / speed));
  const read: LockStore['read'] = async (name) => {
    const text = await call('redis:GET', 'GET', name);
    if (text === null) return undefined;
    const entry = asEntry(parsed(text));
    if (entry === undefined)
      throw new LockFault('invalid', 'redis:GET', 'NotALock', `The key ${name} is not a lock that ha-updater wrote.`);
    return entry;
  };
  /** A script with one key. */
  const evaluate = (script: string, ...words: readonly string[]): ReturnType<typeof call> =>
    call('redis:EVAL', 'EVAL', script, '1', ...words);
  const swap = async (name: string, { token }: Entry, beat: string, mine: Entry): Promise<boolean> =>
    (await evaluate(WRITE_IF_SAME, name, token, beat, JSON.stringify(asRow(mine)), String(expiry(mine)))) === 1;

  return {
    address,
    read,
    take: async (name, mine, over) => {
      const row = JSON.stringify(asRow(mine));
      const free = await call('redis:SET', 'SET', name, row, 'NX', 'PX', String(expiry(mine)));
      if (free !== null) return { taken: true };
      if (over !== undefined && (await swap(name, over, String(over.beat), mine))) return { taken: true };
      const entry = await read(name);
      return { taken: false, ...(entry !== undefined && { entry }) };
    },
    renew: (name, mine) => swap(name, mine, '', mine),
    release: async (name, token) => (await evaluate(REMOVE_IF_SAME, name, token)) === 1,
    close: () => {
      if (open !== undefined) drop(open);
      return Promise.resolve();
    },
  };
}

function parsed(text: string | number): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

/** Redis says what is wrong in the first word of its answer; node's network errors carry a code. */
function asFault(error: unknown, operation: string): unknown {
  if (error instanceof LockFault || !(error instanceof Error)) return error;
  if (error instanceof RedisNonsense) return new LockFault('invalid', operation, 'NotRedis', error.message);
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
