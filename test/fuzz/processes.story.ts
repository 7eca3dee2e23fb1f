import { expect } from 'chai';
import fc from 'fast-check';
import { fuzzInput } from './draw.js';
import type { FuzzInput } from './input.js';
import { faultOfProcess } from './play-process.js';

/** How many of the inputs of `fuzz.test.ts` the real program gets, each at a cost of a second. */
const PROCESSES = 200;

describe('fuzzing the real program', function () {
  this.timeout(1_800_000);

  it(`ends in order within 20 s and 300 MB (${PROCESSES} inputs)`, async () => {
    for (const input of fc.sample(fuzzInput, { numRuns: PROCESSES, seed: 1 })) {
      const passed = typeable(input);
      expect(await faultOfProcess(passed), JSON.stringify(passed)).to.equal(undefined);
    }
  });
});

/** No system hands a zero byte to a program. */
function typeable(input: FuzzInput): FuzzInput {
  return { ...input, words: input.words.map((word) => word.replaceAll('\0', '0')) };
}
