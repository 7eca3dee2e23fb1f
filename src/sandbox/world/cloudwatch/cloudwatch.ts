import type { Scenario } from '../../scenario.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import { everyMinute, judged, ring, scales, valueFor, type AlarmInput } from './alarm-actions.js';
import type { OperationTable, World } from '../world.js';

type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface StoredAlarm {
  readonly name: string;
  readonly composite: boolean;
  /** What it was put with. */
  input: AlarmInput;
  state: StateValue;
  reason: string;
  /** When the state was set, and when it became another. */
  updatedAt: number;
  since: number;
}

interface CloudWatchState {
  readonly alarms: Map<string, StoredAlarm>;
}

/**
 * The alarms of CloudWatch: their states are set, by a scenario or by SetAlarmState. Those that invoke a scaling
 * policy are evaluated, too, where the scenario scripts their metric.
 */
export const cloudwatchOperations: OperationTable = {
  PutMetricAlarm: (world, input: { AlarmName: string }) => put(world, input, false),
  PutCompositeAlarm: (world, input: { AlarmName: string }) => put(world, input, true),
  SetAlarmState: (world, input: { AlarmName: string; StateValue: StateValue; StateReason: string }) => {
    const alarm = cloudWatchState(world).alarms.get(input.AlarmName);
    if (alarm === undefined)
      throw new ServiceFault('ResourceNotFound', `There is no alarm with name ${input.AlarmName}`, 404);
    setState(world, alarm, input.StateValue, input.StateReason);
    return {};
  },
  DeleteAlarms: (world, input: { AlarmNames: readonly string[] }) => {
    const { alarms } = cloudWatchState(world);
    const missing = input.AlarmNames.filter((name) => !alarms.has(name));
    // API reference, DeleteAlarms: with incorrect names among them, the alarms with correct names are still deleted.
    for (const name of input.AlarmNames) alarms.delete(name);
    if (missing.length > 0) throw new ServiceFault('ResourceNotFound', `Unknown alarms: ${missing.join(', ')}`, 404);
    return {};
  },
  EnableAlarmActions: (world, { AlarmNames: names }: { AlarmNames: readonly string[] }) => enable(world, names, true),
  DisableAlarmActions: (world, { AlarmNames: names }: { AlarmNames: readonly string[] }) => enable(world, names, false),
  DescribeAlarms: (
    world,
    input: {
      AlarmNames?: readonly string[];
      AlarmNamePrefix?: string;
      AlarmTypes?: readonly string[];
      StateValue?: string;
      MaxRecords?: number;
      NextToken?: string;
    },
  ) => {
    if ((input.AlarmNames ?? []).length > 100)
      throw new ServiceFault(
        'ValidationError',
        "Value at 'alarmNames' failed to satisfy constraint: Member must have length less than or equal to 100",
      );
    const types = input.AlarmTypes ?? ['MetricAlarm'];
    const found = [...cloudWatchState(world).alarms.values()]
      .filter(({ composite }) => types.includes(composite ? 'CompositeAlarm' : 'MetricAlarm'))
      .filter(({ name }) => input.AlarmNames === undefined || input.AlarmNames.includes(name))
      .filter(({ name }) => input.AlarmNamePrefix === undefined || name.startsWith(input.AlarmNamePrefix))
      .filter(({ state }) => input.StateValue === undefined || state === input.StateValue)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, next } = page(found, input.MaxRecords ?? 50, input.NextToken);
    const shown = (composite: boolean): readonly object[] =>
      items.filter((alarm) => alarm.composite === composite).map((alarm) => described(world, alarm));
    return {
      MetricAlarms: shown(false),
      CompositeAlarms: shown(true),
      ...(next === undefined ? {} : { NextToken: next }),
    };
  },
};

/** Lets the alarms ring when the scenario says so. */
export function scheduleAlarms(world: World): void {
  for (const fault of world.scenario.faults) {
    if (fault.kind !== 'alarm') continue;
    const set = (seconds: number, state: StateValue, reason: string): void => {
      world.clock.at(world.startedAt + seconds * 1000, () => {
        const alarm = cloudWatchState(world).alarms.get(fault.name);
        if (alarm !== undefined) setState(world, alarm, state, reason);
      });
    };
    set(fault.at, fault.state ?? 'ALARM', 'Threshold Crossed: 1 datapoint was greater than the threshold.');
    if (fault.for !== undefined)
      set(fault.at + fault.for, 'OK', 'Threshold Crossed: 1 datapoint was not greater than the threshold.');
  }
}

function cloudWatchState(world: World): CloudWatchState {
  return world.state<CloudWatchState>('cloudwatch', () => ({
    alarms: new Map(
      Object.entries(world.scenario.alarms).map(([name, alarm]) => [name, fromScenario(world, name, alarm)]),
    ),
  }));
}

function fromScenario(
  world: World,
  name: string,
  { state = 'OK', type = 'metric' }: Scenario['alarms'][string],
): StoredAlarm {
  const at = world.startedAt;
  return {
    name,
    composite: type === 'composite',
    input: type === 'composite' ? { AlarmRule: 'FALSE' } : {},
    state,
    reason: 'As the scenario says.',
    updatedAt: at,
    since: at,
  };
}

/** A new alarm has no data yet; one that is there keeps its state. */
function put(
  world: World,
  { AlarmName: name, ...input }: AlarmInput & { readonly AlarmName: string },
  composite: boolean,
): object {
  const { alarms } = cloudWatchState(world);
  const before = alarms.get(name);
  const at = world.clock.now();
  if (before !== undefined && before.composite !== composite)
    throw new ServiceFault('ValidationError', `An alarm of another type has the name ${name} already`);
  const alarm: StoredAlarm = {
    ...(before ?? {
      state: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      updatedAt: at,
      since: at,
    }),
    name,
    composite,
    input,
  };
  alarms.set(name, alarm);
  if (scales(input)) watch(world, alarm);
  return {};
}

/** Unknown names are passed over. Source: CloudWatch API reference, DisableAlarmActions, which has no such error. */
function enable(world: World, names: readonly string[], ActionsEnabled: boolean): object {
  const { alarms } = cloudWatchState(world);
  for (const name of names) {
    const alarm = alarms.get(name);
    if (alarm !== undefined) alarm.input = { ...alarm.input, ActionsEnabled };
  }
  return {};
}

/**
 * Evaluates an alarm every minute where its metric is scripted. While it rings, it invokes its policies once a minute.
 * Source: CloudWatch user guide, "Alarm actions": Auto Scaling actions are invoked again for each minute in the state.
 */
function watch(world: World, alarm: StoredAlarm): void {
  const minutes: number[] = [];
  everyMinute(world, () => {
    if (cloudWatchState(world).alarms.get(alarm.name) !== alarm) return false;
    const value = valueFor(world, alarm.input);
    if (value !== undefined) minutes.push(value);
    const state = value === undefined ? undefined : judged(alarm.input, minutes);
    if (state !== undefined && state !== alarm.state)
      setState(world, alarm, state, `Threshold Crossed: the last datapoint was ${value}.`);
    else if (alarm.state === 'ALARM') ring(world, alarm.name, alarm.input);
    return true;
  });
}

function setState(world: World, alarm: StoredAlarm, state: StateValue, reason: string): void {
  const other = alarm.state !== state;
  alarm.updatedAt = world.clock.now();
  if (other) alarm.since = alarm.updatedAt;
  alarm.state = state;
  alarm.reason = reason;
  if (other && state === 'ALARM') ring(world, alarm.name, alarm.input);
}

function described(world: World, alarm: StoredAlarm): object {
  return {
    ActionsEnabled: true,
    OKActions: [],
    AlarmActions: [],
    InsufficientDataActions: [],
    ...alarm.input,
    AlarmName: alarm.name,
    AlarmArn: `arn:aws:cloudwatch:${world.region}:${world.account}:alarm:${alarm.name}`,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateUpdatedTimestamp: new Date(alarm.updatedAt),
    StateTransitionedTimestamp: new Date(alarm.since),
  };
}
