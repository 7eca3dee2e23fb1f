import { expect } from 'chai';
import { timeLimits } from '../../src/decide/rollout/time-limits.js';
import type { Balancer, Group } from '../../src/model/rollout/group.js';
import type { Plan } from '../../src/model/rollout/rollout-plan.js';
import { BALANCER, group, PLAN, RECORD } from '../support/groups.js';

describe('how long a group may take', () => {
  const of = (differs: Partial<Balancer>): ReturnType<typeof timeLimits> =>
    timeLimits(PLAN, group({ balancers: [{ ...BALANCER, ...differs }] }));
  const { progressMs, totalMs, drainMs } = PLAN.timing;

  it('is what the user says where the settings of the group allow it', () => {
    expect(of({ healthFloorMs: 300_000, slowStartMs: 0, drainMs: 300_000 })).to.deep.equal({
      progressMs,
      totalMs,
      drainMs,
    });
  });

  for (const slowStart of [30, 540, 600, 900])
    it(`adds a slow start of ${slowStart} s, in which nothing can be proven`, () => {
      const extra = slowStart * 1000 - PLAN.timing.warmupMs;
      const limits = of({ slowStartMs: slowStart * 1000, healthFloorMs: 20_000 });
      expect(limits.progressMs).to.equal(progressMs + extra);
      expect(limits.totalMs).to.equal(totalMs + extra);
    });

  it('covers health checks that alone take longer than the user’s time', () => {
    const limits = of({ healthFloorMs: 600_000, slowStartMs: 0 });
    expect(limits.progressMs).to.be.greaterThan(600_000 + PLAN.timing.warmupMs);
  });

  for (const [holds, otherwise, enters, leaves] of [
    ['Pending:Wait', 'CONTINUE', true, false],
    ['Pending:Wait', 'ABANDON', false, false],
    ['Terminating:Wait', 'CONTINUE', false, true],
    ['Terminating:Wait', 'ABANDON', false, true],
  ] as const)
    it(`covers a hook that holds instances in ${holds} for two hours and then answers ${otherwise}, where that helps`, () => {
      const hook = { name: 'h', holds, heartbeatMs: 7_200_000, notifies: true, otherwise };
      const drain = 3_600_000;
      const limits = timeLimits(PLAN, group({ balancers: [{ ...BALANCER, drainMs: drain }], hooks: [hook] }));
      expect(limits.progressMs > 7_200_000 + PLAN.timing.warmupMs, 'until it serves').to.equal(enters);
      expect(limits.drainMs > 7_200_000 + drain, 'until it is gone').to.equal(leaves);
    });

  it('covers a canary that is watched for as long as the user’s time, and the proof of the rest after it', () => {
    const total = (gates: Plan['gates'], differs: Partial<Group> = {}): number =>
      timeLimits({ ...PLAN, ...(gates !== undefined && { gates }) }, group(differs)).totalMs;
    const gates = { words: [], canary: 1, bakeMs: totalMs };
    expect(total({ ...gates, bakeMs: 600_000 })).to.equal(totalMs);
    expect(total({ words: [], bakeMs: totalMs })).to.equal(totalMs);
    expect(total(gates)).to.equal(totalMs + 2 * progressMs);
    const gate = { command: './gate.sh', timeoutMs: 60_000, commandTimeoutMs: 10_000 };
    expect(total({ ...gates, gate })).to.equal(totalMs + 60_000 + 2 * progressMs);
    // Whoever goes on with it knows it by the record.
    const record = { ...RECORD, gates: { canary: 1, bakeMs: totalMs } };
    expect(total(undefined, { notes: { record } })).to.equal(totalMs + 2 * progressMs);
  });

  it('covers the longest draining that AWS allows', () => {
    expect(of({ drainMs: 3_600_000 }).drainMs).to.be.greaterThan(3_600_000);
    expect(of({ drainMs: 3_600_000, judged: false }).drainMs, 'also where health means nothing').to.be.greaterThan(
      3_600_000,
    );
  });
});
