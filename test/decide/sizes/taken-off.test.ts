import { expect } from 'chai';
import { takenOffIn } from '../../../src/decide/sizes/taken-off.js';
import type { Activity } from '../../../src/model/finding.js';
import { idsOf, sizesOf } from '../../support/ask.js';
import type { Stage } from '../../support/stage.js';
import { after, others, resized, slowStage } from './others.js';

/** A person takes an instance out for good after the doubling, and lets the desired capacity fall with it. */
const BY_HAND = [
  { what: 'ends the oldest', operation: 'TerminateInstanceInAutoScalingGroup', which: 0 },
  { what: 'ends the newest', operation: 'TerminateInstanceInAutoScalingGroup', which: -1 },
  { what: 'detaches the oldest', operation: 'DetachInstances', which: 0 },
] as const;

function takeOff(stage: Stage, { operation, which }: (typeof BY_HAND)[number], seconds = 60): void {
  after(stage, 'UpdateAutoScalingGroup', seconds, () => {
    const id = idsOf(stage.sandbox.world, 'web').at(which);
    const input = operation === 'DetachInstances' ? { InstanceIds: [id] } : { InstanceId: id };
    others(stage, operation, { ...input, ShouldDecrementDesiredCapacity: true });
  });
}

describe('a person who takes an instance out in the middle of a rollout, and lets the size fall with it', function () {
  this.timeout(30_000);

  for (const hand of BY_HAND)
    for (const [image, outcome] of [
      ['ami-new', 'swapped'],
      ['ami-bad', 'swapRolledBack'],
    ] as const)
      it(`${hand.what}: all sizes are as before once it is ${outcome}`, async () => {
        const stage = slowStage(image);
        takeOff(stage, hand);
        const ending = await stage.run({});
        expect(ending.outcome, ending.failure?.facts.what).to.equal(outcome);
        stage.sandbox.clock.advance(600_000);
        expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 3]);
        expect(resized(ending)).to.deep.equal([]);
        expect(stage.violations()).to.deep.equal([]);
      });

  for (const hand of BY_HAND)
    for (const late of [60, 500])
      it(`of a rolling rollout, ${late} s after its first surge: ${hand.what}`, async () => {
        const stage = slowStage('ami-new');
        takeOff(stage, hand, late);
        const rolling = { surge: { count: 1 }, unavailable: { count: 0 }, serial: false };
        const ending = await stage.run({ strategy: 'rolling', rolling });
        expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
        stage.sandbox.clock.advance(600_000);
        expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 3]);
        expect(stage.violations()).to.deep.equal([]);
      });

  it('of a rolling rollout whose surge is two: nobody asked for a size', async () => {
    const stage = slowStage('ami-new');
    takeOff(stage, BY_HAND[0]);
    const rolling = { surge: { count: 2 }, unavailable: { count: 0 }, serial: false };
    const ending = await stage.run({ strategy: 'rolling', rolling });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(resized(ending)).to.deep.equal([]);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 3]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('where nobody works on it then: the next run finds it out', async () => {
    const stage = slowStage('ami-new');
    const InstanceId = idsOf(stage.sandbox.world, 'web')[0];
    // Its fourth change doubles.
    expect((await stage.run({}, { killAt: { change: 4, when: 'after' } })).outcome).to.equal('killed');
    stage.sandbox.clock.advance(60_000);
    others(stage, 'TerminateInstanceInAutoScalingGroup', { InstanceId, ShouldDecrementDesiredCapacity: true });
    stage.sandbox.clock.advance(30_000);
    const ending = await stage.run({ adoptOnly: true });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    stage.sandbox.clock.advance(600_000);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 3]);
    expect(resized(ending)).to.deep.equal([]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('beside one who sets a size: that one is asked for', async () => {
    const stage = slowStage('ami-new');
    takeOff(stage, BY_HAND[0]);
    after(stage, 'UpdateAutoScalingGroup', 65, () => others(stage, 'SetDesiredCapacity', { DesiredCapacity: 9 }));
    const ending = await stage.run({});
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    stage.sandbox.clock.advance(600_000);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 10, 9]);
  });
});

describe('what AWS says of instances that were taken out', () => {
  const activity = (cause: string): Activity => ({
    id: 'a',
    at: 1,
    status: 'Successful',
    description: '',
    cause,
    message: '',
    instance: 'i-0a',
  });
  const rows: readonly { readonly cause: string; readonly units: readonly number[] }[] = [
    {
      cause:
        'At 2026-01-01T00:00:00Z instance i-0a was taken out of service in response to a user request, shrinking the capacity from 3 to 2.',
      units: [1],
    },
    {
      cause:
        'At 2026-01-01T00:00:00Z instance i-0a was detached in response to a user request, shrinking the capacity from 6 to 3.',
      units: [3],
    },
    { cause: 'At 2026-01-01T00:00:00Z instance i-0a was detached in response to a user request.', units: [] },
    {
      cause:
        'At 2026-01-01T00:00:00Z instance i-0a was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2.',
      units: [],
    },
    {
      cause:
        'At 2026-01-01T00:00:00Z instance i-0a was moved to standby in response to a user request, shrinking the capacity from 4 to 3.',
      units: [1],
    },
    {
      cause:
        'At 2026-01-01T00:00:00Z instance i-0a was moved out of standby in response to a user request, increasing the capacity from 3 to 4.',
      units: [-1],
    },
    { cause: 'At 2026-01-01T00:00:00Z instance i-0a was moved to standby in response to a user request.', units: [] },
  ];
  it('a launch whose cause tells of it, too, took nothing off', () => {
    const { cause } = rows[0]!;
    expect(takenOffIn([{ ...activity(`${cause} An instance was started.`), instance: 'i-0b' }])).to.deep.equal([]);
  });

  for (const { cause, units } of rows)
    it(`${cause}: ${units.join()}`, () => {
      expect(takenOffIn([activity(cause)]).map(({ from, to }) => from - to)).to.deep.equal(units);
    });
});
