import { expect } from 'chai';
import { leftOn, stackWorld } from '../commands/ways-out/worlds.js';
import { keptInputs } from './input.js';
import { interrupt, killRun } from './interrupted.js';
import { fault, triesOdd, triesValid } from './tries.js';
import { stateOf } from './world-state.js';

describe('fuzzing: whatever is typed, written and answered', function () {
  this.timeout(600_000);

  // The other half of the inputs is in fuzz-more.test.ts, beside which this one runs.
  triesOdd(1_000, 1);
  // The first of those that fuzz.story.ts tries.
  triesValid({ stacks: 10, rollouts: 3 });

  it('kills a run half-way as quickly as it can, and in no other way', async () => {
    const [quick, slow] = [stackWorld(), stackWorld()];
    await interrupt(quick.sandbox);
    await killRun(slow);
    const looks = [quick, slow].map(({ sandbox }) => [sandbox.clock.now(), stateOf(sandbox, { answers: [] })]);
    expect(looks[0]).to.deep.equal(looks[1]);
    expect(leftOn(quick)).to.include('ha-updater:rollout');
  });

  for (const [name, input] of keptInputs())
    it(`stays mended: ${name}`, async () => void expect(await fault(input)).to.equal(undefined));
});
