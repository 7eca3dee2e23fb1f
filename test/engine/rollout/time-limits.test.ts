import { expect } from 'chai';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { call } from '../../support/sandbox.js';
import { createStage, stateOf, type Stage } from '../../support/stage.js';

const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};

/** A group behind a target group with this attribute. */
function stageOf(key: string, value: number): Stage {
  const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 6 }]);
  const { world } = stage.sandbox;
  const { TargetGroups } = call<{ TargetGroups: { TargetGroupArn: string }[] }>(
    world,
    'elbv2',
    'DescribeTargetGroups',
    {},
  );
  for (const { TargetGroupArn } of TargetGroups)
    call(world, 'elbv2', 'ModifyTargetGroupAttributes', {
      TargetGroupArn,
      Attributes: [{ Key: key, Value: String(value) }],
    });
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}

describe('limits that the settings of a group could not meet', function () {
  this.timeout(60_000);
  const done = [{ name: 'web', size: [1, 3, 6], instances: Array(3).fill('InService 2'), suspended: [], tags: [] }];

  for (const [how, plan] of [
    ['swap', {}],
    ['rolling', ROLLING],
  ] as const)
    for (const seconds of [300, 540, 600, 900])
      it(`are extended by a slow start of ${seconds} s (${how})`, async () => {
        const stage = stageOf('slow_start.duration_seconds', seconds);
        const ending = await stage.run(plan);
        expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
        expect(stateOf(stage)).to.deep.equal(done);
        expect(stage.violations()).to.deep.equal([]);
      });

  for (const seconds of [3_599, 3_600])
    it(`are extended by draining of ${seconds} s, the most that AWS allows being 3600`, async () => {
      const stage = stageOf('deregistration_delay.timeout_seconds', seconds);
      const ending = await stage.run();
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      expect(stateOf(stage)).to.deep.equal(done);
      expect(stage.violations()).to.deep.equal([]);
    });
});
