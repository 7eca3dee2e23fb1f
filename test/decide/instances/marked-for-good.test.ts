import { expect } from 'chai';
import { graceNeeded, markedForGood } from '../../../src/decide/instances/marked-for-good.js';
import { instability } from '../../../src/decide/instances/stability.js';
import type { Instance } from '../../../src/model/rollout/group.js';
import { BALANCER, group, instance, observed, sick } from '../../support/groups.js';

/** As CDK makes it: 30 s × 5, and less patience than that. */
const SLOW = { ...BALANCER, healthFloorMs: 150_000 };
const marked = (differs: Partial<Instance> = {}): Instance => instance('i-new', { healthy: false, ...differs });

describe('an instance that Auto Scaling has marked for good', () => {
  const of = group({ balancers: [SLOW], healthCheckGraceMs: 120_000, suspended: ['ReplaceUnhealthy'] });
  const why = (fresh: readonly Instance[], ended: Readonly<Record<string, string>> = {}, on = of) =>
    markedForGood(observed([on], { ended }), on, fresh);

  it('is known once its balancers call it healthy, with the grace period that it needs', () => {
    expect(graceNeeded(of)).to.equal(210_000);
    expect(why([marked()])).to.equal(
      'Auto Scaling has marked i-new Unhealthy for good, although the balancers call it healthy now: its grace period ' +
        'is 120 s, and booting and health checks take about 210 s (set HealthCheckGracePeriod to 210 or more)',
    );
    expect(why([marked()], {}, { ...of, healthCheckGraceMs: 300_000 })).to.match(/healthy now$/);
  });

  it('is not known while somebody replaces it, while it is unhealthy, when EC2 has ended it, or without a judge', () => {
    expect(why([marked()], {}, { ...of, suspended: [] })).to.equal(undefined);
    expect(why([marked({ health: sick() })])).to.equal(undefined);
    expect(why([marked()], { 'i-new': 'Server.SpotInstanceTermination' })).to.equal(undefined);
    expect(why([marked()], {}, { ...of, balancers: [] })).to.equal(undefined);
    expect(why([instance('i-new')])).to.equal(undefined);
  });
});

describe('a group with an instance that leaves', () => {
  it('is settled: who leaves is of neither half, however long its hook takes', () => {
    const leaving = instance('i-gone', { lifecycle: 'Terminating:Wait' });
    expect(instability(group({ instances: [...group().instances, leaving] }))).to.equal(undefined);
  });
});
