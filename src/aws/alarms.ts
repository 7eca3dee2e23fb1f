import type { CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Alarm } from '../model/rollout/alarm.js';
import type { Clients } from './session/clients.js';
import { allPages } from './session/pages.js';
import { chunks } from '../text/chunks.js';

/** Most names in one DescribeAlarms call. */
const NAMES_PER_CALL = 100;

/**
 * The alarms of these names that there are, composite ones too: without saying so, CloudWatch shows metric alarms
 * alone.
 */
export async function describeAlarms(clients: Clients, names: readonly string[]): Promise<Alarm[]> {
  const client = await clients.cloudWatch();
  const found: Alarm[] = [];
  for (const part of chunks(names, NAMES_PER_CALL)) {
    const pages = await allPages('cloudwatch:DescribeAlarms', async (token) => {
      const page = await client.describeAlarms({
        AlarmNames: part,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: 100,
        ...(token && { NextToken: token }),
      });
      return { page, next: page.NextToken };
    });
    found.push(
      ...pages.flatMap(({ MetricAlarms: metric = [], CompositeAlarms: composite = [] }) =>
        [...metric, ...composite].map(toAlarm),
      ),
    );
  }
  return found;
}

function toAlarm(alarm: MetricAlarm | CompositeAlarm): Alarm {
  const since = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  return {
    name: alarm.AlarmName ?? '',
    state: alarm.StateValue === 'ALARM' || alarm.StateValue === 'OK' ? alarm.StateValue : 'INSUFFICIENT_DATA',
    since: since?.getTime() ?? 0,
    reason: alarm.StateReason ?? '',
  };
}
