import { expect } from 'chai';
import { remedyText } from '../../../src/text/commands/remedy.js';
import { call } from '../../support/sandbox.js';
import { createStage, stateOf, type Stage } from '../../support/stage.js';

function stageWith(tags: Readonly<Record<string, string>>): Stage {
  const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 4 }]);
  stage.groups[0]?.changeImage('ami-new');
  call(stage.sandbox.world, 'autoscaling', 'CreateOrUpdateTags', {
    Tags: Object.entries(tags).map(([Key, Value]) => ({
      ResourceId: 'web',
      ResourceType: 'auto-scaling-group',
      Key,
      Value,
      PropagateAtLaunch: false,
    })),
  });
  return stage;
}

const many = (count: number, prefix = 'tag'): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}-${index}`, 'x']));

describe('groups that somebody else operates, by their tags', () => {
  const refused: readonly (readonly [Readonly<Record<string, string>>, string, RegExp])[] = [
    [
      { 'eks:nodegroup-name': 'my nodes', 'eks:cluster-name': 'c1' },
      'group.operated',
      /aws eks update-nodegroup-version --cluster-name c1 --nodegroup-name 'my nodes'/,
    ],
    [{ 'elasticbeanstalk:environment-name': 'shop' }, 'group.operated', /update-environment --environment-name shop/],
    [{ AWSBatchServiceTag: 'batch' }, 'group.operated', /aws batch update-compute-environment/],
    [{ 'ha-updater:never': '' }, 'group.never', /Leave it out/],
    [{ 'ha-updater:never': 'ask the data team' }, 'group.never', /./],
  ];
  for (const [tags, code, remedy] of refused)
    it(`${Object.keys(tags)[0]} = "${Object.values(tags)[0]}" is refused, by force too`, async () => {
      const stage = stageWith(tags);
      for (const plan of [{}, { force: true }, { strategy: 'restart' as const, restart: RESTART }]) {
        if ('restart' in plan && code !== 'group.never') continue;
        const { outcome, failure } = await stage.run(plan);
        expect(outcome).to.equal('refused');
        expect(failure?.facts.reasons.map((reason) => reason.code)).to.deep.equal([code]);
        expect(remedyText(failure?.facts.reasons[0]?.remedy ?? '')).to.match(remedy);
      }
      expect(stage.changes()).to.deep.equal([]);
    });

  it('what its owner says is told, and false takes it back', async () => {
    const { failure } = await stageWith({ 'ha-updater:never': 'ask the data team' }).run();
    expect(failure?.facts.reasons[0]?.text).to.contain('ask the data team');
    expect((await stageWith({ 'ha-updater:never': 'false' }).run()).outcome).to.equal('swapped');
  });

  for (const key of ['AmazonECSManaged', 'k8s.io/cluster-autoscaler/enabled', 'kubernetes.io/cluster/blue'])
    it(`${key} is told once, and rolled out`, async () => {
      const { outcome, events } = await stageWith({ [key]: 'true' }).run();
      expect(outcome).to.equal('swapped');
      const told = events.flatMap((event) => (event.type === 'warning' ? [event.reason] : []));
      const shared = told.filter(({ code }) => code === 'group.shared');
      expect(shared).to.have.length(1);
      expect(shared[0]?.text).to.contain(key);
      expect(shared[0]?.remedy).to.contain('--before-terminate-command');
    });
});

const RESTART = { quorum: 1, attempts: 3, onError: 'stop', commandMs: 60_000 } as const;

describe('room for our tags', () => {
  it('is counted before anything is written (RO-069)', async () => {
    const stage = stageWith(many(45));
    const before = stateOf(stage);
    const { outcome, failure } = await stage.run();
    expect(outcome).to.equal('refused');
    const [reason] = failure?.facts.reasons ?? [];
    expect(reason?.code).to.equal('group.tagsFull');
    expect(reason?.text).to.equal('it carries 45 tags of at most 50, and a run needs room for 6 of its own');
    expect(reason?.remedy).to.match(/^Remove 1 of its tags/);
    expect(stage.changes()).to.deep.equal([]);
    expect(stateOf(stage)).to.deep.equal(before);
  });

  it('is enough where all of them fit, whatever AWS itself has set there', async () => {
    const stage = stageWith({ ...many(44), ...many(5, 'aws:test') });
    expect((await stage.run()).outcome).to.equal('swapped');
  });
});
