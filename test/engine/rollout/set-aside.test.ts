import { expect } from 'chai';
import { remedyText } from '../../../src/text/commands/remedy.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';
import { call } from '../../support/sandbox.js';
import { createStage, type Ending, type Stage } from '../../support/stage.js';

type Differs = Parameters<typeof createStage>[1][number];

const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};

function stageOf(differs: Differs = {}): Stage {
  const stage = createStage({}, [{ name: 'web', size: 3, min: 1, max: 6, ...differs }]);
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}

const instancesOf = ({ sandbox: { world } }: Stage, name = 'web'): readonly { id: string; state: string }[] =>
  call<{ AutoScalingGroups: { Instances: { InstanceId: string; LifecycleState: string }[] }[] }>(
    world,
    'autoscaling',
    'DescribeAutoScalingGroups',
    { AutoScalingGroupNames: [name] },
  ).AutoScalingGroups.flatMap(({ Instances }) =>
    Instances.map(({ InstanceId: id, LifecycleState: state }) => ({ id, state })),
  );

function protect(stage: Stage, on = true): string {
  const id = instancesOf(stage)[0]?.id ?? '';
  call(stage.sandbox.world, 'autoscaling', 'SetInstanceProtection', {
    AutoScalingGroupName: 'web',
    InstanceIds: [id],
    ProtectedFromScaleIn: on,
  });
  return id;
}

/** @param decrement the desired capacity falls by one, so that nothing takes its place */
function park(stage: Stage, name = 'web', decrement = true): string {
  const id = instancesOf(stage, name)[0]?.id ?? '';
  call(stage.sandbox.world, 'autoscaling', 'EnterStandby', {
    AutoScalingGroupName: name,
    InstanceIds: [id],
    ShouldDecrementDesiredCapacity: decrement,
  });
  stage.sandbox.clock.advance(120_000);
  return id;
}

const stateWith = (stage: Stage, id: string): string =>
  instancesOf(stage).find((one) => one.id === id)?.state ?? 'gone';

const codes = ({ failure }: Ending): readonly string[] => failure?.facts.reasons.map(({ code }) => code) ?? [];
const warned = ({ events }: Ending): readonly string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.reason.code] : []));

describe('instances that are protected from scale-in', () => {
  it('are not terminated unless that is said', async () => {
    for (const plan of [{}, ROLLING, { force: true }, { protected: 'refuse' as const }]) {
      const stage = stageOf();
      const id = protect(stage);
      const ending = await stage.run(plan);
      expect(ending.outcome).to.equal('refused');
      expect(codes(ending)).to.deep.equal(['group.protected']);
      const [reason] = ending.failure?.facts.reasons ?? [];
      expect(reason?.text).to.equal(`1 of its 3 instances is protected from scale-in (${id})`);
      expect(remedyText(reason?.remedy ?? ''))
        .to.contain('--protected refresh')
        .and.to.contain(
          `set-instance-protection --no-protected-from-scale-in --auto-scaling-group-name web --instance-ids ${id}`,
        );
      expect(stage.changes()).to.deep.equal([]);
    }
  });

  it('are replaced with refresh, by either strategy, and told', async () => {
    for (const plan of [{}, ROLLING]) {
      const stage = stageOf();
      const id = protect(stage);
      const ending = await stage.run({ ...plan, protected: 'refresh' });
      expect(ending.outcome, ending.failure?.message).to.equal('swapped');
      expect(warned(ending)).to.include('group.protected');
      expect(instancesOf(stage).map((one) => one.id))
        .to.have.length(3)
        .and.not.to.include(id);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('are waited for with wait, until somebody frees them or the deadline is over', async () => {
    const stage = stageOf();
    protect(stage);
    stage.sandbox.clock.after(600_000, () => protect(stage, false));
    const began = stage.sandbox.clock.now();
    const ending = await stage.run({ protected: 'wait' });
    expect(ending.outcome, ending.failure?.message).to.equal('swapped');
    expect(stage.sandbox.clock.now() - began).to.be.above(600_000);
    expect(
      ending.events.some((event) => event.type === 'group.waiting' && event.wait.why.includes('protected')),
    ).to.equal(true);
    const never = stageOf();
    protect(never);
    expect(codes(await never.run({ protected: 'wait' }))).to.deep.equal(['group.protected']);
  });

  it('of a group that protects all it launches: waiting is not offered', async () => {
    const stage = stageOf({ settings: { NewInstancesProtectedFromScaleIn: true } });
    const { failure } = await stage.run();
    const [reason] = failure?.facts.reasons ?? [];
    expect(reason?.text).to.contain('so will every new one be');
    expect(remedyText(reason?.remedy ?? '')).to.match(
      /^Say --protected refresh to replace them anyway, or --protected ignore to leave them old: the group protects/,
    );
    expect((await stage.run({ protected: 'refresh' })).outcome).to.equal('swapped');
  });

  it('by our own shield are not taken for the owner’s when a dead run is gone on with', async () => {
    const stage = stageOf();
    const dead = await stage.run({}, { killAt: { change: 5, when: 'after' } });
    expect(dead.outcome).to.equal('killed');
    const ending = await stage.run();
    expect(ending.outcome, ending.failure?.message).to.equal('swapped');
  });
});

describe('instances in standby', () => {
  it('keep a group from starting unless that is said', async () => {
    const stage = stageOf();
    const id = park(stage);
    const ending = await stage.run();
    expect(codes(ending)).to.deep.equal(['group.standby']);
    const [reason] = ending.failure?.facts.reasons ?? [];
    expect(reason?.text).to.equal(`${id} is in Standby`);
    expect(remedyText(reason?.remedy ?? ''))
      .to.contain('--standby ignore')
      .and.to.contain(`exit-standby --auto-scaling-group-name web --instance-ids ${id}`);
  });

  it('stay as they are with ignore, by either strategy, and it is told that they stay old', async () => {
    for (const plan of [{}, ROLLING]) {
      const stage = stageOf();
      const id = park(stage);
      const ending = await stage.run({ ...plan, standby: 'ignore' });
      expect(ending.outcome, ending.failure?.message).to.equal('swapped');
      expect(warned(ending)).to.include('group.standby');
      const rows = instancesOf(stage);
      expect(rows).to.have.length(3);
      expect(rows.filter(({ state }) => state === 'Standby').map((one) => one.id)).to.deep.equal([id]);
      expect(stage.violations()).to.deep.equal([]);
      // And then there is nothing left to do.
      expect((await stage.run({ ...plan, standby: 'ignore' })).results[0]?.outcome).to.equal('skipped');
    }
  });

  it('go with the last old ones with terminate, by any strategy, also when a dead run is gone on with', async () => {
    for (const plan of [{}, ROLLING, { ...ROLLING, rolling: { ...ROLLING.rolling!, serial: true } }]) {
      const stage = stageOf();
      const id = park(stage, 'web', plan === ROLLING);
      const dead = await stage.run({ ...plan, standby: 'terminate' }, { killAt: { change: 4, when: 'after' } });
      expect(warned(dead)).to.include('group.standby');
      const ending = await stage.run({ adoptOnly: true });
      expect(ending.outcome, ending.failure?.message).to.equal('swapped');
      const out = stage.changes().filter((change) => change.startsWith('terminate'));
      expect(out.map((change) => change.includes(id))).to.deep.equal([...out.slice(1).map(() => false), true]);
      expect(instancesOf(stage).map((one) => one.id))
        .to.have.length(plan === ROLLING ? 2 : 3)
        .and.not.include(id);
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  it('stay after a roll-back, and where somebody put more aside meanwhile', async () => {
    const bad = stageOf({ image: 'ami-old' });
    const id = park(bad);
    expect((await bad.run({ standby: 'terminate' }, { interruptAfterMs: 60_000 })).outcome).to.equal('swapRolledBack');
    expect(stateWith(bad, id)).to.equal('Standby');
    const stage = stageOf();
    const ids = [park(stage)];
    stage.sandbox.clock.after(60_000, () => {
      const [, next] = instancesOf(stage).filter(({ state }) => state === 'InService');
      ids.push(next?.id ?? '');
      call(stage.sandbox.world, 'autoscaling', 'EnterStandby', {
        AutoScalingGroupName: 'web',
        InstanceIds: [next?.id],
        ShouldDecrementDesiredCapacity: false,
      });
    });
    await stage.run({ standby: 'terminate' });
    expect(ids.map((one) => stateWith(stage, one))).to.deep.equal(['Standby', 'Standby']);
  });

  it('are left alone by a run that goes on with it without the flag', async () => {
    const stage = stageOf();
    const id = park(stage);
    expect((await stage.run({ standby: 'ignore' }, { killAt: { change: 3, when: 'after' } })).outcome).to.equal(
      'killed',
    );
    expect((await stage.run({ adoptOnly: true })).outcome).to.equal('swapped');
    expect(instancesOf(stage).find((one) => one.id === id)?.state).to.equal('Standby');
  });

  it('are waited for with wait', async () => {
    const stage = stageOf();
    const id = park(stage);
    stage.sandbox.clock.after(300_000, () =>
      call(stage.sandbox.world, 'autoscaling', 'ExitStandby', { AutoScalingGroupName: 'web', InstanceIds: [id] }),
    );
    expect((await stage.run({ standby: 'wait' })).outcome).to.equal('swapped');
    expect(instancesOf(stage).map((one) => one.id)).not.to.include(id);
  });

  it('of an empty group are no reason against the others', async () => {
    const stage = createStage({}, [
      { name: 'web', size: 2, min: 1, max: 4 },
      { name: 'idle', size: 1, min: 0, max: 2 },
    ]);
    for (const group of stage.groups) group.changeImage('ami-new');
    const id = park(stage, 'idle');
    const { outcome, results } = await stage.run();
    expect(outcome).to.equal('swapped');
    const idle = results.find(({ group }) => group === 'idle');
    expect(idle?.outcome).to.equal('skipped');
    expect(idle?.why).to.equal(`it is empty (desired 0; ${id} is in Standby)`);
  });
});
