import { expect } from 'chai';
import { MINUTE, sizesOf } from '../support/ask.js';
import { call } from '../support/sandbox.js';
import { createStage } from '../support/stage.js';

/** Two instances bear 48 % each, which is well; doubled they bear 24 %, below nine tenths of the target. */
const SCENARIO = { metrics: { 'AWS/EC2/CPUUtilization': { load: 96 } } };

describe('a group that tracks a target', () => {
  it('is not scaled in while it is doubled for longer than the policy waits, and is as before in the end', async () => {
    const stage = createStage(SCENARIO, [
      { name: 'web', size: 2, min: 1, max: 6, settings: { DefaultInstanceWarmup: 30 } },
    ]);
    call(stage.sandbox.world, 'autoscaling', 'PutScalingPolicy', {
      AutoScalingGroupName: 'web',
      PolicyName: 'cpu',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
        TargetValue: 50,
      },
    });
    stage.groups[0]!.changeImage('ami-new');
    const began = stage.sandbox.clock.now();
    const ending = await stage.run({ gates: { words: [], bakeMs: 25 * MINUTE } });
    expect(ending.outcome).to.equal('swapped');
    expect(stage.sandbox.clock.now() - began).to.be.above(25 * MINUTE);
    expect(stage.violations()).to.deep.equal([]);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 6, 2]);
    stage.sandbox.clock.advance(30 * MINUTE);
    expect(sizesOf(stage.sandbox.world)).to.deep.equal([1, 6, 2]);
  });
});
