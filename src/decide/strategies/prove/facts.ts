import type { StrategyFacts } from '../facts.js';
import { swapFacts } from '../swap/facts.js';

/** The proof of groups that were just created: nothing is changed, and so nothing is recorded. */
export const proveFacts: StrategyFacts = {
  ...swapFacts,
  keepsRecord: false,
  provesWithoutRecord: true,
  reads: { ...swapFacts.reads, precautions: false },
};
