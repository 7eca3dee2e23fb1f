import { expect } from 'chai';
import type { Gates, Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { Fault, Scenario } from '../../../src/sandbox/scenario.js';
import { createStage, stateOf, type Ending, type Stage } from '../../support/stage.js';

const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};

/** The world is 300 s old when a run begins. */
function stageWith(alarms: Scenario['alarms'], ...faults: readonly (Fault & { readonly kind: 'alarm' })[]): Stage {
  const stage = createStage({ alarms, faults }, [{ name: 'web', size: 3, min: 1, max: 3 }]);
  stage.groups[0]?.changeImage('ami-new');
  return stage;
}
const run = (stage: Stage, gates: Partial<Gates>, plan: Partial<Plan> = {}): Promise<Ending> =>
  stage.run({ gates: { words: [], ...gates }, ...plan });
const codes = (ending: Ending): readonly string[] => ending.failure?.facts.reasons.map(({ code }) => code) ?? [];
const asks = (stage: Stage): number => stage.sandbox.calls.get('cloudwatch:DescribeAlarms') ?? 0;

describe('alarms', () => {
  it('that stay quiet, or have no data, let a rollout through', async () => {
    const stage = stageWith({ errors: {}, idle: { state: 'INSUFFICIENT_DATA' }, other: { state: 'ALARM' } });
    const ending = await run(stage, { alarms: ['errors', 'idle'] });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(asks(stage)).to.be.greaterThan(3);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('are not asked for when none was named', async () => {
    const stage = stageWith({ errors: { state: 'ALARM' } });
    expect((await run(stage, {})).outcome).to.equal('swapped');
    expect(asks(stage)).to.equal(0);
  });

  it('that do not exist, or ring already, are told before anything is changed', async () => {
    const stage = stageWith({ errors: { state: 'ALARM' } });
    const unknown = await run(stage, { alarms: ['errors', 'eros'] });
    expect(unknown.outcome).to.equal('refused');
    expect(codes(unknown)).to.deep.equal(['alarm.missing']);
    const ringing = await run(stage, { alarms: ['errors'] });
    expect(ringing.outcome).to.equal('refused');
    expect(codes(ringing)).to.deep.equal(['alarm.ringing']);
    expect(stage.changes()).to.deep.equal([]);
  });

  it('that rang before do not count when the user says so, until they were quiet', async () => {
    const still = stageWith({ errors: { state: 'ALARM' } });
    expect((await run(still, { alarms: ['errors'], ignoreRinging: true })).outcome).to.equal('swapped');
    const again = stageWith(
      { errors: { state: 'ALARM' } },
      { kind: 'alarm', name: 'errors', at: 310, state: 'OK' },
      { kind: 'alarm', name: 'errors', at: 340 },
    );
    const ending = await run(again, { alarms: ['errors'], ignoreRinging: true });
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(again.violations()).to.deep.equal([]);
  });

  it('that somebody deletes meanwhile count as ringing: nobody would hear them', async () => {
    for (const [plan, outcome] of [
      [{}, 'swapRolledBack'],
      [ROLLING, 'stopped'],
    ] as const) {
      const stage = stageWith({ errors: {} });
      const { clock } = stage.sandbox;
      clock.after(
        outcome === 'stopped' ? 120_000 : 30_000,
        () => void stage.sandbox.invoke('cloudwatch', 'DeleteAlarms', { AlarmNames: ['errors'] }),
      );
      const ending = await run(stage, { alarms: ['errors'] }, plan);
      expect(ending.outcome).to.equal(outcome);
      expect(ending.failure?.facts.what).to.include('the alarm errors does not exist any more');
      expect(stage.violations()).to.deep.equal([]);
    }
  });

  for (const type of ['metric', 'composite'] as const) {
    it(`roll a swap back while it proves: ${type}`, async () => {
      const stage = stageWith({ errors: { type } }, { kind: 'alarm', name: 'errors', at: 330 });
      const { outcome, failure } = await run(stage, { alarms: ['errors'] });
      expect(outcome).to.equal('swapRolledBack');
      expect(failure?.facts.what).to.match(/the alarm errors is in ALARM since \S+ \(Threshold Crossed/);
      expect(stateOf(stage)[0]).to.deep.include({ size: [1, 3, 3], tags: ['ha-updater:frozen'] });
      expect(stage.violations()).to.deep.equal([]);
    });
  }

  it('roll a swap back while it bakes, with all proven', async () => {
    const stage = stageWith({ errors: {} }, { kind: 'alarm', name: 'errors', at: 800 });
    expect((await run(stage, { alarms: ['errors'], bakeMs: 900_000 })).outcome).to.equal('swapRolledBack');
    expect(stage.violations()).to.deep.equal([]);
  });

  it('that flap between two looks are heard when they ring at a look', async () => {
    const stage = stageWith({ errors: {} }, { kind: 'alarm', name: 'errors', at: 360, for: 30 });
    expect((await run(stage, { alarms: ['errors'], bakeMs: 600_000 })).outcome).to.equal('swapRolledBack');
  });

  it('do not turn the verdict of a swap', async () => {
    const stage = stageWith({ errors: {} });
    stage.sandbox.onCall(({ operation, input }) => {
      if (operation === 'CreateOrUpdateTags' && JSON.stringify(input).includes('outcome=promote'))
        stage.sandbox.invoke('cloudwatch', 'SetAlarmState', {
          AlarmName: 'errors',
          StateValue: 'ALARM',
          StateReason: 'too late',
        });
    });
    expect((await run(stage, { alarms: ['errors'] })).outcome).to.equal('swapped');
    expect(stage.violations()).to.deep.equal([]);
  });

  it('stop a rolling rollout after its verdict with the record kept, and it goes on when they are quiet', async () => {
    const stage = stageWith({ errors: {} }, { kind: 'alarm', name: 'errors', at: 480, for: 3_000 });
    const { outcome, failure } = await run(stage, { alarms: ['errors'] }, ROLLING);
    expect(outcome, failure?.facts.what).to.equal('stopped');
    expect(failure?.facts.what).to.include('the alarm errors is in ALARM');
    expect(stage.sandbox.monitor.inService('web')).to.be.at.least(3);
    const early = await run(stage, { alarms: ['errors'] }, { adoptOnly: true, goOn: true });
    expect(early.outcome).to.equal('stopped');
    stage.sandbox.clock.advance(3_600_000);
    const late = await run(stage, { alarms: ['errors'] }, { adoptOnly: true, goOn: true });
    expect(
      late.results.map(({ outcome: one }) => one),
      late.failure?.facts.what,
    ).to.deep.equal(['promoted']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('fail the proof of a fresh stack', async () => {
    const stage = stageWith({ errors: {} }, { kind: 'alarm', name: 'errors', at: 302 });
    const { outcome, failure } = await run(stage, { alarms: ['errors'] }, { strategy: 'prove' });
    expect(outcome).to.equal('stopped');
    expect(failure?.facts.code).to.equal('swap.unproven');
  });

  it('that CloudWatch does not show for a while are asked for again, and meanwhile nothing is judged', async () => {
    const stage = createStage(
      {
        alarms: { errors: {} },
        faults: [{ kind: 'serverError', calls: 'cloudwatch:*', rate: 1, from: 340, until: 640 }],
      },
      [{ name: 'web', size: 2 }],
    );
    stage.groups[0]?.changeImage('ami-new');
    const ending = await run(stage, { alarms: ['errors'] });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    const judged = stage.sandbox.monitor.timeline.find(({ leaving }) => leaving > 0)?.at ?? 0;
    expect(judged - stage.sandbox.world.startedAt).to.be.greaterThan(640_000);
  });
});
