import { expect } from 'chai';
import { wrongOverBrokenWire } from './worlds/broken-worlds.js';
import { playGated } from './worlds/gated-worlds.js';
import { tellTheSameStory } from './worlds/same-story.js';

const GATED = Array.from({ length: 12 }, (_, index) => index + 1);

/** More worlds than a test before a commit has time for. */
describe('simulation: more worlds', function () {
  this.timeout(240_000);

  tellTheSameStory([2, 3, 4]);

  it(`gates under faults break no invariant, promoted and rolled back: ${GATED.length} seeds`, async () => {
    expect([...(await playGated(GATED))]).to.include.members(['swapped', 'swapRolledBack']);
  });

  it('seeds 2 and 3 of each strategy over a wire on which answers break', async () => {
    expect(await wrongOverBrokenWire([2, 3])).to.deep.equal([]);
  });
});
