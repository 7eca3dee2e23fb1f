import { expect } from 'chai';
import { call } from '../../support/sandbox.js';
import { createStage, stateOf, type Stage } from '../../support/stage.js';

function stageWith(image: string, suspended: readonly string[] = []): Stage {
  const stage = createStage({ images: { 'ami-bad': { behaviour: 'unhealthy' } } }, [
    { name: 'web', size: 2, min: 1, max: 3, healthCheckType: 'EC2' },
  ]);
  if (suspended.length > 0)
    call(stage.sandbox.world, 'autoscaling', 'SuspendProcesses', {
      AutoScalingGroupName: 'web',
      ScalingProcesses: suspended,
    });
  stage.groups[0]?.changeImage(image);
  return stage;
}
const SUSPENDED = ['Launch', 'Terminate', 'AddToLoadBalancer', 'AlarmNotification'];

describe('--force', () => {
  it('is needed where processes are suspended that a rollout cannot do without', async () => {
    const stage = stageWith('ami-new', SUSPENDED);
    const { outcome, failure } = await stage.run();
    expect(outcome).to.equal('refused');
    expect(failure?.facts.reasons.map(({ code }) => code)).to.deep.equal([
      'group.suspended',
      'group.suspended',
      'group.suspended',
    ]);
    expect(stage.changes()).to.deep.equal([]);
  });

  it('resets all that is suspended', async () => {
    const stage = stageWith('ami-new', SUSPENDED);
    const ending = await stage.run({ force: true });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(stateOf(stage)[0]).to.deep.include({ size: [1, 2, 3], suspended: [], tags: [] });
    // The monitor expects processes as they were found; here they are reset on purpose.
    expect(stage.violations().filter(({ rule }) => rule !== 'processes')).to.deep.equal([]);
  });

  it('leaves a group that rolled back frozen, and names only what is suspended', async () => {
    const stage = stageWith('ami-bad', SUSPENDED);
    const ending = await stage.run({ force: true });
    expect(ending.outcome).to.equal('swapRolledBack');
    const frozen = [
      'AZRebalance',
      'AlarmNotification',
      'InstanceRefresh',
      'Launch',
      'ReplaceUnhealthy',
      'ScheduledActions',
    ];
    expect(stateOf(stage)[0]).to.deep.include({ suspended: frozen, tags: ['ha-updater:frozen'] });
    const [result] = ending.failure?.facts.left.match(/\(([^)]+) suspended\)/)?.slice(1) ?? [];
    expect(result?.split(', ').sort()).to.deep.equal(frozen);
    expect((await stage.run({ strategy: 'unfreeze' })).results.map(({ outcome }) => outcome)).to.deep.equal([
      'unfrozen',
    ]);
    expect(stateOf(stage)[0]).to.deep.include({ suspended: [] });
  });
});

describe('--skip-elb-health-check', () => {
  it('proves by Auto Scaling alone, warns loudly, and asks no balancer', async () => {
    const stage = stageWith('ami-bad');
    const asked = (): number =>
      (stage.sandbox.calls.get('elb:DescribeInstanceHealth') ?? 0) +
      (stage.sandbox.calls.get('elbv2:DescribeTargetHealth') ?? 0);
    const ending = await stage.run({ gates: { words: [], skipBalancers: true } });
    expect(ending.outcome, ending.failure?.facts.what).to.equal('swapped');
    expect(asked()).to.equal(0);
    const warnings = ending.events.flatMap((event) => (event.type === 'warning' ? [event.reason.code] : []));
    expect(warnings).to.include('group.balancersSkipped');
    // This is what it is about: nothing serves any more.
    expect(stage.sandbox.monitor.inService('web')).to.equal(0);
  });

  it('is nothing that happens by itself', async () => {
    const stage = stageWith('ami-bad');
    expect((await stage.run()).outcome).to.equal('swapRolledBack');
  });
});
