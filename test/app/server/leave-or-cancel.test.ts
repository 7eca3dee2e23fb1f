import { expect } from 'chai';
import { leaveOrCancel, type LeaveOrCancel } from '../../../src/app/server/leave-or-cancel.js';

interface Stage {
  readonly press: (signal: string) => void;
  readonly answer: (word: string | undefined) => Promise<void>;
  readonly pass: (ms: number) => Promise<void>;
  readonly said: readonly string[];
  readonly wish: LeaveOrCancel;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function stage(terminal = true, asks = true): Stage {
  const said: string[] = [];
  let listener: (signal: string) => void = () => undefined;
  let resolve: (word: string | undefined) => void = () => undefined;
  let now = 0;
  const sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const wish = leaveOrCancel(
    {
      onSignal: (heard) => {
        listener = heard;
        return () => undefined;
      },
      ...(terminal && {
        choose: () => {
          said.push('asked');
          return new Promise((done) => {
            resolve = done;
          });
        },
      }),
    },
    asks,
    { cancel: () => said.push('cancel'), unclear: () => said.push('unclear') },
    {
      now: () => now,
      sleep: (ms) => new Promise((wake) => void sleepers.push({ until: now + ms, wake })),
    },
  );
  return {
    said,
    wish,
    press: (signal) => {
      now += 1_000;
      listener(signal);
    },
    answer: async (word) => {
      resolve(word);
      await settle();
    },
    pass: async (ms) => {
      now += ms;
      sleepers.filter(({ until }) => until <= now).forEach(({ wake }) => wake());
      await settle();
    },
  };
}

describe('a signal to who follows an execution', () => {
  it('asks at a terminal what is meant, and does it', async () => {
    const { press, answer, said, wish } = stage();
    press('SIGINT');
    await answer(undefined);
    expect([said, wish.left()]).to.deep.equal([['asked', 'unclear'], undefined]);
    press('SIGINT');
    await answer('cancel');
    expect([said.at(-1), wish.left()]).to.deep.equal(['cancel', undefined]);
    press('SIGINT');
    await answer('leave');
    expect([wish.left(), wish.wake.aborted]).to.deep.equal(['SIGINT', true]);
  });

  it('leaves at once without somebody who could answer, and for every other signal', () => {
    for (const [terminal, asks, signal] of [
      [false, true, 'SIGINT'],
      [true, false, 'SIGINT'],
      [true, true, 'SIGTERM'],
    ] as const) {
      const { press, said, wish } = stage(terminal, asks);
      press(signal);
      expect([said, wish.left()]).to.deep.equal([[], signal]);
    }
  });

  it('leaves for another signal at the question, and when nobody answers, and cancels nothing then', async () => {
    const twice = stage();
    twice.press('SIGINT');
    twice.press('SIGINT');
    expect(twice.wish.left()).to.equal('SIGINT');
    await twice.answer('cancel');
    expect(twice.said).to.deep.equal(['asked']);
    const silent = stage();
    silent.press('SIGINT');
    await silent.pass(119_000);
    expect(silent.wish.left()).to.equal(undefined);
    await silent.pass(1_000);
    expect(silent.wish.left()).to.equal('SIGINT');
  });
});
