import { expect } from 'chai';
import { groupOf, idsOf, sizesOf } from '../../support/ask.js';
import { after, others, resized, slowStage } from './others.js';
import type { Stage } from '../../support/stage.js';

/** A person puts the oldest into standby, and takes it out again. Seconds are those after the doubling. */
interface ByHand {
  readonly what: string;
  readonly in: number;
  readonly decrement: boolean;
  readonly out?: number;
}

const BY_HAND: readonly ByHand[] = [
  { what: 'with a replacement, and out again', in: 20, decrement: false, out: 100 },
  { what: 'with a replacement, and leaves it there', in: 20, decrement: false },
  { what: 'one fewer for that, and out again', in: 20, decrement: true, out: 100 },
  { what: 'one fewer for that, and leaves it there', in: 20, decrement: true },
];

function lendAHand(stage: Stage, { in: into, decrement, out }: ByHand): void {
  const InstanceIds = idsOf(stage.sandbox.world, 'web').slice(0, 1);
  after(stage, 'UpdateAutoScalingGroup', into, () =>
    others(stage, 'EnterStandby', { InstanceIds, ShouldDecrementDesiredCapacity: decrement }),
  );
  if (out !== undefined)
    after(stage, 'UpdateAutoScalingGroup', out, () => others(stage, 'ExitStandby', { InstanceIds }));
}

describe('a person who puts an instance into standby in the middle of a rollout asks for no other size', function () {
  this.timeout(30_000);

  for (const strategy of ['swap', 'rolling'] as const) {
    const plan =
      strategy === 'swap'
        ? {}
        : { strategy, rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false } };
    for (const hand of BY_HAND) {
      it(`${strategy}, promoted: ${hand.what}`, async () => {
        const stage = slowStage('ami-new');
        lendAHand(stage, hand);
        const ending = await stage.run(plan);
        expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
        stage.sandbox.clock.advance(600_000);
        expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 3]);
        expect(stage.sandbox.monitor.inService('web')).to.equal(3);
        expect(resized(ending)).to.deep.equal([]);
        expect(stage.violations()).to.deep.equal([]);
      });
    }
  }

  for (const hand of BY_HAND.filter(({ out }) => out !== undefined)) {
    it(`swap, rolled back: ${hand.what}`, async () => {
      const stage = slowStage('ami-bad');
      lendAHand(stage, hand);
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapRolledBack');
      stage.sandbox.clock.advance(600_000);
      expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 3]);
      expect(stage.sandbox.monitor.inService('web')).to.equal(3);
      expect(resized(ending)).to.deep.equal([]);
      expect(stage.violations()).to.deep.equal([]);
    });
  }

  it('also where nobody works on it then, and the next run goes on', async () => {
    const stage = slowStage('ami-new');
    const InstanceIds = idsOf(stage.sandbox.world, 'web').slice(0, 1);
    // Its fourth change doubles.
    expect((await stage.run({}, { killAt: { change: 4, when: 'after' } })).outcome).to.equal('killed');
    stage.sandbox.clock.advance(30_000);
    others(stage, 'EnterStandby', { InstanceIds, ShouldDecrementDesiredCapacity: true });
    stage.sandbox.clock.advance(30_000);
    const ending = await stage.run({ adoptOnly: true });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    stage.sandbox.clock.advance(600_000);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 3]);
    const parked = (groupOf(stage.sandbox.world).Instances ?? []).filter((one) => one.LifecycleState === 'Standby');
    expect(parked.map((one) => one.InstanceId)).to.deep.equal(InstanceIds);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('and a size that is set afterwards is one', async () => {
    const stage = slowStage('ami-new');
    lendAHand(stage, BY_HAND[0]!);
    after(stage, 'UpdateAutoScalingGroup', 130, () => others(stage, 'SetDesiredCapacity', { DesiredCapacity: 5 }));
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    stage.sandbox.clock.advance(600_000);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 5]);
    expect(resized(ending).join()).to.match(/desired from 3 to 5/);
    expect(stage.violations()).to.deep.equal([]);
  });
});
