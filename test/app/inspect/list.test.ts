import { expect } from 'chai';
import { encodeNotes } from '../../../src/aws/groups/note-tags.js';
import { listAll, type CommandResult, type ListDocument } from '../../../src/index.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { inProcess, type InProcess } from '../../support/in-process.js';
import { call, standardGroup } from '../../support/sandbox.js';
import { threeGroups } from '../../support/three-groups.js';

const SIZE = { min: 1, desired: 1, max: 1 };
const record = (run: string) =>
  ({ version: 1, strategy: 'swap', run, startedAt: 0, size: SIZE, old: 1, suspended: [], together: true }) as const;

function put(
  { world }: Sandbox,
  group: string,
  tags: readonly { readonly key: string; readonly value: string }[],
): void {
  call(world, 'autoscaling', 'CreateOrUpdateTags', {
    Tags: tags.map(({ key, value }) => ({
      ResourceId: group,
      ResourceType: 'auto-scaling-group',
      Key: key,
      Value: value,
      PropagateAtLaunch: false,
    })),
  });
}

/** One group of each kind, made so that their names say which. */
function everyKind(sandbox: Sandbox): void {
  threeGroups(sandbox);
  const names = ['a-current', 'b-outdated', 'c-live', 'd-paused', 'e-frozen', 'f-lapsed', 'g-unreadable', 'h-none'];
  const groups = new Map(
    names.map((name) => [
      name,
      standardGroup(sandbox.world, {
        name,
        size: 1,
        balancers: [],
        ...(name === 'h-none' && { image: 'ami-gone', settle: false }),
      }),
    ]),
  );
  groups.get('b-outdated')?.changeImage('ami-new');
  const at = sandbox.clock.now();
  const lease = (run: string, ago: number) => ({ run, host: 'agent-7', pid: 1, beat: 1, ttlMs: 300_000, at: at - ago });
  put(sandbox, 'c-live', encodeNotes({ record: record('run-live'), lease: lease('run-live', 0) }));
  const gates = { pauseAt: [50], paused: 50 };
  put(sandbox, 'd-paused', encodeNotes({ record: { ...record('run-paused'), gates } }));
  put(sandbox, 'e-frozen', encodeNotes({ frozen: { run: 'run-back', at, processes: ['Launch'], why: 'x' } }));
  put(sandbox, 'f-lapsed', encodeNotes({ record: record('run-dead'), lease: lease('run-dead', 3_600_000) }));
  put(sandbox, 'g-unreadable', [{ key: 'ha-updater:rollout', value: '{"v":99}' }]);
}

/** What somebody who comes to an account sees first. */
describe('list', () => {
  let world: InProcess;
  before(async () => {
    world = await inProcess(everyKind, { images: { 'ami-gone': { behaviour: 'missing' } } });
  });
  after(() => world.stop());
  const list = (
    asked: Parameters<typeof listAll>[0] = {},
    more: Parameters<InProcess['run']>[3] = {},
  ): Promise<{ readonly document: ListDocument; readonly stdout: string }> =>
    world.run('list', listAll as (...of: Parameters<typeof listAll>) => Promise<ListDocument>, asked, more);

  it('puts what somebody has to do something about first, and says it in a clause', async () => {
    const { document, stdout } = await list();
    expect([document.exitCode, document.account, document.remarks]).to.deep.equal([0, '123456789012', []]);
    expect(document.groups.map(({ name, state }) => `${name.replace(/-\w{12}$/, '')} ${state}`)).to.deep.equal([
      'g-unreadable unreadable',
      'f-lapsed interrupted',
      'e-frozen frozen',
      'h-none atRest',
      'd-paused interrupted',
      'c-live underWay',
      'b-outdated atRest',
      'a-current atRest',
      'shop-Web atRest',
      'shop-WebAdmin atRest',
      'shop-Workers atRest',
    ]);
    const says = Object.fromEntries(document.groups.map(({ name, says: clause }) => [name, clause]));
    expect(says['g-unreadable']).to.equal('carries a note that this version cannot read');
    expect(says['f-lapsed']).to.match(
      /^interrupted: swap under way by run run-dead, last sign of life 1h \d\dm ago on agent-7$/,
    );
    expect(says['e-frozen']).to.match(/^frozen since \S+ by run run-back, which rolled back$/);
    expect(says['h-none']).to.equal('its one instance is not there');
    expect(says['d-paused']).to.equal('paused at 50 % by run run-paused until somebody resumes it');
    expect(says['c-live']).to.match(/^swap under way by run run-live, last sign of life \d+\w.* ago on agent-7$/);
    expect([says['b-outdated'], says['a-current']]).to.deep.equal(['1 of 1 outdated', 'current']);
    expect(document.stacks.map(({ name, groups }) => [name, groups.length])).to.deep.equal([['shop', 3]]);
    expect(stdout.split('\n')[0]).to.match(/^11 groups, 1 stack in eu-west-1, account 123456789012, seen \S+$/);
    expect(stdout.trimEnd().split('\n').at(-1)).to.equal(
      'More of the first one: ha-updater status --asg g-unreadable --region eu-west-1',
    );
    expect(document.groups.at(-1)?.next).to.equal('ha-updater status shop --region eu-west-1');
  });

  it('takes two calls of AWS beside who we are, however many groups there are', async () => {
    const before = new Map(world.sandbox.calls);
    await list();
    const made = [...world.sandbox.calls].flatMap(([name, times]) =>
      times === (before.get(name) ?? 0) ? [] : [`${name} ${times - (before.get(name) ?? 0)}`],
    );
    expect(made.sort()).to.deep.equal([
      'autoscaling:DescribeAutoScalingGroups 1',
      'ec2:DescribeLaunchTemplates 1',
      'sts:GetCallerIdentity 1',
    ]);
  });

  it('fits a terminal: the worst rows, cut at its edge, and how many are left', async () => {
    let text = '';
    const stdout = {
      isTTY: true,
      columns: 60,
      rows: 12,
      write: (part: string) => ((text += part), true),
      on: () => undefined,
    };
    await list({}, { stdout });
    const lines = text.trimEnd().split('\n');
    expect(lines.length).to.be.at.most(12);
    expect(lines.filter((line) => line.includes('…')).every((line) => line.length === 60)).to.equal(true);
    expect(text).to.include('and 6 more, none of them worse; a pipe or --json has them all');
  });

  it('takes groups by tag, and refuses what is no tag', async () => {
    put(world.sandbox, 'a-current', [{ key: 'env', value: 'prod' }]);
    expect((await list({ 'asg-tag': ['env=prod'] })).document.groups.map(({ name }) => name)).to.deep.equal([
      'a-current',
    ]);
    expect((await list({ 'asg-tag': ['env=none'] })).document.groups).to.deep.equal([]);
    const wrong = await listAll({ 'asg-tag': ['env'] }, {} as never).catch((error: unknown) => String(error));
    expect(wrong).to.include('--asg-tag must be KEY=VALUE, not "env".');
  });

  it('says that what is outdated is not known where templates may not be read', async () => {
    const denied = await inProcess(
      (sandbox) => void standardGroup(sandbox.world, { name: 'web', size: 1, balancers: [] }),
      {
        faults: [
          { kind: 'refuse', calls: 'ec2:DescribeLaunchTemplates', code: 'UnauthorizedOperation', message: 'not you' },
        ],
      },
    );
    try {
      const { document } = await denied.run<object, CommandResult | ListDocument>('list', listAll, {});
      const { groups, remarks } = document as ListDocument;
      expect(groups.map(({ says, outdatedUnknown }) => [says, outdatedUnknown])).to.deep.equal([
        ['whether it is current is not known', true],
      ]);
      expect(remarks.join()).to.match(/^What is outdated could not be found out: ec2:DescribeLaunchTemplates/);
    } finally {
      await denied.stop();
    }
  });
});
