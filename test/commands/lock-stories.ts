import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import type { CommandResult, LockDocument, StatusDocument } from '../../src/index.js';
import { DEFAULT_SUBNETS, DEFAULT_VPC } from '../../src/sandbox/world/ec2/state.js';
import type { RunningStore } from '../support/lock-stores.js';
import { start, type Finished, type Running } from './support/cli.js';
import { CALM, CALM_GROUPS, commandWorld, type CommandWorld } from './support/world.js';

/** A lease of 120 s lasts six seconds: a short pause of a busy machine must not look like a dead run. */
const SPEED = 20;
const LEASE_MS = 120_000 / SPEED;

const TEMPLATE = new URL('../../../templates/web-stack.yaml', import.meta.url).pathname;

/** Real processes under a strict lock, against the sandbox and the store of `open`. */
export function worksUnderTheLock(open: () => Promise<RunningStore>, { races }: { readonly races: number }): void {
  let world: CommandWorld;
  let store: RunningStore;
  let locked: readonly string[];
  before(async function () {
    this.timeout(120_000);
    store = await open();
    world = await commandWorld('', SPEED);
    locked = ['--lock', store.address];
    const network = [`VpcId=${DEFAULT_VPC}`, `Subnets=${DEFAULT_SUBNETS.slice(0, 2).join(',')}`];
    const created = await world.run(
      [
        'update-stack',
        'web',
        '--template',
        TEMPLATE,
        ...network,
        'ImageId=ami-00000000000000000',
        'DbPassword=never-to-be-seen',
        ...CALM,
        ...locked,
      ],
      store.env,
    );
    expect(created.code, created.stdout + created.stderr).to.equal(0);
    expect(created.stdout).to.match(/Holds the lock ha-updater\/\d{12}\/eu-west-1\/stack\/web in /);
  });
  after(async () => {
    await world.stop();
    await store.stop();
  });

  const swap = ['update-asgs', 'web', '--swap', 'always', ...CALM_GROUPS];
  const begin = (...args: readonly string[]): Running => start([...args], { env: { ...world.env, ...store.env } });
  /** The runs that have written a record on a group since, and how many changes there were. */
  const changesSince = async (
    before: number,
  ): Promise<{ readonly count: number; readonly runs: readonly string[] }> => {
    const changes = (await world.ask<readonly object[]>('changes')).slice(before);
    return {
      count: changes.length,
      runs: [...new Set([...JSON.stringify(changes).matchAll(/run=([\w-]+)/g)].map(([, run]) => run ?? ''))],
    };
  };
  const total = async (): Promise<number> => (await changesSince(0)).count;
  const group = async (): Promise<StatusDocument['groups'][number]> => {
    const [first] = (await world.json<StatusDocument>(['status', 'web'])).document.groups;
    if (first === undefined) throw new Error('The stack has no group.');
    return first;
  };
  const isWhole = async (): Promise<void> => {
    const { size, suspended, record, lease } = await group();
    expect({ size, suspended, record, lease }).to.deep.equal({
      size: { min: 2, max: 4, desired: 2 },
      suspended: [],
      record: undefined,
      lease: undefined,
    });
    expect(await world.ask('violations')).to.deep.equal([]);
  };
  const show = async (): Promise<LockDocument['locks']> =>
    (await world.json<LockDocument>(['lock', 'show', 'web', ...locked], store.env)).document.locks;
  const ending = ({ stdout }: Finished): CommandResult => JSON.parse(stdout) as CommandResult;

  it(`two processes race for it: one changes things, the other one changes nothing and says who (${races} times)`, async function () {
    this.timeout(60_000 * races);
    for (let race = 1; race <= races; race++) {
      const before = await total();
      const both = [begin(...swap, ...locked, '--json'), begin(...swap, ...locked, '--json')];
      const ends = (await Promise.all(both.map(({ finished }) => finished))).sort(
        (a, b) => (a.code ?? 0) - (b.code ?? 0),
      );
      expect(
        ends.map(({ code }) => code),
        `race ${race}: ${ends.map(({ stderr }) => stderr).join('\n')}`,
      ).to.deep.equal([0, 6]);
      const [winner, loser] = ends.map(ending);
      expect((await changesSince(before)).runs).to.deep.equal([winner?.run]);
      expect(loser?.failure?.code).to.equal('lock.held');
      expect(loser?.failure?.what).to.match(
        new RegExp(
          `is held by run ${winner?.run ?? ''} on .* \\(pid ${both[0]?.child.pid}|${both[1]?.child.pid}\\) since 20`,
        ),
      );
    }
    expect((await show()).filter(({ holder }) => holder !== undefined)).to.deep.equal([]);
    await isWhole();
  });

  it('a holder that was killed is waited for during its whole lease, then the next run finishes what it left', async function () {
    this.timeout(120_000);
    const first = begin(...swap, ...locked);
    await first.sees(/Double the size/);
    first.child.kill('SIGKILL');
    await first.finished;
    const killedAt = performance.now();
    expect(
      (await show())
        .filter(({ holder }) => holder?.pid === first.child.pid)
        .map(({ name }) => name.replace(/.*eu-west-1\//, '').replace(/web-.*/, 'web')),
    ).to.deep.equal(['stack/web', 'group/web']);
    const before = await total();
    const refused = await world.run(['resume', 'web', ...CALM_GROUPS]);
    expect([refused.code, refused.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 3 && text.includes('group.locked') && text.includes("Say --lock '"),
    );
    const second = begin('resume', 'web', ...CALM_GROUPS, ...locked);
    await second.sees(/Takes over|Renew the lease|adopt/i);
    // Counted from the kill on, and a little less: the last sign of life came before it.
    expect(performance.now() - killedAt).to.be.greaterThan(LEASE_MS * 0.75);
    const { code, stdout, stderr } = await second.finished;
    expect(code, stdout + stderr).to.equal(0);
    expect((await changesSince(before)).count).to.be.greaterThan(2);
    await isWhole();
  });

  it('a holder that was stopped for longer than its lease changes nothing any more: it ends with exit 5', async function () {
    this.timeout(120_000);
    const first = begin(...swap, ...locked, '--json');
    await first.sees(/Double the size/);
    first.child.kill('SIGSTOP');
    const second = await world.run(['resume', 'web', ...CALM_GROUPS, ...locked], store.env);
    expect(second.code, second.stdout + second.stderr).to.equal(0);
    const before = await total();
    first.child.kill('SIGCONT');
    const stopped = await first.finished;
    expect(await total(), 'changes after it went on').to.equal(before);
    expect([stopped.code, ending(stopped).failure?.code], stopped.stderr).to.deep.equal([5, 'lock.lost']);
    expect(ending(stopped).failure?.next.join('\n')).to.match(/ha-updater resume web .*--lock '?(dynamodb|redis):/);
    await isWhole();
  });

  it('cancel calls a run back that lives and holds the lock, with --lock and without', async function () {
    this.timeout(120_000);
    for (const lock of [[], locked]) {
      const first = begin(...swap, '--warmup', '3000', ...locked, '--json');
      await first.sees(/Double the size/);
      const { code, document, stderr } = await world.json(['cancel', 'web', ...CALM_GROUPS, ...lock], store.env);
      expect([code, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([0, ['rolledBack']]);
      const called = await first.finished;
      expect(
        [called.code, ending(called).failure?.what.includes('asked for by ha-updater cancel')],
        called.stderr,
      ).to.deep.equal([4, true]);
      expect((await show()).filter(({ holder }) => holder !== undefined)).to.deep.equal([]);
      const unfrozen = await world.run(['unfreeze', 'web', ...locked], store.env);
      expect(unfrozen.code, unfrozen.stderr).to.equal(0);
    }
    await isWhole();
  });

  it('cancel of what a dead holder left says which lock it needs, then waits for its lease and rolls back', async function () {
    this.timeout(120_000);
    const first = begin(...swap, '--warmup', '3000', ...locked);
    await first.sees(/ prove: /);
    first.child.kill('SIGKILL');
    await first.finished;
    const without = await world.json(['cancel', 'web', ...CALM_GROUPS], store.env);
    expect([without.code, without.document.failure?.code], without.stderr).to.deep.equal([5, 'cancel.locked']);
    const [, address = ''] =
      /ha-updater cancel web .*--lock '?([^' ]+)/.exec(without.document.failure?.next.join('\n') ?? '') ?? [];
    expect(address).to.include(store.address);
    const { code, document, stderr } = await world.json(
      ['cancel', 'web', ...CALM_GROUPS, '--lock', address],
      store.env,
    );
    expect([code, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([0, ['rolledBack']]);
    expect(stderr).to.match(/Waits for the lock .*may be dead/);
    expect(stderr.indexOf('Asked run')).to.be.lessThan(stderr.indexOf('Waits for the lock'));
    const unfrozen = await world.run(['unfreeze', 'web', ...locked], store.env);
    expect(unfrozen.code, unfrozen.stderr).to.equal(0);
    await isWhole();
  });

  it('--wait-for-lock waits for the holder, then works', async function () {
    this.timeout(120_000);
    const first = begin(...swap, ...locked);
    await first.sees(/Holds the lock/);
    const second = begin('update-asgs', 'web', ...CALM_GROUPS, ...locked, '--wait-for-lock', '3600');
    await second.sees(/Waits for the lock .*run .* has it since/);
    const ends = await Promise.all([first.finished, second.finished]);
    expect(
      ends.map(({ code }) => code),
      ends.map(({ stdout, stderr }) => stdout + stderr).join('\n'),
    ).to.deep.equal([0, 0]);
    await isWhole();
  });

  it('is shown and released by name, by --force where nobody can be asked; the run that had it stops', async function () {
    this.timeout(120_000);
    const first = begin(...swap, ...locked, '--json');
    await first.sees(/Double the size/);
    expect((await show()).map(({ holder }) => holder?.pid)).to.deep.equal([first.child.pid, first.child.pid]);
    const asked = await world.run(['lock', 'release', 'web', ...locked], store.env);
    expect([asked.code, asked.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes('--force'),
    );
    const { code, document } = await world.json<LockDocument>(
      ['lock', 'release', 'web', ...locked, '--force'],
      store.env,
    );
    expect([code, document.locks.map(({ released }) => released)]).to.deep.equal([0, [true, true]]);
    const stopped = await first.finished;
    expect([stopped.code, ending(stopped).failure?.code], stopped.stderr).to.deep.equal([5, 'lock.lost']);
    const again = await world.run(['update-asgs', 'web', ...CALM_GROUPS, ...locked], store.env);
    expect(again.code, again.stdout + again.stderr).to.equal(0);
    await isWhole();
  });

  it('a store that does not answer refuses the start before anything is changed', async function () {
    this.timeout(120_000);
    const before = await total();
    const address = store.address.startsWith('redis') ? 'redis://127.0.0.1:1' : store.address;
    const env = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' };
    for (const command of [['update-stack', 'web', 'ImageId=ami-00000000000000009', ...CALM], swap]) {
      const { code, document } = await world.json([...command, '--lock', address], env);
      expect([code, document.failure?.code, document.failure?.serves]).to.deep.equal([
        3,
        'lock.unreachable',
        'Nothing was changed.',
      ]);
    }
    expect(await total()).to.equal(before);
  });

  it('a store that stops answering stops every change within the lease', async function () {
    this.timeout(120_000);
    // Seen from outside: nothing is changed later than the margin allows, whatever the run tries.
    const first = begin(...swap, '--warmup', '3000', ...locked, '--json');
    await first.sees(/Double the size/);
    await store.stop();
    const gone = performance.now();
    const stopped = await first.finished;
    expect([stopped.code, ending(stopped).failure?.code], stopped.stderr).to.deep.equal([5, 'lock.lost']);
    expect(performance.now() - gone, 'it ends soon').to.be.lessThan(LEASE_MS * 4);
    const changes = await world.ask<readonly { readonly at: number }[]>('changes');
    const before = changes.length;
    await systemClock().sleep(500);
    expect(await total()).to.equal(before);
    expect((await group()).record, 'the record is kept').not.to.equal(undefined);
  });
}
