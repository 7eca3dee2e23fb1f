import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { StrategyFacts } from './facts.js';
import { keepSizeFacts } from './keep-size/facts.js';
import { proveFacts } from './prove/facts.js';
import { restartFacts } from './restart/facts.js';
import { rollingFacts } from './rolling/facts.js';
import { swapFacts } from './swap/facts.js';
import { unfreezeFacts } from './unfreeze/facts.js';

const FACTS: Readonly<Record<Plan['strategy'], StrategyFacts>> = {
  swap: swapFacts,
  rolling: rollingFacts,
  restart: restartFacts,
  prove: proveFacts,
  unfreeze: unfreezeFacts,
  'keep-size': keepSizeFacts,
};

/** What holds for the strategy of a plan or of a record. */
export function factsOf({ strategy }: { readonly strategy: Plan['strategy'] }): StrategyFacts {
  return FACTS[strategy];
}
