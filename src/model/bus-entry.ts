import type { Instant } from '../clock.js';

/** One event for an event bus of EventBridge. */
export interface BusEntry {
  /** Name or ARN. */
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly at: Instant;
  /** A JSON object. */
  readonly detail: string;
}
