import type { Strategy } from '../strategy.js';
import { keepSizeFacts } from './facts.js';
import { keepSize as decide } from './keep-size.js';

/** Keeps the size of groups through a change of their stack. */
export const keepSize: Strategy = {
  facts: keepSizeFacts,
  decide,
};
