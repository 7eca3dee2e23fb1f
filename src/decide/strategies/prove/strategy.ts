import type { Strategy } from '../strategy.js';
import { proveFacts } from './facts.js';
import { prove as decide } from './prove.js';

/** Proves the instances of groups that were just created; changes nothing. */
export const prove: Strategy = {
  facts: proveFacts,
  decide,
};
