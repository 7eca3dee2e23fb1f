import { expect } from 'chai';
import { createHeartbeat } from '../../src/run/heartbeat.js';
import type { RunEvent } from '../../src/model/event.js';
import { SandboxClock } from '../../src/sandbox/clock.js';

const WAIT: RunEvent = {
  type: 'stack.waiting',
  stack: 'web',
  status: 'UPDATE_IN_PROGRESS',
  inProgress: ['Group'],
  until: 900_000,
};
const SETTLED: RunEvent = {
  type: 'stack.settled',
  stack: 'web',
  status: 'UPDATE_COMPLETE',
  ok: true,
  rootCauses: [],
  elapsedMs: 1,
};

/** A pulse on simulated time, with what it told and when (seconds). */
function pulsing(start = 0): {
  readonly clock: SandboxClock;
  readonly pulse: ReturnType<typeof createHeartbeat>;
  readonly told: string[];
  readonly until: (second: number) => Promise<void>;
} {
  const clock = new SandboxClock(start);
  clock.actors = 2;
  const told: string[] = [];
  const pulse = createHeartbeat(clock, 30_000, (event) => told.push(`${clock.now() / 1000} ${event.type}`));
  return { clock, pulse, told, until: (second) => clock.sleep(second * 1000 - clock.now()) };
}

describe('the pulse of a run', () => {
  it('says after every 30 s of silence that it is still there', async () => {
    const { pulse, told, until } = pulsing();
    void pulse.beat(new AbortController().signal);
    await until(100);
    expect(told).to.deep.equal(['30 heartbeat', '60 heartbeat', '90 heartbeat']);
  });

  it('counts the silence from what was told last', async () => {
    const { pulse, told, until } = pulsing();
    void pulse.beat(new AbortController().signal);
    await until(20);
    pulse.see(SETTLED);
    await until(81);
    expect(told).to.deep.equal(['50 heartbeat', '80 heartbeat']);
  });

  for (const over of [
    {
      type: 'change.planned',
      plan: { stack: 'web', action: 'update', parameters: {}, resources: [], groups: [], newGroups: [], against: [] },
    },
    {
      type: 'stack.started',
      stack: 'web',
      action: 'update',
      token: 'token',
      parameters: {},
      kept: [],
      defaulted: [],
      capabilities: [],
    },
  ] satisfies readonly RunEvent[])
    it(`tells nothing of a wait for the stack once it tells ${over.type}`, async () => {
      const { pulse, told, until } = pulsing();
      void pulse.beat(new AbortController().signal);
      pulse.see(WAIT);
      await until(10);
      pulse.see(over);
      await until(45);
      expect(told).to.deep.equal(['40 heartbeat']);
    });

  it('tells a wait again while it lasts, and nothing of one that is over', async () => {
    const { pulse, told, until } = pulsing();
    void pulse.beat(new AbortController().signal);
    await until(10);
    pulse.see(WAIT);
    await until(75);
    expect(told).to.deep.equal(['40 stack.waiting', '70 stack.waiting']);
    pulse.see(SETTLED);
    await until(106);
    expect(told.slice(2)).to.deep.equal(['105 heartbeat']);
  });

  it('is not silenced by a clock that was set back after it was made', async () => {
    const { clock, told } = pulsing();
    let back = 0;
    const behind = { now: () => clock.now() - back, sleep: (ms: number) => clock.sleep(ms) };
    const pulse = createHeartbeat(behind, 30_000, (event) => told.push(event.type));
    back = 86_400_000;
    void pulse.beat(new AbortController().signal);
    await clock.sleep(31_000);
    expect(told).to.deep.equal(['heartbeat']);
  });
});
