import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import { readLockAddress, type LockAddress } from '../../src/lock/address.js';
import { redisLine } from '../../src/lock/redis-line.js';
import { redisStore } from '../../src/lock/redis.js';
import { LockFault, type LockStore } from '../../src/lock/store.js';
import { worksUnderTheLock } from '../commands/lock-stories.js';
import { entry, keepsTheContract } from '../lock/contract.js';
import { raceTwenty } from '../lock/races.js';
import { startDynalite, startRedis, type RunningStore } from '../support/lock-stores.js';

const PASSWORD = 'never to be seen @ all:/';

function storeOf(
  address: string,
  secrets: { readonly username?: string; readonly password?: string } = {},
  callMs = 2_000,
): LockStore {
  const read = readLockAddress(address, 'eu-west-1', secrets) as Extract<LockAddress, { kind: 'redis' }>;
  return redisStore({
    connect: () => redisLine(read),
    address: read.shown,
    clock: systemClock(),
    callMs,
    speed: 1,
  });
}

/** A server of ours between a client and Redis, whose line can be cut, or go silent. */
async function between(
  server: Server,
  port: number,
): Promise<{
  readonly port: number;
  readonly cut: () => void;
  readonly silence: () => void;
  readonly stop: () => Promise<void>;
}> {
  const lines = new Set<Socket>();
  let silent = false;
  server.on('setSecureContext' in server ? 'secureConnection' : 'connection', (near: Socket) => {
    const far = connect(port, '127.0.0.1');
    for (const line of [near, far]) {
      lines.add(line);
      line.on('error', () => undefined);
      line.once('close', () => lines.delete(line));
    }
    near.on('data', (chunk) => silent || far.write(chunk));
    far.on('data', (chunk) => silent || near.write(chunk));
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => lines.forEach((line) => line.destroy()),
    silence: () => (silent = true),
    stop: async () => {
      lines.forEach((line) => line.destroy());
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

describe('a lock in a real redis-server', function () {
  this.timeout(20_000);
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let open: LockStore;
  before(async () => {
    redis = await startRedis({ password: PASSWORD });
    open = storeOf(redis.address, { password: PASSWORD });
  });
  after(async () => {
    await open.close();
    await redis.stop();
  });

  keepsTheContract(() => storeOf(redis.address, { password: PASSWORD }));

  it('ends with its lease when nobody renews it', async () => {
    await open.take('short', entry('a', 1, 300));
    expect((await open.take('short', entry('b', 1, 300))).taken).to.equal(false);
    await systemClock().sleep(400);
    expect(await open.renew('short', entry('a', 2, 300)), 'gone is gone').to.equal(false);
    expect((await open.take('short', entry('b', 1, 300))).taken).to.equal(true);
  });

  it('goes on after a connection that broke, on a fresh one', async () => {
    const line = await between(createServer(), redis.port);
    const store = storeOf(`redis://127.0.0.1:${line.port}`, { password: PASSWORD });
    await store.take('cut', entry('a', 1));
    line.cut();
    await systemClock().sleep(50);
    const first = await store.renew('cut', entry('a', 2)).catch((error: unknown) => error);
    expect(first === true || (first instanceof LockFault && first.kind === 'unreachable'), String(first)).to.equal(
      true,
    );
    expect(await store.renew('cut', entry('a', 3))).to.equal(true);
    await store.close();
    await line.stop();
  });

  it('gives up in time on a server that says nothing', async () => {
    const line = await between(createServer(), redis.port);
    const store = storeOf(`redis://127.0.0.1:${line.port}`, { password: PASSWORD }, 300);
    await store.take('silent', entry('a', 1));
    line.silence();
    const began = performance.now();
    const fault = await faultOf(store.renew('silent', entry('a', 2)));
    expect([fault.kind, fault.code]).to.deep.equal(['unreachable', 'Timeout']);
    expect(performance.now() - began).to.be.lessThan(2_000);
    await store.close();
    await line.stop();
  });

  it('says what a person has to mend, without the password', async () => {
    for (const [address, password, kind] of [
      [redis.address, 'wrong', 'denied'],
      [redis.address, undefined, 'denied'],
      ['redis://127.0.0.1:1', PASSWORD, 'unreachable'],
      [`redis://127.0.0.1:${redis.port}/9999`, PASSWORD, 'invalid'],
    ] as const) {
      const fault = await faultOf(storeOf(address, password === undefined ? {} : { password }).read('x'));
      expect(fault.kind, `${address}: ${fault.code} ${fault.message}`).to.equal(kind);
      expect(JSON.stringify([fault.message, fault.code, fault.stack])).not.to.include(PASSWORD);
    }
  });

  it('speaks TLS with rediss, and only to a server whose certificate checks out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-updater-tls-'));
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
        '-keyout',
        join(folder, 'key.pem'),
        '-out',
        join(folder, 'cert.pem'),
      ],
      { stdio: 'ignore' },
    );
    const line = await between(
      createTlsServer({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }),
      redis.port,
    );
    const address = `rediss://localhost:${line.port}`;
    expect((await faultOf(storeOf(address, { password: PASSWORD }).read('x'))).message).to.match(
      /self.signed certificate/i,
    );
    // Another process, because node reads what it trusts when it starts.
    const said = await new Promise<string>((resolve, reject) => {
      execFile(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `
        const { redisStore } = await import(${JSON.stringify(new URL('../../src/lock/redis.js', import.meta.url).href)});
        const { redisLine } = await import(${JSON.stringify(new URL('../../src/lock/redis-line.js', import.meta.url).href)});
        const { readLockAddress } = await import(${JSON.stringify(new URL('../../src/lock/address.js', import.meta.url).href)});
        const { systemClock } = await import(${JSON.stringify(new URL('../../src/clock.js', import.meta.url).href)});
        const address = readLockAddress(process.env.ADDRESS, 'eu-west-1', { password: process.env.PASSWORD });
        const store = redisStore({ connect: () => redisLine(address), address: address.shown, clock: systemClock(), callMs: 2000, speed: 1 });
        console.log(await store.read('nothing') ?? 'free', address.shown);
        await store.close();`,
        ],
        {
          env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'), ADDRESS: address, PASSWORD },
          encoding: 'utf8',
        },
        (error, stdout) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`the client failed: ${stdout}`, { cause: error }));
        },
      );
    });
    expect(said).to.equal(`free rediss://localhost:${line.port}/0\n`);
    await line.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('two processes race for a lock in a real redis-server', function () {
  this.timeout(120_000);
  raceTwenty(() => startRedis());
});

describe('processes under a strict lock in a real redis-server', () => {
  worksUnderTheLock(() => startRedis({ password: PASSWORD }), { races: 5 });
});

describe('processes under a strict lock in DynamoDB', () => {
  worksUnderTheLock((): Promise<RunningStore> => startDynalite(), { races: 2 });
});
