import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import { readLockAddress, type LockAddress } from '../../src/lock/address.js';
import { redisLine } from '../../src/lock/redis-line.js';
import { redisStore } from '../../src/lock/redis.js';
import { LockFault, type LockStore } from '../../src/lock/store.js';
import { entry } from './contract.js';

const CALL_MS = 1_000;

/** A server on this machine that does as it likes with whoever connects. */
interface Foreign {
  readonly store: (secrets?: { readonly password?: string }, path?: string) => LockStore;
  /** Connections that stand open. */
  readonly open: () => number;
  /** Bytes that the server could get rid of. */
  readonly sent: () => number;
  readonly heard: () => string;
  readonly stop: () => Promise<void>;
}

async function foreign(does: (socket: Socket, heard: string) => void): Promise<Foreign> {
  const sockets = new Set<Socket>();
  let sent = 0;
  let heard = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sent += socket.bytesWritten;
      sockets.delete(socket);
    });
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      does(socket, chunk.toString());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    store: (secrets = {}, path = '') => {
      const address = readLockAddress(`redis://127.0.0.1:${port}${path}`, 'eu-west-1', secrets);
      return redisStore({
        connect: () => redisLine(address as Extract<LockAddress, { kind: 'redis' }>),
        address: address.shown,
        clock: systemClock(),
        callMs: CALL_MS,
        speed: 1,
      });
    },
    open: () => sockets.size,
    sent: () => sent,
    heard: () => heard,
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const faultOf = async (call: Promise<unknown>): Promise<LockFault> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(LockFault);
  return error as LockFault;
};

/** No connection of ours stands any more: a moment for the server to hear of it. */
async function isLeftAlone({ open }: Foreign): Promise<void> {
  for (let look = 0; look < 100 && open() > 0; look++) await systemClock().sleep(10);
  expect(open()).to.equal(0);
}

describe('a lock in a server that is no good Redis', () => {
  let server: Foreign;
  afterEach(() => server.stop());

  it('gives up in time on one that never answers, and leaves no connection behind', async () => {
    server = await foreign(() => undefined);
    const store = server.store({ password: 'secret' }, '/3');
    for (let call = 0; call < 3; call++) {
      const fault = await faultOf(store.take('x', entry('a', 1)));
      expect([fault.kind, fault.code]).to.deep.equal(['unreachable', 'Timeout']);
      await isLeftAlone(server);
    }
    expect(server.heard(), 'nothing but who we are').to.equal('*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n'.repeat(3));
  });

  it('gives up in time on one whose answer drips', async () => {
    server = await foreign((socket) => {
      const drip = setInterval(() => socket.write('+'), 20);
      socket.once('close', () => clearInterval(drip));
    });
    const began = performance.now();
    const fault = await faultOf(server.store().read('x'));
    expect([fault.kind, fault.code]).to.deep.equal(['unreachable', 'Timeout']);
    expect(performance.now() - began).to.be.lessThan(CALL_MS * 10);
    await isLeftAlone(server);
  });

  for (const [what, answer, code] of [
    ['a line that never ends', 'x'.repeat(65_536), 'NotRedis'],
    ['replies that nobody asked for', '+OK\r\n'.repeat(10_000), 'NotALock'],
  ] as const)
    it(`hangs up on one that sends without end: ${what}`, async () => {
      server = await foreign((socket) => {
        const flood = (): void => {
          while (!socket.destroyed && socket.write(answer));
        };
        socket.write('+');
        socket.on('drain', flood);
        flood();
      });
      const fault = await faultOf(server.store().read('x'));
      expect([fault.kind, fault.code], fault.message).to.deep.equal(['invalid', code]);
      await isLeftAlone(server);
      // What the sockets of both sides hold is not ours.
      expect(server.sent()).to.be.lessThan(16 * 1024 * 1024);
    });

  for (const [what, answer] of [
    ['a reply that says it will be a terabyte', '$1000000000000\r\n'],
    ['a web server', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
    ['a number that is none', ':many\r\n'],
  ] as const)
    it(`says so at once: ${what}`, async () => {
      server = await foreign((socket) => void socket.write(answer));
      const began = performance.now();
      const fault = await faultOf(server.store().read('x'));
      expect([fault.kind, fault.code]).to.deep.equal(['invalid', 'NotRedis']);
      expect(performance.now() - began).to.be.lessThan(CALL_MS);
      await isLeftAlone(server);
    });

  it('says that it hung up, and goes on over a fresh connection', async () => {
    let first = true;
    server = await foreign((socket) => {
      if (first) socket.destroy();
      else socket.write('$-1\r\n');
      first = false;
    });
    const store = server.store();
    expect((await faultOf(store.read('x'))).kind).to.equal('unreachable');
    expect(await store.read('x')).to.equal(undefined);
    await store.close();
    await isLeftAlone(server);
  });

  it('puts replies that come in pieces together, in their order', async () => {
    const row = JSON.stringify({
      run: 'r',
      host: 'hö',
      pid: 1,
      command: 'c',
      since: 's',
      token: 't',
      beat: 1,
      leaseMs: 9,
    });
    server = await foreign((socket, heard) => {
      const bytes = Buffer.from(
        heard
          .split('*2\r\n')
          .slice(1)
          .map((_, at) => (at === 0 ? `$${Buffer.byteLength(row)}\r\n${row}\r\n` : '$-1\r\n'))
          .join(''),
      );
      bytes.forEach((byte) => socket.write(Buffer.from([byte])));
    });
    const store = server.store();
    const [one, other] = await Promise.all([store.read('a'), store.read('b')]);
    expect(one?.holder.host).to.equal('hö');
    expect(other).to.equal(undefined);
    await store.close();
  });
});
