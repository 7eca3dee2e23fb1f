import type { Milliseconds } from '../clock.js';
import type { Observed, Wait } from '../model/decision.js';
import type { Plan } from '../model/plan.js';
import { isPending } from './remember.js';
import { nextProof } from './swap.js';

/** Pause before a look that waits for an effect of our own to become visible. */
const SETTLING_MS = 1_000;

/** How long to sleep: until the next warm-up ends if that comes first, else one poll. */
export function nextPoll(observed: Observed, plan: Plan, waits: readonly Wait[]): Milliseconds {
  const due = [plan.timing.pollMs];
  for (const group of observed.groups) {
    if (isPending(observed.seen, group.name)) due.push(SETTLING_MS);
    const proof = nextProof(observed, plan, group);
    if (proof !== undefined) due.push(proof - observed.at);
  }
  for (const wait of waits) if (wait.until !== undefined && wait.until > observed.at) due.push(wait.until - observed.at);
  return Math.max(100, Math.min(...due));
}
