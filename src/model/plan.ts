import type { Milliseconds } from '../clock.js';

/** Which groups a swap touches: those with outdated instances, all, or none. */
export type SwapChoice = 'outdated' | 'always' | 'never';

/** Every limit and pace of a rollout. All in milliseconds. */
export interface Timing {
  /** Pause between two looks. */
  readonly pollMs: Milliseconds;
  /** How long an instance must be in service without a break before it is proven. */
  readonly warmupMs: Milliseconds;
  /** Longest time without one more proven instance. */
  readonly progressMs: Milliseconds;
  /** Longest time from the record to the verdict. */
  readonly totalMs: Milliseconds;
  /** Longest time for the leaving half to be gone. */
  readonly drainMs: Milliseconds;
  /** Longest time for an action's effect to become visible. */
  readonly settleMs: Milliseconds;
  readonly leaseMs: Milliseconds;
  readonly renewMs: Milliseconds;
  /** How long to wait for another run that has a group; 0: not at all. */
  readonly waitForLockMs: Milliseconds;
}

/** What the user asked of the groups, resolved. Frozen for the whole run. */
export interface Plan {
  readonly strategy: 'swap' | 'prove' | 'unfreeze';
  /** This run's id; also in the record. */
  readonly run: string;
  readonly host: string;
  readonly pid: number;
  /** The stack whose groups these are; absent with --asg. */
  readonly stack?: string;
  readonly groups: readonly string[];
  readonly region: string;
  /** The command line that starts the same again, for people. */
  readonly again: string;
  readonly swap: SwapChoice;
  readonly together: boolean;
  readonly timing: Timing;
  /** Start although instances of the old set are not in service. */
  readonly force: boolean;
  /** Only finish what dead runs left; start nothing. */
  readonly adoptOnly: boolean;
  /** Roll back what dead runs left and is not judged yet, instead of finishing it. Only with `adoptOnly`. */
  readonly undo: boolean;
}
