import { BREAKS } from '../../../src/sandbox/scenario.js';
import { breaking, expectSwapped, OPERATIONS } from './broken-swaps.js';

describe('answers that break in the middle of a swap', function () {
  this.timeout(60_000);

  for (const [index, how] of BREAKS.entries())
    for (const [side, effect] of (['before', 'after'] as const).entries()) {
      // Each operation in turn: broken-answers.story.ts takes every one with every break.
      const calls = OPERATIONS[(2 * index + side) % OPERATIONS.length] ?? OPERATIONS[0];
      it(`are no answers: ${how}, ${effect} the effect of ${calls}`, () =>
        expectSwapped([breaking(calls, { how, effect })]));
    }

  for (const how of BREAKS)
    it(`are lived with, however many: ${how}`, () =>
      expectSwapped([
        { kind: 'brokenAnswer', calls: '*', rate: 0.15, how, effect: 'before' },
        { kind: 'brokenAnswer', calls: '*', rate: 0.15, how, effect: 'after' },
      ]));
});
