import { expect } from 'chai';
import type { StatusDocument } from '../../../src/index.js';
import { CALM, createWeb, live, type Live } from '../support/live.js';

describe('the old half that is kept after a swap', function () {
  this.timeout(120_000);
  let world: Live;
  before(async () => {
    world = await live('{}', 100);
    const { code, stderr } = await world.json(...createWeb('ami-0123456789abcde01'));
    expect(code, stderr).to.equal(0);
  });
  after(() => world.stop());

  const group = async (): Promise<StatusDocument['groups'][number]> => {
    const { groups } = JSON.parse((await world.run('status', 'web', '--json')).stdout) as StatusDocument;
    const [first] = groups;
    if (first === undefined) throw new Error('no group');
    return first;
  };
  const states = async (): Promise<readonly string[]> =>
    (await group()).instances.map(({ side, inService }) => `${side}${inService ? ' in service' : ''}`).sort();
  const keep = async (image: string): Promise<void> => {
    const { code, document, stderr } = await world.json(
      ...['update-stack', 'web', `ImageId=${image}`, '--keep-old', '4h', '--detach', ...CALM],
    );
    expect([code, document.outcome], stderr).to.deep.equal([0, 'kept']);
    expect(document.next).to.deep.equal([
      'ha-updater resume web --region eu-west-1',
      'ha-updater rollback web --region eu-west-1',
    ]);
  };
  const violations = async (): Promise<unknown> =>
    (await fetch(`${world.env['AWS_ENDPOINT_URL']}/_sandbox/violations`)).json();

  it('stays in standby when the run ends at once with --detach, and status says until when', async () => {
    await keep('ami-0123456789abcde02');
    expect(await states()).to.deep.equal(['new in service', 'new in service', 'parked', 'parked']);
    const { stdout } = await world.run('status', 'web');
    expect(stdout).to.match(/2 old instances kept until \d{4}-\S+Z; rollback takes about /);
    expect(stdout).not.to.include('absent');
  });

  it('is not lost by accident: plan says so, and the commands that change the group refuse with what leads out', async () => {
    expect((await world.run('plan', 'web', 'ImageId=ami-0123456789abcde03')).stdout).to.match(
      /against it: run \S+ keeps 2 old instances until \S+, to go back to\..* \[group\.kept\]/,
    );
    for (const words of [
      ['update-asgs', 'web'],
      ['update-stack', 'web', 'ImageId=ami-0123456789abcde03', ...CALM],
    ]) {
      const { code, document, stderr } = await world.json(...words);
      expect([code, document.failure?.reasons.map((reason) => reason.code)], stderr).to.deep.equal([3, ['group.kept']]);
      const next = document.failure?.next ?? [];
      expect(next.slice(0, 2)).to.deep.equal([
        'ha-updater rollback web --region eu-west-1',
        'ha-updater resume web --region eu-west-1',
      ]);
      expect(next[2]).to.match(/^ha-updater update-\S+ web .*--finish-kept/);
    }
    expect(await states()).to.deep.equal(['new in service', 'new in service', 'parked', 'parked']);
  });

  it('serves again after rollback, before a new one goes', async () => {
    const { code, document, stderr } = await world.json('rollback', 'web');
    expect([code, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([0, ['rolledBack']]);
    expect(stderr).to.match(/2 old instances proven again after \d+ s/);
    expect(await states()).to.deep.equal(['outdated in service', 'outdated in service']);
    expect(await violations()).to.deep.equal([]);
  });

  it('goes with resume, which ends its time', async () => {
    await keep('ami-0123456789abcde04');
    const { code, document, stderr } = await world.json('resume', 'web');
    expect([code, document.groups?.map(({ outcome }) => outcome)], stderr).to.deep.equal([0, ['promoted']]);
    expect(await states()).to.deep.equal(['current in service', 'current in service']);
    expect(await violations()).to.deep.equal([]);
  });

  it('goes first with --finish-kept, and then the next version comes', async () => {
    await keep('ami-0123456789abcde05');
    const { code, document, stderr } = await world.json(
      ...['update-stack', 'web', 'ImageId=ami-0123456789abcde06', '--finish-kept', ...CALM],
    );
    expect([code, document.outcome], stderr).to.deep.equal([0, 'updated']);
    expect(await states()).to.deep.equal(['current in service', 'current in service']);
    expect(await violations()).to.deep.equal([]);
  });
});
