import { expect } from 'chai';
import { historyAfter, historyFindings, NO_HISTORY } from '../../src/run/health-history.js';
import type { RunEvent } from '../../src/model/event.js';
import type { AwaitedInstance } from '../../src/model/rollout/decision.js';

const START = Date.parse('2026-11-21T03:00:00Z');

/** What decisions say of these waits, for programs. */
const AWAITS: Readonly<Record<string, Pick<AwaitedInstance, 'awaits'>>> = {
  'in service, warming up': { awaits: 'warmUp' },
  'draining from web-elb': { awaits: 'draining' },
  'the command runs': { awaits: 'command' },
  'Pending:Wait': { awaits: 'launchHook' },
};

/** A history and the looks of a run: each is the instances that a group waits for, and why. */
function watched(
  ...looks: readonly (readonly [second: number, group: string, waiting: Readonly<Record<string, string>>])[]
): readonly string[] {
  let history = NO_HISTORY;
  for (const [second, group, waiting] of looks) {
    const event: RunEvent = {
      type: 'group.waiting',
      wait: {
        group,
        phase: 'prove',
        why: 'proving',
        instances: Object.entries(waiting).map(([id, why]) => ({ id, why, ...AWAITS[why] })),
      },
    };
    history = historyAfter(history, event, START + second * 1000);
  }
  return historyFindings(history).map(({ finding }) => finding.text);
}

describe('what a run saw of its instances', () => {
  it('is told through time, each reason once with its begin', () => {
    expect(
      watched(
        [5, 'web', { 'i-1': 'Pending' }],
        [10, 'web', { 'i-1': 'Pending' }],
        [65, 'web', { 'i-1': 'web-elb: unhealthy (timeout)' }],
      ),
    ).to.deep.equal([
      'Instance i-1 of group web: Pending (since 03:00:05), then web-elb: unhealthy (timeout) (since 03:01:05).',
    ]);
  });

  it('is told with the instance as it was last', () => {
    const wait = (instance: AwaitedInstance): RunEvent => ({
      type: 'group.waiting',
      wait: { group: 'web', phase: 'prove', why: 'proving', instances: [instance] },
    });
    const last: AwaitedInstance = { id: 'i-1', why: 'tg: unhealthy', state: 'unhealthy', balancer: 'tg' };
    const looks = [wait({ id: 'i-1', why: 'Pending', state: 'launching' }), wait(last)];
    const history = looks.reduce((before, event) => historyAfter(before, event, START), NO_HISTORY);
    expect(historyFindings(history).map(({ finding }) => finding.instance)).to.deep.equal([last]);
  });

  it('leaves out those that were proven: they went right', () => {
    const looks = [
      [5, 'web', { 'i-1': 'Pending', 'i-2': 'Pending' }],
      [60, 'web', { 'i-1': 'in service, warming up', 'i-2': 'web-elb: unhealthy' }],
      [90, 'web', { 'i-2': 'web-elb: unhealthy' }],
    ] as const;
    expect(watched(...looks)).to.deep.equal([
      'Instance i-2 of group web: Pending (since 03:00:05), then web-elb: unhealthy (since 03:01:00).',
    ]);
  });

  it('keeps one that died before it was proven, and one that fell out of service again', () => {
    expect(watched([5, 'web', { 'i-1': 'web-elb: unhealthy' }], [60, 'web', {}])).to.have.length(1);
    expect(
      watched(
        [5, 'web', { 'i-1': 'in service, warming up' }],
        [60, 'web', {}],
        [90, 'web', { 'i-1': 'web-elb: unhealthy' }],
      ),
    ).to.have.length(1);
  });

  it('tells of a restart only how an instance came back, or did not', () => {
    const looks = ['draining from web-elb', 'the command runs', 'web-elb: unhealthy'].map(
      (why) =>
        ({
          type: 'group.waiting',
          wait: { group: 'web', phase: 'restart', why: '', instances: [{ id: 'i-1', why, ...AWAITS[why] }] },
        }) as const,
    );
    const begun = looks.slice(0, 2).reduce((history, event) => historyAfter(history, event, START), NO_HISTORY);
    expect(historyFindings(begun)).to.deep.equal([]);
    const findings = historyFindings(
      looks.slice(2).reduce((history, event) => historyAfter(history, event, START), begun),
    );
    expect(findings).to.have.length(1);
    expect(findings[0]?.finding).to.include({
      code: 'diagnose.notBack',
      text: 'Instance i-1 of group web: web-elb: unhealthy (since 03:00:00).',
    });
  });

  it('remembers the state in which a hook held an instance, whatever came after', () => {
    const looks = ['Pending', 'Pending:Wait', 'Terminating'].map((why): RunEvent => ({
      type: 'group.waiting',
      wait: { group: 'web', phase: 'prove', why: '', instances: [{ id: 'i-1', why, ...AWAITS[why] }] },
    }));
    const history = looks.reduce((before, event) => historyAfter(before, event, START), NO_HISTORY);
    expect(historyFindings(history).map(({ held }) => held)).to.deep.equal(['Pending:Wait']);
  });

  it('keeps the first reasons and the last one of an instance that flaps', () => {
    const flaps = Array.from(
      { length: 40 },
      (_, look) =>
        [look * 5, 'web', { 'i-1': look % 2 === 0 ? 'web-elb: unhealthy' : 'in service, warming up' }] as const,
    );
    const [text = ''] = watched(...flaps, [300, 'web', { 'i-1': 'Terminating' }]);
    expect(text.split(', then ')).to.have.length(8);
    expect(text)
      .to.include('(since 03:00:00)')
      .and.to.match(/Terminating \(since 03:05:00\)\.$/);
  });
});
