import { replaceInstances } from '../../rollout/replace-instances.js';
import type { Strategy } from '../strategy.js';
import { blockOf } from './blocked-group.js';
import { rollingFacts } from './facts.js';
import { replaceBatch } from './replace-batch.js';

/** Replaces a few instances at a time, as limits and gates allow. */
export const rolling: Strategy = {
  facts: rollingFacts,
  decide: replaceInstances,
  afterPromotion: replaceBatch,
  blockOf,
};
