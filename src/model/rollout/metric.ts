import type { Instant, Milliseconds } from '../../clock.js';

/**
 * How long after the end of a period its data counts. Services publish a minute's data some time after it, and
 * `FILL(m, 0)` shows a zero until then: what is judged too early would be good for lack of data.
 */
export const METRIC_LATE_MS: Milliseconds = 120_000;

/** A condition on CloudWatch metrics: the newest data point of every series has to hold it. */
export interface MetricCondition {
  /** As the user wrote it. */
  readonly text: string;
  /** Metric math in which each metric is an id, or a query of Metrics Insights. */
  readonly expression: string;
  readonly insights: boolean;
  readonly metrics: readonly NamedMetric[];
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly limit: number;
  /** The longest period in it: how much time one data point stands for. */
  readonly periodMs: Milliseconds;
}

/** One metric of an expression. */
export interface NamedMetric {
  /** What the expression calls it. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Such as `Sum` or `p99`. */
  readonly statistic: string;
  readonly periodMs: Milliseconds;
}

/** The conditions that are asked at every stage of a rollout. */
export interface MetricPlan {
  readonly conditions: readonly MetricCondition[];
  /** How long a stage may wait for them. */
  readonly timeoutMs: Milliseconds;
}

/** What CloudWatch answered for one series of an expression. */
export interface MetricSeries {
  readonly label: string;
  /** The beginning of each period and its value, newest first. */
  readonly points: readonly { readonly at: Instant; readonly value: number }[];
}

/** From when to when data is asked for; the end is exclusive. */
export interface MetricWindow {
  readonly from: Instant;
  readonly to: Instant;
}
