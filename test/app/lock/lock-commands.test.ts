import { expect } from 'chai';
import sinon from 'sinon';
import { lockAsked } from '../../../src/app/lock/lock-flags.js';
import {
  releaseLock,
  showLock,
  type LockCommandAsked,
  type LockDocument,
} from '../../../src/app/lock/lock-commands.js';
import { dynamoDb } from '../../../src/aws/gateway.js';
import { systemClock } from '../../../src/clock.js';
import { readWanted } from '../../../src/config/rollout-plan.js';
import { Failure } from '../../../src/errors.js';
import type { CommandResult, ProcessContext } from '../../../src/index.js';
import { dynamoStore } from '../../../src/lock/dynamodb.js';
import { entry } from '../../lock/contract.js';
import { inProcess, type InProcess } from '../../support/in-process.js';
import { startDynalite } from '../../support/lock-stores.js';
import { standardGroup } from '../../support/sandbox.js';

const KEYS = () => Promise.resolve({ accessKeyId: 'AKIDLOCK', secretAccessKey: 'secret' });
const NAME = 'ha-updater/123456789012/eu-west-1/group/web';
type Ended = LockDocument | CommandResult;

describe('the commands of a strict lock', function () {
  this.timeout(30_000);
  let world: InProcess;
  let dynalite: Awaited<ReturnType<typeof startDynalite>>;
  const endpoint = process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  before(async () => {
    world = await inProcess(({ world: aws }) => void standardGroup(aws, { name: 'web', size: 1, balancers: [] }));
    dynalite = await startDynalite();
    Object.assign(process.env, dynalite.env);
  });
  after(async () => {
    if (endpoint === undefined) Reflect.deleteProperty(process.env, 'AWS_ENDPOINT_URL_DYNAMODB');
    else process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
    await dynalite.stop();
    await world.stop();
  });

  /** Somebody takes the lock. */
  const take = async (token: string): Promise<void> => {
    const { url, address } = dynalite;
    const clock = systemClock();
    const store = dynamoStore({
      client: dynamoDb({ region: 'eu-west-1', endpoint: url, credentials: KEYS }),
      table: 'locks',
      key: 'LockID',
      address,
      clock,
      callMs: 5_000,
      epochSeconds: () => 1,
    });
    await store.release(NAME, 'a');
    await store.take(NAME, entry(token, 1));
  };
  const asked = (more: Partial<LockCommandAsked> = {}): LockCommandAsked => ({
    asgs: ['web'],
    lock: dynalite.address,
    region: 'eu-west-1',
    ...more,
  });
  const show = (context: Partial<ProcessContext> = {}): ReturnType<typeof world.run<LockCommandAsked, Ended>> =>
    world.run<LockCommandAsked, Ended>('lock show', showLock, asked(), context);
  const release = (
    more: Partial<LockCommandAsked>,
    context: Partial<ProcessContext> = {},
  ): ReturnType<typeof world.run<LockCommandAsked, Ended>> =>
    world.run<LockCommandAsked, Ended>('lock release', releaseLock, asked(more), context);
  const locksOf = (document: Ended): unknown => ('locks' in document ? document.locks : document.failure?.code);

  it('show that it is free, and that there is nothing to release', async () => {
    const { document, stdout } = await show();
    expect([stdout, locksOf(document)]).to.deep.equal([`${NAME}: free.\n`, [{ name: NAME }]]);
    expect((await release({ force: true })).stdout).to.equal('No run holds the lock: there is nothing to release.\n');
  });

  it('show whose it is, for people or for programs', async () => {
    await take('a');
    const { holder } = entry('a', 1);
    expect((await show()).stdout).to.match(
      /group\/web: held by .*agent.*, update-asgs, since .*; its lease is 60 s from/,
    );
    const { document, stdout } = await show({ json: true });
    expect([stdout, locksOf(document)]).to.deep.equal(['', [{ name: NAME, holder, leaseSeconds: 60 }]]);
  });

  it('release nothing unasked: a no leaves it, a yes takes it', async () => {
    await take('a');
    const ask = sinon.stub<[string, AbortSignal], Promise<boolean>>();
    ask.onFirstCall().resolves(false);
    ask.onSecondCall().resolves(true);
    const kept = await release({}, { ask });
    expect([locksOf(kept.document), kept.document.exitCode]).to.deep.equal(['run.declined', 3]);
    expect(ask.firstCall.args[0]).to.match(
      /^Release it\? If .* still lives, it may change things for up to 60 s more\.$/,
    );
    expect((await show()).stdout).to.include('held by');
    expect((await release({}, { ask })).stdout).to.match(/: held by .*\n.*: released\.\n$/);
    expect((await show()).stdout).to.include('free');
  });

  it('release exactly what was shown: a run that came in between keeps it', async () => {
    await take('a');
    const ask = async (): Promise<boolean> => {
      await take('b');
      return true;
    };
    const { document } = await release({}, { ask });
    expect(locksOf(document)).to.equal('lock.moved');
    expect((await show({ json: true })).document).to.have.nested.property('locks[0].holder.run', 'run-b');
    expect(locksOf((await release({ force: true }, { json: true })).document)).to.deep.equal([
      { name: NAME, holder: entry('b', 1).holder, leaseSeconds: 60, released: true },
    ]);
  });

  const refused: readonly (readonly [string, () => Promise<unknown>, string])[] = [
    ['no terminal and no --force', () => release({}), 'usage.flags'],
    ['no address', () => world.run('lock show', showLock, asked({ lock: '' })), 'usage.lock'],
    ['no group', () => world.run('lock show', showLock, asked({ asgs: [] })), 'usage.flags'],
  ];
  for (const [what, call, code] of refused)
    it(`refuse ${what} before anything is asked`, async () => {
      const thrown: unknown = await call().catch((error: unknown) => error);
      expect(thrown instanceof Failure ? [thrown.facts.code, thrown.exitCode] : thrown).to.deep.equal([code, 2]);
    });
});

describe('the lock that a command line asks for', () => {
  it('is the address with its patience, or none', () => {
    const wanted = readWanted({ 'wait-for-lock': '90s' });
    expect(lockAsked({ lock: 'redis://x' }, wanted)).to.deep.equal({ address: 'redis://x', waitMs: 90_000 });
    expect([lockAsked({}, wanted), lockAsked({ lock: '' }, wanted)]).to.deep.equal([undefined, undefined]);
  });
});
