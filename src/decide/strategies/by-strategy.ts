import type { Decision, Observed } from '../../model/rollout/decision.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';

/**
 * One decision over groups of several strategies: a record says itself how it is finished, whatever the
 * run was started for. What another strategy left is finished first; then the plan's own goes on.
 */
export function byStrategy(observed: Observed, plan: Plan, decide: (part: Observed, plan: Plan) => Decision): Decision {
  if (plan.strategy === 'prove' || plan.strategy === 'unfreeze') return decide(observed, plan);
  const inPlace = plan.strategy === 'restart';
  const foreign = observed.groups.filter(
    ({ notes }) => notes.record !== undefined && (notes.record.strategy === 'restart') !== inPlace,
  );
  const strategy = foreign[0]?.notes.record?.strategy;
  if (strategy === undefined) return decide(observed, plan);
  const names = new Set(foreign.map(({ name }) => name));
  const isTheirs = (name: string): boolean => names.has(name);
  const theirs = decide(only(observed, isTheirs), {
    ...ownOf(plan),
    strategy,
    groups: plan.groups.filter(isTheirs),
    adoptOnly: true,
  });
  const rest = plan.groups.filter((name) => !names.has(name));
  if (theirs.kind !== 'finish' || rest.length === 0 || !plan.adoptOnly) return theirs;
  const ours = decide(
    only(observed, (name) => !names.has(name)),
    { ...plan, groups: rest },
  );
  return ours.kind === 'finish' ? { kind: 'finish', results: [...theirs.results, ...ours.results] } : ours;
}

/** The plan without what only its own strategy understands. */
function ownOf(plan: Plan): Plan {
  const { restart, ...rest } = plan;
  return rest;
}

function only(observed: Observed, has: (name: string) => boolean): Observed {
  return {
    ...observed,
    groups: observed.groups.filter(({ name }) => has(name)),
    missing: observed.missing.filter(has),
  };
}
