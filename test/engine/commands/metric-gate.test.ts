import { expect } from 'chai';
import { readWanted } from '../../../src/config/rollout-plan.js';
import type { Gates, Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { Scenario } from '../../../src/sandbox/scenario.js';
import { scriptedHooks } from '../../support/scripted-hooks.js';
import { createStage, stateOf, type Ending, type Mishap, type Stage } from '../../support/stage.js';

const ERRORS = 'AWS/ApplicationELB/HTTPCode_Target_5XX_Count';
const TEXT = `FILL(m:${ERRORS}{TargetGroup=targetgroup/web/1,stat=Sum}, 0) < 5`;
const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};

function metricsOf(...texts: readonly string[]): Pick<Gates, 'metrics'> {
  const { metrics } = readWanted({ metric: texts }).gates ?? {};
  if (metrics === undefined) throw new Error('no metric');
  return { metrics };
}

interface Play {
  readonly texts?: readonly string[];
  readonly gates?: Partial<Gates>;
  readonly plan?: Partial<Plan>;
  readonly scenario?: Partial<Scenario>;
  readonly mishap?: Mishap;
  readonly on?: Stage;
}

/** Three instances are replaced; the world is 300 s old when the run begins. */
async function play({ texts = [TEXT], gates = {}, plan = {}, scenario = {}, mishap, on }: Play): Promise<{
  readonly stage: Stage;
  readonly ending: Ending;
  /** `STAGE ANSWER`, as told. */
  readonly said: readonly string[];
}> {
  const stage = on ?? createStage(scenario, [{ name: 'web', size: 3, min: 1, max: 6, drain: 5 }]);
  if (plan.goOn !== true) stage.groups[0]?.changeImage('ami-new');
  const ending = await stage.run({ gates: { words: [], ...metricsOf(...texts), ...gates }, ...plan }, mishap);
  expect(stage.violations()).to.deep.equal([]);
  const said = ending.events.flatMap((event) => (event.type === 'gate.ended' ? [`${event.stage} ${event.said}`] : []));
  return { stage, ending, said };
}

const good = (value = 0): Partial<Scenario> => ({ metrics: { [ERRORS]: { value } } });
const outcomes = ({ ending }: { readonly ending: Ending }): readonly string[] =>
  ending.results.map(({ outcome }) => outcome);

describe('the metrics of a rollout', function () {
  this.timeout(60_000);

  it('that hold let it through the canary and the verdict, once there is data of the new instances', async () => {
    const told = await play({ scenario: good(), gates: { canary: 1 } });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.said).to.deep.equal(['canary notYet', 'canary goOn', 'verdict notYet', 'verdict goOn']);
    const asked = told.ending.events.flatMap((event) => (event.type === 'gate.started' ? [event.metric] : []));
    expect(asked).to.deep.equal([TEXT, TEXT]);
  });

  it('need no wait where the bake has brought the data', async () => {
    const told = await play({ scenario: good(), gates: { bakeMs: 300_000 } });
    expect(told.said).to.deep.equal(['verdict goOn']);
  });

  it('that do not hold by the new image roll back, with the value', async () => {
    const scenario = { metrics: { [ERRORS]: { value: 0, perImage: { 'ami-new': 3 } } } };
    const told = await play({ scenario, gates: { canary: 2 } });
    expect(told.ending.outcome).to.equal('swapRolledBack');
    expect(told.ending.failure?.facts.what).to.match(
      /the metric FILL\(.*\) < 5 fails the canary: it does not hold: 6 at \S+ \(.*\); 3 in a row/,
    );
    expect(told.stage.sandbox.monitor.inService('web')).to.equal(3);
  });

  it('do not undo a rollout for one bad minute', async () => {
    const faults = [{ kind: 'metric', name: ERRORS, at: 400, value: 99, for: 60 }] as const;
    const told = await play({ scenario: { ...good(), faults } });
    expect(outcomes(told)).to.deep.equal(['promoted']);
  });

  it('without data are asked again until --gate-timeout, and then have failed', async () => {
    const told = await play({ texts: [`m:${ERRORS}{stat=Sum} < 1`] });
    expect(told.ending.outcome).to.equal('swapRolledBack');
    expect(told.ending.failure?.facts.what).to.match(/said "not yet" at the verdict for 600 s: no data since/);
    expect(told.said).to.deep.equal(['verdict notYet']);
    const asks = told.stage.sandbox.calls.get('cloudwatch:GetMetricData') ?? 0;
    expect(asks).to.be.within(8, 20);
  });

  it('are not judged by data of the old instances: good values that end before the new ones serve', async () => {
    const faults = [{ kind: 'metric', name: ERRORS, at: 360 }] as const;
    const told = await play({ texts: [`m:${ERRORS}{stat=Sum} < 1`], scenario: { ...good(), faults } });
    expect(told.ending.outcome).to.equal('swapRolledBack');
  });

  it('are not answered by a CloudWatch that fails: asked again, and through once it answers', async () => {
    const refuse = { kind: 'refuse', calls: 'cloudwatch:GetMetricData', code: 'AccessDenied', message: 'no' } as const;
    const told = await play({ scenario: { ...good(), faults: [{ ...refuse, times: 2 }] }, gates: { bakeMs: 300_000 } });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.said).to.deep.equal(['verdict notYet', 'verdict goOn']);
    const never = await play({ scenario: { ...good(), faults: [refuse] }, gates: { bakeMs: 300_000 } });
    expect(never.ending.failure?.facts.what).to.include('CloudWatch did not answer: no (AccessDenied)');
  });

  it('all have to hold, and so has the series of every one that a search finds', async () => {
    const other = 'AWS/ApplicationELB/Other_5XX';
    const search = `SEARCH('{AWS/ApplicationELB,TargetGroup} MetricName="5XX"', 'Sum', 60) < 5`;
    const both = { metrics: { [ERRORS]: { value: 0 }, [other]: { value: 7 } } };
    const told = await play({ texts: [search], scenario: both });
    expect(told.ending.failure?.facts.what).to.match(/7 at \S+ \(Other_5XX\), 1 of 2 series hold; 3 in a row/);
    const second = await play({ texts: [TEXT, `m:${other}{stat=Sum} < 5`], scenario: both });
    expect(second.ending.outcome).to.equal('swapRolledBack');
    expect(outcomes(await play({ texts: [`${search.slice(0, -1)}8`], scenario: both }))).to.deep.equal(['promoted']);
  });

  it('are asked between the batches of a rolling rollout, which stops with its record kept', async () => {
    const bad = { metrics: { [ERRORS]: { value: 0, perImage: { 'ami-new': 3 } } } };
    const told = await play({ scenario: bad, plan: ROLLING });
    expect(told.ending.outcome).to.equal('stopped');
    expect(told.ending.failure?.facts.what).to.match(/the metric .* fails the end of a batch/);
    const again = await play({ texts: ['m:A/b{stat=Sum} < 1'], plan: { ...ROLLING, adoptOnly: true }, on: told.stage });
    expect(again.ending.outcome).to.equal('stopped');
  });

  for (const [stage, at] of [
    ['kept', 700],
    ['end', 1300],
  ] as const)
    it(`bring the old half back where they fail at ${stage}`, async () => {
      const faults = [{ kind: 'metric', name: ERRORS, at, value: 9 }] as const;
      const told = await play({ scenario: { ...good(), faults }, gates: { keepMs: 1_200_000 } });
      expect(told.ending.outcome).to.equal('swapRolledBack');
      expect(told.said.at(-1)).to.equal(`${stage} fail`);
      expect(told.stage.sandbox.monitor.inService('web')).to.equal(3);
    });

  it('are asked beside the gate command, and any of both fails the stage', async () => {
    const gate = { command: 'gate', timeoutMs: 600_000, commandTimeoutMs: 60_000 };
    for (const [value, code, outcome] of [
      [0, 0, 'swapped'],
      [9, 0, 'swapRolledBack'],
      [0, 1, 'swapRolledBack'],
    ] as const) {
      const stage = createStage(good(value), [{ name: 'web', size: 2, min: 1, max: 4 }]);
      const { hooks, ran } = scriptedHooks(stage.sandbox.clock, () => ({ code }));
      const told = await play({ on: stage, gates: { bakeMs: 300_000, gate }, mishap: { hooks } });
      expect(told.ending.outcome).to.equal(outcome);
      expect(ran.length).to.equal(1);
      expect([...told.said].sort()).to.include(value === 9 ? 'verdict fail' : 'verdict goOn');
    }
  });

  it('killed after any change, the same command asks again and ends as an undisturbed run does', async () => {
    const scenario = good();
    const calm = await play({ scenario });
    const done = stateOf(calm.stage);
    const changes = calm.stage.changes();
    for (let change = 5; change <= changes.length; change += 3) {
      const first = await play({ scenario, mishap: { killAt: { change, when: 'after' } } });
      const second = await play({ plan: { adoptOnly: true, goOn: true }, on: first.stage });
      expect(second.ending.failure?.facts.what, `${change}`).to.equal(undefined);
      expect(stateOf(first.stage), `${change}`).to.deep.equal(done);
    }
  });

  it('have to be given again to whoever goes on', async () => {
    const first = await play({ scenario: good(), mishap: { killAt: { change: 4, when: 'after' } } });
    const second = await first.stage.run({ adoptOnly: true, goOn: true });
    expect(second.failure?.facts.reasons.map(({ text }) => text).join()).to.include('--metric');
    const third = await first.stage.run({ adoptOnly: true, goOn: true, gates: { words: [], without: true } });
    expect(third.outcome).to.equal('swapped');
  });
});
