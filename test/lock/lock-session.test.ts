import { expect } from 'chai';
import sinon from 'sinon';
import { systemClock, type Clock } from '../../src/clock.js';
import { LockLost } from '../../src/errors.js';
import { createKeeper, LOCK_TIMING, type Keeper } from '../../src/lock/lock-session.js';
import { LockFault, type Holder, type LockStore } from '../../src/lock/store.js';
import type { RunEvent } from '../../src/model/event.js';
import { memoryStore } from '../support/lock-stores.js';
import { entry } from './contract.js';

const SECOND = 1_000;

let time: sinon.SinonFakeTimers;

/** Every test of the `describe` that this is called in begins at 0, and time goes on as `pass` says. */
function timeStandsStill(): void {
  beforeEach(() => {
    time = sinon.useFakeTimers({ now: 0, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => time.restore());
}

/** The system's clock, which a test moves. */
function handClock(): Clock & {
  readonly pass: (ms: number) => Promise<unknown>;
  readonly stopped: (ms: number) => void;
} {
  return {
    ...systemClock(),
    pass: (ms) => time.tickAsync(ms),
    // As SIGSTOP does: time goes by and nobody gets a turn.
    stopped: (ms) => time.setSystemTime(Date.now() + ms),
  };
}

type Hand = ReturnType<typeof handClock>;

function keeperOf(
  store: LockStore,
  clock: Hand,
  token = 'mine',
  more: {
    readonly waitMs?: number;
    readonly interrupt?: { received: string | undefined; wake: AbortSignal };
    readonly lives?: (holder: Holder) => boolean;
  } = {},
): Keeper & { readonly events: RunEvent[] } {
  const events: RunEvent[] = [];
  const keeper = createKeeper({
    store,
    clock,
    holder: { ...entry(token, 1).holder },
    token,
    waitMs: more.waitMs ?? 0,
    ...(more.lives !== undefined && { lives: more.lives }),
    interrupt: more.interrupt ?? { received: undefined, wake: new AbortController().signal },
    emit: (event) => events.push(event),
    serviceNow: () => clock.now(),
  });
  return Object.defineProperty(keeper, 'events', { value: events }) as Keeper & { readonly events: RunEvent[] };
}

/** Lets the clock run until the promise is settled. */
async function within<T>(clock: Hand, ms: number, promise: Promise<T>): Promise<T> {
  let over = false;
  const isOver = (): boolean => over;
  void promise.then(
    () => (over = true),
    () => (over = true),
  );
  for (let passed = 0; passed < ms && !isOver(); passed += SECOND) await clock.pass(SECOND);
  if (!isOver()) throw new Error(`not settled after ${ms / SECOND} s`);
  return promise;
}

const lossOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'may change',
    (error: unknown) => (error instanceof LockLost ? error.message : error),
  );
const unreachable = (): never => {
  throw new LockFault('unreachable', 'memory:renew', 'ECONNREFUSED', 'no connection');
};

describe('keeping a strict lock', () => {
  timeStandsStill();
  it('renews it while the run lives, and gives it back at the end', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    const keeper = keeperOf(store, clock);
    expect(await keeper.take(['b', 'a', 'b'])).to.equal(undefined);
    expect(keeper.events).to.deep.equal([{ type: 'lock.taken', lock: 'memory://locks', names: ['a', 'b'] }]);
    for (let minute = 0; minute < 60; minute++) {
      await clock.pass(60 * SECOND);
      expect(await lossOf(keeper.confirm())).to.equal('may change');
    }
    expect(store.entries.get('a')?.beat).to.be.greaterThan(150);
    expect(await keeper.release()).to.deep.equal([]);
    expect(store.entries.size).to.equal(0);
    const calls = store.history.length;
    await clock.pass(600 * SECOND);
    expect(store.history.length, 'nothing is renewed afterwards').to.equal(calls);
  });

  it('lets nothing be changed once the last confirmation is older than the lease less its margin', async () => {
    const clock = handClock();
    let down = false;
    const store = memoryStore({ before: () => Promise.resolve(down ? unreachable() : undefined) });
    const keeper = keeperOf(store, clock);
    await keeper.take(['a']);
    await clock.pass(20 * SECOND);
    down = true;
    const bound = LOCK_TIMING.leaseMs - LOCK_TIMING.marginMs;
    await clock.pass(bound - SECOND);
    expect(await lossOf(keeper.confirm()), 'shortly before').to.equal('may change');
    await clock.pass(SECOND);
    const late = lossOf(keeper.confirm());
    expect(await within(clock, 60 * SECOND, late)).to.match(
      /^the lock a in memory:\/\/locks was not confirmed for 1\d\d s, and its lease is 120 s$/,
    );
    // The store is back, and it even still shows our entry: that changes nothing.
    down = false;
    expect(await lossOf(keeper.confirm())).to.include('was not confirmed');
  });

  it('renews at once, and goes on, when a confirmation is late but the lock is still ours', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    const keeper = keeperOf(store, clock);
    await keeper.take(['a']);
    clock.stopped(100 * SECOND);
    expect(await lossOf(keeper.confirm())).to.equal('may change');
    expect(store.history.at(-1)).to.equal('renew true');
  });

  it('is lost for good to a process that was stopped for its whole lease, taken over or not', async () => {
    for (const taken of [false, true]) {
      const [store, clock] = [memoryStore(), handClock()];
      const keeper = keeperOf(store, clock);
      await keeper.take(['a']);
      clock.stopped(LOCK_TIMING.leaseMs);
      if (taken) store.entries.set('a', entry('other', 7));
      expect(await lossOf(keeper.confirm())).to.include('was not confirmed for 120 s');
      await clock.pass(60 * SECOND);
      expect(keeper.lost).to.be.instanceOf(LockLost);
      await keeper.release();
      expect(store.entries.get('a')?.token, 'never takes from the next one').to.equal(taken ? 'other' : undefined);
    }
  });

  it('an answer that was asked for before a long stop confirms nothing', async () => {
    const clock = handClock();
    let answer: () => void = () => undefined;
    let slow = false;
    const store = memoryStore({
      before: () => (slow ? new Promise<void>((resolve) => (answer = resolve)) : Promise.resolve()),
    });
    const keeper = keeperOf(store, clock);
    await keeper.take(['a']);
    slow = true;
    await clock.pass(20 * SECOND);
    clock.stopped(200 * SECOND);
    slow = false;
    answer();
    await clock.pass(0);
    expect(await lossOf(keeper.confirm())).to.include('was not confirmed');
  });

  it('notices at its next sign of life that it was released or taken, and says by whom', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    const keeper = keeperOf(store, clock);
    await keeper.take(['a', 'b']);
    store.entries.set('b', entry('other', 1));
    await clock.pass(LOCK_TIMING.beatMs);
    expect(await lossOf(keeper.confirm())).to.equal(
      'the lock b in memory://locks is not ours any more; it is held by run run-other on agent (pid 7, Jenkins web/118)',
    );
  });

  it('says which locks it could not give back', async () => {
    const clock = handClock();
    let down = false;
    const store = memoryStore({
      before: (call) => Promise.resolve(down && call === 'release' ? unreachable() : undefined),
    });
    const keeper = keeperOf(store, clock);
    await keeper.take(['a']);
    down = true;
    expect(await keeper.release()).to.deep.equal(['a']);
  });
});

describe('taking a strict lock', () => {
  timeStandsStill();
  it('from a dead run takes its whole lease on our own clock, and not a second less', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    store.entries.set('a', entry('dead', 3, 90 * SECOND));
    const keeper = keeperOf(store, clock);
    let taken = false;
    const taking = keeper.take(['a']).then((answer) => ((taken = true), answer));
    await clock.pass(89 * SECOND);
    expect(taken).to.equal(false);
    await clock.pass(3 * SECOND);
    expect(await taking).to.equal(undefined);
    expect([...keeper.outlived]).to.deep.equal(['run-dead']);
    expect(keeper.events.map((event) => (event.type === 'lock.waiting' ? event.why : event.type))).to.deep.equal([
      'run run-dead on agent (pid 7, Jenkins web/118) has it since 2026-11-21T03:00:00.000Z and may be dead; it is taken over unless it shows a sign of life',
      'lock.taken',
    ]);
    await keeper.release();
  });

  it('from a run whose process lives on this machine is not even tried, unless we may wait', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    store.entries.set('a', entry('alive', 3, 90 * SECOND));
    const lives = ({ run }: { readonly run: string }): boolean => run === 'run-alive';
    const answer = await keeperOf(store, clock, 'b', { lives }).take(['a']);
    expect([answer?.kind, clock.now()]).to.deep.equal(['held', handClock().now()]);
    const patient = keeperOf(store, clock, 'c', { lives, waitMs: 10 * SECOND });
    expect((await within(clock, 15 * SECOND, patient.take(['a'])))?.kind).to.equal('held');
  });

  it('all of a dead run are taken once one of them was watched for its lease, those of others are not', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    for (const name of ['a', 'b', 'c', 'later']) store.entries.set(name, entry('dead', 3, 90 * SECOND));
    store.entries.set('d', entry('silent', 3, 90 * SECOND));
    const keeper = keeperOf(store, clock);
    expect(await within(clock, 95 * SECOND, keeper.take(['c', 'a', 'b']))).to.equal(undefined);
    expect(await within(clock, 1 * SECOND, keeper.take(['later']))).to.equal(undefined);
    let taken = false;
    const taking = keeper.take(['d']).then((answer) => ((taken = true), answer));
    await clock.pass(85 * SECOND);
    expect(taken).to.equal(false);
    expect(await within(clock, 10 * SECOND, taking)).to.equal(undefined);
    expect([...keeper.outlived].sort()).to.deep.equal(['run-dead', 'run-silent']);
    await keeper.release();
  });

  it('from a run that gave it back outlives nobody', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    store.entries.set('a', entry('other', 3));
    const keeper = keeperOf(store, clock);
    const taking = keeper.take(['a']);
    await clock.pass(10 * SECOND);
    store.entries.delete('a');
    expect(await within(clock, 5 * SECOND, taking)).to.equal(undefined);
    expect([...keeper.outlived]).to.deep.equal([]);
    await keeper.release();
  });

  it('from a run that lives is given up at its first sign of life, or when the user has waited long enough', async () => {
    for (const waitMs of [0, 300 * SECOND]) {
      const [store, clock] = [memoryStore(), handClock()];
      const other = keeperOf(store, clock, 'other');
      await other.take(['a']);
      const taking = keeperOf(store, clock, 'mine', { waitMs }).take(['a']);
      const answer = await within(clock, waitMs + 60 * SECOND, taking);
      expect([answer?.kind, answer?.name]).to.deep.equal(['held', 'a']);
      expect(clock.now()).to.be.within(Math.max(waitMs, LOCK_TIMING.beatMs), waitMs + LOCK_TIMING.beatMs + 4 * SECOND);
      await other.release();
    }
  });

  it('from a run that shows a sign of life in the last moment fails, whatever was seen before', async () => {
    const clock = handClock();
    let last = false;
    const store = memoryStore({
      before: (call) => {
        // Between our look and our write.
        if (call === 'take' && last) store.entries.set('a', entry('other', 4));
        last = call === 'take' && clock.now() >= 118 * SECOND;
        return Promise.resolve();
      },
    });
    store.entries.set('a', entry('other', 3, 120 * SECOND));
    const answer = await within(clock, 200 * SECOND, keeperOf(store, clock).take(['a']));
    expect(answer?.kind).to.equal('held');
    expect(store.entries.get('a')).to.deep.equal(entry('other', 4));
  });

  it('whose reply is lost is found to be ours', async () => {
    const clock = handClock();
    let lost = 1;
    const store = memoryStore({ after: (call) => (call === 'take' && lost-- > 0 ? unreachable() : undefined) });
    const keeper = keeperOf(store, clock);
    expect(await within(clock, 10 * SECOND, keeper.take(['a']))).to.equal(undefined);
    expect(store.entries.get('a')?.token).to.equal('mine');
    await keeper.release();
  });

  it('fails soon when the store is out of reach, and at once when a person has to mend it', async () => {
    for (const [kind, calls] of [
      ['unreachable', 3],
      ['denied', 1],
      ['missing', 1],
      ['invalid', 1],
    ] as const) {
      const clock = handClock();
      let asked = 0;
      const store = memoryStore({
        before: () => {
          asked++;
          return Promise.reject(new LockFault(kind, 'memory:take', 'Code', 'said'));
        },
      });
      const answer = await within(clock, 10 * SECOND, keeperOf(store, clock).take(['a']));
      expect([answer?.kind, asked]).to.deep.equal(['fault', calls]);
    }
  });

  it('stops waiting at a signal', async () => {
    const [store, clock] = [memoryStore(), handClock()];
    store.entries.set('a', entry('other', 3));
    const controller = new AbortController();
    const interrupt = { received: undefined as string | undefined, wake: controller.signal };
    const taking = keeperOf(store, clock, 'mine', { interrupt }).take(['a']);
    await clock.pass(3 * SECOND);
    interrupt.received = 'SIGTERM';
    controller.abort();
    expect(await taking).to.include({ kind: 'interrupted', signal: 'SIGTERM' });
  });
});
