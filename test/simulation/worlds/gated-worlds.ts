import { expect } from 'chai';
import type { Gates } from '../../../src/model/rollout/rollout-plan.js';
import { seededRandom } from '../../../src/sandbox/random.js';
import { DRAWN_HOOKS } from '../more.js';
import { draw, simulate, type Story } from '../simulator.js';

/** The story of a seed with gates: canary, bake, commands and an alarm that flaps, each or not. */
export function drawGated(seed: number): Story {
  const story = draw(seed);
  const random = seededRandom(seed).fork('gates');
  const gates: Gates = {
    words: [],
    ...(random.chance(0.6) ? { canary: random.int(1, 3) } : {}),
    ...(random.chance(0.5) ? { bakeMs: random.pick([30_000, 120_000]) } : {}),
    ...(random.chance(0.6)
      ? {
          hooks: DRAWN_HOOKS,
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

/** Plays these seeds, expects that nothing goes wrong in any, and answers how they ended. */
export async function playGated(seeds: readonly number[]): Promise<ReadonlySet<string>> {
  const outcomes = new Set<string>();
  for (const seed of seeds) {
    const told = await simulate(drawGated(seed));
    expect(told.wrong, `seed ${seed}: ${told.outcomes.join(', ')}`).to.deep.equal([]);
    for (const outcome of told.outcomes) outcomes.add(outcome);
  }
  return outcomes;
}
