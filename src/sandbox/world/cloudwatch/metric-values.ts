import type { MetricBehaviour } from '../../scenario.js';
import { ec2State, type Ec2Instance } from '../ec2/state.js';
import type { World } from '../world.js';

const MINUTE = 60_000;

/** How long after its end a minute's data is published, where the scenario does not say. */
const USUAL_DELAY_S = 45;

/** The beginning of each period and its value; periods without data are not there. */
export type Series = ReadonlyMap<number, number>;

/** What of a metric is asked for. */
export interface MetricQuery {
  readonly statistic: string;
  readonly periodMs: number;
  readonly from: number;
  readonly to: number;
}

/** Names of the scenario's metrics (`NAMESPACE/NAME`). */
export function metricNames(world: World): readonly string[] {
  return [...new Set([...Object.keys(world.scenario.metrics), ...changesOf(world).map(({ name }) => name)])];
}

/** The values of a metric as far as they are published: what the scenario says, minute by minute. */
export function metricValues(world: World, name: string, { statistic, periodMs, from, to }: MetricQuery): Series {
  const values = new Map<number, number>();
  for (let period = Math.ceil(from / periodMs) * periodMs; period < to; period += periodMs) {
    const minutes: number[] = [];
    for (let at = period; at < period + periodMs; at += MINUTE) {
      const value = minuteOf(world, name, at);
      if (value !== undefined) minutes.push(value);
    }
    if (minutes.length > 0) values.set(period, aggregate(statistic, minutes));
  }
  return values;
}

function changesOf(world: World): readonly Extract<World['scenario']['faults'][number], { kind: 'metric' }>[] {
  return world.scenario.faults.filter((fault) => fault.kind === 'metric');
}

/** The value of one minute; undefined where there is none, or none yet. */
function minuteOf(world: World, name: string, at: number): number | undefined {
  const behaviour: MetricBehaviour = world.scenario.metrics[name] ?? {};
  if (at < world.startedAt - MINUTE || at + MINUTE + (behaviour.delay ?? USUAL_DELAY_S) * 1000 > world.clock.now())
    return undefined;
  const change = changeAt(world, name, at);
  const load = change === undefined ? behaviour.load : change.value;
  if (behaviour.load !== undefined) return shared(load, servingAt(world, at));
  if (change !== undefined) return change.value;
  const added = Object.entries(behaviour.perImage ?? {}).map(
    ([image, value]) => value * [...ec2State(world).instances.values()].filter((one) => served(one, image, at)).length,
  );
  const more = added.reduce((sum, value) => sum + value, 0);
  return behaviour.value === undefined && more === 0 ? undefined : (behaviour.value ?? 0) + more;
}

/** What the scenario changes a metric to in the minute that begins then. */
function changeAt(world: World, name: string, at: number): ReturnType<typeof changesOf>[number] | undefined {
  return changesOf(world).findLast((fault) => {
    const begins = world.startedAt + fault.at * 1000;
    const ends = begins + (fault.for ?? Infinity) * 1000;
    return fault.name === name && at + MINUTE > begins && at < ends;
  });
}

/**
 * What a metric shows now of so many instances of one group; undefined where it shows nothing.
 */
export function presentValue(world: World, name: string, instances: number): number | undefined {
  const behaviour: MetricBehaviour = world.scenario.metrics[name] ?? {};
  const change = changeAt(world, name, world.clock.now() - MINUTE);
  const given = change === undefined ? (behaviour.load ?? behaviour.value) : change.value;
  return behaviour.load === undefined ? given : shared(given, instances);
}

function shared(load: number | undefined, instances: number): number | undefined {
  return load === undefined || instances === 0 ? undefined : load / instances;
}

function servingAt(world: World, at: number): number {
  return [...ec2State(world).instances.values()].filter((one) => served(one, one.imageId, at)).length;
}

/** An instance of the image answered at that time. */
function served(
  { imageId, upAt = Infinity, stopsAt = Infinity, goneAt = Infinity }: Ec2Instance,
  image: string,
  at: number,
): boolean {
  return imageId === image && at >= upAt && at < Math.min(stopsAt, goneAt);
}

function aggregate(statistic: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'Minimum':
      return Math.min(...values);
    case 'SampleCount':
      return values.length;
    default:
      return Math.max(...values);
  }
}
