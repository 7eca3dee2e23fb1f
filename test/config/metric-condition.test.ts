import { expect } from 'chai';
import { readCondition } from '../../src/config/conditions/metric-condition.js';
import type { MetricCondition } from '../../src/model/rollout/metric.js';

function condition(text: string): MetricCondition {
  const read = readCondition(text);
  if ('wrong' in read) throw new Error(read.wrong);
  return read.condition;
}

describe('a condition on metrics', () => {
  it('names metrics in place, each by its statistic and period', () => {
    const text =
      'm:AWS/ApplicationELB/HTTPCode_Target_5XX_Count{LoadBalancer=app/x/123,TargetGroup=targetgroup/y/4,stat=Sum} / ' +
      'm:AWS/ApplicationELB/RequestCount{LoadBalancer=app/x/123,stat=Sum,period=300} * 100 <= 2.5';
    expect(condition(text)).to.deep.equal({
      text,
      expression: 'm1 / m2 * 100',
      insights: false,
      operator: '<=',
      limit: 2.5,
      periodMs: 300_000,
      metrics: [
        {
          id: 'm1',
          namespace: 'AWS/ApplicationELB',
          name: 'HTTPCode_Target_5XX_Count',
          dimensions: { LoadBalancer: 'app/x/123', TargetGroup: 'targetgroup/y/4' },
          statistic: 'Sum',
          periodMs: 60_000,
        },
        {
          id: 'm2',
          namespace: 'AWS/ApplicationELB',
          name: 'RequestCount',
          dimensions: { LoadBalancer: 'app/x/123' },
          statistic: 'Sum',
          periodMs: 300_000,
        },
      ],
    });
  });

  it('takes any value of a dimension in double quotes', () => {
    const { metrics, expression } = condition('FILL(m:App/Late{Path="/a,b}{ c",stat=p99}, 0) < 1');
    expect(expression).to.equal('FILL(m1, 0)');
    expect(metrics[0]).to.deep.include({ dimensions: { Path: '/a,b}{ c' }, statistic: 'p99' });
  });

  it('takes searches with the period that they say, and what looks like a metric in them as it is', () => {
    const text = `MAX(SEARCH('{AWS/ApplicationELB,TargetGroup} m:x/y MetricName="Errors"', 'Sum', 120)) > -1e3`;
    const { expression, periodMs, limit, operator, metrics } = condition(text);
    expect(expression).to.equal(text.slice(0, text.lastIndexOf(' >')));
    expect([periodMs, limit, operator, metrics.length]).to.deep.equal([120_000, -1000, '>', 0]);
  });

  it('takes queries of Metrics Insights', () => {
    const text = `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", AutoScalingGroupName) WHERE AutoScalingGroupName = 'web' < 80`;
    const { expression, insights, periodMs } = condition(text);
    expect([insights, periodMs]).to.deep.equal([true, 60_000]);
    expect(expression.endsWith(`= 'web'`)).to.equal(true);
  });

  it('takes the last comparison for its own', () => {
    expect(condition('IF(m:A/b{stat=Sum} > 5, 1, 0) >= 1')).to.deep.include({
      expression: 'IF(m1 > 5, 1, 0)',
      operator: '>=',
      limit: 1,
    });
  });

  for (const [text, why] of [
    ['', /must end with/],
    ['m:A/b{stat=Sum}', /must end with/],
    ['m:A/b{stat=Sum} == 1', /must end with|bracket|metric/],
    ['m:A/b{stat=Sum} < errors', /must end with/],
    ['< 1', /must end with/],
    ['errors < 1', /names no metric/],
    ['1 < 2', /names no metric/],
    ['m:b{stat=Sum} < 1', /m:NAMESPACE\/NAME/],
    ['m:A/b < 1', /which statistic/],
    ['m:A/b{Path=/x} < 1', /which statistic/],
    ['m:A/b{stat} < 1', /"stat" is not KEY=VALUE/],
    ['m:A/b{stat=Sum,period=10} < 1', /multiple of 60/],
    ['m:A/b{stat=Sum,period=x} < 1', /multiple of 60/],
    ['(m:A/b{stat=Sum} < 1', /bracket is not closed/],
    ['m:A/b{stat=Sum}) < 1', /closed that was not opened/],
    [`SEARCH('{A} x', 'Sum') < 1`, /a statistic and a period/],
    [`SEARCH('{A} x) < 1`, /quote is not closed|SEARCH/],
    [`SEARCH('{A} x', 'Sum', 90) < 1`, /multiple of 60/],
    [`SELECT SUM(x) FROM "A < 1`, /quote is not closed/],
    [`m:A/b{stat=Sum} + ${'1 + '.repeat(600)} 1 < 1`, /2048 characters/],
  ] as const)
    it(`refuses ${text.slice(0, 60)}`, () => {
      const read = readCondition(text);
      expect('wrong' in read ? read.wrong : JSON.stringify(read)).to.match(why);
    });
});
