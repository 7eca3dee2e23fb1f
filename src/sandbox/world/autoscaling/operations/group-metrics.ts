import type { DisableMetricsCollectionQuery, EnableMetricsCollectionQuery } from '@aws-sdk/client-auto-scaling';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { groupOf, invalid } from '../state.js';

/** Source: AS API reference, EnableMetricsCollection, `Metrics`. */
const METRICS: readonly string[] = [
  ...['MinSize', 'MaxSize', 'DesiredCapacity', 'InServiceInstances', 'PendingInstances', 'StandbyInstances'],
  ...['TerminatingInstances', 'TotalInstances', 'InServiceCapacity', 'PendingCapacity', 'StandbyCapacity'],
  ...['TerminatingCapacity', 'TotalCapacity'],
]
  .map((name) => `Group${name}`)
  .concat(
    ['DesiredCapacity', 'WarmedCapacity', 'PendingCapacity', 'TerminatingCapacity', 'TotalCapacity'].map(
      (name) => `WarmPool${name}`,
    ),
    ['GroupAndWarmPoolDesiredCapacity', 'GroupAndWarmPoolTotalCapacity'],
  );

const GRANULARITY = '1Minute';

/** What the group shows of the metrics that it publishes; the sandbox publishes none. */
export function enabledMetrics(metrics: readonly string[] | undefined): { Metric: string; Granularity: string }[] {
  return (metrics ?? []).map((Metric) => ({ Metric, Granularity: GRANULARITY }));
}

export function enableMetricsCollection(world: World, input: EnableMetricsCollectionQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  if (input.Granularity !== GRANULARITY) throw invalid(`Valid values for Granularity are [${GRANULARITY}]`);
  const asked = namedMetrics(input.Metrics);
  group.metrics = METRICS.filter((name) => asked.includes(name) || group.metrics?.includes(name));
  touch(world, group.name);
  return {};
}

export function disableMetricsCollection(world: World, input: DisableMetricsCollectionQuery): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const asked = namedMetrics(input.Metrics);
  group.metrics = group.metrics?.filter((name) => !asked.includes(name));
  touch(world, group.name);
  return {};
}

/** No names mean all of them. */
function namedMetrics(names: readonly string[] | undefined): readonly string[] {
  if (names === undefined || names.length === 0) return METRICS;
  const unknown = names.find((name) => !METRICS.includes(name));
  if (unknown !== undefined) throw invalid(`Invalid metric name: ${unknown}`);
  return names;
}

export function describeMetricCollectionTypes(): object {
  return { Metrics: METRICS.map((Metric) => ({ Metric })), Granularities: [{ Granularity: GRANULARITY }] };
}
