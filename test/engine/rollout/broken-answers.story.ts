import { BREAKS } from '../../../src/sandbox/scenario.js';
import { breaking, expectSwapped, OPERATIONS } from './broken-swaps.js';

describe('answers that break in the middle of a swap, of every operation', function () {
  this.timeout(60_000);

  for (const how of BREAKS)
    for (const effect of ['before', 'after'] as const)
      it(`are no answers: ${how}, ${effect} the effect`, async () => {
        for (const calls of OPERATIONS) await expectSwapped([breaking(calls, { how, effect })]);
      });
});
