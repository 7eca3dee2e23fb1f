import type { StrategyFacts } from '../facts.js';
import { swapFacts } from '../swap/facts.js';

/** The end of a freeze: no rollout, and so nothing is recorded. */
export const unfreezeFacts: StrategyFacts = {
  ...swapFacts,
  words: { ...swapFacts.words, long: 'unfreeze' },
  keepsRecord: false,
  reads: { ...swapFacts.reads, alarms: false },
};
