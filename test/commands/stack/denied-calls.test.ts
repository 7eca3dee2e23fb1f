import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BAD, BETTER, leftOn, refuseCalls, STACK_TEMPLATE, stackWorld } from '../ways-out/worlds.js';

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
  const swap = ['update-asgs', 'web'];
  const change = ['update-stack', 'web', `ImageId=${BAD}`];
  for (const [words, calls] of [
    [swap, 'SuspendProcesses'],
    [swap, 'UpdateAutoScalingGroup'],
    [swap, 'ResumeProcesses'],
    [swap, 'DeleteTags'],
    [change, 'UpdateAutoScalingGroup'],
    [change, 'ResumeProcesses'],
    [change, 'DeleteTags'],
  ] as const) {
    it(`is looked up where the last look had asked no balancer: ${words[0]}, ${calls}`, async () => {
      const stage = stackWorld();
      await stage.run(['update-stack', 'web', `ImageId=${BETTER}`, '--swap', 'never']);
      refuseCalls(stage, `autoscaling:${calls}`);
      const { code, document } = await stage.run(words);
      expect(code).to.equal(5);
      expect(document?.failure?.serves).to.match(/\b2 of 2 serve\b/);
    });
  }
});

describe('last words after a call that AWS refused', () => {
  it('claim no record of what records nothing: the same command goes on', async () => {
    const stage = stackWorld();
    await stage.run(['update-stack', 'web', `ImageId=${BAD}`, '--healthy-timeout', '120']);
    refuseCalls(stage, 'autoscaling:DeleteTags');
    const { code, document } = await stage.run(['unfreeze', 'web']);
    expect([code, document?.failure?.next[0]]).to.deep.equal([5, 'ha-updater unfreeze web --region eu-west-1']);
    expect(document?.failure?.left).to.match(/^No record of a rollout is on web-group/);
  });

  it('say of a new stack that it is created, and offer no swap', async () => {
    const stage = stackWorld();
    const file = join(tmpdir(), `ha-updater-${process.pid}-api.json`);
    await writeFile(file, JSON.stringify(STACK_TEMPLATE).replaceAll('web-group', 'api-group'));
    stage.sandbox.onCall(({ operation }) => {
      if (operation === 'ExecuteChangeSet') refuseCalls(stage, 'elbv2:DescribeTargetHealth', 'AccessDenied', 60);
    });
    const { code, document } = await stage.run(['update-stack', 'api', '--template', file, `ImageId=${BETTER}`]);
    await rm(file);
    expect([code, document?.failure?.left, document?.failure?.next]).to.deep.equal([
      5,
      'The stack is created; whether its instances get healthy was not seen to the end.',
      ['ha-updater status api --region eu-west-1'],
    ]);
  });
});

describe('update-stack with a role that lacks a permission', () => {
  for (const calls of OPTIONAL)
    for (const [image, code] of [
      [BETTER, 0],
      [BAD, 4],
    ] as const)
      it(`ends as it would have, without ${calls}: exit ${code}`, async () => {
        const stage = stackWorld();
        refuseCalls(stage, calls);
        const ended = await stage.run(['update-stack', 'web', `ImageId=${image}`, '--healthy-timeout', '120']);
        expect(ended.code, JSON.stringify(ended.document?.failure)).to.equal(code);
        if (code === 0) expect(leftOn(stage)).to.deep.equal([]);
        expect(stage.sandbox.monitor.violations).to.deep.equal([]);
      });
});
