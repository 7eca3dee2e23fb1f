import type { Observed } from '../model/rollout/decision.js';
import type { Group, Instance } from '../model/rollout/group.js';
import type { Plan } from '../model/rollout/rollout-plan.js';
import type { RolloutRecord, Verdict } from '../model/rollout/record.js';
import type { Split } from './instances/classify.js';
import type { Block } from './step.js';
import type { StrategyFacts } from './strategies/facts.js';

/**
 * What one look means for a decision: the look and the plan, and of each group what follows from both. It is made once
 * per look (`make-view.ts`). The guard does not get it, because it has to come to its own conclusions.
 */
export interface RolloutView {
  /** The look; its groups carry our notes as we know them, whatever a read that lags behind shows. */
  readonly observed: Observed;
  readonly plan: Plan;
  /** The groups in the order of the look. */
  readonly groups: readonly GroupView[];
}

/** The look and the plan alone, where no more is known. */
export type LookAndPlan = Pick<RolloutView, 'observed' | 'plan'>;

/** One group at one look. */
export interface GroupView {
  readonly name: string;
  /** The group with our notes as we know them. */
  readonly group: Group;
  readonly record?: RolloutRecord;
  readonly verdict?: Verdict;
  /** The instances by the record; without a record each that lives counts as new. */
  readonly halves: Split;
  /** Of the new instances, those that are proven. */
  readonly proven: readonly Instance[];
  /** Why the rollout of the group shall be rolled back although nothing is wrong with it; absent when nobody asks. */
  readonly cancellation?: string;
}

/** A group with a record. */
export interface RolloutGroup<R extends RolloutRecord = RolloutRecord> extends GroupView {
  readonly record: R;
  /** What holds for all rollouts of the record's strategy. */
  readonly facts: StrategyFacts;
  /** Why the group begins nothing further for now. */
  readonly block?: Block;
}

/** A group whose rollout has its verdict. */
export interface JudgedGroup<R extends RolloutRecord = RolloutRecord> extends RolloutGroup<R> {
  readonly verdict: Verdict;
}
