import { expect } from 'chai';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { createStage, type Stage } from '../../support/stage.js';

const FIRST_OUT: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 0 }, unavailable: { count: 1 }, serial: false },
};

function stageOf(differs: object = {}, size = 2): Stage {
  const stage = createStage({ images: { 'ami-sick': { behaviour: 'unhealthy' } } }, [
    { name: 'web', size, min: 1, max: 4, ...differs },
  ]);
  stage.groups[0]?.changeImage('ami-sick');
  return stage;
}

/** What was said to serve must be what the sandbox's own monitor counted. */
function truth(stage: Stage): number {
  return stage.sandbox.monitor.inService('web');
}

describe('what serves now, in the last words of a rollout', () => {
  it('one of two, where the new one is unhealthy behind both balancers', async () => {
    // Without replacement by Auto Scaling, which would take the bad one away meanwhile.
    const stage = stageOf({ healthCheckType: 'EC2' });
    const { facts } = (await stage.run(FIRST_OUT)).failure ?? {};
    expect(facts?.serves).to.equal('web: 1 of 2 serve (1 old, 0 of 1 new), min 1, desired 2, max 4.');
    expect(truth(stage)).to.equal(1);
    expect(facts?.left).to.not.include('side by side');
  });

  it('old and new side by side, where a signal stopped it half-way', async () => {
    const stage = stageOf({}, 3);
    stage.groups[0]?.changeImage('ami-good');
    const { facts } = (await stage.run(FIRST_OUT, { interruptAfterMs: 150_000 })).failure ?? {};
    expect(facts?.serves).to.match(/^web: 3 of 3 serve \([12] old, [12] new\), min 1, desired 3, max 4\.$/);
    expect(facts?.left).to.include('Old and new instances serve side by side.');
    expect(truth(stage)).to.equal(3);
  });

  it('the old ones, after a roll-back, told by the rollout that is over', async () => {
    const stage = stageOf();
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(ending.failure?.facts.serves).to.equal('web: 2 of 2 serve (2 old), min 1, desired 2, max 4.');
  });

  it("Auto Scaling's word, and that it is no more, where there is no balancer", async () => {
    const stage = stageOf({ balancers: [], healthCheckType: 'EC2' });
    stage.groups[0]?.changeImage('ami-good');
    const { facts } = (await stage.run(FIRST_OUT, { interruptAfterMs: 40_000 })).failure ?? {};
    expect(facts?.serves).to.match(
      /^web: 2 of 2 serve \(.*\) by the word of Auto Scaling alone, as no balancer judges/,
    );
  });

  it('not known, and what the last look showed, when the balancers cannot be read any more', async () => {
    const stage = createStage(
      {
        faults: [
          {
            kind: 'refuse',
            calls: 'elb:DescribeInstanceHealth',
            code: 'AccessDenied',
            message: 'not authorized',
            from: 330,
          },
        ],
      },
      [{ name: 'web', size: 2, min: 1, max: 4 }],
    );
    stage.groups[0]?.changeImage('ami-new');
    const { facts } = (await stage.run()).failure ?? {};
    expect(facts?.code).to.equal('aws.denied');
    expect(facts?.serves).to.match(
      /^Not known now, because \S*DescribeInstanceHealth failed \(AccessDenied\); at the last look, \S+Z, web: /,
    );
  });
});
