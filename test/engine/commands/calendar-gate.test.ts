import { expect } from 'chai';
import type { Gates, Plan } from '../../../src/model/rollout/rollout-plan.js';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { PLAN } from '../../support/groups.js';
import { scriptedHooks } from '../../support/scripted-hooks.js';
import { createStage, type Ending, type Mishap, type Stage } from '../../support/stage.js';

const HOUR = 3_600_000;
const CALENDAR: NonNullable<Gates['calendar']> = { names: ['freeze'] };
const ROLLING: Partial<Plan> = {
  strategy: 'rolling',
  rolling: { surge: { count: 1 }, unavailable: { count: 0 }, serial: false },
};

/** A day takes fewer looks so. */
const SELDOM: Partial<Plan> = { timing: { ...PLAN.timing, pollMs: 60_000 } };

interface Play {
  readonly faults?: readonly Fault[];
  readonly gates?: Partial<Gates>;
  readonly plan?: Partial<Plan>;
  readonly mishap?: Mishap;
  readonly on?: Stage;
}

interface Told {
  readonly stage: Stage;
  readonly ending: Ending;
  readonly said: readonly string[];
  /** When old or new ones were terminated first, in seconds of the world. */
  readonly terminatedAt: number;
}

function stageWith(...faults: readonly Fault[]): Stage {
  return createStage({ calendars: { freeze: 'OPEN' }, faults }, [{ name: 'web', size: 2, min: 1, max: 4, drain: 5 }]);
}

/** The world is 300 s old when the run begins. */
async function play({ faults = [], gates = {}, plan = {}, mishap, on = stageWith(...faults) }: Play): Promise<Told> {
  on.groups[0]?.changeImage('ami-new');
  const ending = await on.run({ gates: { words: [], calendar: CALENDAR, ...gates }, ...plan }, mishap);
  expect(on.violations()).to.deep.equal([]);
  const began = on.sandbox.world.startedAt;
  const [first] = ending.changes.filter(({ what }) => what.includes('Terminate'));
  return {
    stage: on,
    ending,
    said: ending.events.flatMap((event) => (event.type === 'gate.ended' ? [`${event.stage} ${event.said}`] : [])),
    terminatedAt: first === undefined ? Infinity : (first.at - began) / 1000,
  };
}

const closes = (at: number, seconds?: number): Fault => ({
  kind: 'calendar',
  name: 'freeze',
  at,
  state: 'CLOSED',
  ...(seconds !== undefined && { for: seconds }),
});
const outcomes = ({ ending }: Told): readonly string[] => ending.results.map(({ outcome }) => outcome);

describe('the change calendar of a rollout', function () {
  this.timeout(60_000);

  it('that is open is asked before the verdict, and lets it through', async () => {
    const told = await play({ gates: { canary: 1 } });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.said).to.deep.equal(['verdict goOn']);
  });

  it('that closes meanwhile keeps the old instances until it is open again', async () => {
    const told = await play({ faults: [closes(320, 7200)] });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.said).to.deep.equal(['verdict notYet', 'verdict goOn']);
    expect(told.terminatedAt).to.be.greaterThan(320 + 7200);
    const waits = told.ending.events.flatMap((event) => (event.type === 'group.waiting' ? [event.wait.why] : []));
    expect(waits.join('\n')).to.match(
      /the change calendar says "not yet" at the verdict: the change calendar freeze is closed until \S+Z/,
    );
  });

  it('that stays closed for a day rolls back: nothing old has gone', async () => {
    const told = await play({ faults: [closes(320)], plan: SELDOM });
    expect(told.ending.outcome).to.equal('swapRolledBack');
    expect(told.ending.failure?.facts.what).to.include('for 86400 s: the change calendar freeze is closed');
    expect(told.stage.sandbox.monitor.inService('web')).to.equal(2);
  });

  it('that cannot be read is not open', async () => {
    const refuse = {
      kind: 'refuse',
      calls: 'ssm:GetCalendarState',
      code: 'AccessDeniedException',
      message: 'no',
    } as const;
    const told = await play({ faults: [{ ...refuse, until: 4000 }] });
    expect(told.said).to.deep.equal(['verdict notYet', 'verdict goOn']);
    expect(told.terminatedAt).to.be.greaterThan(4000);
  });

  it('that was open a while ago is asked again before old instances go', async () => {
    const stage = stageWith(closes(600, 3600));
    const { hooks } = scriptedHooks(stage.sandbox.clock, () => {
      const age = (stage.sandbox.clock.now() - stage.sandbox.world.startedAt) / 1000;
      return { code: age < 700 ? 75 : 0 };
    });
    const gate = { command: 'gate', timeoutMs: HOUR, commandTimeoutMs: 60_000 };
    const told = await play({ on: stage, gates: { gate }, mishap: { hooks } });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.terminatedAt).to.be.greaterThan(4200);
  });

  it('lets no batch of a rolling rollout go while it is closed', async () => {
    const told = await play({ faults: [closes(320, 3600)], plan: ROLLING });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.terminatedAt).to.be.greaterThan(3920);
  });

  it('that is closed at the end of the kept time keeps the old half on, and brings it not back', async () => {
    const told = await play({ faults: [closes(900, 100_000)], gates: { keepMs: 600_000 }, plan: SELDOM });
    expect(outcomes(told)).to.deep.equal(['promoted']);
    expect(told.said.slice(-2)).to.deep.equal(['end notYet', 'end goOn']);
    expect(told.terminatedAt).to.be.at.least(100_900);
  });

  it('is not asked where somebody says why, which the record holds', async () => {
    const calendar = { ...CALENDAR, despite: 'hot fix, asked for by Ann' };
    const told = await play({ faults: [closes(0)], gates: { calendar, pauseAt: [100] } });
    expect(outcomes(told)).to.deep.equal(['paused']);
    expect(told.stage.sandbox.calls.get('ssm:GetCalendarState')).to.equal(undefined);
    const again = await told.stage.run({ adoptOnly: true, goOn: true });
    expect(again.outcome).to.equal('swapped');
  });

  it('has to be given again to whoever goes on, or why it does not count', async () => {
    const first = await play({ mishap: { killAt: { change: 4, when: 'after' } } });
    const second = await first.stage.run({ adoptOnly: true, goOn: true });
    expect(second.failure?.facts.reasons.map(({ text }) => text).join()).to.include('--change-calendar');
    const calendar = { ...CALENDAR, despite: 'why not' };
    const third = await first.stage.run({ adoptOnly: true, goOn: true, gates: { words: [], calendar } });
    expect(third.outcome).to.equal('swapped');
  });
});
