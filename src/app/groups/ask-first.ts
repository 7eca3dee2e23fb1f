import type { Wanted } from '../../config/rollout-plan.js';
import { sayCalendar, type CalendarNow } from '../../decide/gates/change-calendar.js';
import { notAskedReason } from '../../decide/gates/metrics.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { asHeadline, AwsFault, refused } from '../../errors.js';
import type { Check } from '../../model/checkup.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { CalendarPlan } from '../../model/rollout/calendar.js';
import type { MetricCondition } from '../../model/rollout/metric.js';
import { QUICK, type Run } from '../../run/run.js';
import { count } from '../../text/count.js';
import { saidBy } from '../../text/fault-text.js';
import { sentence } from '../../text/sentence.js';

/**
 * Asks what a run will ask at its stages, once and before anything is changed: the change calendars and the metrics.
 * @throws Failure `refused`
 */
export async function askFirst(run: Pick<Run, 'deps'>, wanted: Pick<Wanted, 'gates'>): Promise<void> {
  const { calendar } = wanted.gates ?? {};
  if (calendar !== undefined) expectOpen(run, calendar, await stateOf(run, calendar));
  await askMetricsFirst(run, wanted);
}

/** What the change calendars say now, as sentences for a plan. */
export async function calendarNow(
  run: Pick<Run, 'deps'>,
  { gates }: Pick<Wanted, 'gates'>,
): Promise<readonly string[]> {
  if (gates?.calendar === undefined) return [];
  const { calendar } = gates;
  const state = await stateOf(run, calendar);
  const against = state.kind === 'open' || calendar.despite !== undefined ? '' : ': a run would be refused now';
  return [`${sayCalendar(calendar, state)}${against}.`];
}

/** A closed calendar, and one that cannot be read, refuses the run, unless somebody says why it goes on. */
function expectOpen({ deps }: Pick<Run, 'deps'>, calendar: CalendarPlan, state: CalendarNow): void {
  const reason = whyNotOpen(calendar, state);
  if (reason === undefined) return;
  if (calendar.despite === undefined)
    throw refused(reason.code, `Nothing was started: ${sentence(reason.text)}`, [asHeadline(reason)]);
  deps.emit({ type: 'warning', reason });
}

/** What a run says of a calendar that is closed or cannot be read; undefined where it is open. */
function whyNotOpen(calendar: CalendarPlan, state: CalendarNow): Reason | undefined {
  // rule: calendar-ignored
  if (state.kind === 'open') return undefined;
  const text = sayCalendar(calendar, state);
  if (calendar.despite !== undefined)
    return { code: 'calendar.despite', text, remedy: `The run goes on despite that: ${calendar.despite}` };
  const [code, first] =
    state.kind === 'closed'
      ? (['calendar.closed', 'Wait until it is open'] as const)
      : (['calendar.unread', 'Correct its name, or allow ssm:GetCalendarState on it'] as const);
  return { code, text, remedy: `${first}, or say why it goes on anyway: --despite-calendar REASON.` };
}

/**
 * What a run would be told as it begins, as checks: of the change calendars and of the metrics that it is given;
 * nothing where it is given none.
 */
export async function checkFirst(
  run: Pick<Run, 'deps'>,
  { gates = { words: [] } }: Pick<Wanted, 'gates'>,
): Promise<Check[]> {
  const { calendar, metrics } = gates;
  const checks: Check[] = [];
  if (calendar !== undefined) {
    const state = await stateOf(run, calendar);
    const reason = whyNotOpen(calendar, state);
    checks.push({
      topic: 'calendar',
      state: reason === undefined ? 'ok' : calendar.despite === undefined ? 'against' : 'warning',
      says: sayCalendar(calendar, state),
      findings: reason === undefined ? [] : [reason],
    });
  }
  if (metrics !== undefined) {
    const reasons = await metricReasons(run, gates);
    checks.push({
      topic: 'metrics',
      state: reasons.length === 0 ? 'ok' : 'against',
      says:
        reasons.length === 0
          ? `CloudWatch can be asked for ${count(metrics.conditions.length, 'metric')}`
          : `${reasons.length} of ${count(metrics.conditions.length, 'metric')} cannot be asked`,
      findings: reasons,
    });
  }
  return checks;
}

async function stateOf({ deps }: Pick<Run, 'deps'>, { names }: CalendarPlan): Promise<CalendarNow> {
  try {
    return await retrying(deps, QUICK).calendarState(names);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    // What nobody could read is not open.
    return { kind: 'unread', why: saidBy(error) };
  }
}

/**
 * Asks CloudWatch once for every metric of the run, before anything is changed: an expression that it cannot read, or
 * a permission that is missing, would undo a rollout that is fine. What the data says does not matter yet.
 *
 * @throws Failure `refused`
 */
export async function askMetricsFirst(run: Pick<Run, 'deps'>, { gates }: Pick<Wanted, 'gates'>): Promise<void> {
  const reasons = await metricReasons(run, gates);
  const [first] = reasons;
  if (first === undefined) return;
  const what = reasons.length === 1 ? sentence(first.text) : `${reasons.length} metrics cannot be asked.`;
  throw refused(first.code, `Nothing was started: ${what}`, reasons.length === 1 ? [asHeadline(first)] : reasons);
}

async function metricReasons(run: Pick<Run, 'deps'>, gates: Wanted['gates']): Promise<readonly Reason[]> {
  const reasons: Reason[] = [];
  for (const condition of gates?.metrics?.conditions ?? []) reasons.push(...(await whyNotAsked(run, condition)));
  return reasons;
}

/** Periods that are asked for to see whether the expression can be read. */
const PERIODS = 3;

async function whyNotAsked({ deps }: Pick<Run, 'deps'>, condition: MetricCondition): Promise<readonly Reason[]> {
  const { text, periodMs } = condition;
  const to = Math.floor(deps.clock.now() / periodMs) * periodMs;
  try {
    await retrying(deps).metricData(condition, { from: to - PERIODS * periodMs, to });
    return [];
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const words = saidBy(error);
    if (error.kind === 'denied') return [notAskedReason(text, 'metric.denied', words)];
    if (error.kind === 'invalid' || error.kind === 'missing' || error.kind === 'unsupported')
      return [notAskedReason(text, 'metric.invalid', words)];
    throw error;
  }
}
