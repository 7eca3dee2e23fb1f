import type { Deps } from '../../../../src/engine/deps.js';
import { noLookYet, type LookMemory } from '../../../../src/engine/rollout/looks/look-memory.js';
import { takeLook } from '../../../../src/engine/rollout/looks/take-look.js';
import type { GroupResult } from '../../../../src/model/rollout/decision.js';
import type { Plan } from '../../../../src/model/rollout/rollout-plan.js';
import { fromPlain, toPlain } from '../../../../src/run/run-memory.js';

/** Bytes of the largest memory that a look has left since this was made. */
export const largest = { bytes: 0 };

/**
 * A rollout by single looks: what one leaves for the next is JSON in between, and pauses are whole seconds.
 * @param depsOf of one look, whose commands on instances go on from that memory
 * @param begin is called before each look; what it answers, when the look fails: it is taken once more, unless that throws
 */
export async function runByLooks(
  depsOf: (memory: LookMemory['commands']) => Deps,
  plan: Plan,
  begin: () => (error: unknown) => void,
): Promise<readonly GroupResult[]> {
  let text = JSON.stringify(toPlain(noLookYet()));
  let isAgain = false;
  for (;;) {
    const kept = fromPlain(JSON.parse(text)) as LookMemory;
    const deps = depsOf(kept.commands);
    const failed = begin();
    try {
      const after = await takeLook(deps, plan, kept, isAgain);
      isAgain = false;
      if (after.kind === 'end') return after.results;
      text = JSON.stringify(toPlain(kept));
      largest.bytes = Math.max(largest.bytes, text.length);
      if (after.forMs !== undefined) await deps.clock.sleep(Math.ceil(after.forMs / 1000) * 1000);
    } catch (error) {
      failed(error);
      isAgain = true;
    }
  }
}
