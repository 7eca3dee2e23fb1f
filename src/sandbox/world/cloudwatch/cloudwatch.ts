import type { Scenario } from '../../scenario.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { OperationTable, World } from '../world.js';

type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface StoredAlarm {
  readonly name: string;
  readonly composite: boolean;
  /** What it was put with; nothing of it is evaluated. */
  readonly input: object;
  state: StateValue;
  reason: string;
  /** When the state was set, and when it became another. */
  updatedAt: number;
  since: number;
}

interface CloudWatchState {
  readonly alarms: Map<string, StoredAlarm>;
}

/** The alarms of CloudWatch: their states are set, by a scenario or by SetAlarmState, and never evaluated. */
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
    if (missing.length > 0) throw new ServiceFault('ResourceNotFound', `Unknown alarms: ${missing.join(', ')}`, 404);
    for (const name of input.AlarmNames) alarms.delete(name);
    return {};
  },
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
function put(world: World, { AlarmName: name, ...input }: { readonly AlarmName: string }, composite: boolean): object {
  const { alarms } = cloudWatchState(world);
  const before = alarms.get(name);
  const at = world.clock.now();
  if (before !== undefined && before.composite !== composite)
    throw new ServiceFault('ValidationError', `An alarm of another type has the name ${name} already`);
  alarms.set(name, {
    ...(before ?? {
      state: 'INSUFFICIENT_DATA',
      reason: 'Unchecked: Initial alarm creation',
      updatedAt: at,
      since: at,
    }),
    name,
    composite,
    input,
  });
  return {};
}

function setState(world: World, alarm: StoredAlarm, state: StateValue, reason: string): void {
  alarm.updatedAt = world.clock.now();
  if (alarm.state !== state) alarm.since = alarm.updatedAt;
  alarm.state = state;
  alarm.reason = reason;
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
