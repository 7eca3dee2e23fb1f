import { expect } from 'chai';
import sinon from 'sinon';
import { groupsOnInterrupt, listenForSignals, type Signals } from '../../src/run/signals/interrupt.js';
import { NOTHING_DONE, stateAfter, type RunState } from '../../src/run/run-state.js';
import type { RunEvent } from '../../src/model/event.js';
import { LEASE, RECORD, verdict } from '../support/groups.js';

describe('signals of the user', () => {
  let now: number;
  let send: (signal: string) => void;
  let signals: Signals;
  const first = sinon.spy();
  const second = sinon.spy();
  const stop = sinon.spy();

  beforeEach(() => {
    now = 0;
    [first, second, stop].forEach((spy) => spy.resetHistory());
    signals = listenForSignals(
      (listener) => {
        send = listener;
        return stop;
      },
      { first, second },
      { now: () => now },
    );
  });

  const at = (ms: number, signal: string): void => {
    now = ms;
    send(signal);
  };

  it('states a wish with the first one, and wakes whoever sleeps', () => {
    expect([signals.received, signals.wake.aborted]).to.deep.equal([undefined, false]);
    at(0, 'SIGINT');
    sinon.assert.calledOnceWithExactly(first, 'SIGINT');
    expect([signals.received, signals.wake.aborted]).to.deep.equal(['SIGINT', true]);
  });

  it('tells of the first one before anybody wakes', () => {
    const order: string[] = [];
    signals.wake.addEventListener('abort', () => order.push('woken'));
    at(0, 'SIGINT');
    expect([first.callCount, order]).to.deep.equal([1, ['woken']]);
  });

  it('takes those that come together for one: npm passes on what the terminal has sent', () => {
    at(0, 'SIGINT');
    at(299, 'SIGINT');
    at(299, 'SIGTERM');
    sinon.assert.notCalled(second);
  });

  it('leaves with a later one', () => {
    at(0, 'SIGINT');
    at(300, 'SIGTERM');
    sinon.assert.calledOnceWithExactly(second, 'SIGTERM', false);
    sinon.assert.calledOnce(first);
  });

  it('never takes a second hang-up for a wish: nobody is there any more', () => {
    at(0, 'SIGHUP');
    at(60_000, 'SIGHUP');
    sinon.assert.notCalled(second);
    at(60_001, 'SIGTERM');
    sinon.assert.calledOnce(second);
  });

  describe('that may be asked about', () => {
    let answer: (said: 'back' | 'leave' | 'wait') => void;
    let withdrawn: AbortSignal | undefined;
    const ask = sinon.spy((_signal: string, gone: AbortSignal) => {
      withdrawn = gone;
      return new Promise<'back' | 'leave' | 'wait'>((resolve) => (answer = resolve));
    });
    const said = async (word: 'back' | 'leave' | 'wait'): Promise<void> => {
      answer(word);
      await Promise.resolve();
      await Promise.resolve();
    };
    beforeEach(() => {
      ask.resetHistory();
      signals = listenForSignals((listener) => ((send = listener), stop), { first, second, ask }, { now: () => now });
    });

    it('are the first one once the answer is back', async () => {
      at(0, 'SIGINT');
      expect(signals.received).to.equal(undefined);
      await said('back');
      expect([signals.received, signals.wake.aborted, first.callCount]).to.deep.equal(['SIGINT', true, 1]);
      at(400, 'SIGINT');
      sinon.assert.calledOnceWithExactly(second, 'SIGINT', false);
    });

    it('wake whoever sleeps, once, when the answer is leave', async () => {
      const sleeping = signals.wake;
      at(0, 'SIGINT');
      await said('leave');
      expect([sleeping.aborted, signals.wake.aborted, signals.leavesKept]).to.deep.equal([true, false, true]);
      expect(signals.received).to.equal(undefined);
    });

    it('change nothing when the answer is wait, and are asked about anew', async () => {
      at(0, 'SIGINT');
      await said('wait');
      expect([signals.received, signals.leavesKept, signals.wake.aborted]).to.deep.equal([undefined, false, false]);
      at(1_000, 'SIGINT');
      at(1_100, 'SIGINT');
      expect([ask.callCount, second.callCount]).to.deep.equal([2, 0]);
    });

    it('leave at once with another Ctrl-C at the question, whatever is answered then', async () => {
      at(0, 'SIGINT');
      at(100, 'SIGINT');
      sinon.assert.notCalled(second);
      at(400, 'SIGINT');
      sinon.assert.calledOnceWithExactly(second, 'SIGINT', true);
      expect(withdrawn?.aborted).to.equal(true);
      await said('back');
      sinon.assert.notCalled(first);
    });

    for (const signal of ['SIGTERM', 'SIGHUP'])
      it(`mean what a signal always means where ${signal} follows: nobody answers any more`, () => {
        at(0, 'SIGINT');
        at(400, signal);
        expect([signals.received, withdrawn?.aborted]).to.deep.equal([signal, true]);
        sinon.assert.calledOnceWithExactly(first, signal);
      });

    it('are never those of a pipeline or a hang-up', () => {
      at(0, 'SIGTERM');
      sinon.assert.notCalled(ask);
      expect(signals.received).to.equal('SIGTERM');
    });
  });

  it('listens no longer once it is released', () => {
    signals.release();
    sinon.assert.calledOnce(stop);
  });
});

describe('what the first signal does to groups, in words', () => {
  const acts = (action: Extract<RunEvent, { type: 'action.started' }>['action']): RunEvent => ({
    type: 'action.started',
    action,
    why: '',
  });
  const begun = (keepMs?: number): RunEvent =>
    acts({
      type: 'record',
      group: 'web',
      record: { ...RECORD, ...(keepMs !== undefined && { gates: { keepMs } }) },
      lease: LEASE,
    });
  const judged = (outcome: 'promote' | 'rollBack'): readonly RunEvent[] => [
    acts({ type: 'judge', groups: ['web'], verdict: verdict(outcome), lease: LEASE }),
    {
      type: 'group.progress',
      progress: {
        group: 'web',
        phase: 'halve',
        old: 0,
        new: 2,
        leaving: 2,
        inService: 2,
        proven: 2,
        needed: 2,
        size: RECORD.size,
        verdict: outcome,
      },
    },
  ];
  const after = (...events: readonly RunEvent[]): RunState =>
    events.reduce((state, event) => stateAfter(state, { event, at: 0 }), NOTHING_DONE);

  for (const [what, state, words] of [
    ['nothing is changed yet', after(), /^Stops before anything is changed/],
    ['nothing is judged', after(begun()), /^Rolls back: the new instances go, the old ones stay/],
    ['it promotes', after(begun(), ...judged('promote')), /^The verdict is written already/],
    ['it rolls back', after(begun(600_000), ...judged('rollBack')), /^The verdict is written already/],
    ['it promotes and keeps the old half', after(begun(600_000), ...judged('promote')), /^The old instances are kept/],
  ] as const)
    it(`where ${what}`, () => expect(groupsOnInterrupt(state)).to.match(words));
});
