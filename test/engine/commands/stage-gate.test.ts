import { expect } from 'chai';
import type { GateStage } from '../../../src/model/rollout/gate-answer.js';
import type { Gates, Plan } from '../../../src/model/rollout/rollout-plan.js';
import { scriptedHooks, type Does, type Ran } from '../../support/scripted-hooks.js';
import { createStage, stateOf, type Ending, type Mishap, type Stage } from '../../support/stage.js';

const GATE: NonNullable<Gates['gate']> = { command: 'gate', timeoutMs: 600_000, commandTimeoutMs: 300_000 };
const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};

interface Asked {
  readonly stage: Stage;
  readonly ending: Ending;
  readonly ran: readonly Ran[];
  /** `STAGE PROVEN/DESIRED`, in the order in which it was asked. */
  readonly asked: readonly string[];
}

interface Play {
  readonly gates?: Partial<Gates>;
  readonly plan?: Partial<Plan>;
  readonly mishap?: Mishap;
  readonly on?: Stage;
}

/** Three instances are replaced; the gate command does as the script says of the stage. */
async function play(
  script: (stage: GateStage, nth: number) => Does,
  { gates = {}, plan = {}, mishap = {}, on }: Play = {},
): Promise<Asked> {
  const stage = on ?? createStage({}, [{ name: 'web', size: 3, min: 1, max: 6, drain: 5 }]);
  if (plan.goOn !== true) stage.groups[0]?.changeImage('ami-new');
  const { hooks, ran } = scriptedHooks(stage.sandbox.clock, ({ variables = {} }) => {
    const of = (one: Ran): string | undefined => one.call.variables?.['HA_UPDATER_STAGE'];
    const name = variables['HA_UPDATER_STAGE'] as GateStage;
    return script(name, ran.filter((one) => of(one) === name).length);
  });
  const words = ['--gate-command', 'gate'];
  const ending = await stage.run({ gates: { words, gate: GATE, ...gates }, ...plan }, { hooks, ...mishap });
  expect(stage.violations()).to.deep.equal([]);
  const asked = ran.map(({ call: { variables: v = {} } }) =>
    [v['HA_UPDATER_STAGE'], `${v['HA_UPDATER_PROVEN'] ?? ''}/${v['HA_UPDATER_DESIRED'] ?? ''}`].join(' '),
  );
  return { stage, ending, ran, asked };
}

const outcomes = ({ ending }: Asked): readonly string[] => ending.results.map(({ outcome }) => outcome);
const NOT_YET: Does = { code: 75, output: 'no data' };

describe('the gate command', function () {
  this.timeout(60_000);

  it('is asked once at the canary and once before the verdict, with the numbers of the stage', async () => {
    const told = await play(() => ({}), { gates: { canary: 1 } });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.asked).to.deep.equal(['canary 1/3', 'verdict 3/3']);
    expect(told.ran[0]?.call.variables).to.deep.include({
      HA_UPDATER_OLD: '3',
      HA_UPDATER_NEW: '1',
      HA_UPDATER_PERCENT: '33',
      HA_UPDATER_TRY: '1',
      HA_UPDATER_ASKED_SECONDS: '0',
    });
    expect(told.ran[0]?.call.subject).to.deep.include({ group: 'web', instance: '', rollout: 'run-1' });
  });

  it('that fails a stage rolls a swap back, with its words', async () => {
    for (const bad of ['canary', 'verdict'] as const) {
      const told = await play((stage) => (stage === bad ? { code: 2, output: 'error rate 4 %' } : {}), {
        gates: { canary: 1 },
      });
      expect(told.ending.outcome).to.equal('swapRolledBack');
      expect(told.ending.failure?.facts.what).to.include(`the gate command fails the ${bad}: exit 2: error rate 4 %`);
      expect(told.stage.sandbox.monitor.inService('web')).to.equal(3);
    }
  });

  it('that says "not yet" is asked again every 10 s, and told once', async () => {
    const told = await play((_, nth) => (nth <= 4 ? NOT_YET : {}));
    expect(outcomes(told)).to.deep.equal(['promoted']);
    const starts = told.ran.map(({ from }) => from);
    expect(starts.length).to.equal(5);
    for (const [index, from] of starts.slice(1).entries())
      expect(from - (starts[index] ?? 0)).to.be.within(10_000, 16_000);
    const said = told.ending.events.flatMap((event) =>
      event.type === 'gate.ended' ? [`${event.said} ${event.tries}`] : [],
    );
    expect(said).to.deep.equal(['notYet 1', 'goOn 5']);
  });

  it('that says "not yet" for longer than --gate-timeout fails the stage', async () => {
    const told = await play(() => NOT_YET, { gates: { gate: { ...GATE, timeoutMs: 60_000 } } });
    expect(told.ending.outcome).to.equal('swapRolledBack');
    expect(told.ending.failure?.facts.what).to.include('said "not yet" at the verdict for 60 s: exit 75: no data');
  });

  it('that hangs is killed after --command-timeout, and has failed the stage', async () => {
    const told = await play(() => ({ takesMs: 3_600_000 }), { gates: { gate: { ...GATE, commandTimeoutMs: 60_000 } } });
    expect(told.ending.outcome).to.equal('swapRolledBack');
    expect(told.ending.failure?.facts.what).to.include('killed after 60 s');
  });

  it('is asked for one group at a time, and no group is promoted before all may', async () => {
    const two = createStage({}, [
      { name: 'web', size: 2, min: 1, max: 6, drain: 5 },
      { name: 'api', size: 1, min: 1, max: 6, drain: 5 },
    ]);
    two.groups[1]?.changeImage('ami-new');
    const told = await play((_, nth) => ({ takesMs: 20_000, code: nth === 2 ? 1 : 0 }), { on: two });
    expect(told.ending.results.map(({ outcome }) => outcome)).to.deep.equal([]);
    expect(told.ending.outcome).to.equal('swapRolledBack');
    const [first, second] = told.ran;
    expect(second?.from).to.be.at.least(first?.until ?? Infinity);
  });

  it('is asked between the batches of a rolling rollout, which stops with its record kept where it fails', async () => {
    const good = await play(() => ({}), { plan: ROLLING });
    expect(outcomes(good)).to.deep.equal(['promoted']);
    expect(good.asked).to.deep.equal(['verdict 1/3', 'batch 2/3', 'batch 3/3']);
    const bad = await play((stage) => ({ code: stage === 'batch' ? 1 : 0 }), { plan: ROLLING });
    expect(bad.ending.outcome).to.equal('stopped');
    expect(bad.ending.failure?.facts.what).to.include('the gate command fails the end of a batch: exit 1');
    const again = await play(() => ({}), { plan: { ...ROLLING, adoptOnly: true, goOn: true }, on: bad.stage });
    expect(outcomes(again)).to.deep.equal(['promoted']);
  });

  for (const bad of ['kept', 'end'] as const)
    it(`that fails ${bad === 'kept' ? 'once the old half is kept' : 'as that time ends'} brings the old half back`, async () => {
      const told = await play((stage) => ({ code: stage === bad ? 1 : 0 }), { gates: { keepMs: 120_000 } });
      expect(told.ending.outcome).to.equal('swapRolledBack');
      expect(told.asked.map((one) => one.split(' ')[0])).to.deep.equal(
        bad === 'kept' ? ['verdict', 'kept'] : ['verdict', 'kept', 'end'],
      );
      expect(told.stage.sandbox.monitor.inService('web')).to.equal(3);
    });

  it('keeps the old half for as long as it says "not yet" at the end of that time', async () => {
    const told = await play((stage, nth) => (stage === 'end' && nth < 5 ? NOT_YET : {}), { gates: { keepMs: 60_000 } });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.asked.length).to.equal(7);
  });

  it('is killed when a signal calls the rollout back', async () => {
    const told = await play(() => ({ takesMs: 290_000 }), { mishap: { interruptAfterMs: 200_000 } });
    expect(told.ending.outcome).to.equal('swapRolledBack');
    expect(told.ran.map(({ ended }) => ended)).to.deep.equal(['killed']);
  });

  it('killed before and after every change, the same command asks again and ends as an undisturbed run does', async () => {
    const gates = { canary: 1, keepMs: 60_000 };
    const calm = await play(() => ({ takesMs: 2_000 }), { gates });
    const done = stateOf(calm.stage);
    const changes = calm.stage.changes();
    // What is killed before it has launched anything is taken back by whoever goes on.
    for (let change = 5; change <= changes.length; change += 2) {
      const at = `killed after change ${change}, ${changes[change - 1] ?? ''}`;
      const first = await play(() => ({ takesMs: 2_000 }), { gates, mishap: { killAt: { change, when: 'after' } } });
      if (change < changes.length) expect(first.ending.outcome, at).to.equal('killed');
      const second = await play(() => ({}), { gates, plan: { adoptOnly: true, goOn: true }, on: first.stage });
      expect(second.ending.failure?.facts.what, at).to.equal(undefined);
      expect(stateOf(first.stage), at).to.deep.equal(done);
    }
  });

  it('has to be given again to whoever goes on', async () => {
    const first = await play(() => ({ takesMs: 2_000 }), { mishap: { killAt: { change: 4, when: 'after' } } });
    const second = await first.stage.run({ adoptOnly: true, goOn: true });
    expect(second.failure?.facts.reasons.map(({ text }) => text).join()).to.include('--gate-command');
  });
});
