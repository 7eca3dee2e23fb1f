import { expect } from 'chai';
import { BAD, BETTER, leftOn, stackWorld } from '../ways-out/worlds.js';

/** What a role may lack: a rollout goes on without, and never stops in the middle for want of it. */
const OPTIONAL = [
  'cloudformation:GetTemplateSummary',
  'cloudformation:DescribeStackEvents',
  'elbv2:DescribeLoadBalancers',
  'ec2:DescribeSubnets',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeApplicationStatus',
  'autoscaling:DescribeInstanceRefreshes',
  'autoscaling:DescribeTrafficSources',
  'autoscaling:DescribeScheduledActions',
  'autoscaling:DescribeLifecycleHooks',
  'autoscaling:DescribeScalingActivities',
  'autoscaling:SetInstanceProtection',
];

describe('what serves, after a change that AWS refused', () => {
  for (const calls of ['SuspendProcesses', 'UpdateAutoScalingGroup', 'ResumeProcesses', 'DeleteTags']) {
    it(`is looked up where the last look had asked no balancer: ${calls}`, async () => {
      for (const words of [
        ['update-asgs', 'web'],
        ['update-stack', 'web', `ImageId=${BAD}`],
      ]) {
        const stage = stackWorld();
        await stage.run(['update-stack', 'web', `ImageId=${BETTER}`, '--swap', 'never']);
        const from = (stage.sandbox.clock.now() - stage.sandbox.world.startedAt) / 1000;
        const denied = { kind: 'refuse', calls: `autoscaling:${calls}`, code: 'AccessDenied', message: 'no', from };
        stage.sandbox.world.disturb({ ...denied, until: 1e9 } as never);
        const { code, document } = await stage.run(words);
        expect(code).to.be.oneOf([3, 5]);
        if (code === 5) expect(document?.failure?.serves).to.match(/\b2 of 2 serve\b/);
      }
    });
  }
});

describe('update-stack with a role that lacks a permission', () => {
  for (const calls of OPTIONAL)
    for (const [image, code] of [
      [BETTER, 0],
      [BAD, 4],
    ] as const)
      it(`ends as it would have, without ${calls}: exit ${code}`, async () => {
        const stage = stackWorld();
        const denied = { kind: 'refuse', calls, code: 'AccessDenied', message: 'not authorized', from: 0, until: 1e9 };
        stage.sandbox.world.disturb(denied as never);
        const ended = await stage.run(['update-stack', 'web', `ImageId=${image}`, '--healthy-timeout', '120']);
        expect(ended.code, JSON.stringify(ended.document?.failure)).to.equal(code);
        if (code === 0) expect(leftOn(stage)).to.deep.equal([]);
        expect(stage.sandbox.monitor.violations).to.deep.equal([]);
      });
});
