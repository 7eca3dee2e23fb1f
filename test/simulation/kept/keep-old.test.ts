import { expect } from 'chai';
import { commandLine } from '../../../src/text/commands/next-command.js';
import { call } from '../../support/sandbox.js';
import { createStage, stateOf, type Ending, type Stage } from '../../support/stage.js';

const KEPT_MS = 80_000;
/** Every change was swept; every third is enough to see when that no longer holds. */
const STEP = 3;
const KEEP = { gates: { words: [], keepMs: KEPT_MS } } as const;
const RESUME = { adoptOnly: true, goOn: true } as const;
const ROLLBACK = { adoptOnly: true, undo: true } as const;

/** Two groups of one run, judged together; or the first of them alone, which is enough for most and cheaper. */
function stageFor(count: 1 | 2 = 2): Stage {
  const groups = [
    { name: 'web', size: 2, min: 1, max: 3 },
    { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'], configuration: 'lc' },
  ] satisfies Parameters<typeof createStage>[1];
  const stage = createStage({}, groups.slice(0, count));
  for (const group of stage.groups) group.changeImage('ami-new');
  return stage;
}

/** Interrupted in the window: the run of that stage opens it after less, and ends it after more. */
const IN_WINDOW = 190_000;

function outcomesOf({ results, failure }: Ending): readonly string[] {
  return [
    ...new Set([...results.map(({ outcome }) => outcome), ...(failure === undefined ? [] : [failure.facts.code])]),
  ];
}

function groupState(
  stage: Stage,
  name: string,
): { readonly instances: readonly string[]; readonly tags: readonly string[] } {
  return stateOf(stage).find((one) => (one as { name: string }).name === name) as never;
}

describe('an old half that is kept', function () {
  this.timeout(120_000);

  it('stands by outside the balancers, the group as before, until its time is over', async () => {
    const plain = stageFor();
    await plain.run();
    const stage = stageFor();
    const began = stage.sandbox.clock.now();
    const ending = await stage.run(KEEP);
    expect(outcomesOf(ending)).to.deep.equal(['promoted']);
    expect(stage.sandbox.clock.now() - began).to.be.within(KEPT_MS, KEPT_MS + 400_000);
    expect(stateOf(stage)).to.deep.equal(stateOf(plain));
    expect(stage.violations()).to.deep.equal([]);
  });

  it('killed before and after every change, resume ends it as an undisturbed run does', async () => {
    const calm = stageFor(1);
    await calm.run(KEEP);
    const done = stateOf(calm);
    const judged = calm.changes().findIndex((change) => change.includes('"promote"')) + 1;
    for (let change = judged; change <= calm.changes().length; change += STEP) {
      for (const when of ['before', 'after'] as const) {
        const stage = stageFor(1);
        const at = `killed ${when} change ${change}, ${calm.changes()[change - 1] ?? ''}`;
        expect((await stage.run(KEEP, { killAt: { change, when } })).outcome, at).to.equal('killed');
        const ending = await stage.run(RESUME);
        expect(ending.outcome, `${at}: ${ending.failure?.facts.what ?? ''}`).to.equal('swapped');
        expect(stateOf(stage), at).to.deep.equal(done);
        expect(stage.violations(), at).to.deep.equal([]);
      }
    }
  });

  it('killed before and after every change, rollback brings back what is still kept', async () => {
    const calm = stageFor(1);
    await calm.run(KEEP);
    const back = stageFor(1);
    await back.run(KEEP, { interruptAfterMs: IN_WINDOW });
    const [done, undone] = [stateOf(calm), stateOf(back)];
    const judged = calm.changes().findIndex((change) => change.includes('"promote"')) + 1;
    const ended = calm.changes().findIndex((change) => change.startsWith('terminate')) + 1;
    for (let change = judged; change <= calm.changes().length; change += STEP) {
      for (const when of ['before', 'after'] as const) {
        const stage = stageFor(1);
        const at = `killed ${when} change ${change}, ${calm.changes()[change - 1] ?? ''}`;
        await stage.run(KEEP, { killAt: { change, when } });
        const ending = await stage.run(ROLLBACK);
        expect(stage.violations(), at).to.deep.equal([]);
        if (change < ended || (change === ended && when === 'before')) {
          expect(ending.outcome, `${at}: ${ending.failure?.facts.what ?? ''}`).to.equal('swapped');
          expect(outcomesOf(ending), at).to.deep.equal(['rolledBack']);
          expect(stateOf(stage), at).to.deep.equal(undone);
          continue;
        }
        await stage.run(RESUME);
        if (change > ended + 1) expect(stateOf(stage), at).to.deep.equal(done);
        expect(stage.violations(), at).to.deep.equal([]);
      }
    }
  });

  for (const [command, how] of [
    ['resume', RESUME],
    ['rollback', ROLLBACK],
    ['the same command', KEEP],
  ] as const) {
    it(`killed before and after every change of the way back, ${command} ends it as an undisturbed run does`, async () => {
      const calm = stageFor(how === RESUME ? 2 : 1);
      const ending = await calm.run(KEEP, { interruptAfterMs: IN_WINDOW });
      expect([ending.outcome, calm.violations()]).to.deep.equal(['swapRolledBack', []]);
      const undone = stateOf(calm);
      const decided = calm.changes().findIndex((change) => change.includes('"backAt"')) + 1;
      expect(decided).to.be.greaterThan(5);
      for (let change = decided; change <= calm.changes().length; change += STEP) {
        for (const when of ['before', 'after'] as const) {
          if (change === decided && when === 'before') continue;
          const stage = stageFor(how === RESUME ? 2 : 1);
          const at = `killed ${when} change ${change}, ${calm.changes()[change - 1] ?? ''}`;
          const killed = await stage.run(KEEP, { interruptAfterMs: IN_WINDOW, killAt: { change, when } });
          expect(killed.outcome, at).to.equal('killed');
          if (how !== KEEP) {
            const second = await stage.run(how);
            expect(second.outcome, `${at}: ${second.failure?.facts.what ?? ''}`).to.equal('swapped');
            expect(stateOf(stage), at).to.deep.equal(undone);
          } else await stage.run({ ...KEEP, adoptOnly: true });
          expect(stateOf(stage), at).to.deep.equal(undone);
          expect(stage.violations(), at).to.deep.equal([]);
        }
      }
    });
  }

  it('is not lost by an update command: that refuses until the time is over, or --finish-kept', async () => {
    const calm = stageFor();
    await calm.run(KEEP);
    const opened = calm.changes().filter((change) => change.includes('"keptUntil"')).length;
    expect(opened).to.equal(2);
    const change =
      calm
        .changes()
        .map((one) => one.includes('"keptUntil"'))
        .lastIndexOf(true) + 1;
    for (const finishKept of [false, true]) {
      const stage = stageFor();
      await stage.run(KEEP, { killAt: { change, when: 'after' } });
      const state = stateOf(stage);
      const refused = await stage.run();
      expect(refused.failure?.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.kept', 'group.kept']);
      expect(stage.changes()).to.deep.equal([]);
      expect(stateOf(stage)).to.deep.equal(state);
      if (!finishKept) stage.sandbox.clock.advance(KEPT_MS);
      expect(outcomesOf(await stage.run({ finishKept }))).to.deep.equal(['promoted']);
      expect(stateOf(stage)).to.deep.equal(stateOf(calm));
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('is kept as long as asked also by a run that ends what earlier ones keep', async () => {
    const stage = stageFor(1);
    const { outcome, changes } = await stage.run({ ...KEEP, finishKept: true });
    const at = (operation: string): number =>
      changes.find(({ what }) => what === `autoscaling:${operation}`)?.at ?? NaN;
    expect(outcome).to.equal('swapped');
    expect(at('TerminateInstanceInAutoScalingGroup') - at('EnterStandby')).to.be.greaterThan(KEPT_MS);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('comes back beside what scaling asked for meanwhile, and the rest of the new ones stays', async () => {
    const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 6 }]);
    stage.groups[0]?.changeImage('ami-new');
    stage.sandbox.clock.after(IN_WINDOW - 30_000, () =>
      stage.sandbox.world.invoke(
        'autoscaling',
        'SetDesiredCapacity',
        { AutoScalingGroupName: 'web', DesiredCapacity: 5 },
        'others',
      ),
    );
    const ending = await stage.run(
      { gates: { words: [], keepMs: 400_000 } },
      { interruptAfterMs: IN_WINDOW + 200_000 },
    );
    expect([ending.outcome, ending.failure?.facts.code]).to.deep.equal(['stopped', 'swap.rolledBackInPart']);
    expect(ending.failure?.facts.left).to.include('3 new instances serve on, for there are fewer old ones than');
    expect(ending.failure?.facts.serves).to.include('5 of 5 serve (2 old, 3 new)');
    expect(stage.violations()).to.deep.equal([]);
    const { instances, tags } = groupState(stage, 'web');
    expect([...instances].sort()).to.deep.equal([
      'InService 1',
      'InService 1',
      'InService 2',
      'InService 2',
      'InService 2',
    ]);
    expect(tags).to.deep.equal(['ha-updater:frozen']);
    // The commands that it prints lead to one configuration again.
    const [pin = '', again] = ending.failure?.facts.next.map(commandLine) ?? [];
    expect(pin).to.match(/^aws autoscaling update-auto-scaling-group --auto-scaling-group-name web --launch-template /);
    expect(again).to.match(/^ha-updater update-asgs --asg web {3}# then: replaces all/);
    const [, id = '', version = ''] = /LaunchTemplateId=(\S+),Version=(\d+)/.exec(pin) ?? [];
    stage.sandbox.world.invoke(
      'autoscaling',
      'UpdateAutoScalingGroup',
      { AutoScalingGroupName: 'web', LaunchTemplate: { LaunchTemplateId: id, Version: version } },
      'others',
    );
    expect(outcomesOf(await stage.run())).to.deep.equal(['promoted']);
    expect(new Set(groupState(stage, 'web').instances)).to.deep.equal(new Set(['InService 1']));
    expect(stage.violations()).to.deep.equal([]);
  });

  it('serves again in less than a quarter of the time of a new launch, where that takes minutes to boot', async () => {
    const boots = { behaviour: 'healthy', boot: [180, 240] } as const;
    const stage = createStage({ images: { 'ami-new': boots } }, [{ name: 'web', size: 2, min: 1, max: 3 }]);
    stage.groups[0]?.changeImage('ami-new');
    const { changes, outcome } = await stage.run(
      { gates: { words: [], keepMs: 400_000 } },
      { interruptAfterMs: 500_000 },
    );
    expect(outcome).to.equal('swapRolledBack');
    const timesOf = (operation: string): readonly number[] =>
      changes.filter(({ what }) => what === `autoscaling:${operation}`).map(({ at }) => at);
    const [doubled = NaN] = timesOf('UpdateAutoScalingGroup');
    const [aside = NaN] = timesOf('EnterStandby');
    const [called = NaN] = timesOf('ExitStandby');
    const [gone = NaN] = timesOf('TerminateInstanceInAutoScalingGroup');
    expect(gone - called).to.be.lessThan((aside - doubled) / 4);
  });

  it('is made up for by new ones where some of it is gone', async () => {
    const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 6 }]);
    stage.groups[0]?.changeImage('ami-new');
    stage.sandbox.clock.after(IN_WINDOW, () => {
      const standing = stage.sandbox.world;
      const [group] = call<{ AutoScalingGroups: { Instances: { InstanceId: string; LifecycleState: string }[] }[] }>(
        standing,
        'autoscaling',
        'DescribeAutoScalingGroups',
        { AutoScalingGroupNames: ['web'] },
      ).AutoScalingGroups;
      const kept = group?.Instances.find(({ LifecycleState }) => LifecycleState === 'Standby')?.InstanceId ?? '';
      standing.invoke(
        'autoscaling',
        'TerminateInstanceInAutoScalingGroup',
        { InstanceId: kept, ShouldDecrementDesiredCapacity: false },
        'others',
      );
    });
    const ending = await stage.run({ gates: { words: [], keepMs: 400_000 } }, { interruptAfterMs: IN_WINDOW + 60_000 });
    expect([ending.outcome, ending.failure?.facts.code]).to.deep.equal(['stopped', 'swap.rolledBackInPart']);
    expect(stage.violations()).to.deep.equal([]);
    expect([...groupState(stage, 'web').instances].sort()).to.deep.equal(['InService 1', 'InService 1', 'InService 2']);
  });

  it('is terminated in the end also where somebody took one of it out of standby', async () => {
    const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 6 }]);
    stage.groups[0]?.changeImage('ami-new');
    stage.sandbox.clock.after(IN_WINDOW, () => {
      const [group] = call<{ AutoScalingGroups: { Instances: { InstanceId: string; LifecycleState: string }[] }[] }>(
        stage.sandbox.world,
        'autoscaling',
        'DescribeAutoScalingGroups',
        { AutoScalingGroupNames: ['web'] },
      ).AutoScalingGroups;
      const kept = group?.Instances.find(({ LifecycleState }) => LifecycleState === 'Standby')?.InstanceId ?? '';
      const one = { AutoScalingGroupName: 'web', InstanceIds: [kept] };
      stage.sandbox.world.invoke('autoscaling', 'ExitStandby', one, 'others');
    });
    expect(outcomesOf(await stage.run({ gates: { words: [], keepMs: 400_000 } }))).to.deep.equal(['promoted']);
    expect(stage.violations()).to.deep.equal([]);
    expect(groupState(stage, 'web').instances).to.deep.equal(['InService 2', 'InService 2', 'InService 2']);
  });

  it('is refused where it could not be told from what the owner has put aside', async () => {
    const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 6 }]);
    stage.groups[0]?.changeImage('ami-new');
    const { clock, world } = stage.sandbox;
    const id = call<{ AutoScalingGroups: { Instances: { InstanceId: string }[] }[] }>(
      world,
      'autoscaling',
      'DescribeAutoScalingGroups',
      { AutoScalingGroupNames: ['web'] },
    ).AutoScalingGroups[0]?.Instances[0]?.InstanceId;
    call(world, 'autoscaling', 'EnterStandby', {
      AutoScalingGroupName: 'web',
      InstanceIds: [id ?? ''],
      ShouldDecrementDesiredCapacity: true,
    });
    clock.advance(120_000);
    const ending = await stage.run({ ...KEEP, standby: 'ignore' });
    expect(ending.failure?.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.keep']);
    expect(stage.changes()).to.deep.equal([]);
  });
});
