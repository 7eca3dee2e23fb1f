import { CloudWatch, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { expect } from 'chai';
import { createSandbox } from '../../../../src/sandbox/index.js';
import { parseScenario } from '../../../../src/sandbox/scenario-file.js';

const SCENARIO = `
metrics:
  App/Errors: {value: 2}
  App/Requests: {value: 100, delay: 0}
  Other/Errors: {}
faults:
  - {kind: metric, name: App/Errors, at: 120, value: 7, for: 60}
  - {kind: metric, name: App/Errors, at: 240, for: 60}
`;

describe('CloudWatch: metrics', () => {
  const sandbox = createSandbox(parseScenario(SCENARIO));
  const client = new CloudWatch(sandbox.clientConfig());
  const began = sandbox.clock.now();
  before(() => sandbox.clock.advance(600_000));

  const ask = async (queries: readonly MetricDataQuery[]): Promise<Readonly<Record<string, readonly number[]>>> => {
    const { MetricDataResults: results = [] } = await client.getMetricData({
      MetricDataQueries: [...queries],
      StartTime: new Date(began),
      EndTime: new Date(began + 1_200_000),
    });
    return Object.fromEntries(results.map(({ Id, Label, Values = [] }) => [`${Id} ${Label}`, Values]));
  };
  const stat = (Id: string, name: string, Period = 60, Stat = 'Sum'): MetricDataQuery => {
    const [Namespace, MetricName] = name.split('/');
    return { Id, MetricStat: { Metric: { Namespace, MetricName }, Period, Stat }, ReturnData: false };
  };
  const math = (Expression: string, ...named: readonly MetricDataQuery[]) =>
    ask([...named, { Id: 'e', Expression, Period: 60 }]);

  it('are what the scenario says, newest first, once they are published', async () => {
    expect(await math('a', stat('a', 'App/Errors'))).to.deep.equal({ 'e Errors': [2, 2, 2, 2, 2, 7, 2, 2] });
    expect((await math('a', stat('a', 'App/Requests')))['e Requests']?.length).to.equal(10);
    expect(await math('a', stat('a', 'Other/Errors'))).to.deep.equal({ 'e Errors': [] });
    expect(await math('a', stat('a', 'App/Errors', 300))).to.deep.equal({ 'e Errors': [8, 13] });
  });

  it('are calculated with', async () => {
    const two = [stat('a', 'App/Errors'), stat('b', 'App/Requests')];
    expect((await math('(a + 1) * 100 / b - 1', ...two))['e Errors']?.slice(-3)).to.deep.equal([7, 2, 2]);
    expect((await math('SUM(METRICS())', ...two))['e e']?.at(-1)).to.equal(102);
    expect((await math('MAX([a, b])', ...two))['e e']?.at(-1)).to.equal(100);
    expect((await math('FILL(a, 0)', ...two))['e Errors']?.length).to.equal(20);
    expect((await math('a / (b - b)', ...two))['e Errors']).to.deep.equal([]);
  });

  it('are searched for, and queried', async () => {
    expect(Object.keys(await math(`SEARCH('{App,X} MetricName="Errors"', 'Sum', 60)`))).to.deep.equal(['e Errors']);
    expect(Object.keys(await math(`SEARCH('{App}', 'Sum', 60)`))).to.deep.equal(['e Errors', 'e Requests']);
    expect((await math('SELECT SUM(Requests) FROM SCHEMA("App", Host)'))['e Requests']?.at(-1)).to.equal(100);
  });

  for (const bad of ['a +', 'nobody', 'FOO(a)', '(a', '1 + 1', 'a ~ 1'])
    it(`refuse ${bad}`, async () => {
      const error: unknown = await math(bad, stat('a', 'App/Errors')).then(
        () => undefined,
        (fault: unknown) => fault,
      );
      expect(String(error)).to.match(/Error in expression 'e'/);
    });
});
