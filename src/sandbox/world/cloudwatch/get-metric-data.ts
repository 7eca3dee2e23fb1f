import type { GetMetricDataInput, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { OperationTable, World } from '../world.js';
import { evaluate, type Labelled } from './metric-math.js';
import { metricNames, metricValues } from './metric-values.js';

/** Most series on a page: fewer than CloudWatch has, so that pages are met. */
const SERIES_PER_PAGE = 100;

/** Metrics of CloudWatch, as the scenario sets them, and math over them. */
export const metricDataOperations: OperationTable = {
  GetMetricData: (world, input: GetMetricDataInput) => {
    const queries = input.MetricDataQueries ?? [];
    const [from, to] = [input.StartTime?.getTime() ?? 0, input.EndTime?.getTime() ?? 0];
    expectValid(queries, from, to);
    const named = new Map<string, readonly Labelled[]>();
    for (const query of queries) named.set(query.Id ?? '', resultOf(world, query, { from, to, named }));
    const rows = queries
      .filter(({ ReturnData: returned = true }) => returned)
      .flatMap(({ Id }) => (named.get(Id ?? '') ?? []).map((one) => rowOf(Id ?? '', one)));
    const { items, next } = page(rows, SERIES_PER_PAGE, input.NextToken);
    return { MetricDataResults: items, Messages: [], ...(next === undefined ? {} : { NextToken: next }) };
  },
};

function expectValid(queries: readonly MetricDataQuery[], from: number, to: number): void {
  const invalid = (why: string): never => {
    throw new ServiceFault('ValidationError', why);
  };
  if (queries.length === 0) invalid('The parameter MetricDataQueries is required.');
  if (from >= to) invalid('The parameter StartTime must be less than the parameter EndTime.');
  const ids = queries.map(({ Id = '' }) => Id);
  const bad = ids.find((id, index) => !/^[a-z][A-Za-z0-9_]*$/.test(id) || ids.indexOf(id) !== index);
  if (bad !== undefined) invalid(`The value ${bad} for parameter MetricDataQueries.member.Id is not valid.`);
  if (queries.some(({ MetricStat, Expression }) => (MetricStat === undefined) === (Expression === undefined)))
    invalid('The parameters MetricStat and Expression are mutually exclusive, and one of them is required.');
}

interface Asked {
  readonly from: number;
  readonly to: number;
  readonly named: ReadonlyMap<string, readonly Labelled[]>;
}

function resultOf(world: World, query: MetricDataQuery, { from, to, named }: Asked): readonly Labelled[] {
  const { Id: id = '', MetricStat: stat, Expression: expression = '', Period: period = 60 } = query;
  const periodMs = (stat?.Period ?? period) * 1000;
  const read = (name: string, statistic: string, ms: number): Labelled => ({
    label: name.slice(name.lastIndexOf('/') + 1),
    series: metricValues(world, name, { statistic, periodMs: ms, from, to }),
  });
  if (stat !== undefined)
    return [read(`${stat.Metric?.Namespace ?? ''}/${stat.Metric?.MetricName ?? ''}`, stat.Stat ?? '', periodMs)];
  const insights = /^\s*SELECT\s+(\w+)\(("?)([^")]+)\2\)\s+FROM\s+(?:SCHEMA\(\s*)?"([^"]+)"/i.exec(expression);
  if (insights !== null) {
    const [, how = '', , name = '', namespace = ''] = insights;
    return [
      read(
        `${namespace}/${name}`,
        { SUM: 'Sum', AVG: 'Average', MIN: 'Minimum' }[how.toUpperCase()] ?? 'Maximum',
        periodMs,
      ),
    ];
  }
  const periods: number[] = [];
  for (let at = Math.ceil(from / periodMs) * periodMs; at < to; at += periodMs) periods.push(at);
  const search = (term: string, statistic: string, periodS: number): readonly Labelled[] =>
    found(world, term).map((name) => read(name, statistic, periodS * 1000));
  return evaluate(expression, { id, named, search, periods });
}

/** Metrics of the scenario that a search means: by its namespace, and the name where it says one. */
function found(world: World, term: string): readonly string[] {
  const namespace = /\{\s*"?([^,"}]+)"?/.exec(term)?.[1]?.trim();
  const name = /MetricName\s*=\s*"?([^"\s]+)"?/.exec(term)?.[1];
  return metricNames(world).filter((full) => {
    const slash = full.lastIndexOf('/');
    return (
      (namespace === undefined || full.slice(0, slash) === namespace) &&
      (name === undefined || full.slice(slash + 1).includes(name))
    );
  });
}

function rowOf(id: string, { label, series }: Labelled): object {
  const points = [...series].sort(([a], [b]) => b - a);
  return {
    Id: id,
    Label: label === '' ? id : label,
    Timestamps: points.map(([at]) => new Date(at)),
    Values: points.map(([, value]) => value),
    StatusCode: 'Complete',
  };
}
