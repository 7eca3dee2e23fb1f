import type { Strategy } from '../strategy.js';
import { unfreezeFacts } from './facts.js';
import { unfreeze as decide } from './unfreeze.js';

/** Takes back the freeze that a roll-back left. */
export const unfreeze: Strategy = {
  facts: unfreezeFacts,
  decide,
};
