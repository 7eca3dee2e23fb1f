import { STRATEGY_RECORD_VERSION } from '../../../model/rollout/record.js';
import type { StrategyFacts } from '../facts.js';
import { swapFacts } from '../swap/facts.js';

/**
 * Suspended while the stack changes. With Terminate suspended Auto Scaling takes nobody out when the desired capacity
 * falls, also of instances that come meanwhile; AZRebalance would then launch without terminating (user guide,
 * "Suspend and resume processes": with Terminate suspended, AZRebalance may let the group grow by 10 %).
 */
export const SUSPENDED_TO_KEEP = ['Terminate', 'AZRebalance'] as const;

/** The size of a group is kept while its stack changes: nobody is launched, terminated or proven. */
export const keepSizeFacts: StrategyFacts = {
  ...swapFacts,
  words: { short: 'change of the stack', long: 'change of the stack', refused: 'swap.refused' },
  kind: 'keeping',
  replaces: false,
  leavingPhase: 'restore',
  reads: { alarms: false, precautions: false, launchConfigurations: false, registrations: false },
  newRecord: (plan, group, _old, base) => ({
    version: STRATEGY_RECORD_VERSION,
    strategy: 'keep-size',
    changed: (['min', 'max', 'desired'] as const).filter(
      (size) => plan.keepSize?.changed[group.name]?.[size] !== undefined,
    ),
    ...base,
  }),
  // Nothing grows.
  target: ({ size }) => ({ purpose: 'surge', size, needed: 0, why: 'the change of a stack grows no group' }),
  shields: () => false,
};
