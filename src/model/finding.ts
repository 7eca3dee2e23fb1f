import type { Instant } from '../clock.js';
import type { Remedy } from '../text/commands/remedy.js';
import type { Reason } from './rollout/decision.js';

/** One thing that went wrong, at its resource. `code` is stable and `ha-updater explain CODE` describes it. */
export interface Finding extends Reason {
  /** Logical id, group, instance or change set. */
  readonly resource: string;
  /** When it was first seen, as far as that is known. */
  readonly at?: Instant;
  readonly evidence: readonly string[];
}

/** A finding before it is told: the commands in its remedy are data. */
export interface AdvisedFinding extends Omit<Finding, 'remedy'> {
  readonly remedy: Remedy;
}

/** What Auto Scaling did to a group, with its words. */
export interface Activity {
  readonly id: string;
  readonly at: Instant;
  /** `Successful`, `Failed`, `Cancelled` … */
  readonly status: string;
  readonly description: string;
  readonly cause: string;
  readonly message: string;
  /** The instance that it is about, as far as its description names one. */
  readonly instance?: string;
}
