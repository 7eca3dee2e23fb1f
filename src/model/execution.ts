import type { Instant } from '../clock.js';

/** A durable execution of a function of Lambda. */
export interface Execution {
  readonly arn: string;
  readonly name: string;
  /** Of the function, such as `3`. */
  readonly version: string;
  readonly startedAt: Instant;
}
