import type { Instant } from '../../clock.js';

/** Change calendars of Systems Manager that a rollout keeps to: open only when all of them are. */
export interface CalendarPlan {
  /** Names, or ARNs of shared ones. */
  readonly names: readonly string[];
  /** Why the rollout does not keep to them after all. */
  readonly despite?: string;
}

/** What the calendars say together, and when that changes; absent where nothing is planned. */
export interface CalendarState {
  readonly kind: 'open' | 'closed';
  readonly until?: Instant;
}
