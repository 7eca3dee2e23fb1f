import type { Instant, Milliseconds } from '../../clock.js';
import type { CalendarPlan } from './calendar.js';
import type { MetricCondition } from './metric.js';
import type { STAGE_WORDS } from '../../text/stage-words.js';

/** The user's command that decides at every stage of a rollout whether it goes on, and its limits. */
export interface GatePlan {
  readonly command: string;
  /** How long it may say "not yet". */
  readonly timeoutMs: Milliseconds;
  /** Longest time of one try. */
  readonly commandTimeoutMs: Milliseconds;
}

/**
 * Where it is asked: when a canary is proven, between the batches of a rolling rollout, before the verdict, and where
 * the old half is kept, once the new one serves alone (`kept`) and before the old one goes (`end`).
 */
export type GateStage = keyof typeof STAGE_WORDS;

/** A stage of a group at which the gate command, or a metric, has to be asked. */
export interface GateDue {
  readonly group: string;
  readonly stage: GateStage;
  /** Capacity units that are new and proven at this stage. */
  readonly part: number;
  /** Since when the new instances have had what is asked about; data of before counts for nothing. */
  readonly since: Instant;
  /** The condition that is asked; absent: the gate command. */
  readonly metric?: MetricCondition;
  /** The change calendars are asked. */
  readonly calendar?: CalendarPlan;
}

/** What the gate command, a metric or a change calendar said last. `since`: when it was asked first at this stage. */
export interface GateResult {
  readonly said: GateAnswer;
  /** The condition; absent: the gate command. */
  readonly metric?: MetricCondition;
  /** It was asked of the change calendars. */
  readonly calendar?: CalendarPlan;
  readonly part: number;
  readonly since: Instant;
  readonly at: Instant;
  readonly tries: number;
  /** When the calendar opens, where AWS knows. */
  readonly opens?: Instant;
  /** `exit 3`, `killed after 60 s`, `it holds: 0 at …` */
  readonly words: string;
  /** The end of what it printed, without control characters. */
  readonly output: string;
}

/** A stage at which a rollout waits for an answer, as its lease notes it for people who look on. */
export interface StageWait {
  readonly stage: GateStage;
  /** Who says "not yet": the gate command, a metric, or a change calendar. */
  readonly on: 'gate' | 'metrics' | 'calendar';
  /** When it was asked first at this stage. */
  readonly since: Instant;
  /** When that is given up; of a calendar when it opens, by AWS's word. Absent: nobody knows. */
  readonly until?: Instant;
}

/** Go on, ask again, or fail the stage. */
export type GateAnswer = 'goOn' | 'notYet' | 'fail';
