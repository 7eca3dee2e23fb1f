import { expect } from 'chai';
import type { Fault } from '../../../src/sandbox/scenario.js';
import { drawRestart, simulateRestart } from '../restart-simulator.js';
import { draw, drawSwarm, simulate } from '../simulator.js';

/** Calls that fail together fail in another order over the wire, and then the same draws meet other calls. */
const UNORDERED: ReadonlySet<Fault['kind']> = new Set(['throttle', 'serverError', 'lostReply']);

function ordered<T extends { readonly scenario: { readonly faults?: readonly Fault[] } }>(story: T): T {
  return {
    ...story,
    scenario: { ...story.scenario, faults: (story.scenario.faults ?? []).filter(({ kind }) => !UNORDERED.has(kind)) },
  };
}

const PLAYED = {
  'drawn worlds': (seed: number, wire: boolean) => simulate(ordered(draw(seed)), { wire }),
  swarms: (seed: number, wire: boolean) => simulate(ordered(drawSwarm(seed)), { wire }),
  'one instance at a time': (seed: number, wire: boolean) => simulate(ordered(draw(seed, 'serial')), { wire }),
  restarts: (seed: number, wire: boolean) => simulateRestart(ordered(drawRestart(seed)), { wire }),
};

/** Tests that these seeds are the same, event by event, with and without forms, XML and signatures. */
export function tellTheSameStory(seeds: readonly number[]): void {
  for (const [stories, play] of Object.entries(PLAYED)) {
    it(`tell the same story as the wire, event by event: ${stories}`, async () => {
      for (const seed of seeds)
        expect((await play(seed, false)).journal, `seed ${seed}`).to.equal((await play(seed, true)).journal);
    });
  }
}
