import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import { BAD, GOOD, historyOf, SECRET, STORE, storedIn, webWorld } from '../support/kept-world.js';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

/** The words of a printed command, for the same tool. */
function wordsOf(line: string): readonly string[] {
  const [program, ...words] = line.split(' ');
  expect(program).to.equal('ha-updater');
  return words;
}

async function valueOf(world: SimulatedWorld, key: string): Promise<string | undefined> {
  const { document } = await world.json(['status', 'web']);
  const { stack } = document as unknown as StatusDocument;
  return stack.parameters.find((one) => one.key === key)?.value;
}

const rollback = (world: SimulatedWorld, more: readonly string[] = ['--history', STORE]) =>
  world.json(['rollback', 'web', ...more]);

describe('going back after all is over', function () {
  this.timeout(60_000);

  it('is the command that rollback prints: image and parameters are the former ones', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`, 'AppVersion=2', 'MaxSize=5']);
    const { code, document, stderr } = await rollback(world);
    expect([code, document.outcome]).to.deep.equal([0, 'nothing']);
    const [first = '', second = ''] = document.next ?? [];
    const [, created] = (await historyOf(world)).runs;
    expect(first).to.equal(
      `ha-updater update-stack web --to ${created?.run ?? ''} --region eu-west-1 --history ${STORE}`,
    );
    expect(second).to.equal(`ha-updater history web --region eu-west-1 --history ${STORE}`);
    expect(stderr).to.include(`ImageId=${GOOD[0]} (now ${GOOD[1]})`).and.include('[rollback.nothing]');
    const back = await world.json(wordsOf(first));
    expect(back.code, back.stderr).to.equal(0);
    expect(await valueOf(world, 'ImageId')).to.equal(GOOD[0]);
    expect(await valueOf(world, 'AppVersion')).to.equal('1');
    const [last] = (await historyOf(world)).runs;
    expect(last?.to).to.equal(created?.run);
    expect(last?.images).to.deep.equal({ before: [GOOD[1]], after: [GOOD[0]] });
    const [sent] = world.calls('CreateChangeSet').slice(-1);
    const { Parameters: parameters } = sent?.input as {
      Parameters: { ParameterKey: string; UsePreviousValue?: boolean }[];
    };
    expect(parameters.find(({ ParameterKey }) => ParameterKey === 'DbPassword')?.UsePreviousValue).to.equal(true);
    // What was gone back from is not what comes before.
    const again = await rollback(world);
    expect(again.document.next).to.deep.equal([second]);
    expect(again.stderr).to.include('give update-stack the parameters and the template');
    expect(world.said()).to.not.include(SECRET);
    expect(world.sandbox.monitor.violations).to.deep.equal([]);
    await world.stop();
  });

  it('names the last good run where the present one was rolled back', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`]);
    await update([`ImageId=${BAD}`, '--healthy-timeout', '180']);
    const { document } = await rollback(world);
    const [, good] = (await historyOf(world)).runs;
    expect(document.next?.[0]).to.include(`--to ${good?.run ?? ''} `);
    const back = await world.json(wordsOf(document.next?.[0] ?? ''));
    expect(back.code, back.stderr).to.equal(0);
    expect(await valueOf(world, 'ImageId')).to.equal(GOOD[1]);
    await world.stop();
  });

  it('gives the former template, by its copy', async () => {
    const { world, update } = await webWorld();
    const text = await readFile('templates/web-stack.yaml', 'utf8');
    const other = await world.file('other.yaml', `${text}\n# another one\nMetadata: {Two: 2}\n`);
    const { code } = await update(['--template', other, `ImageId=${GOOD[1]}`]);
    expect(code).to.equal(0);
    const [, created] = (await historyOf(world)).runs;
    const back = await update(['--to', created?.run ?? '']);
    expect(back.code, back.stderr).to.equal(0);
    expect(await valueOf(world, 'ImageId')).to.equal(GOOD[0]);
    const { TemplateBody: now } = world.ask('GetTemplate', { StackName: 'web' }) as { TemplateBody: string };
    expect(now).to.equal(text);
    await world.stop();
  });

  it('refuses a template whose copy is gone, or is another text, and says what to do', async () => {
    const { world, update } = await webWorld();
    const text = await readFile('templates/web-stack.yaml', 'utf8');
    const other = await world.file('other.yaml', `${text}\nMetadata: {Two: 2}\n`);
    await update(['--template', other, `ImageId=${GOOD[1]}`]);
    const [, created] = (await historyOf(world)).runs;
    const hash = created?.template?.after ?? '';
    const Key = storedIn(world).find(({ key }) => key.includes(hash))?.key;
    world.sandbox.invoke('s3', 'PutObject', { Bucket: 'runs', Key, Body: `${text}# spoiled\n` });
    const { code, document } = await update(['--to', created?.run ?? '']);
    expect([code, document.failure?.code]).to.deep.equal([3, 'history.noTemplate']);
    expect(document.failure?.what).to.include(hash).and.include('with --template').and.include(`ImageId=${GOOD[0]}`);
    expect(document.failure?.what).to.not.include('DbPassword');
    // Where the template is nobody knows: a command with a gap in it would be no way back.
    expect(document.failure?.next).to.deep.equal([`ha-updater history web --region eu-west-1 --history ${STORE}`]);
    await world.stop();
  });

  it('can be looked at by plan, and takes a value that nobody keeps', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`]);
    const [, created] = (await historyOf(world)).runs;
    const to = ['--to', created?.run ?? '', '--history', STORE];
    const plan = await world.json(['plan', 'web', ...to]);
    expect(plan.code, plan.stderr).to.equal(0);
    expect(plan.document.plan?.parameters).to.deep.equal({ ImageId: GOOD[0] });
    const refused = await world.json(['update-stack', 'web', 'AppVersion=3', ...to]);
    expect([refused.code, refused.document.failure?.what]).to.deep.equal([
      2,
      `--to gives parameters as run ${created?.run ?? ''} had them: leave out AppVersion. Only DbPassword may be given: ` +
        'their values are kept nowhere.',
    ]);
    const declined = await world.run(['update-stack', 'web', ...to, '--confirm'], {}, () => Promise.resolve(false));
    expect(declined.code).to.equal(3);
    expect(await valueOf(world, 'ImageId')).to.equal(GOOD[1]);
    const back = await world.json(['update-stack', 'web', 'DbPassword=another-one-18', ...to]);
    expect(back.code, back.stderr).to.equal(0);
    expect(storedIn(world).filter(({ text }) => text.includes('another-one-18'))).to.deep.equal([]);
    await world.stop();
  });

  it('takes the beginning of an id, and names the nearest to one that there is not', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`]);
    const [newest, created] = (await historyOf(world)).runs;
    const id = created?.run ?? '';
    const plan = await world.json(['plan', 'web', '--to', id.slice(0, -3), '--history', STORE]);
    expect(plan.code, plan.stderr).to.equal(0);
    const wrong = `${id.slice(0, -1)}${id.endsWith('a') ? 'b' : 'a'}`;
    const unknown = await update(['--to', wrong]);
    expect([unknown.code, unknown.document.failure?.code]).to.deep.equal([2, 'history.unknown']);
    expect(unknown.document.failure?.what).to.include(`Did you mean ${id}?`);
    expect(unknown.document.failure?.next[0]).to.include('ha-updater history web');
    const both = await update(['--to', '2026']);
    expect(both.document.failure?.what).to.include(`2 runs of stack web begin with 2026: ${newest?.run ?? ''}, ${id}.`);
    expect(await valueOf(world, 'ImageId')).to.equal(GOOD[1]);
    await world.stop();
  });

  it('refuses an entry that cannot be read', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`]);
    const [, created] = (await historyOf(world)).runs;
    const Key = storedIn(world).find(({ key }) => key.includes(created?.run ?? '?'))?.key;
    world.sandbox.invoke('s3', 'PutObject', { Bucket: 'runs', Key, Body: '{}' });
    const { code, document } = await update(['--to', created?.run ?? '']);
    expect([code, document.failure?.code]).to.deep.equal([3, 'history.unreadable']);
    await world.stop();
  });

  it('without a history is by hand, and says how to have one', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`]);
    const { code, document, stderr } = await rollback(world, []);
    expect([code, document.outcome]).to.deep.equal([0, 'nothing']);
    expect(document.next ?? []).to.deep.equal([]);
    expect(stderr).to.include('give update-stack the parameters and the template that the stack had before');
    expect(stderr).to.include('With --history s3://BUCKET/PREFIX each run keeps them');
    const denied = await rollback(world, ['--history', 's3://theirs']);
    expect([denied.code, denied.document.outcome]).to.deep.equal([0, 'nothing']);
    expect(denied.stderr).to.include('could not be read: s3:ListObjectsV2 answered AccessDenied');
    await world.stop();
  });

  it('gives the parameters of before, where only the first run was kept', async () => {
    const { world, update } = await webWorld();
    await update([`ImageId=${GOOD[1]}`], 's3://elsewhere');
    await update([`ImageId=${GOOD[2]}`], 's3://other/kept');
    const { document } = await rollback(world, ['--history', 's3://other/kept']);
    expect(document.next?.[0]).to.equal(
      `ha-updater update-stack web ImageId=${GOOD[1]} --region eu-west-1 --history s3://other/kept`,
    );
    await world.stop();
  });

  it('does not go with what says the same otherwise', async () => {
    const world = await simulatedWorld();
    for (const words of [
      ['--template', 'templates/web-stack.yaml'],
      ['--use-default', 'ImageId'],
      ['--change-set', 'one'],
    ]) {
      const { code, document } = await world.json(['update-stack', 'web', '--to', 'r', '--history', STORE, ...words]);
      expect(code).to.equal(2);
      expect(document.failure?.what).to.include(`leave out ${words[0] ?? ''}`);
    }
    const { code, document } = await world.json(['update-stack', 'web', '--to', 'r']);
    expect([code, document.failure?.what]).to.deep.equal([
      2,
      '--to needs the history that the run is in: --history s3://BUCKET/PREFIX.',
    ]);
    await world.stop();
  });
});
