import { expect } from 'chai';
import type { CommandResult, StatusDocument } from '../../../src/index.js';
import { CALM, createWeb, live, type Live } from '../support/live.js';

/** New instances take minutes to boot, so that another process can come between. */
const SLOW = 'ami-0123456789abcde09';
const PATIENT = ['--healthy-timeout', '7200', '--deadline', '14400'];

describe('cancel of a rollout', function () {
  this.timeout(60_000);
  let world: Live;
  before(async () => {
    world = await live(`images: {${SLOW}: {behaviour: healthy, boot: [400, 450]}}\n`, 100);
    const { code, stderr } = await world.json(...createWeb('ami-0123456789abcde01'));
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  const notes = async (): Promise<readonly string[]> => {
    const { groups } = JSON.parse((await world.run('status', 'web', '--json')).stdout) as StatusDocument;
    return groups.flatMap(({ record, verdict, lease, frozen, instances }) => [
      ...Object.entries({ record, verdict, lease, frozen }).flatMap(([name, note]) =>
        note === undefined ? [] : [name],
      ),
      ...instances.map(({ side }) => side),
    ]);
  };
  const violations = async (): Promise<unknown> =>
    (await fetch(`${world.env['AWS_ENDPOINT_URL']}/_sandbox/violations`)).json();

  it('the run that works on it, wherever it is, sees the note and rolls back; cancel waits for that', async () => {
    const run = world.start('update-stack', 'web', `ImageId=${SLOW}`, '--json', ...CALM);
    await run.sees(/Double the size/);
    const { code, document, stderr } = await world.json('cancel', 'web');
    expect([code, document.outcome, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([
      0,
      'cancelled',
      ['rolledBack'],
    ]);
    // What would be launched comes first: unfreezing alone would bring back what was rolled back.
    expect(document.next?.[0]).to.match(
      /^aws autoscaling update-auto-scaling-group .* # launches what its instances run/,
    );
    expect(document.next?.[1]).to.include('ha-updater unfreeze web');
    expect(stderr).to.match(/Asked run \S+ to roll back/);
    const finished = await run.finished;
    const ending = JSON.parse(finished.stdout) as CommandResult;
    expect([finished.code, ending.outcome], finished.stderr).to.deep.equal([4, 'swapRolledBack']);
    expect(ending.failure?.what).to.match(/asked for by ha-updater cancel on \S+\.$/);
    expect(finished.stderr).to.match(/ha-updater cancel on \S+: Rolls back/);
    expect(await notes()).to.deep.equal(['frozen', 'outdated', 'outdated']);
    expect(await violations()).to.deep.equal([]);
  });

  it('has nothing to do afterwards, and the next run is not called back', async () => {
    const nothing = await world.json('cancel', 'web');
    expect([nothing.code, nothing.document.failure?.code]).to.deep.equal([3, 'cancel.nothing']);
    const { code, document, stderr } = await world.json(
      'update-stack',
      'web',
      'ImageId=ami-0123456789abcde02',
      ...CALM,
    );
    expect([code, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([0, ['promoted']]);
    expect(await notes()).to.deep.equal(['current', 'current']);
  });

  it('what a dead run left is rolled back from here', async () => {
    const run = world.start('update-stack', 'web', `ImageId=${SLOW}`, ...CALM);
    await run.sees(/ prove: /);
    run.child.kill('SIGKILL');
    await run.finished;
    const { code, document, stderr } = await world.json('cancel', 'web');
    expect([code, document.outcome, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([
      0,
      'cancelled',
      ['rolledBack'],
    ]);
    expect(await notes()).to.deep.equal(['frozen', 'outdated', 'outdated']);
  });

  it('by the name of the group', async () => {
    const group =
      (JSON.parse((await world.run('status', 'web', '--json')).stdout) as StatusDocument).groups[0]?.name ?? '';
    const run = world.start('update-asgs', '--asg', group, ...PATIENT);
    await run.sees(/Double the size/);
    const cancelled = await world.json('cancel', '--asg', group);
    expect([cancelled.code, cancelled.document.outcome], cancelled.stderr).to.deep.equal([0, 'cancelled']);
    expect((await run.finished).code).to.equal(4);
    expect((await world.json('cancel')).code).to.equal(2);
  });

  it('is refused once it is judged to promote', async () => {
    const run = world.start('update-stack', 'web', 'ImageId=ami-0123456789abcde03', ...CALM);
    await run.sees(/Terminate \d old/);
    run.child.kill('SIGKILL');
    await run.finished;
    const { code, document, stderr } = await world.json('cancel', 'web');
    expect([code, document.failure?.code], stderr).to.deep.equal([3, 'cancel.tooLate']);
    expect(await notes()).to.include.members(['record', 'verdict']);
  });
});
