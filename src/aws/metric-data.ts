import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { AwsFault } from '../errors.js';
import type { MetricCondition, MetricSeries, MetricWindow, NamedMetric } from '../model/rollout/metric.js';
import type { Clients } from './session/clients.js';
import { allPages } from './session/pages.js';

const OPERATION = 'cloudwatch:GetMetricData';

/** What the condition's expression is called among the queries. */
const RESULT = 'result';

/** Reads the series of a condition's expression, newest first; series without data are there without points. */
export async function metricData(
  clients: Clients,
  condition: MetricCondition,
  { from, to }: MetricWindow,
): Promise<MetricSeries[]> {
  const client = await clients.cloudWatch();
  const pages = await allPages(OPERATION, async (token) => {
    const page = await client.getMetricData({
      MetricDataQueries: queriesOf(condition),
      StartTime: new Date(from),
      EndTime: new Date(to),
      ScanBy: 'TimestampDescending',
      ...(token && { NextToken: token }),
    });
    return { page, next: page.NextToken };
  });
  const series = new Map<string, MetricSeries>();
  for (const { MetricDataResults: results = [] } of pages) {
    const here = new Map<string, number>();
    for (const result of results.filter(({ Id: id }) => id === RESULT)) {
      expectRead(result);
      const label = result.Label ?? '';
      // A series goes on on the next page; two of one name on a page are two.
      const nth = (here.get(label) ?? 0) + 1;
      here.set(label, nth);
      const key = `${nth} ${label}`;
      const points = [...(series.get(key)?.points ?? []), ...pointsOf(result)].sort((a, b) => b.at - a.at);
      series.set(key, { label, points });
    }
  }
  return [...series.values()];
}

/** The metrics by their ids, without their own data, and the expression over them. */
function queriesOf({ metrics, expression, periodMs }: MetricCondition): MetricDataQuery[] {
  return [
    ...metrics.map(metricQuery),
    { Id: RESULT, Expression: expression, Period: periodMs / 1000, ReturnData: true },
  ];
}

function metricQuery({ id, namespace, name, dimensions, statistic, periodMs }: NamedMetric): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Stat: statistic,
      Period: periodMs / 1000,
    },
    ReturnData: false,
  };
}

/** An answer that is no answer: it must not pass for one without data. */
function expectRead({ StatusCode: status, Messages: messages = [] }: MetricDataResult): void {
  if (status !== 'Forbidden' && status !== 'InternalError') return;
  const words = messages.map(({ Value: value }) => value ?? '').join(' ');
  throw new AwsFault(status === 'Forbidden' ? 'denied' : 'transient', OPERATION, status, {
    message: words === '' ? status : words,
    requestId: undefined,
  });
}

function pointsOf({ Timestamps: times = [], Values: values = [] }: MetricDataResult): MetricSeries['points'] {
  return times.flatMap((time, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ at: time.getTime(), value }];
  });
}
