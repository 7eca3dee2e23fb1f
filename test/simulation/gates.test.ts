import { expect } from 'chai';
import { drawGated, playGated } from './worlds/gated-worlds.js';
import { simulate } from './simulator.js';

/** longer.story.ts plays more. */
const SEEDS = [1, 2, 3];

describe('simulation: gates under faults', function () {
  this.timeout(120_000);

  it(`breaks no invariant and ends well: seeds ${SEEDS.join()}`, async () => {
    expect([...(await playGated(SEEDS))]).to.include('swapped');
  });

  it('is the same, byte by byte, for the same seed', async () => {
    const [first, second] = [await simulate(drawGated(3)), await simulate(drawGated(3))];
    expect(second.journal).to.equal(first.journal);
  });
});
