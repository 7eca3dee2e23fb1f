import type { Instant } from '../../clock.js';

/** Why something is as it is, as a sentence. */
export interface Why {
  readonly why: string;
  /** The same without what it says of single instances; absent where it says nothing of any. */
  readonly brief?: string;
}

/** How the rollout of one group ended in this run, and why. */
export type GroupResult =
  | { readonly group: string; readonly outcome: 'promoted' | 'proven' | 'unfrozen'; readonly why: string }
  | { readonly group: string; readonly outcome: 'restarted'; readonly why: string }
  /** The size was kept through a change of the stack, or is being kept from now on. */
  | { readonly group: string; readonly outcome: 'sizeKept'; readonly why: string }
  /** A restart ended early; whatever it took out is back. `open`: those that do not serve. */
  | {
      readonly group: string;
      readonly outcome: 'putBack';
      readonly why: string;
      readonly brief?: string;
      readonly open: readonly string[];
      /** Instances that `why` is about. */
      readonly failed?: readonly string[];
    }
  /**
   * `stay`: so many new instances go on serving, for more are asked for than there are old ones. `asked`: by `rollback`
   * or `cancel`, so that it is what the run was for.
   */
  | {
      readonly group: string;
      readonly outcome: 'rolledBack';
      readonly why: string;
      readonly brief?: string;
      readonly frozen: readonly string[];
      readonly stay?: number;
      readonly asked?: true;
    }
  | { readonly group: string; readonly outcome: 'skipped'; readonly why: string }
  /** `until` and `then`: where nobody decides by then, the next command that may change the group does it. */
  | {
      readonly group: string;
      readonly outcome: 'paused';
      readonly why: string;
      readonly until?: Instant;
      readonly then?: 'resume' | 'rollback';
    }
  /** The new half serves, and the old one is kept in standby until somebody ends that or goes back. */
  | { readonly group: string; readonly outcome: 'kept'; readonly why: string }
  | {
      readonly group: string;
      readonly outcome: 'stuck' | 'unproven';
      readonly why: string;
      readonly brief?: string;
      /** Instances that `why` is about, where it is about single ones. */
      readonly failed?: readonly string[];
    };
