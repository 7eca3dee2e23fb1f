import { AwsFault } from '../errors.js';
import type { CalendarState } from '../model/rollout/calendar.js';
import type { Clients } from './session/clients.js';

/**
 * Whether all of these change calendars are open now. An answer that says neither is a failure: nobody takes it for
 * open. Source: Systems Manager API reference, GetCalendarState.
 */
export async function calendarState(clients: Clients, names: readonly string[]): Promise<CalendarState> {
  const client = await clients.ssm();
  const { State: state, NextTransitionTime: next } = await client.getCalendarState({ CalendarNames: [...names] });
  if (state !== 'OPEN' && state !== 'CLOSED')
    throw new AwsFault('transient', 'ssm:GetCalendarState', 'NoState', {
      message: 'The answer does not say whether the calendar is open.',
      requestId: undefined,
    });
  const until = next === undefined ? Number.NaN : Date.parse(next);
  return { kind: state === 'OPEN' ? 'open' : 'closed', ...(Number.isFinite(until) && { until }) };
}
