import type { Phase } from '../../model/rollout/action.js';
import type { AdvisedReason } from '../../model/rollout/decision.js';
import type { Group, Instance, Size } from '../../model/rollout/group.js';
import type { Plan } from '../../model/rollout/rollout-plan.js';
import type { RolloutRecord } from '../../model/rollout/record.js';

/** What a rollout grows its group to and proves before its verdict. */
export interface TargetSize {
  readonly purpose: 'canary' | 'double' | 'surge';
  /** Min is always as it was; max is raised only where needed. */
  readonly size: Size;
  /** Capacity units that must be proven for the verdict. */
  readonly needed: number;
  readonly why: string;
}

/** What every record says, whatever its strategy. */
type RecordBase = Omit<RolloutRecord, 'version' | 'strategy'>;

/** The limits of a rollout that replaces a few instances at a time. Units. */
interface RollingLimits {
  readonly surge: number;
  readonly unavailable: number;
  readonly serial: boolean;
}

/**
 * What holds for every rollout of one strategy, whatever a look shows: its words, its sizes, what it has to know. Facts
 * need nothing but model and instances, so that everybody may ask for them; `strategy.ts` of the same folder holds what
 * the strategy does.
 */
export interface StrategyFacts {
  readonly words: {
    /** As in `the swap is done`. */
    readonly short: string;
    /** As in `The rolling rollout was not started`. */
    readonly long: string;
    /** Code of a refusal to start. */
    readonly refused: 'swap.refused' | 'restart.refused';
  };

  /** Strategies of one kind are decided together, over all their groups; those of other kinds one after the other. */
  readonly kind: 'replacing' | 'in-place' | 'keeping';
  /** False where nothing is recorded: all that the strategy does is done in one go, or changes nothing. */
  readonly keepsRecord: boolean;
  /** False where instances stay members: none is launched or terminated. */
  readonly replaces: boolean;
  /** New instances are to be proven after the verdict to promote too, until no old one is left. */
  readonly provesAfterVerdict: boolean;
  /** All instances of a group are to be proven, although the group has no record. */
  readonly provesWithoutRecord: boolean;
  /** At the end more instances may be there than desired, which Auto Scaling then takes out. */
  readonly endsWithTooMany: boolean;
  /** The phase in which old instances go. */
  readonly leavingPhase: Phase;

  /** What a look has to read for it. */
  readonly reads: {
    readonly alarms: boolean;
    /** Whether something stands against a start. */
    readonly precautions: boolean;
    /** What would be launched now. */
    readonly launchConfigurations: boolean;
    /** Which instances are registered with a balancer, also where its health is not judged. */
    readonly registrations: boolean;
  };

  /** The record of a new rollout. @param old the instances that the rollout would begin with */
  readonly newRecord: (plan: Plan, group: Group, old: readonly Instance[], base: RecordBase) => RolloutRecord;
  /** Reasons of the strategy itself against a start. */
  readonly reasonsAgainst: (plan: Plan, group: Group) => readonly AdvisedReason[];
  /** What a person should know of the strategy's limits before a start. */
  readonly warnings: (plan: Plan, group: Group) => readonly AdvisedReason[];
  /** What the group grows to, and how much is proven before the verdict. */
  readonly target: (record: RolloutRecord) => TargetSize;
  /** True when the old instances are protected from scale-in. */
  readonly shields: (record: RolloutRecord) => boolean;
  /** The limits of the record, where it replaces a few instances at a time. */
  readonly limits: (record: RolloutRecord) => RollingLimits | undefined;
  /** Why groups are promoted. @param units that are proven in all of them */
  readonly whyPromoted: (units: number, groups: number) => string;
}
