import { expect } from 'chai';
import { executionsEnded } from '../../../src/app/server/executions-ended.js';
import { AwsFault } from '../../../src/errors.js';
import type { ExecutionEnd } from '../../../src/model/execution.js';

const LEASE = { run: 'web-1', host: 'lambda:rollouts:3' };
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function stage(answer: (nth: number) => Promise<ExecutionEnd | undefined>) {
  let now = 1_000_000;
  const asked: object[] = [];
  const { hasEnded, ask } = executionsEnded(
    {
      endOfExecution: (about) => {
        asked.push(about);
        return answer(asked.length);
      },
    },
    { now: () => now },
  );
  return {
    asked,
    gone: async (lease = LEASE): Promise<boolean> => {
      hasEnded(lease);
      await settle();
      return hasEnded(lease);
    },
    ask: async (lease = LEASE): Promise<boolean> => {
      await ask(lease);
      return hasEnded(lease);
    },
    pass: (ms: number) => void (now += ms),
  };
}

describe('executions that hold leases', () => {
  it('are gone once Lambda says that their function has ended them', async () => {
    for (const status of ['SUCCEEDED', 'FAILED']) {
      const { gone, asked } = stage(() => Promise.resolve({ status, endedAt: 999_999 }));
      expect(await gone()).to.equal(true);
      expect(asked).to.deep.equal([{ functionName: 'rollouts', version: '3', run: 'web-1' }]);
    }
  });

  it('are known to be gone at the first look of whoever waits for the answer', async () => {
    const { ask, asked } = stage(() => Promise.resolve({ status: 'FAILED', endedAt: 999_999 }));
    expect(await ask()).to.equal(true);
    expect(await ask()).to.equal(true);
    expect(asked.length).to.equal(1);
    const failing = stage(() => Promise.reject(new AwsFault('denied', 'lambda:X', 'AccessDenied', 'no')));
    expect(await failing.ask()).to.equal(false);
    expect(await ask({ run: 'web-1', host: 'agent' })).to.equal(false);
  });

  it('may still take a last look where somebody else ended them: they are gone when that one is over', async () => {
    for (const status of ['STOPPED', 'TIMED_OUT']) {
      const { gone, pass } = stage(() => Promise.resolve({ status, endedAt: 1_000_000 }));
      expect(await gone()).to.equal(false);
      pass(239_999);
      expect(await gone()).to.equal(false);
      pass(1);
      expect(await gone()).to.equal(true);
    }
  });

  it('are not gone while Lambda says nothing of them, and are asked for again after a while', async () => {
    const { gone, asked, pass } = stage((nth) => Promise.resolve(nth < 3 ? undefined : { status: 'SUCCEEDED' }));
    expect(await gone()).to.equal(false);
    expect(await gone()).to.equal(false);
    expect(asked.length).to.equal(1);
    pass(10_000);
    expect(await gone()).to.equal(false);
    pass(10_000);
    expect(await gone()).to.equal(true);
  });

  it('are not asked for without the right to, nor who is no execution', async () => {
    const fault = new AwsFault('denied', 'lambda:ListDurableExecutionsByFunction', 'AccessDenied', 'no');
    const { gone, asked, pass } = stage(() => Promise.reject(fault));
    expect(await gone({ run: 'web-1', host: 'build-7' })).to.equal(false);
    expect(asked.length).to.equal(0);
    expect(await gone()).to.equal(false);
    pass(60_000);
    expect(await gone()).to.equal(false);
    expect(asked.length).to.equal(1);
  });
});
