import { expect } from 'chai';
import { BAD, GOOD, historyOf, SECRET, STORE, storedIn, webWorld } from '../support/kept-world.js';
import { simulatedWorld } from '../support/simulated-world.js';

describe('the history of a stack', function () {
  this.timeout(60_000);

  it('has each run with who, what, how it ended and why, newest first', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`]);
    const failed = await update([`ImageId=${BAD}`, '--healthy-timeout', '180']);
    expect(failed.code).to.equal(4);
    const { runs, more, account, region, stack } = await historyOf(world);
    expect({ more, account, region, stack }).to.deep.equal({
      more: false,
      account: '123456789012',
      region: 'eu-west-1',
      stack: 'web',
    });
    expect(runs.map(({ outcome, exitCode }) => `${outcome} ${exitCode}`)).to.deep.equal([
      'swapRolledBack 4',
      'updated 0',
      'created 0',
    ]);
    const [bad, good, first] = runs;
    expect(good?.changes).to.deep.equal([{ key: 'ImageId', before: GOOD[0], after: GOOD[1] }]);
    expect(good?.images).to.deep.equal({ before: [GOOD[0]], after: [GOOD[1]] });
    expect(good?.template?.after)
      .to.match(/^[0-9a-f]{64}$/)
      .and.equal(good?.template?.before);
    expect(good?.by).to.equal('arn:aws:iam::123456789012:user/sandbox');
    expect(good?.elapsedMs).to.be.greaterThan(60_000);
    expect(bad?.failure?.code).to.equal('swap.rolledBack');
    expect(bad?.images).to.deep.equal({ before: [GOOD[1]], after: [GOOD[1]] });
    expect(first?.changes).to.deep.equal([]);
    const page = await world.run(['history', 'web', '--history', STORE]);
    expect(page.stdout).to.include(`ImageId ${GOOD[0]} → ${GOOD[1]}, image ${GOOD[0]} → ${GOOD[1]}`);
    expect(page.stdout).to.include('[swap.rolledBack]').and.include('  sandbox\n');
    const few = await historyOf(world, ['--limit', '1']);
    expect([few.runs.length, few.more]).to.deep.equal([1, true]);
    await world.stop();
  });

  it('holds no value of a NoEcho parameter', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`, `DbPassword=${SECRET}-new`, `AppVersion=${SECRET}-new`]);
    const stored = storedIn(world);
    expect(stored.length).to.be.greaterThan(2);
    expect(stored.filter(({ text }) => text.includes(SECRET))).to.deep.equal([]);
    const last = stored.findLast(({ key }) => key.includes('/runs/'));
    expect((JSON.parse(last?.text ?? '') as { after: { secrets: string[] } }).after.secrets).to.include.members([
      'DbPassword',
      'AppVersion',
    ]);
    await world.stop();
  });

  it('is not written by who did not ask for it, by what changes nothing, and by a plan', async () => {
    const { world, update } = await webWorld();
    const before = storedIn(world).length;
    await update([`ImageId=${GOOD[1]}`], '');
    await update([`ImageId=${GOOD[1]}`]);
    await world.json(['plan', 'web', `ImageId=${GOOD[2]}`, '--history', STORE]);
    await world.json(['rollback', 'web', '--history', STORE]);
    expect(storedIn(world).length).to.equal(before);
    await world.stop();
  });

  it('has the runs of the other commands on the stack', async () => {
    const { world } = await webWorld();
    const { code } = await world.json(['update-asgs', 'web', '--swap', 'always', '--history', STORE]);
    expect(code).to.equal(0);
    const [{ command, outcome, exitCode } = {}] = (await historyOf(world)).runs;
    expect({ command, outcome, exitCode }).to.deep.equal({ command: 'update-asgs', outcome: 'swapped', exitCode: 0 });
    await world.stop();
  });

  it('that cannot be written is one warning, and the exit code is what it would have been', async () => {
    const { world, update } = await webWorld();
    for (const [store, why, ami] of [
      ['s3://theirs', 's3:PutObject answered AccessDenied', GOOD[1]],
      ['s3://nowhere', 's3:PutObject answered NoSuchBucket', GOOD[2]],
    ] as const) {
      const { code, document, stderr } = await update([`ImageId=${ami}`], store);
      expect(code, stderr).to.equal(0);
      expect(document.outcome).to.equal('updated');
      expect(stderr.match(/The history .* does not hold this run/g)?.length).to.equal(1);
      expect(stderr).to.include(why);
    }
    const failed = await update([`ImageId=${BAD}`, '--healthy-timeout', '180'], 's3://nowhere');
    expect(failed.code).to.equal(4);
    expect(failed.document.failure?.next.join('\n')).to.include('--history s3://nowhere');
    await world.stop();
  });

  it('shows an entry that was spoiled as one row, and the others as they are', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`]);
    const [newest] = storedIn(world)
      .filter(({ key }) => key.includes('/runs/'))
      .reverse();
    world.sandbox.invoke('s3', 'PutObject', { Bucket: 'runs', Key: newest?.key, Body: '{"v":1,\u001b[31m' });
    world.sandbox.invoke('s3', 'PutObject', {
      Bucket: 'runs',
      Key: newest?.key.replace(/\d{13}-.*/, '0000000000000-huge.json'),
      Body: 'x'.repeat(300_000),
    });
    const { runs } = await historyOf(world);
    expect(runs.map(({ unreadable, outcome }) => unreadable ?? outcome)).to.deep.equal([
      's3:GetObject answered TooLarge: s3://runs/kept/123456789012/eu-west-1/web/runs/0000000000000-huge.json is larger than 262144 bytes.',
      'it is no JSON',
      'created',
    ]);
    const page = await world.run(['history', 'web', '--history', STORE]);
    expect(page.code).to.equal(0);
    expect(page.stdout).to.include('its entry cannot be read: it is no JSON');
    await world.stop();
  });

  it('needs an address, a stack and a number that makes sense', async () => {
    const world = await simulatedWorld('{objects: {runs: ""}}');
    for (const [words, code] of [
      [['history', 'web'], 'usage.history'],
      [['history', 'web', '--history', 'runs'], 'usage.history'],
      [['history', 'web', '--history', STORE, '--limit', '0'], 'usage.flags'],
      [['update-stack', 'web', 'ImageId=a', '--history', 'dynamodb://runs'], 'usage.history'],
    ] as const) {
      const { code: exit, document } = await world.json(words);
      expect([exit, document.failure?.code]).to.deep.equal([2, code]);
    }
    const none = await historyOf(world);
    expect(none.runs).to.deep.equal([]);
    await world.stop();
  });
});
