import { expect } from 'chai';
import { draw, simulate } from './simulator.js';

/** The share of `npm run sim` that every test run plays. */
const SEEDS = 200;

describe('simulation: drawn worlds with faults, kills and signals', function () {
  this.timeout(240_000);

  it(`${SEEDS} seeds break no invariant, and all of them end`, async () => {
    const wrong: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const told = await simulate(draw(seed));
      wrong.push(...told.wrong.map((sentence) => `seed ${seed} (npm run sim -- --replay ${seed}): ${sentence}`));
    }
    expect(wrong).to.deep.equal([]);
  });

  it('the same seed gives the same journal, byte for byte', async () => {
    for (const seed of [4, 8, 9]) {
      const once = await simulate(draw(seed));
      const again = await simulate(draw(seed));
      expect(once.journal.length).to.be.greaterThan(1000);
      expect(again.journal).to.equal(once.journal);
    }
  });
});
