import { expect } from 'chai';
import { judgeMetric, windowOf } from '../../../src/decide/gates/metrics.js';
import type { MetricCondition, MetricSeries } from '../../../src/model/rollout/metric.js';

const MINUTE = 60_000;
/** A whole minute. */
const T = 1_000 * MINUTE;
const BELOW: MetricCondition = {
  text: 'errors < 1',
  expression: 'm1',
  insights: false,
  metrics: [],
  operator: '<',
  limit: 1,
  periodMs: MINUTE,
};

/** Values minute by minute, the oldest first, from T on; `-` where there is none. */
function series(values: string, label = 'errors', from = T): MetricSeries {
  const points = values
    .split(' ')
    .flatMap((value, index) => (value === '-' ? [] : [{ at: from + index * MINUTE, value: Number(value) }]));
  return { label, points: points.reverse() };
}

/** Ten minutes after T all data of the first eight minutes is complete. */
const AT = T + 10 * MINUTE;
const said = (all: readonly MetricSeries[], when = { since: T, at: AT }): string => {
  const judged = judgeMetric(BELOW, all, when);
  return judged.said;
};

describe('what a metric says', () => {
  for (const [what, values, expected] of [
    ['holds', '0 0 0', 'goOn'],
    ['holds now, whatever was before', '9 9 9 0', 'goOn'],
    ['does not hold once', '0 0 9', 'notYet'],
    ['does not hold twice in a row', '0 9 9', 'notYet'],
    ['does not hold three times in a row', '0 9 9 9', 'fail'],
    ['does not hold from its first data on, for less than three', '9 9', 'notYet'],
    ['does not hold, with gaps between', '9 - 9 - 9', 'fail'],
    ['is at the limit', '1 1 1', 'fail'],
  ] as const)
    it(`that ${what}: ${values} → ${expected}`, () => expect(said([series(values)])).to.equal(expected));

  it('without data is never good, nor bad', () => {
    expect(said([])).to.equal('notYet');
    expect(said([series('- - -')])).to.equal('notYet');
  });

  it('does not count data of before the new instances had the traffic, good or bad', () => {
    const before = { since: T + 30_000, at: AT };
    expect(said([series('0')], before)).to.equal('notYet');
    expect(said([series('9 9 9', 'errors', T - 3 * MINUTE)])).to.equal('notYet');
    expect(said([series('0 0 0 9', 'errors', T - 3 * MINUTE)])).to.equal('notYet');
    expect(said([series('9 0')], before)).to.equal('goOn');
  });

  it('does not count data that may not be complete yet', () => {
    // The minute that begins at T + 8 min ends at T + 9 min, and is published by T + 11 min.
    expect(said([series('- - - - - - - - 0')])).to.equal('notYet');
    expect(said([series('- - - - - - - - 0')], { since: T, at: AT + MINUTE })).to.equal('goOn');
    expect(windowOf(BELOW, T + 1, AT)).to.deep.equal({ from: T + MINUTE, to: T + 8 * MINUTE });
  });

  it('of several series has to be good in all that have data', () => {
    expect(said([series('0'), series('0', 'other')])).to.equal('goOn');
    expect(said([series('0'), series('9', 'other')])).to.equal('notYet');
    expect(said([series('0 0 0'), series('9 9 9', 'other')])).to.equal('fail');
    // An instance that is gone leaves a series without data.
    expect(said([series('0'), series('-', 'gone')])).to.equal('goOn');
  });

  it('is told with the newest value, its time and how often in a row', () => {
    const { words } = judgeMetric(BELOW, [series('0 0'), series('0 4 7.25', '5xx b')], { since: T, at: AT });
    expect(words).to.equal('it does not hold: 7.25 at 1970-01-01T16:42:00Z (5xx b), 1 of 2 series hold; 2 in a row');
    expect(judgeMetric(BELOW, [], { since: T, at: AT }).words).to.equal('no data since 1970-01-01T16:40:00Z yet');
  });

  for (const [operator, values] of [
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
  ] as const)
    it(`compares by ${operator}`, () =>
      expect(
        ['0', '1', '2'].map(
          (value) => judgeMetric({ ...BELOW, operator }, [series(value)], { since: T, at: AT }).said === 'goOn',
        ),
      ).to.deep.equal(values));
});
