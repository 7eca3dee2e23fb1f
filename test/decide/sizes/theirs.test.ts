import { expect } from 'chai';
import { groupOf, sizesOf } from '../../support/ask.js';
import { after, others } from './others.js';
import { callBackAll, createStage, type Ending, type Stage } from '../../support/stage.js';

/** One group of three behind both kinds of balancers, whose new instances take a minute to boot. */
function stageOf(image = 'ami-new'): Stage {
  const images = {
    'ami-new': { behaviour: 'healthy', boot: [60, 70] },
    'ami-bad': { behaviour: 'unhealthy' },
  } as const;
  const stage = createStage({ images }, [{ name: 'web', size: 3, min: 2, max: 4 }]);
  stage.groups[0]?.changeImage(image);
  return stage;
}

const serving = (stage: Stage): number => stage.sandbox.monitor.inService('web');
const versions = (stage: Stage): readonly string[] =>
  (groupOf(stage.sandbox.world).Instances ?? [])
    .filter((one) => one.LifecycleState === 'InService')
    .map((one) => one.LaunchTemplate?.Version ?? '');
const warned = (ending: Ending): readonly string[] =>
  ending.events.flatMap((event) =>
    event.type === 'warning' && event.reason.code === 'group.resized' ? [event.reason.text] : [],
  );
const suspended = (stage: Stage): readonly string[] =>
  (groupOf(stage.sandbox.world).SuspendedProcesses ?? []).map((one) => one.ProcessName ?? '');

/** What is set 30 s after the doubling (min, max, desired), and what is there in the end. */
const MEANWHILE: readonly {
  readonly what: string;
  readonly set: object;
  readonly sizes: readonly number[];
}[] = [
  { what: 'raises min and max', set: { MinSize: 5, MaxSize: 20 }, sizes: [5, 20, 5] },
  { what: 'raises min above the doubled size', set: { MinSize: 8, MaxSize: 20 }, sizes: [8, 20, 8] },
  { what: 'raises max alone', set: { MaxSize: 20 }, sizes: [2, 20, 3] },
  { what: 'lowers min', set: { MinSize: 1 }, sizes: [1, 4, 3] },
  { what: 'raises the desired capacity', set: { MaxSize: 10, DesiredCapacity: 9 }, sizes: [2, 10, 9] },
  { what: 'asks for something between', set: { DesiredCapacity: 5 }, sizes: [2, 5, 5] },
  { what: 'asks for one more than there were', set: { DesiredCapacity: 4 }, sizes: [2, 4, 4] },
  { what: 'asks for as many as there were', set: { DesiredCapacity: 3 }, sizes: [2, 4, 3] },
  { what: 'asks for less than there were', set: { DesiredCapacity: 2 }, sizes: [2, 4, 2] },
  { what: 'asks for none', set: { MinSize: 0, DesiredCapacity: 0 }, sizes: [0, 4, 0] },
  { what: 'lowers max below the doubled size', set: { MaxSize: 5 }, sizes: [2, 5, 5] },
];

describe('what somebody else sets while a swap is under way stays', function () {
  this.timeout(30_000);

  for (const { what, set, sizes } of MEANWHILE) {
    it(`${what} before the verdict, and it is promoted`, async () => {
      const stage = stageOf();
      after(stage, 'UpdateAutoScalingGroup', 30, () => others(stage, 'UpdateAutoScalingGroup', set));
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      stage.sandbox.clock.advance(600_000);
      expect(sizesOf(stage.sandbox.world)).to.deep.equal(sizes);
      expect(serving(stage)).to.equal(sizes[2]);
      expect(new Set(versions(stage))).to.deep.equal(new Set(sizes[2] === 0 ? [] : ['2']));
      expect(suspended(stage)).to.deep.equal([]);
      if (what !== 'asks for as many as there were') expect(warned(ending).join()).to.match(/somebody else changed/);
      expect(stage.violations()).to.deep.equal([]);
    });

    it(`${what} before the verdict, and it is rolled back`, async () => {
      const stage = stageOf('ami-bad');
      after(stage, 'UpdateAutoScalingGroup', 30, () => others(stage, 'UpdateAutoScalingGroup', set));
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapRolledBack');
      stage.sandbox.clock.advance(600_000);
      expect(sizesOf(stage.sandbox.world)).to.deep.equal(sizes);
      // Nothing launches while it is frozen; what somebody asked to go goes.
      expect(serving(stage)).to.equal(Math.min(3, sizes[2] ?? 0));
      expect(new Set(versions(stage))).to.deep.equal(new Set(sizes[2] === 0 ? [] : ['1']));
      expect(stage.violations()).to.deep.equal([]);
    });

    it(`${what} while nobody works on it, and the next run goes on`, async () => {
      const stage = stageOf();
      // Its fourth change doubles.
      expect((await stage.run({}, { killAt: { change: 4, when: 'after' } })).outcome).to.equal('killed');
      stage.sandbox.clock.advance(30_000);
      others(stage, 'UpdateAutoScalingGroup', set);
      stage.sandbox.clock.advance(30_000);
      const ending = await stage.run({ adoptOnly: true });
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      stage.sandbox.clock.advance(600_000);
      expect(sizesOf(stage.sandbox.world)).to.deep.equal(sizes);
      expect(serving(stage)).to.equal(sizes[2]);
      expect(stage.violations()).to.deep.equal([]);
    });

    it(`${what} while the old ones drain`, async () => {
      const stage = stageOf();
      // By then max is back at what it was, and the desired capacity is three.
      const fits = (set as { DesiredCapacity?: number }).DesiredCapacity !== 5;
      after(stage, 'ResumeProcesses', 5, () => (fits ? others(stage, 'UpdateAutoScalingGroup', set) : undefined));
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      stage.sandbox.clock.advance(600_000);
      const low = what === 'lowers max below the doubled size';
      expect(sizesOf(stage.sandbox.world)).to.deep.equal(low ? [2, 5, 3] : fits ? sizes : [2, 4, 3]);
      expect(stage.violations()).to.deep.equal([]);
    });
  }

  it('does not make new ones go: after the verdict it is lowered to what it was, and min is 0', async () => {
    const images = { 'ami-new': { behaviour: 'healthy', boot: [60, 70] } } as const;
    const stage = createStage({ images }, [{ name: 'web', size: 2, min: 0, max: 4 }]);
    stage.groups[0]?.changeImage('ami-new');
    let set = false;
    stage.sandbox.onCall(({ operation, outcome }) => {
      const tags = groupOf(stage.sandbox.world).Tags ?? [];
      if (set || outcome !== 'ok' || operation !== 'CreateOrUpdateTags') return;
      if (!tags.some(({ Key }) => Key === 'ha-updater:verdict')) return;
      set = true;
      others(stage, 'SetDesiredCapacity', { DesiredCapacity: 2 });
    });
    const ending = await stage.run();
    expect(set).to.equal(true);
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    stage.sandbox.clock.advance(600_000);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([0, 4, 2]);
    expect(serving(stage)).to.equal(2);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is more for a group of one while its old one drains, as many as two halves were', async () => {
    const images = { 'ami-new': { behaviour: 'healthy', boot: [60, 70] } } as const;
    const stage = createStage({ images }, [{ name: 'web', size: 1, min: 1, max: 4 }]);
    stage.groups[0]?.changeImage('ami-new');
    after(stage, 'ResumeProcesses', 2, () => others(stage, 'SetDesiredCapacity', { DesiredCapacity: 2 }));
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    stage.sandbox.clock.advance(600_000);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 4, 2]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is what scaling sets in a weighted group as soon as it goes on', async () => {
    const images = { 'ami-new': { behaviour: 'healthy', boot: [60, 70] } } as const;
    const stage = createStage({ images }, [{ name: 'web', size: 2, min: 1, max: 4, weights: [2], drain: 120 }]);
    stage.groups[0]?.changeImage('ami-new');
    after(stage, 'ResumeProcesses', 5, () =>
      others(stage, 'UpdateAutoScalingGroup', { MaxSize: 5, DesiredCapacity: 3 }),
    );
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    stage.sandbox.clock.advance(600_000);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 5, 3]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is less while nobody ends a roll-back that is noted as frozen, and whoever ends it leaves that', async () => {
    let ended = 0;
    for (let change = 8; change <= 14; change++) {
      const stage = stageOf('ami-bad');
      if ((await stage.run({}, { killAt: { change, when: 'after' } })).outcome !== 'killed') continue;
      const keys = (groupOf(stage.sandbox.world).Tags ?? []).map(({ Key }) => Key);
      if (!keys.includes('ha-updater:frozen') || !keys.includes('ha-updater:rollout')) continue;
      ended++;
      stage.sandbox.clock.advance(60_000);
      others(stage, 'SetDesiredCapacity', { DesiredCapacity: 2 });
      stage.sandbox.clock.advance(60_000);
      const ending = await stage.run({ adoptOnly: true });
      expect(ending.results.map(({ outcome }) => outcome)).to.deep.equal(['rolledBack']);
      expect(sizesOf(stage.sandbox.world)).to.deep.equal([2, 4, 2]);
      expect(stage.violations()).to.deep.equal([]);
    }
    expect(ended).to.be.greaterThan(0);
  });

  it('is given back also when it is cancelled', async () => {
    const stage = stageOf();
    after(stage, 'UpdateAutoScalingGroup', 30, () =>
      others(stage, 'UpdateAutoScalingGroup', { MinSize: 5, MaxSize: 20 }),
    );
    after(stage, 'UpdateAutoScalingGroup', 40, () => callBackAll(stage.sandbox));
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([5, 20, 5]);
    expect(stage.violations()).to.deep.equal([]);
  });
});

describe('what somebody else sets while a rolling rollout is under way stays', function () {
  this.timeout(30_000);

  // The others speak of the doubled size: with one more than three, four is our own size and five is no fit.
  const doubled = [
    'asks for something between',
    'asks for one more than there were',
    'lowers max below the doubled size',
  ];
  for (const { what, set, sizes } of MEANWHILE.filter((one) => !doubled.includes(one.what))) {
    it(`${what}, and what Auto Scaling takes out then is not launched again`, async () => {
      const stage = stageOf();
      after(stage, 'UpdateAutoScalingGroup', 30, () => others(stage, 'UpdateAutoScalingGroup', set));
      const ending = await stage.run({
        strategy: 'rolling',
        rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
      });
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      stage.sandbox.clock.advance(600_000);
      expect(sizesOf(stage.sandbox.world)).to.deep.equal(sizes);
      expect(new Set(versions(stage))).to.deep.equal(new Set(sizes[2] === 0 ? [] : ['2']));
      expect(suspended(stage)).to.deep.equal([]);
      // What was given back is not raised again.
      expect(
        ending.events.filter(
          (event) =>
            event.type === 'action.done' && event.action.type === 'resize' && event.action.purpose === 'restore',
        ),
      ).to.have.length.at.most(1);
      expect(stage.violations()).to.deep.equal([]);
    });
  }
});
