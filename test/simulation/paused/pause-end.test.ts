import { expect } from 'chai';
import type { Gates, Plan } from '../../../src/model/rollout/rollout-plan.js';
import { createStage, stateOf, type Ending, type Mishap, type Stage } from '../../support/stage.js';

const AFTER_MS = 600_000;
/** Every change was swept; every second is enough to see when that no longer holds. */
const STEP = 2;

/** Two groups of one run that wait with all that is new proven, until their time is over. */
async function overdue(by: 'resume' | 'rollback', plan: Partial<Plan> = {}): Promise<Stage> {
  const stage = createStage({}, [
    { name: 'web', size: 2, min: 1, max: 3 },
    { name: 'api', size: 1, min: 0, max: 1, balancers: ['target-group'], configuration: 'lc' },
  ]);
  for (const group of stage.groups) group.changeImage('ami-new');
  const gates: Gates = { words: [], pauseAt: [100], pauseEnds: { afterMs: AFTER_MS, by } };
  const ending = await stage.run({ gates, ...plan });
  expect(outcomesOf(ending)).to.deep.equal(['paused']);
  const early = await stage.run();
  expect(early.failure?.facts.reasons.map(({ code }) => code)).to.deep.equal(['group.paused', 'group.paused']);
  stage.sandbox.clock.advance(AFTER_MS);
  return stage;
}

function outcomesOf({ results, failure }: Ending): readonly string[] {
  return [
    ...new Set([...results.map(({ outcome }) => outcome), ...(failure === undefined ? [] : [failure.facts.code])]),
  ];
}

/** What an update command does first with what is there: it starts nothing new of its own here. */
const due = (stage: Stage, mishap: Mishap = {}): Promise<Ending> => stage.run({ adoptOnly: true }, mishap);

describe('a pause whose time is over', function () {
  this.timeout(120_000);

  it('is gone on with by an update command, which has nothing more to do then', async () => {
    const stage = await overdue('resume');
    expect(outcomesOf(await stage.run())).to.deep.equal(['promoted']);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is rolled back by an update command, which then starts anew', async () => {
    const stage = await overdue('rollback');
    const ending = await stage.run();
    expect(outcomesOf(ending)).to.deep.equal(['promoted']);
    const judged = stage.changes().filter((change) => change.includes('"outcome":"'));
    expect(judged.some((change) => change.includes('rollBack'))).to.equal(true);
    expect(stage.violations()).to.deep.equal([]);
  });

  it('is rolled back by resume too, which ends as a rollout that failed', async () => {
    const stage = await overdue('rollback');
    const ending = await stage.run({ adoptOnly: true, goOn: true });
    expect(ending.results.map(({ outcome }) => outcome)).to.deep.equal(['rolledBack', 'rolledBack']);
    expect(stage.violations()).to.deep.equal([]);
  });

  for (const by of ['resume', 'rollback'] as const)
    it(`killed before and after every change, the next command ends with ${by} as an undisturbed one does`, async () => {
      const calm = await overdue(by);
      await due(calm);
      const done = stateOf(calm);
      const changes = calm.changes();
      for (let change = 1; change <= changes.length; change += STEP)
        for (const when of ['before', 'after'] as const) {
          const stage = await overdue(by);
          const at = `killed ${when} change ${change}, ${changes[change - 1] ?? ''}`;
          expect((await due(stage, { killAt: { change, when } })).outcome, at).to.equal('killed');
          await due(stage);
          expect(stateOf(stage), at).to.deep.equal(done);
          expect(stage.violations(), at).to.deep.equal([]);
        }
    });

  it('is ended by one of two commands that come at once', async () => {
    for (const by of ['resume', 'rollback'] as const) {
      const calm = await overdue(by);
      await due(calm);
      const stage = await overdue(by);
      const plan = { adoptOnly: true };
      await stage.race([
        { afterMs: 0, differs: plan, mishap: {} },
        { afterMs: 2_000, differs: plan, mishap: {} },
      ]);
      expect(stateOf(stage)).to.deep.equal(stateOf(calm));
      expect(stage.violations()).to.deep.equal([]);
    }
  });
});
