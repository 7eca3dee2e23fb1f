import { expect } from 'chai';
import { timeLimits } from '../../src/decide/rollout/time-limits.js';
import type { Balancer } from '../../src/model/rollout/group.js';
import { BALANCER, group, PLAN } from '../support/groups.js';

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

  it('covers the longest draining that AWS allows', () => {
    expect(of({ drainMs: 3_600_000 }).drainMs).to.be.greaterThan(3_600_000);
    expect(of({ drainMs: 3_600_000, judged: false }).drainMs, 'also where health means nothing').to.be.greaterThan(
      3_600_000,
    );
  });
});
