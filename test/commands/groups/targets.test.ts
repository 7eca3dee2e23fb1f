import { expect } from 'chai';
import { emptyGroups } from '../support/empty-groups.js';
import { simulatedWorld, type SimulatedWorld } from '../support/simulated-world.js';

/** Groups by name, by prefix and by tag, through the command line. */
describe('groups by name or tag', function () {
  this.timeout(60_000);
  let world: SimulatedWorld;
  const update = (...args: readonly string[]) => world.json(['update-asgs', ...args]);
  const done = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { code, document, stderr } = await update(...args);
    expect(code, stderr).to.equal(0);
    return document.groups?.map(({ group, outcome }) => `${group} ${outcome}`) ?? [];
  };

  before(async () => {
    world = await simulatedWorld();
    await emptyGroups(world.sandbox.clientConfig());
  });
  after(() => world.stop());

  it('a prefix or a tag that means one group is that group', async () => {
    expect(await done('--asg', 'web-b*')).to.deep.equal(['web-blue skipped']);
    expect(await done('--asg', 'api-1')).to.deep.equal(['api-1 skipped']);
    expect(await done('--asg-tag', 'env=test')).to.deep.equal(['web-green skipped']);
    expect(await done('--asg-tag', 'env=prod', '--asg-tag', 'app=web')).to.deep.equal(['web-blue skipped']);
    expect(await done('--asg', 'web-*', '--asg-tag', 'env=test')).to.deep.equal(['web-green skipped']);
  });

  it('what their owner has set aside has flags of its own, with nothing but their choices', async () => {
    expect(await done('--asg', 'api-1', '--protected', 'refresh', '--standby', 'ignore')).to.deep.equal([
      'api-1 skipped',
    ]);
    expect((await update('--asg', 'api-1', '--protected', 'never')).code).to.equal(2);
  });

  it('one that means several is refused with the list, and takes them all when that is said', async () => {
    for (const [args, groups] of [
      [
        ['--asg', 'web-*'],
        ['web-blue', 'web-green'],
      ],
      [
        ['--asg-tag', 'env=prod'],
        ['api-1', 'web-blue'],
      ],
    ] as const) {
      const { code, document, stderr } = await update(...args);
      expect(code, stderr).to.equal(3);
      expect(document.failure?.code).to.equal('target.several');
      expect(document.failure?.reasons.map(({ group }) => group).sort()).to.deep.equal(groups);
      expect([...(await done(...args, '--all-matching'))].sort()).to.deep.equal(
        groups.map((group) => `${group} skipped`),
      );
    }
  });

  it('one that means none is refused', async () => {
    for (const args of [
      ['--asg', 'db-*'],
      ['--asg-tag', 'env=dev'],
      ['--asg', 'api-*', '--asg-tag', 'env=test', '--all-matching'],
    ]) {
      const { code, document } = await update(...args);
      expect(code).to.equal(3);
      expect(document.failure?.code).to.equal('target.none');
    }
  });

  it('what makes no sense is a usage error', async () => {
    for (const args of [
      ['--asg', '*'],
      ['--asg', 'we*b'],
      ['--asg-tag', 'env'],
      ['--asg-tag', '=prod'],
      ['--asg', 'web-blue', '--asg-tag', 'env=prod'],
      ['web', '--asg-tag', 'env=prod'],
      ['--asg', 'web-blue', '--all-matching'],
      [],
    ]) {
      const { code, document } = await update(...args);
      expect(code, args.join(' ')).to.equal(2);
      expect(document.failure?.code).to.equal('usage.flags');
    }
  });

  it('restart takes them too, and refuses the same', async () => {
    const one = await world.json(['restart', '--asg-tag', 'env=test', '--exec', 'true']);
    expect([one.code, one.document.outcome], one.stderr).to.deep.equal([0, 'nothing']);
    const several = await world.json(['restart', '--asg', 'web-*', '--exec', 'true']);
    expect([several.code, several.document.failure?.code]).to.deep.equal([3, 'target.several']);
  });
});
