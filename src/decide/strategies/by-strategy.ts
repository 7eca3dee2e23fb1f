import type { Decision } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import { partOf } from '../make-view.js';
import type { RolloutView } from '../view.js';
import { factsOf } from './facts-by-name.js';
import { keepSize } from './keep-size/strategy.js';
import { prove } from './prove/strategy.js';
import { restart } from './restart/strategy.js';
import { rolling } from './rolling/strategy.js';
import type { Strategy, StrategyOf } from './strategy.js';
import { swap } from './swap/strategy.js';
import { unfreeze } from './unfreeze/strategy.js';

/** All strategies: each is a folder and a row here and in the table of facts. */
const STRATEGIES: Readonly<Record<Plan['strategy'], Strategy>> = {
  swap,
  rolling,
  restart,
  prove,
  unfreeze,
  'keep-size': keepSize,
};

const strategyOf: StrategyOf = ({ strategy }) => STRATEGIES[strategy];

/**
 * One decision over groups of several strategies: a record says itself how it is finished, whatever the
 * run was started for. What another strategy left is finished first; then the plan's own goes on.
 */
export function byStrategy(view: RolloutView): Decision {
  const { plan } = view;
  if (!factsOf(plan).keepsRecord) return decideAll(view);
  const strategy = view.groups.find(({ record }) => record !== undefined && factsOf(record).kind !== factsOf(plan).kind)
    ?.record?.strategy;
  if (strategy === undefined) return decideAll(view);
  const { kind } = factsOf({ strategy });
  const names = new Set(
    view.groups.filter(({ record }) => record !== undefined && factsOf(record).kind === kind).map(({ name }) => name),
  );
  const isTheirs = (name: string): boolean => names.has(name);
  const theirs = decideAll(
    partOf(view, { ...ownOf(plan), strategy, groups: plan.groups.filter(isTheirs), adoptOnly: true }, isTheirs),
  );
  const rest = plan.groups.filter((name) => !names.has(name));
  if (theirs.kind !== 'finish' || rest.length === 0 || !plan.adoptOnly) return theirs;
  const ours = decideAll(partOf(view, { ...plan, groups: rest }, (name) => !names.has(name)));
  return ours.kind === 'finish' ? { kind: 'finish', results: [...theirs.results, ...ours.results] } : ours;
}

function decideAll(view: RolloutView): Decision {
  return strategyOf(view.plan).decide(view, strategyOf);
}

/** The plan without what only its own strategy understands. */
function ownOf(plan: Plan): Plan {
  const { restart: _restart, keepSize: _keepSize, ...rest } = plan;
  return rest;
}
