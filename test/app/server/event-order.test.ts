import { expect } from 'chai';
import { eventOrder } from '../../../src/app/server/event-order.js';
import type { LogLine } from '../../../src/model/execution.js';

const line = (id: string, seq: number, at: number, run = 'web-1'): LogLine => ({
  id,
  at,
  text: JSON.stringify({ v: 1, seq, at, run, event: { type: 'groups.found', groups: [] } }),
});

describe('events out of a log', () => {
  const told = (order: ReturnType<typeof eventOrder>, lines: readonly LogLine[], now = 0): string =>
    order
      .take(lines, now)
      .map(({ seq, at }) => `${seq}@${at}`)
      .join(' ');

  it('are told once and in order, whatever comes again and whoever else writes there', () => {
    const order = eventOrder('web-1');
    expect(told(order, [line('b', 2, 20), line('a', 1, 10), line('x', 1, 10, 'web-2')])).to.equal('1@10 2@20');
    expect(told(order, [line('b', 2, 20), line('c', 3, 30), { id: 'y', at: 31, text: 'START RequestId' }])).to.equal(
      '3@30',
    );
    expect([order.last(), order.newest()]).to.deep.equal([3, 31]);
  });

  it('wait for a line that comes late, and go on without one that never comes', () => {
    const order = eventOrder('web-1');
    expect(told(order, [line('c', 3, 30), line('a', 1, 10)])).to.equal('1@10');
    expect(told(order, [line('b', 2, 20)], 5_000)).to.equal('2@20 3@30');
    expect(told(order, [line('e', 5, 50)], 6_000)).to.equal('');
    expect(told(order, [], 25_999)).to.equal('');
    expect(told(order, [], 26_000)).to.equal('5@50');
    expect(told(order, [line('d', 4, 40)], 27_000)).to.equal('4@40');
    expect(told(order, [line('f', 6, 60)], 28_000)).to.equal('6@60');
  });

  it('are told again where a look was taken again, with the same numbers', () => {
    const order = eventOrder('web-1');
    const all = [
      line('a', 1, 10),
      line('b', 2, 20),
      line('c', 3, 30),
      line('d', 2, 40),
      line('e', 3, 50),
      line('f', 4, 60),
    ];
    expect(told(order, all)).to.equal('1@10 2@20 3@30 2@40 3@50 4@60');
  });
});
