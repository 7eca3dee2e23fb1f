import { expect } from 'chai';
import type { Gates } from '../../src/model/rollout/rollout-plan.js';
import { seededRandom } from '../../src/sandbox/random.js';
import { draw, simulate, type Story } from './simulator.js';

const SEEDS = 12;

/** The story of a seed with gates: canary, bake, commands and an alarm that flaps, each or not. */
function drawGated(seed: number): Story {
  const story = draw(seed);
  const random = seededRandom(seed).fork('gates');
  const gates: Gates = {
    words: '',
    ...(random.chance(0.6) ? { canary: random.int(1, 3) } : {}),
    ...(random.chance(0.5) ? { bakeMs: random.pick([30_000, 120_000]) } : {}),
    ...(random.chance(0.6)
      ? {
          hooks: {
            check: 'check',
            beforeTerminate: 'before',
            afterTerminate: 'after',
            checkTimeoutMs: 60_000,
            commandTimeoutMs: 300_000,
          },
        }
      : {}),
    // A rollout that is started again meanwhile shall not be refused for it.
    alarms: ['errors'],
    ignoreRinging: true,
  };
  const rings = Array.from(
    { length: random.int(0, 2) },
    () => ({ kind: 'alarm', name: 'errors', at: 300 + random.int(5, 900), for: random.int(5, 120) }) as const,
  );
  return {
    ...story,
    gates,
    scenario: { ...story.scenario, alarms: { errors: {} }, faults: [...(story.scenario.faults ?? []), ...rings] },
  };
}

describe('simulation: gates under faults', function () {
  this.timeout(120_000);

  it(`breaks no invariant and ends well: ${SEEDS} seeds`, async () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const told = await simulate(drawGated(seed));
      expect(told.wrong, `seed ${seed}: ${told.outcomes.join(', ')}`).to.deep.equal([]);
      for (const outcome of told.outcomes) outcomes.add(outcome);
    }
    expect([...outcomes]).to.include.members(['swapped', 'swapRolledBack']);
  });

  it('is the same, byte by byte, for the same seed', async () => {
    const [first, second] = [await simulate(drawGated(3)), await simulate(drawGated(3))];
    expect(second.journal).to.equal(first.journal);
  });
});
