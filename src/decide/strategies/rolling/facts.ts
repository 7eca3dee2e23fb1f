import { STRATEGY_RECORD_VERSION, type RollingRecord, type RolloutRecord } from '../../../model/rollout/record.js';
import type { StrategyFacts, TargetSize } from '../facts.js';
import { limitReasons, limitsOf, limitWarnings, ONE_ABOVE } from './limits.js';
import { surged, surgeNeeded } from './surge.js';

/** The rolling rollout: a few new instances, then as many old ones less, until none is old. */
export const rollingFacts: StrategyFacts = {
  words: { short: 'rollout', long: 'rolling rollout', refused: 'swap.refused' },
  kind: 'replacing',
  keepsRecord: true,
  replaces: true,
  provesAfterVerdict: true,
  provesWithoutRecord: false,
  endsWithTooMany: true,
  leavingPhase: 'replace',
  reads: { alarms: true, precautions: true, launchConfigurations: true, registrations: false },
  newRecord: (plan, group, old, base) => {
    const choice = plan.rolling ?? ONE_ABOVE;
    return {
      version: STRATEGY_RECORD_VERSION,
      strategy: 'rolling',
      ...base,
      ...limitsOf(choice, group, old),
      serial: choice.serial,
    };
  },
  reasonsAgainst: limitReasons,
  warnings: limitWarnings,
  target: (record) => targetOf(rollingRecord(record)),
  shields: () => false,
  limits: (record) => rollingRecord(record),
  whyPromoted: (units) => {
    if (units === 0) return 'an old instance has to leave before anything new can be proven';
    return units === 1 ? 'the first new instance is proven' : `the first ${units} new instances are proven`;
  },
};

/** The record as that of a rolling rollout. @throws Error for one of another strategy, which is a bug of ours */
export function rollingRecord(record: RolloutRecord): RollingRecord {
  if (record.strategy !== 'rolling') throw new Error(`a record of the strategy ${record.strategy} is not rolling`);
  return record;
}

/** A rolling rollout that terminates first grows nothing and proves nothing before its verdict. */
function targetOf(record: RollingRecord): TargetSize {
  return {
    purpose: 'surge',
    size: surged(record, record.old),
    needed: surgeNeeded(record),
    why: `${record.surge} more than ${record.size.desired} may run, so that new ones are proven before old ones go`,
  };
}
