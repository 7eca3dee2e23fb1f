import { expect } from 'chai';
import { faultOf } from './play.js';
import { inputsForProcesses, MOST_BYTES, MOST_MS, playProcess } from './processes.js';

/** How many share one test: enough that its name tells where it went wrong. */
const TOGETHER = 25;

describe('fuzzing: 200 real processes', function () {
  this.timeout(600_000);

  const inputs = inputsForProcesses(200, 1);
  for (let first = 0; first < inputs.length; first += TOGETHER)
    it(`end in order, in time and in little memory (${first + 1} to ${first + TOGETHER})`, async () => {
      for (const input of inputs.slice(first, first + TOGETHER)) {
        const played = await playProcess(input);
        const what = `${JSON.stringify(input)}\n${played.said}`;
        expect(faultOf(played), what).to.equal(undefined);
        expect(played.ms, what).to.be.lessThan(MOST_MS + 5_000);
        expect(played.peakBytes, what).to.be.within(1, MOST_BYTES);
      }
    });
});
