import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { LockAddress } from './address.js';

/** The kinds of reply that the commands of a lock get. */
type RedisReply = string | number | null;

/** A connection to a Redis server: commands are answered in the order in which they were sent. */
export interface RedisLine {
  /** One command and its reply. @throws RedisRefusal (the server says no), RedisNonsense, or node's network error */
  readonly send: (...words: readonly string[]) => Promise<RedisReply>;
  /** Drops the connection at once; what was asked is not answered any more. */
  readonly destroy: () => void;
}

/** The server's own error; the first word says which. */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal';
}

/** What came is no reply to one of our commands, or longer than a lock can be. */
export class RedisNonsense extends Error {
  override readonly name = 'RedisNonsense';
}

/** Most that is kept of a reply: an entry of a lock has less than a thousand bytes. */
const MAX_REPLY_BYTES = 64 * 1024;

interface Waiting {
  readonly resolve: (reply: RedisReply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Begins to connect, and says who we are before anything else is sent. Written by ourselves, because the public
 * clients keep their socket to themselves: while one of them connects nobody can end it, and what a foreign server
 * sends is gathered without a limit. How long a call may take is the caller's to say, with `destroy`.
 */
export function redisLine({
  host,
  port,
  database,
  tls,
  username,
  password,
}: Extract<LockAddress, { kind: 'redis' }>): RedisLine {
  const socket = tls
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) })
    : connectTcp({ host, port });
  const line = speaking(socket);
  const login = async (): Promise<void> => {
    if (password !== undefined || username !== undefined)
      await line.send('AUTH', ...(username === undefined ? [] : [username]), password ?? '');
    if (database !== 0) await line.send('SELECT', String(database));
  };
  const ready = login();
  // Every command hears of it; without one nobody has to.
  ready.catch(() => undefined);
  return { send: (...words) => ready.then(() => line.send(...words)), destroy: line.destroy };
}

function speaking(socket: Socket): RedisLine {
  const waiting: Waiting[] = [];
  let over: Error | undefined;
  let received = Buffer.alloc(0);
  const end = (why: Error): void => {
    over ??= why;
    received = Buffer.alloc(0);
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(over);
  };
  const hear = (chunk: Buffer): void => {
    if (over !== undefined) return;
    received = Buffer.concat([received, chunk]);
    for (let found = readReply(received); found !== undefined; found = readReply(received)) {
      if (found instanceof RedisNonsense) return void end(found);
      const next = waiting.shift();
      if (next === undefined) return void end(new RedisNonsense('It answers what was not asked.'));
      received = received.subarray(found.bytes);
      if (found.reply instanceof RedisRefusal) next.reject(found.reply);
      else next.resolve(found.reply);
    }
    if (received.length > MAX_REPLY_BYTES) end(tooLong());
  };
  socket.on('data', hear);
  socket.on('error', end);
  socket.on('close', () => end(new Error('The connection was closed.')));
  return {
    send: (...words) =>
      new Promise((resolve, reject) => {
        if (over !== undefined) return void reject(over);
        waiting.push({ resolve, reject });
        socket.write(asCommand(words));
      }),
    destroy: () => end(new Error('This run closed the connection.')),
  };
}

/** A command as an array of bulk strings (redis.io, "Redis serialization protocol specification"). */
function asCommand(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/**
 * The first reply of what was received, and how many bytes it takes; undefined while it is not there as a whole.
 * Of the protocol's kinds those that `AUTH`, `SELECT`, `GET`, `SET` and a script that answers a number get.
 */
function readReply(
  received: Buffer,
): { readonly reply: RedisReply | RedisRefusal; readonly bytes: number } | RedisNonsense | undefined {
  if (received.length === 0) return undefined;
  const kind = String.fromCharCode(received[0] ?? 0);
  if (!'+-:$'.includes(kind)) return new RedisNonsense('The answer is not one of a Redis server.');
  const lineEnd = received.indexOf('\r\n');
  if (lineEnd < 0) return undefined;
  const text = received.toString('utf8', 1, lineEnd);
  const bytes = lineEnd + 2;
  if (kind === '+') return { reply: text, bytes };
  if (kind === '-') return { reply: new RedisRefusal(text), bytes };
  if (!/^-?\d{1,15}$/.test(text)) return new RedisNonsense('The answer is not one of a Redis server.');
  if (kind === ':') return { reply: Number(text), bytes };
  const length = Number(text);
  if (length < 0) return { reply: null, bytes };
  if (length > MAX_REPLY_BYTES) return tooLong();
  if (received.length < bytes + length + 2) return undefined;
  return { reply: received.toString('utf8', bytes, bytes + length), bytes: bytes + length + 2 };
}

function tooLong(): RedisNonsense {
  return new RedisNonsense(`The answer has more than ${MAX_REPLY_BYTES} bytes; a lock never has so many.`);
}
