import type { Milliseconds } from '../../clock.js';
import type { CalendarPlan, CalendarState } from '../../model/rollout/calendar.js';
import type { GateStage } from '../../model/rollout/gate-answer.js';
import { list } from '../../text/list.js';
import { withoutStop } from '../../text/sentence.js';
import { timestamp } from '../../text/timestamp.js';

/** What is known of the change calendars; `unread`: nothing, which is not open. */
export type CalendarNow = CalendarState | { readonly kind: 'unread'; readonly why: string };

/** How long an answer counts: a calendar may close between it and the verdict of groups that are judged together. */
export const CALENDAR_FRESH_MS: Milliseconds = 60_000;

/**
 * How long a stage waits for a calendar. Both halves serve meanwhile and are paid for; a closed weekend is longer than
 * that, and the old half stays in either case.
 */
export const CALENDAR_MOST_MS: Milliseconds = 24 * 3_600_000;

/** The stages after which old instances are terminated: none of them goes while a calendar is closed. */
export function asksCalendar(stage: GateStage): boolean {
  return stage === 'verdict' || stage === 'batch' || stage === 'end';
}

/** `the change calendar freeze is closed until 2026-11-30T06:00:00Z` */
export function sayCalendar({ names }: Pick<CalendarPlan, 'names'>, now: CalendarNow): string {
  const who = names.length === 1 ? `the change calendar ${list(names)}` : `the change calendars ${list(names)}`;
  const [are, one] = names.length === 1 ? ['is', ''] : ['are', 'together '];
  if (now.kind === 'unread') return `${who} cannot be read: ${withoutStop(now.why)}`;
  const until = now.until === undefined ? '' : ` until ${timestamp(now.until)}`;
  return `${who} ${are} ${one}${now.kind}${until}`;
}
