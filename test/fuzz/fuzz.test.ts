import { expect } from 'chai';
import { keptInputs } from './input.js';
import { fault, triesAll } from './tries.js';

describe('fuzzing: whatever is typed, written and answered', function () {
  this.timeout(600_000);

  // The first of those that fuzz.story.ts tries.
  triesAll({ inputs: 50, stacks: 10, rollouts: 3 });

  for (const [name, input] of keptInputs())
    it(`stays mended: ${name}`, async () => void expect(await fault(input)).to.equal(undefined));
});
