import type { StrategyFacts } from '../facts.js';
import { swapFacts } from '../swap/facts.js';

/** The restart in place: instances leave their balancers, are restarted and come back. */
export const restartFacts: StrategyFacts = {
  ...swapFacts,
  words: { short: 'rollout', long: 'restart', refused: 'restart.refused' },
  kind: 'in-place',
  replaces: false,
  leavingPhase: 'restart',
  reads: { alarms: true, precautions: true, launchConfigurations: false, registrations: true },
  // In place: nothing grows.
  target: ({ size }) => ({ purpose: 'surge', size, needed: 0, why: 'a restart changes no size' }),
  shields: () => false,
};
