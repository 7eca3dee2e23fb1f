import { expect } from 'chai';
import { BREAKS } from '../../../src/sandbox/scenario.js';
import { createStage, stateOf, type Stage } from '../../support/stage.js';

const PROMOTED = [
  { name: 'web', size: [1, 3, 5], instances: Array.from({ length: 3 }, () => 'InService 2'), suspended: [], tags: [] },
];

/** The reads and the changes of a swap. */
const OPERATIONS = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:UpdateAutoScalingGroup',
  'autoscaling:CreateOrUpdateTags',
  'autoscaling:TerminateInstanceInAutoScalingGroup',
  'elb:DescribeInstanceHealth',
  'elbv2:DescribeTargetHealth',
];

/** A group behind two balancers whose calls travel as they do over a network. */
function stageWith(faults: Parameters<typeof createStage>[0]['faults']): Stage {
  const stage = createStage({ ...(faults && { faults }) }, [{ name: 'web', size: 3, min: 1, max: 5 }], { wire: true });
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}

describe('answers that break in the middle of a swap', function () {
  this.timeout(60_000);

  for (const how of BREAKS)
    for (const effect of ['before', 'after'] as const)
      it(`are no answers: ${how}, ${effect} the effect`, async () => {
        for (const calls of OPERATIONS) {
          const stage = stageWith([{ kind: 'brokenAnswer', calls, rate: 1, times: 3, how, effect }]);
          const ending = await stage.run();
          const at = `${calls}: ${ending.failure?.facts.what ?? ''}`;
          expect([ending.outcome, stateOf(stage)], at).to.deep.equal(['swapped', PROMOTED]);
          expect(stage.violations(), at).to.deep.equal([]);
          expect(stage.sandbox.calls.get(calls), at).to.be.above(0);
        }
      });

  for (const how of BREAKS)
    it(`are lived with, however many: ${how}`, async () => {
      const stage = stageWith([
        { kind: 'brokenAnswer', calls: '*', rate: 0.15, how, effect: 'before' },
        { kind: 'brokenAnswer', calls: '*', rate: 0.15, how, effect: 'after' },
      ]);
      const ending = await stage.run();
      expect([ending.outcome, stateOf(stage)], ending.failure?.facts.what).to.deep.equal(['swapped', PROMOTED]);
      expect(stage.violations()).to.deep.equal([]);
    });
});
