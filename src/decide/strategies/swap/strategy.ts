import { replaceInstances } from '../../rollout/replace-instances.js';
import type { Strategy } from '../strategy.js';
import { swapFacts } from './facts.js';
import { blockOf } from './kept-mates.js';
import { promote } from './promote.js';

/** Doubles a group, proves the new half, and takes the whole old half out. */
export const swap: Strategy = {
  facts: swapFacts,
  decide: replaceInstances,
  afterPromotion: promote,
  blockOf,
};
