import { sayCalendar } from '../../decide/gates/change-calendar.js';
import { judgeMetric, windowOf, type MetricJudgement } from '../../decide/gates/metrics.js';
import { gateKey } from '../../decide/gates/stage-gate.js';
import { AwsFault } from '../../errors.js';
import type { GateDue, GateResult } from '../../model/rollout/gate-answer.js';
import type { CalendarPlan } from '../../model/rollout/calendar.js';
import type { MetricCondition } from '../../model/rollout/metric.js';
import type { Observed, Seen } from '../../model/rollout/decision.js';
import { saidBy } from '../../text/fault-text.js';
import type { Deps } from '../deps.js';

/** Asks AWS at a stage, when that is due: the metrics and the change calendars. */
export interface ServiceAsker {
  /** Asks what is due now. AWS's failures are answers: "not yet". */
  readonly follow: (due: readonly GateDue[], observed: Observed) => Promise<void>;
  /** What was answered since the last time, as something to remember. */
  readonly harvest: (seen: Seen) => Seen;
}

/** What metrics and calendars said last, by the key of the stage: the same words again are no news. */
export type ToldAnswers = Map<string, string>;

/**
 * Makes the asker of one rollout; what is asked and what the metrics say is told through `deps.emit`.
 * @param wake called when an answer is there
 */
export function createServiceAsker(deps: Deps, wake: () => void, told: ToldAnswers = new Map()): ServiceAsker {
  const ended = new Map<string, GateResult>();

  async function ask(due: GateDue, observed: Observed): Promise<void> {
    const { metric, calendar } = due;
    const key = gateKey(due);
    const before = observed.seen.gates[key];
    const tries = (before?.tries ?? 0) + 1;
    const voice = { ...(metric && { metric: metric.text }), ...(calendar && { calendar: calendar.names }) };
    const where = { group: due.group, stage: due.stage, ...voice };
    if (tries === 1) deps.emit({ type: 'gate.started', ...where });
    const at = observed.at;
    const answer: Answer | undefined =
      metric === undefined ? undefined : await answerOf(deps, metric, { since: due.since, at });
    const { said, words, opens } = answer ?? (await calendarSays(deps, calendar ?? { names: [] }));
    const asked = { ...(metric && { metric }), ...(calendar && { calendar }), ...(opens !== undefined && { opens }) };
    ended.set(key, { said, ...asked, part: due.part, since: before?.since ?? at, at, tries, words, output: '' });
    const news = JSON.stringify([said, words]);
    if (told.get(key) !== news) deps.emit({ type: 'gate.ended', ...where, said, words, tries, output: '' });
    told.set(key, news);
    wake();
  }

  return {
    follow: async (due, observed) => {
      for (const one of due) if (one.metric !== undefined || one.calendar !== undefined) await ask(one, observed);
    },
    harvest: (seen) => {
      if (ended.size === 0) return seen;
      const gates = { ...seen.gates, ...Object.fromEntries(ended) };
      ended.clear();
      return { ...seen, gates };
    },
  };
}

/** What a service says, and when a calendar that is closed opens, where AWS knows. */
interface Answer extends MetricJudgement {
  readonly opens?: number;
}

/** What the change calendars say: never that a stage has failed. */
async function calendarSays(deps: Deps, calendar: CalendarPlan): Promise<Answer> {
  try {
    const state = await deps.gateway.calendarState(calendar.names);
    // rule: calendar-closed
    const said = state.kind === 'open' ? 'goOn' : 'notYet';
    const opens = state.kind === 'closed' ? state.until : undefined;
    return { said, words: sayCalendar(calendar, state), ...(opens !== undefined && { opens }) };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return { said: 'notYet', words: sayCalendar(calendar, { kind: 'unread', why: saidBy(error) }) };
  }
}

/** What a metric says; as long as no period is over, CloudWatch need not be asked. */
async function answerOf(
  deps: Deps,
  metric: MetricCondition,
  when: { readonly since: number; readonly at: number },
): Promise<MetricJudgement> {
  const window = windowOf(metric, when.since, when.at);
  if (window.from >= window.to) return judgeMetric(metric, [], when);
  try {
    return judgeMetric(metric, await deps.gateway.metricData(metric, window), when);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    // What is not known is neither good nor bad; whoever waits for it gives up in time.
    return { said: 'notYet', words: `CloudWatch did not answer: ${saidBy(error)}` };
  }
}
