import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { expect } from 'chai';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { parseScenario } from '../../../../src/sandbox/scenario-file.js';

const SCENARIO = `
alarms:
  errors: {}
  latency: {state: INSUFFICIENT_DATA}
  service: {type: composite}
faults:
  - {kind: alarm, name: errors, at: 100, for: 50}
`;

describe('CloudWatch: alarms', () => {
  const sandbox = createSandbox(parseScenario(SCENARIO));
  const client = new CloudWatch(sandbox.clientConfig());
  const began = sandbox.clock.now();
  const states = async (input: object = {}): Promise<readonly string[]> => {
    const { MetricAlarms: metric = [], CompositeAlarms: composite = [] } = await client.describeAlarms(input);
    return [...metric, ...composite].map(({ AlarmName: name, StateValue: state }) => `${name} ${state}`);
  };

  it('shows metric alarms alone unless other types are asked for', async () => {
    expect(await states()).to.deep.equal(['errors OK', 'latency INSUFFICIENT_DATA']);
    expect(await states({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] })).to.deep.equal([
      'errors OK',
      'latency INSUFFICIENT_DATA',
      'service OK',
    ]);
    expect(await states({ AlarmNames: ['service', 'nobody'] })).to.deep.equal([]);
    expect(await states({ AlarmNames: ['service'], AlarmTypes: ['CompositeAlarm'] })).to.deep.equal(['service OK']);
  });

  it('rings when the scenario says so, and tells since when', async () => {
    sandbox.clock.advance(120_000);
    const { MetricAlarms: [alarm] = [] } = await client.describeAlarms({ StateValue: 'ALARM' });
    expect(alarm).to.deep.include({
      AlarmName: 'errors',
      StateTransitionedTimestamp: new Date(began + 100_000),
      StateUpdatedTimestamp: new Date(began + 100_000),
    });
    await client.setAlarmState({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'still' });
    const { MetricAlarms: [again] = [] } = await client.describeAlarms({ AlarmNames: ['errors'] });
    expect(again).to.deep.include({
      StateReason: 'still',
      StateTransitionedTimestamp: new Date(began + 100_000),
      StateUpdatedTimestamp: new Date(began + 120_000),
    });
    sandbox.clock.advance(40_000);
    expect(await states({ AlarmNames: ['errors'] })).to.deep.equal(['errors OK']);
  });

  it('pages, puts, keeps the state of what is there, and knows what is not', async () => {
    const metric = {
      MetricName: 'Errors',
      Namespace: 'Web',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Statistic: 'Sum',
    } as const;
    await client.putMetricAlarm({ AlarmName: 'new', ...metric });
    await client.putMetricAlarm({ AlarmName: 'errors', ...metric });
    expect(await states({ AlarmNamePrefix: 'n' })).to.deep.equal(['new INSUFFICIENT_DATA']);
    expect(await states({ AlarmNames: ['errors'] })).to.deep.equal(['errors OK']);
    const first = await client.describeAlarms({ MaxRecords: 2 });
    const second = await client.describeAlarms({ MaxRecords: 2, NextToken: first.NextToken });
    expect(
      [...(first.MetricAlarms ?? []), ...(second.MetricAlarms ?? [])].map(({ AlarmName }) => AlarmName),
    ).to.deep.equal(['errors', 'latency', 'new']);
    await client.deleteAlarms({ AlarmNames: ['new'] });
    for (const call of [
      () => client.deleteAlarms({ AlarmNames: ['new'] }),
      () => client.setAlarmState({ AlarmName: 'new', StateValue: 'OK', StateReason: '' }),
    ]) {
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
      expect(error?.name).to.equal('ResourceNotFound');
    }
    // Those that are there go nevertheless.
    await client.putMetricAlarm({ AlarmName: 'new', EvaluationPeriods: 1, ComparisonOperator: 'LessThanThreshold' });
    const part = await client.deleteAlarms({ AlarmNames: ['new', 'nope'] }).catch((thrown: unknown) => thrown);
    expect((part as Error).message)
      .to.contain('nope')
      .and.not.contain('new');
    expect((await states()).join()).to.not.contain('new');
  });

  it('answers the Query API too, which older clients speak', () => {
    const answer = sandbox.wire.answer({
      method: 'POST',
      host: 'localhost',
      path: '/',
      query: new URLSearchParams(),
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=A/20261121/eu-west-1/monitoring/aws4_request',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=latency',
    });
    expect((answer as { body: string }).body).to.match(/<StateValue>INSUFFICIENT_DATA<\/StateValue>/);
  });
});
