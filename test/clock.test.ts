import { expect } from 'chai';
import sinon from 'sinon';
import { steadyClock, systemClock } from '../src/clock.js';

describe('the clock', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ now: 1_000_000, toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => time.restore());

  /** Whether the sleep is over by now. */
  const watched = (sleep: Promise<void>): { readonly over: () => Promise<boolean> } => {
    let over = false;
    void sleep.then(() => (over = true));
    return { over: () => Promise.resolve().then(() => over) };
  };

  it('tells the time of the system', () => {
    const clock = systemClock();
    time.tick(1_500);
    expect(clock.now()).to.equal(1_001_500);
  });

  it('runs at a speed: so many milliseconds of its own pass in one of ours', async () => {
    const clock = systemClock(60);
    const sleep = watched(clock.sleep(60_000));
    time.tick(999);
    expect(await sleep.over()).to.equal(false);
    time.tick(1);
    expect([await sleep.over(), clock.now()]).to.deep.equal([true, 1_060_000]);
  });

  it('wakes whoever sleeps when the signal is aborted, and at once when it was', async () => {
    const controller = new AbortController();
    const sleep = watched(systemClock().sleep(60_000, controller.signal));
    expect(await sleep.over()).to.equal(false);
    controller.abort();
    expect(await sleep.over()).to.equal(true);
    expect(await watched(systemClock().sleep(60_000, controller.signal)).over()).to.equal(true);
    expect(time.countTimers()).to.equal(0);
  });

  it('that nobody can set goes on while the time of the system is set back', () => {
    const clock = steadyClock();
    time.tick(5_000);
    time.setSystemTime(0);
    expect(clock.now()).to.be.at.least(5_000).and.below(6_000);
  });
});
