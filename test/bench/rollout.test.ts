import { expect } from 'chai';
import { measureRollout, shapeOf, type Rollout } from '../../scripts/bench/rollout.js';
import { figuresOf } from '../../scripts/bench/targets.js';

describe('the bench', () => {
  const told = new Map<string, Rollout>();
  before(async () => {
    for (const shape of ['1x2', '1x20', '3x2']) told.set(shape, await measureRollout(shapeOf(shape)));
  });
  const of = (shape: string): Rollout => told.get(shape)!;

  for (const shape of ['1x2', '1x20', '3x2']) {
    it(`finds ${shape} nearly as fast as its world allows, with few changes`, () => {
      const missed = figuresOf({ rollouts: [of(shape)], peakRssMb: 0 }).filter((figure) => !figure.ok);
      expect(missed).to.deep.equal([]);
    });
  }

  it('counts what a swap of one group changes: exactly these calls', () => {
    const { byOperation, changesPerGroup, signsOfLife } = of('1x2');
    const changes = Object.entries(byOperation).filter(([name]) => !name.includes(':Describe'));
    expect(Object.fromEntries(changes)).to.deep.equal({
      'autoscaling:CreateOrUpdateTags': 2 + signsOfLife,
      'autoscaling:DeleteTags': 1,
      'autoscaling:ResumeProcesses': 2,
      'autoscaling:SetInstanceProtection': 1,
      'autoscaling:SuspendProcesses': 1,
      'autoscaling:TerminateInstanceInAutoScalingGroup': 1,
      'autoscaling:UpdateAutoScalingGroup': 1,
    });
    expect(changesPerGroup).to.equal(9);
  });

  it('counts what a swap of one group asks, and how late it notices that all are proven: exactly this', () => {
    const { byOperation, seconds, provenDelay } = of('1x2');
    const asked = (name: string): number | undefined => byOperation[name];
    // What is asked again and again; all else is asked once or twice.
    expect({
      groups: asked('autoscaling:DescribeAutoScalingGroups'),
      stack: asked('cloudformation:DescribeStacks'),
      classic: asked('elb:DescribeInstanceHealth'),
      targets: asked('elbv2:DescribeTargetHealth'),
    }).to.deep.equal({ groups: 43, stack: 22, classic: 20, targets: 12 });
    expect(seconds).to.be.closeTo(187.3, 0.1);
    expect(provenDelay).to.be.closeTo(0.1, 0.1);
  });

  it('sees no more reads in a look for twenty instances than for two', () => {
    expect(of('1x20').readsPerLook).to.equal(of('1x2').readsPerLook);
  });

  it('measures the limit in the world, not in what the run knew', () => {
    const { limit, seconds, overhead } = of('1x2');
    const least = limit.launchSeconds + limit.proveSeconds + limit.drainSeconds;
    // Booting takes 20 s at least, two health checks 10 s, draining 60 s.
    expect(limit.launchSeconds).to.be.within(40, 120);
    expect(limit.drainSeconds).to.be.within(65, 95);
    expect(overhead).to.be.closeTo((seconds - least) / least, 1e-9);
    expect(overhead).to.be.greaterThan(0);
  });
});
