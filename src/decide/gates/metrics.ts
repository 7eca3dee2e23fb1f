import type { Instant } from '../../clock.js';
import type { Reason } from '../../model/rollout/decision.js';
import type { GateAnswer } from '../../model/rollout/gate-answer.js';
import {
  METRIC_LATE_MS,
  type MetricCondition,
  type MetricSeries,
  type MetricWindow,
} from '../../model/rollout/metric.js';
import { shortened } from '../../text/sentence.js';
import { timestamp } from '../../text/timestamp.js';

/** How many data points of a series in a row have to say no: one bad minute turns no rollout back. */
const MOST_NOES = 3;

/** The most of an expression that a sentence repeats. */
const LONGEST_NAME = 100;

/** What a condition says of the data, with words for people. */
export interface MetricJudgement {
  readonly said: GateAnswer;
  readonly words: string;
}

/** The data that counts of a condition: whole periods since then that are over long enough to be complete. */
export function windowOf({ periodMs }: MetricCondition, since: Instant, at: Instant): MetricWindow {
  return { from: Math.ceil(since / periodMs) * periodMs, to: Math.floor((at - METRIC_LATE_MS) / periodMs) * periodMs };
}

/**
 * What a condition says. It holds when the newest data point of every series does, and fails when as many in a row of
 * some series do not. All else, no data above all, is "not yet".
 */
export function judgeMetric(
  condition: MetricCondition,
  series: readonly MetricSeries[],
  { since, at }: { readonly since: Instant; readonly at: Instant },
): MetricJudgement {
  const { from, to } = windowOf(condition, since, at);
  // What stood there before says nothing of the new instances.
  // rule: metric-old-data
  const counts = (begins: Instant): boolean => begins >= from && begins + condition.periodMs <= to;
  const counting = series.map(({ label, points }) => ({
    label,
    points: points.filter(({ at: begins }) => counts(begins)),
  }));
  // Searches also return series of what is gone; those say nothing any more.
  const full = counting.filter(({ points }) => points.length > 0);
  // rule: metric-no-data
  if (full.length === 0) return { said: 'notYet', words: `no data since ${timestamp(since)} yet` };
  const bad = full.map((one) => ({ ...one, noes: noesOf(condition, one) })).filter(({ noes }) => noes > 0);
  const worst = bad.reduce<(typeof bad)[number] | undefined>(
    (most, one) => (most === undefined || one.noes > most.noes ? one : most),
    undefined,
  );
  const of = full.length > 1 ? `, ${full.length - bad.length} of ${full.length} series hold` : '';
  if (worst === undefined) return { said: 'goOn', words: `it holds: ${sayNewest(full)}${of}` };
  const words = `it does not hold: ${sayNewest([worst])}${of}; ${worst.noes} in a row`;
  return { said: worst.noes >= MOST_NOES ? 'fail' : 'notYet', words };
}

/** How many of the newest data points in a row do not hold. */
function noesOf(condition: MetricCondition, { points }: MetricSeries): number {
  const good = points.findIndex(({ value }) => holds(condition, value));
  return good === -1 ? points.length : good;
}

function holds({ operator, limit }: MetricCondition, value: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}

/** `4 at 2026-11-29 12:03:00Z (web-5xx)` */
function sayNewest(series: readonly MetricSeries[]): string {
  const [first] = series;
  const point = first?.points[0];
  if (first === undefined || point === undefined) return '';
  const label = first.label === '' ? '' : ` (${shortened(first.label, LONGEST_NAME)})`;
  return `${Number(point.value.toPrecision(6))} at ${timestamp(point.at)}${label}`;
}

/** A condition as sentences name it. */
export function nameOf(text: string): string {
  return shortened(text, LONGEST_NAME);
}

/** Why a condition cannot be asked at all, before anything is begun. @param why the service's words, with their code */
export function notAskedReason(text: string, code: 'metric.invalid' | 'metric.denied', why: string): Reason {
  return {
    code,
    text: `CloudWatch does not answer the metric ${nameOf(text)}: ${why}`,
    remedy:
      code === 'metric.denied'
        ? 'The role needs cloudwatch:GetMetricData.'
        : 'Correct the expression: CloudWatch user guide, "Using math expressions with CloudWatch metrics".',
  };
}
