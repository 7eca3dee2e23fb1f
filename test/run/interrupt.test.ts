import { expect } from 'chai';
import sinon from 'sinon';
import { listenForSignals, type Signals } from '../../src/run/interrupt.js';

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
    sinon.assert.calledOnceWithExactly(second, 'SIGTERM');
    sinon.assert.calledOnce(first);
  });

  it('never takes a second hang-up for a wish: nobody is there any more', () => {
    at(0, 'SIGHUP');
    at(60_000, 'SIGHUP');
    sinon.assert.notCalled(second);
    at(60_001, 'SIGTERM');
    sinon.assert.calledOnce(second);
  });

  it('listens no longer once it is released', () => {
    signals.release();
    sinon.assert.calledOnce(stop);
  });
});
