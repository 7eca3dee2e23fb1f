import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { Decision } from '../../model/rollout/decision.js';
import type { Block, GroupStep } from '../step.js';
import type { JudgedGroup, RolloutGroup, RolloutView } from '../view.js';
import type { StrategyFacts } from './facts.js';

/** A group that cannot go on, and why. */
export interface StuckGroup {
  readonly group: string;
  readonly why: string;
}

/** Gives the strategy of a record or a plan. */
export type StrategyOf = (named: { readonly strategy: Plan['strategy'] }) => Strategy;

/** A way to bring instances to what their group would launch now. One folder each; the table is `by-strategy.ts`. */
export interface Strategy {
  /** Its words, sizes and needs. */
  readonly facts: StrategyFacts;
  /** What to do next with all groups of the view, which are begun by this strategy or not begun yet. */
  readonly decide: (view: RolloutView, strategyOf: StrategyOf) => Decision;
  /** What to do next with one group after its verdict to promote; absent where nothing is judged. */
  readonly afterPromotion?: (view: RolloutView, of: JudgedGroup) => GroupStep;
  /**
   * Why a group begins nothing further; undefined when nothing blocks it. Absent where nothing ever does.
   * @param stuck another group that cannot go on
   */
  readonly blockOf?: (view: RolloutView, of: RolloutGroup, stuck: StuckGroup | undefined) => Block | undefined;
}
