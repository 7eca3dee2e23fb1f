import { expect } from 'chai';
import { call } from '../support/sandbox.js';
import { createStage, stateOf, type Stage } from '../support/stage.js';

const RESUME = { adoptOnly: true } as const;
const ROLLBACK = { adoptOnly: true, undo: true } as const;
const UNFREEZE = { strategy: 'unfreeze' } as const;

/** Two groups of one run, judged together. */
function stageFor(image: 'good' | 'bad'): Stage {
  const stage = createStage({ images: { 'ami-bad': { behaviour: 'missing' } } }, [
    { name: 'web', size: 2, min: 1, max: 3 },
    { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'], configuration: 'lc' },
  ]);
  for (const group of stage.groups) group.changeImage(image === 'good' ? 'ami-new' : 'ami-bad');
  return stage;
}

/** The note that tells what a frozen group was suspended by, as the tag says it. */
const tagsOf = (stage: Stage): readonly string[] =>
  stateOf(stage).flatMap((group) => (group as { readonly tags: readonly string[] }).tags);

describe('crash sweep: killed before and after every change, then resume or rollback', function () {
  this.timeout(120_000);

  for (const image of ['good', 'bad'] as const) {
    it(`${image} image: resume ends what the dead run began as it would have ended it, or finds nothing begun`, async () => {
      const before = stateOf(stageFor(image));
      const calm = stageFor(image);
      const wanted = (await calm.run()).outcome;
      const done = stateOf(calm);
      const seen = new Set<string>();
      for (let change = 1; change <= calm.changes().length; change++) {
        for (const when of ['before', 'after'] as const) {
          const stage = stageFor(image);
          const at = `killed ${when} change ${change}, ${calm.changes()[change - 1] ?? ''}`;
          expect((await stage.run({}, { killAt: { change, when } })).outcome, at).to.equal('killed');
          const ending = await stage.run(RESUME);
          expect(ending.outcome, `${at}: ${ending.failure?.facts.what ?? ''}`).to.equal('swapped');
          const ends = new Set(ending.results.map(({ outcome }) => outcome));
          ends.forEach((outcome) => seen.add(outcome));
          const expected = ends.has('promoted') || ends.has('rolledBack') ? done : undefined;
          // Nothing begun, or all of it done already.
          expect(JSON.stringify(expected === undefined ? [before, done] : [expected]), at).to.include(
            JSON.stringify(stateOf(stage)).slice(1, -1),
          );
          expect(stage.violations(), at).to.deep.equal([]);
        }
      }
      expect([...seen].sort()).to.deep.equal([wanted === 'swapped' ? 'promoted' : 'rolledBack', 'skipped']);
    });
  }

  it('rollback undoes all of it before the verdict, and refuses after a verdict to promote', async () => {
    const before = stateOf(stageFor('good')) as readonly { readonly size: unknown; readonly instances: unknown }[];
    const calm = stageFor('good');
    await calm.run();
    const judged = calm.changes().findIndex((change) => change.includes('"promote"')) + 1;
    expect(judged).to.be.greaterThan(4);
    for (let change = 1; change <= calm.changes().length; change++) {
      for (const when of ['before', 'after'] as const) {
        const stage = stageFor('good');
        const at = `killed ${when} change ${change}, ${calm.changes()[change - 1] ?? ''}`;
        await stage.run({}, { killAt: { change, when } });
        const left = tagsOf(stage).includes('ha-updater:rollout');
        const verdict = change > judged || (change === judged && when === 'after');
        const state = stateOf(stage);
        const ending = await stage.run(ROLLBACK);
        expect(stage.violations(), at).to.deep.equal([]);
        if (verdict && left) {
          expect([ending.outcome, ending.failure?.facts.reasons[0]?.code], at).to.deep.equal([
            'refused',
            'rollback.judged',
          ]);
          expect(
            stateOf(stage).map((group) => ({ ...group, instances: [] })),
            at,
          ).to.deep.equal(state.map((group) => ({ ...group, instances: [] })));
          // And then it can be finished.
          expect((await stage.run(RESUME)).outcome, at).to.equal('swapped');
          expect(stateOf(stage), at).to.deep.equal(stateOf(calm));
          continue;
        }
        expect(ending.outcome, `${at}: ${ending.failure?.facts.what ?? ''}`).to.equal('swapped');
        if (verdict) continue;
        const after = stateOf(stage) as typeof before;
        expect(
          after.map(({ size, instances }) => ({ size, instances })),
          at,
        ).to.deep.equal(before.map(({ size, instances }) => ({ size, instances })));
        expect(
          tagsOf(stage).filter((tag) => tag !== 'ha-updater:frozen'),
          at,
        ).to.deep.equal([]);
      }
    }
  });
});

describe('unfreeze', () => {
  /** A frozen group, of which an operator had suspended a process before. */
  async function frozen(): Promise<Stage> {
    const stage = createStage({ images: { 'ami-bad': { behaviour: 'missing' } } }, [
      { name: 'web', size: 2, min: 1, max: 3 },
    ]);
    call(stage.sandbox.world, 'autoscaling', 'SuspendProcesses', {
      AutoScalingGroupName: 'web',
      ScalingProcesses: ['AZRebalance'],
    });
    stage.groups[0]?.changeImage('ami-bad');
    expect((await stage.run()).outcome).to.equal('swapRolledBack');
    return stage;
  }

  it('resumes exactly what the note names and removes the note, killed at any change or not', async () => {
    for (const killAt of [
      undefined,
      { change: 1, when: 'before' },
      { change: 1, when: 'after' },
      { change: 2, when: 'before' },
      { change: 2, when: 'after' },
    ] as const) {
      const stage = await frozen();
      if (killAt !== undefined) expect((await stage.run(UNFREEZE, { killAt })).outcome).to.equal('killed');
      const ending = await stage.run(UNFREEZE);
      expect(ending.failure?.facts).to.equal(undefined);
      expect(ending.results.map(({ outcome }) => outcome)).to.deep.equal([
        killAt?.change === 2 && killAt.when === 'after' ? 'skipped' : 'unfrozen',
      ]);
      expect(stateOf(stage)[0]).to.deep.include({ suspended: ['AZRebalance'], tags: [] });
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('refuses while a rollout is on the group, and changes nothing', async () => {
    const stage = await frozen();
    stage.groups[0]?.changeImage('ami-new');
    expect((await stage.run({}, { killAt: { change: 4, when: 'after' } })).outcome).to.equal('killed');
    const ending = await stage.run(UNFREEZE);
    expect([ending.outcome, ending.failure?.facts.reasons[0]?.code]).to.deep.equal(['refused', 'group.rollout']);
    expect(stage.changes()).to.deep.equal([]);
  });
});

describe('notes of another version', () => {
  for (const [key, value] of [
    ['ha-updater:rollout', 'v=3 something=new'],
    ['ha-updater:verdict', 'v=3 outcome=promote'],
  ] as const) {
    it(`${key} of version 3: every command refuses with advice and changes nothing`, async () => {
      const stage = stageFor('good');
      await stage.run({}, { killAt: { change: 6, when: 'after' } });
      call(stage.sandbox.world, 'autoscaling', 'CreateOrUpdateTags', {
        Tags: [
          { ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: key, Value: value, PropagateAtLaunch: false },
        ],
      });
      for (const plan of [{}, RESUME, ROLLBACK, UNFREEZE]) {
        const ending = await stage.run(plan);
        expect(ending.outcome, JSON.stringify(plan)).to.equal('refused');
        const reason = ending.failure?.facts.reasons.find(({ code }) => code === 'group.unreadable');
        expect(reason?.text, JSON.stringify(plan)).to.include('version 3');
        expect(reason?.remedy).to.include('Use the version of ha-updater that wrote it');
        expect(stage.changes()).to.deep.equal([]);
      }
    });
  }
});
