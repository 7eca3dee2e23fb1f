import { expect } from 'chai';
import { dynamoDb } from '../../src/aws/gateway.js';
import { systemClock } from '../../src/clock.js';
import type { LockDocument } from '../../src/index.js';
import { dynamoStore } from '../../src/lock/dynamodb.js';
import type { LockStore } from '../../src/lock/store.js';
import { entry } from '../lock/contract.js';
import { startDynalite } from '../support/lock-stores.js';
import { HAS_TERMINAL, startOnTerminal } from './support/cli.js';
import { commandWorld, type CommandWorld } from './support/world.js';

const NAME = 'ha-updater/123456789012/eu-west-1/group/web';
const WHO = 'run run-a on agent (pid 7, Jenkins web/118)';

describe('ha-updater lock', function () {
  this.timeout(60_000);
  let world: CommandWorld;
  let dynalite: Awaited<ReturnType<typeof startDynalite>>;
  let store: LockStore;
  before(async () => {
    [world, dynalite] = await Promise.all([commandWorld(''), startDynalite()]);
    const client = dynamoDb({
      region: 'eu-west-1',
      endpoint: dynalite.url,
      credentials: () => Promise.resolve({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
    });
    store = dynamoStore({
      client,
      table: 'locks',
      key: 'LockID',
      address: dynalite.address,
      clock: systemClock(),
      callMs: 5_000,
      epochSeconds: () => 0,
    });
  });
  beforeEach(async () => {
    await store.release(NAME, 'a');
    await store.take(NAME, entry('a', 1));
  });
  after(async () => {
    await store.close();
    await dynalite.stop();
    await world.stop();
  });

  const words = (command: string): readonly string[] => ['lock', command, '--asg', 'web', '--lock', dynalite.address];

  it('shows who has it, for people and as JSON', async () => {
    const { code, stdout } = await world.run(words('show'), dynalite.env);
    expect([code, stdout]).to.deep.equal([
      0,
      `${NAME}: held by ${WHO}, update-asgs, since 2026-11-21T03:00:00.000Z; its lease is 60 s from its last sign of life on.\n`,
    ]);
    await store.release(NAME, 'a');
    expect((await world.run(words('show'), dynalite.env)).stdout).to.equal(`${NAME}: free.\n`);
    expect(
      (await world.json<LockDocument>(words('release').concat('--force'), dynalite.env)).document.locks,
    ).to.deep.equal([{ name: NAME }]);
  });

  it('takes its address from the environment too, and wants one', async () => {
    const { code } = await world.run(words('show').slice(0, 4), { ...dynalite.env, HA_UPDATER_LOCK: dynalite.address });
    expect(code).to.equal(0);
    const none = await world.run(words('show').slice(0, 4));
    expect([none.code, none.stderr]).to.satisfy(
      ([exit, text]: [number, string]) => exit === 2 && text.includes('HA_UPDATER_LOCK'),
    );
  });

  it('says how to make the table when there is none', async () => {
    const { code, document } = await world.json(
      [...words('show').slice(0, 4), '--lock', 'dynamodb://no-such-table'],
      dynalite.env,
    );
    expect([code, document.failure?.code]).to.deep.equal([3, 'lock.missing']);
    expect(document.failure?.next[0]).to.include('templates/lock-table.yaml');
  });

  it('releases with --force what it shows', async () => {
    const { code, stdout, stderr } = await world.run([...words('release'), '--force'], dynalite.env);
    expect([code, stdout], stderr).to.satisfy(
      ([exit, text]: [number, string]) =>
        exit === 0 && text.includes(`held by ${WHO}`) && text.endsWith(`${NAME}: released.\n`),
    );
    expect(await store.read(NAME)).to.equal(undefined);
  });

  if (!HAS_TERMINAL) return;

  for (const [keys, released] of [
    ['n\r', false],
    ['\r', false],
    ['y\r', true],
  ] as const) {
    it(`asks on a terminal: ${JSON.stringify(keys)} ${released ? 'releases' : 'leaves it'}`, async () => {
      const run = startOnTerminal(words('release'), { ...world.env, ...dynalite.env });
      expect(
        await run.sees(/Release it\? If .* still lives, it may change things for up to 60 s more\. \[y\/N\]/),
      ).to.include(`held by ${WHO}`);
      run.types(keys);
      const { code, screen } = await run.finished;
      expect(code, screen).to.equal(released ? 0 : 3);
      expect((await store.read(NAME))?.token).to.equal(released ? undefined : 'a');
    });
  }

  it('leaves it to a run that took it while the question stood', async () => {
    const run = startOnTerminal(words('release'), { ...world.env, ...dynalite.env });
    await run.sees(/Release it\?/);
    await store.release(NAME, 'a');
    await store.take(NAME, entry('b', 1));
    run.types('y\r');
    const { code, screen } = await run.finished;
    expect([code, (await store.read(NAME))?.token], screen).to.deep.equal([3, 'b']);
    expect(screen).to.include('lock.moved');
    await store.release(NAME, 'b');
  });
});
