import type { Strategy } from '../strategy.js';
import { restartFacts } from './facts.js';
import { restart as decide } from './restart.js';

/** Restarts instances in place, as many at a time as the quorum leaves. */
export const restart: Strategy = {
  facts: restartFacts,
  decide,
};
