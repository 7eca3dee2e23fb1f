import { expect } from 'chai';
import type { RollingChoice } from '../../src/model/rollout/rollout-plan.js';
import { createStage, stateOf, type Stage } from '../support/stage.js';

const rolling = (
  choice: Partial<RollingChoice> = {},
): { readonly strategy: 'rolling'; readonly rolling: RollingChoice } => ({
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false, ...choice },
});
const FIRST_OUT = { surge: { count: 0 }, unavailable: { count: 1 } };

function stageOf(size: number, image: 'good' | 'sick' | 'gone' = 'good', groups = ['web']): Stage {
  const stage = createStage(
    { images: { 'ami-sick': { behaviour: 'unhealthy' }, 'ami-gone': { behaviour: 'missing' } } },
    groups.map((name) => ({ name, size, min: 1, max: size })),
  );
  for (const group of stage.groups) group.changeImage(`ami-${image}`);
  return stage;
}

/** Lowest in service and most alive that a group had while its rollout went on. */
function extremes(stage: Stage, group = 'web'): { readonly least: number; readonly most: number } {
  const points = stage.sandbox.monitor.timeline.filter(
    (point) => point.group === group && point.at > stage.sandbox.world.startedAt + 200_000,
  );
  return {
    least: Math.min(...points.map(({ inService }) => inService)),
    most: Math.max(...points.map((point) => point.old + point.new)),
  };
}

function instancesOf(stage: Stage, group: string): readonly string[] {
  const { AutoScalingGroups: groups } = stage.sandbox.invoke('autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: [group],
  }) as { AutoScalingGroups: { Instances: { InstanceId: string }[] }[] };
  return groups.flatMap(({ Instances: all }) => all.map(({ InstanceId }) => InstanceId));
}

describe('simulation: one rolling rollout', () => {
  it('launches first: one more at a time, never less, and everything as it was in the end', async () => {
    const stage = stageOf(4);
    const ending = await stage.run(rolling());
    expect(ending.failure?.facts).to.equal(undefined);
    expect(ending.results).to.deep.equal([{ group: 'web', outcome: 'promoted', why: 'all 4 are new and proven' }]);
    expect(stateOf(stage)).to.deep.equal([
      { name: 'web', size: [1, 4, 4], instances: Array(4).fill('InService 2'), suspended: [], tags: [] },
    ]);
    expect(extremes(stage)).to.deep.equal({ least: 4, most: 5 });
    expect(stage.violations()).to.deep.equal([]);
  });
  it('stops at a bad image with what still serves, and goes on from there once it is mended', async () => {
    const stage = stageOf(3, 'sick');
    const first = await stage.run(rolling(FIRST_OUT));
    expect([first.outcome, first.failure?.facts.code]).to.deep.equal(['stopped', 'swap.stuck']);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
    stage.groups[0]?.changeImage('ami-good');
    const second = await stage.run(rolling(FIRST_OUT));
    expect(second.failure?.facts).to.equal(undefined);
    expect(stateOf(stage)).to.deep.equal([
      { name: 'web', size: [1, 3, 3], instances: Array(3).fill('InService 3'), suspended: [], tags: [] },
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('stops on a signal after the verdict, keeps serving, and is finished by resume', async () => {
    const stage = stageOf(3);
    const first = await stage.run(rolling(), { interruptAfterMs: 220_000 });
    expect([first.outcome, first.failure?.facts.code]).to.deep.equal(['stopped', 'swap.stuck']);
    expect(first.failure?.facts.what).to.match(
      /interrupted by SIGINT; \d of 3 are new and proven, \d old instances? (is|are) left/,
    );
    expect(stage.sandbox.monitor.inService('web')).to.be.at.least(3);
    const second = await stage.run({ adoptOnly: true });
    expect(second.outcome).to.equal('swapped');
    expect(stateOf(stage)).to.deep.equal([
      { name: 'web', size: [1, 3, 3], instances: Array(3).fill('InService 2'), suspended: [], tags: [] },
    ]);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('rolls back at a bad image when it launches first', async () => {
    const stage = stageOf(3, 'sick');
    expect((await stage.run(rolling())).outcome).to.equal('swapRolledBack');
    expect(stateOf(stage)).to.deep.equal([
      {
        name: 'web',
        size: [1, 3, 3],
        instances: Array(3).fill('InService 1'),
        suspended: [
          'AZRebalance',
          'AlarmNotification',
          'InstanceRefresh',
          'Launch',
          'ReplaceUnhealthy',
          'ScheduledActions',
        ],
        tags: ['ha-updater:frozen'],
      },
    ]);
    expect(extremes(stage)).to.deep.equal({ least: 3, most: 4 });
    expect(stage.violations()).to.deep.equal([]);
  });

  it('takes one instance at a time over all groups', async () => {
    const stage = stageOf(2, 'good', ['web', 'api', 'db']);
    const ending = await stage.run(rolling({ serial: true }));
    expect(ending.failure?.facts).to.equal(undefined);
    expect(ending.results.map(({ outcome }) => outcome)).to.deep.equal(['promoted', 'promoted', 'promoted']);
    // In the order of the plan, and the next group only when the one before is through.
    const surges = stage
      .changes()
      .filter((change) => /^resize .*"desired":3/.test(change))
      .map((change) => /"(web|api|db)"/.exec(change)?.[1]);
    expect(surges).to.deep.equal(['web', 'api', 'db']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('two groups under way at once, or two leaving, would be noticed by the sandbox itself', () => {
    const stage = stageOf(2, 'good', ['web', 'api']);
    const noted = (name: string): void => {
      const tag = (key: string, Value: string) => ({
        ResourceId: name,
        ResourceType: 'auto-scaling-group',
        Key: `ha-updater:${key}`,
        Value,
        PropagateAtLaunch: false,
      });
      stage.sandbox.invoke('autoscaling', 'CreateOrUpdateTags', {
        Tags: [tag('rollout', 'v=2 run=r strategy=rolling limits=1/0/serial size=1/2/2'), tag('lease', 'run=r host=h')],
      });
    };
    ['web', 'api'].forEach(noted);
    const serial = (): readonly string[] =>
      stage
        .violations()
        .filter(({ rule }) => rule === 'serial')
        .map(({ text }) => text);
    stage.sandbox.invoke('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'web',
      MaxSize: 3,
      DesiredCapacity: 3,
    });
    stage.sandbox.clock.advance(300_000);
    expect(serial()).to.deep.equal([]);
    stage.sandbox.invoke('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'api',
      MaxSize: 3,
      DesiredCapacity: 3,
    });
    expect(serial()).to.deep.equal([
      'web (desired 3 instead of 2) and api (desired 3 instead of 2) are under way at once; one at a time was asked for.',
    ]);
    for (const group of ['web', 'api']) {
      const [instance] = instancesOf(stage, group);
      stage.sandbox.invoke('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId: instance,
        ShouldDecrementDesiredCapacity: true,
      });
    }
    expect(serial().some((text) => /^i-\w+ of web and i-\w+ of api leave at once/.test(text))).to.equal(true);
  });

  it('terminates first', async () => {
    const stage = stageOf(4);
    const ending = await stage.run(rolling(FIRST_OUT));
    expect(ending.failure?.facts).to.equal(undefined);
    expect(stateOf(stage)).to.deep.equal([
      { name: 'web', size: [1, 4, 4], instances: Array(4).fill('InService 2'), suspended: [], tags: [] },
    ]);
    expect(extremes(stage)).to.deep.equal({ least: 3, most: 4 });
  });
});
