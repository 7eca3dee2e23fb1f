import { expect } from 'chai';
import { scriptedHooks, type Ran } from '../../support/scripted-hooks.js';
import { createStage, type Ending, type Stage } from '../../support/stage.js';
import type { Plan } from '../../../src/model/rollout/rollout-plan.js';

const KEPT_MS = 300_000;
const HOOKS = { check: 'check', checkTimeoutMs: 60_000, commandTimeoutMs: 300_000 };

interface Window {
  readonly stage: Stage;
  readonly ran: readonly Ran[];
  readonly ending: Ending;
  readonly outcomes: readonly string[];
}

/** A swap that keeps its old half; the check says no to every new instance from then to then, in simulated time. */
async function keeps(
  no: { readonly fromMs: number; readonly untilMs: number },
  plan: Partial<Plan> = {},
): Promise<Window> {
  const stage = createStage({}, [{ name: 'web', size: 2, min: 1, max: 4 }]);
  stage.groups[0]?.changeImage('ami-new');
  const { clock } = stage.sandbox;
  const began = clock.now();
  const { hooks, ran } = scriptedHooks(clock, () => {
    const now = clock.now() - began;
    return { takesMs: 2_000, code: now >= no.fromMs && now < no.untilMs ? 1 : 0 };
  });
  const gates = { words: ['--check-command', 'check'], keepMs: KEPT_MS, hooks: HOOKS };
  const ending = await stage.run({ gates, ...plan }, { hooks });
  expect(stage.violations()).to.deep.equal([]);
  return { stage, ran, ending, outcomes: ending.results.map(({ outcome }) => outcome) };
}

/** The window of that stage is open from then on. */
const IN_WINDOW = 190_000;

describe('check commands while an old half is kept', () => {
  it('are asked again every half a minute, and let it go when its time is over', async () => {
    const { ran, outcomes } = await keeps({ fromMs: 0, untilMs: 0 });
    expect(outcomes).to.deep.equal(['promoted']);
    const instance = ran[0]?.instance;
    const starts = ran.filter((one) => one.instance === instance).map(({ from }) => from);
    expect(starts.length).to.be.within(8, 12);
    for (const [index, from] of starts.slice(2).entries())
      expect(from - (starts[index + 1] ?? 0)).to.be.within(30_000, 42_000);
  });

  it('that say no again and again bring the old half back', async () => {
    const { ending, stage } = await keeps({ fromMs: IN_WINDOW, untilMs: Infinity });
    expect(ending.outcome).to.equal('swapRolledBack');
    expect(ending.failure?.facts.what).to.match(/i-\w+: the check command says no: exit 1 \(3 times in a row\)/);
    expect(stage.sandbox.monitor.inService('web')).to.equal(2);
  });

  it('that say no once change nothing', async () => {
    expect((await keeps({ fromMs: IN_WINDOW, untilMs: IN_WINDOW + 15_000 })).outcomes).to.deep.equal(['promoted']);
  });

  it('are not asked by a run that leaves it to others', async () => {
    const { ran, outcomes } = await keeps({ fromMs: 0, untilMs: 0 }, { detach: true });
    expect(outcomes).to.deep.equal(['kept']);
    expect(ran.length).to.equal(2);
  });
});
