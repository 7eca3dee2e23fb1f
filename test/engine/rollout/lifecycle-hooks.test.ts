import { expect } from 'chai';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { call } from '../../support/sandbox.js';
import { createStage, stateOf, type Ending, type Stage } from '../../support/stage.js';

const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};
const SERIAL: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: true },
};

interface Hook {
  readonly on: 'LAUNCHING' | 'TERMINATING';
  readonly heartbeat: number;
  readonly otherwise: 'CONTINUE' | 'ABANDON';
  readonly target?: string;
}

/** A group whose hook is made after its instances were launched, and a change of its image. */
function stageOf({ on, heartbeat, otherwise, target }: Hook, faults: readonly Fault[] = []): Stage {
  const stage = createStage({ faults }, [{ name: 'web', size: 2, min: 1, max: 6, drain: 5 }]);
  call(stage.sandbox.world, 'autoscaling', 'PutLifecycleHook', {
    AutoScalingGroupName: 'web',
    LifecycleHookName: 'wait',
    LifecycleTransition: `autoscaling:EC2_INSTANCE_${on}`,
    HeartbeatTimeout: heartbeat,
    DefaultResult: otherwise,
    ...(target !== undefined && { NotificationTargetARN: target }),
  });
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}

const told = ({ events }: Ending): readonly string[] =>
  events.flatMap((event) =>
    event.type === 'warning' && ['group.hook', 'balancer.drain'].includes(event.reason.code)
      ? [`${event.reason.text}. ${event.reason.remedy}`]
      : [],
  );

const mostLeaving = ({ sandbox: { monitor } }: Stage): number =>
  Math.max(...monitor.timeline.map(({ leaving }) => leaving));

const TARGET = 'arn:aws:sqs:eu-west-1:123456789012:hooks';

describe('lifecycle hooks of a group', function () {
  this.timeout(60_000);
  const done = [{ name: 'web', size: [1, 2, 6], instances: Array(2).fill('InService 2'), suspended: [], tags: [] }];

  for (const [how, plan, hook, tells] of [
    ['swap', {}, { on: 'LAUNCHING', heartbeat: 580, otherwise: 'CONTINUE' }, []],
    [
      'rolling',
      ROLLING,
      { on: 'LAUNCHING', heartbeat: 1_200, otherwise: 'CONTINUE' },
      [
        'its launching hook wait holds each new instance for up to 20m 00s. ' +
          'Each further instance gets 1365 s in place of --healthy-timeout.',
      ],
    ],
    [
      'swap',
      {},
      { on: 'TERMINATING', heartbeat: 3_600, otherwise: 'CONTINUE' },
      [
        'its terminating hook wait may hold what leaves for 1h 00m. What leaves gets 3725 s in place of --drain-timeout.',
      ],
    ],
    // Of those that leave one after the other, the last one has the whole time.
    ['serial', SERIAL, { on: 'TERMINATING', heartbeat: 2_000, otherwise: 'ABANDON' }, []],
  ] as const)
    it(`extend the limits of a rollout by what they hold: ${hook.on}, ${hook.heartbeat} s (${how})`, async () => {
      const stage = stageOf(hook);
      const ending = await stage.run(plan);
      expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
      expect(told(ending)).to.deep.equal(tells);
      expect(stateOf(stage)).to.deep.equal(done);
      expect(stage.violations()).to.deep.equal([]);
    });

  it('that abandon what nobody completes are told before the start, and nothing new comes into service', async () => {
    const stage = stageOf({ on: 'LAUNCHING', heartbeat: 60, otherwise: 'ABANDON' });
    const ending = await stage.run();
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(told(ending)).to.deep.equal([
      'its launching hook wait notifies no target, and abandons each new instance that nothing completes within 1m 00s. ' +
        'Check that a rule of EventBridge or the instance itself completes it: else nothing new comes into service, and ' +
        'the rollout rolls back.',
    ]);
    expect(ending.failure?.facts.what).to.match(
      /0 of 2\): i-\S+, i-\S+ Pending:Wait \(lifecycle hook wait\); \d+ new instances were terminated before the proof/,
    );
    expect(stage.violations()).to.deep.equal([]);
  });

  it('whose target may take longer than the limit are told with the limit to say', async () => {
    const stage = stageOf({ on: 'LAUNCHING', heartbeat: 3_600, otherwise: 'ABANDON', target: TARGET });
    expect(told(await stage.run())).to.deep.equal([
      'its launching hook wait may hold each new instance for 1h 00m, and the rollout gives up after 600 s. ' +
        'Where completing it takes that long: --healthy-timeout 4200.',
    ]);
    const short = stageOf({ on: 'LAUNCHING', heartbeat: 300, otherwise: 'ABANDON', target: TARGET });
    expect(told(await short.run())).to.deep.equal([]);
  });

  it('on the way out do not make a rolling rollout wait, which is told; with --serial it waits', async () => {
    const stage = stageOf({ on: 'TERMINATING', heartbeat: 600, otherwise: 'CONTINUE' });
    expect(told(await stage.run(ROLLING))).to.deep.equal([
      'its terminating hook wait may hold what leaves for 10m 00s, and a rolling rollout takes out the next ones ' +
        'meanwhile: all 2 old ones may be leaving at once. ' +
        'With --serial the next one is taken out only when the one before is gone.',
    ]);
    expect(mostLeaving(stage)).to.be.greaterThan(1);
    const one = stageOf({ on: 'TERMINATING', heartbeat: 600, otherwise: 'CONTINUE' });
    expect(told(await one.run(SERIAL))).to.deep.equal([]);
    expect(mostLeaving(one)).to.equal(1);
  });

  for (const code of ['AccessDenied', 'InvalidAction'])
    it(`that may not be read are told once, and limits are as given (${code})`, async () => {
      const refusal: Fault = { kind: 'refuse', calls: 'autoscaling:DescribeLifecycleHooks', code, message: 'no' };
      const stage = stageOf({ on: 'LAUNCHING', heartbeat: 60, otherwise: 'CONTINUE' }, [refusal]);
      const ending = await stage.run();
      expect(ending.outcome).to.equal('swapped');
      expect(told(ending)).to.have.lengthOf(1);
      expect(told(ending)[0]).to.include(`autoscaling:DescribeLifecycleHooks: ${code}`);
    });
});
