import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { expect } from 'chai';
import type { WorldRoot } from '../../../src/sandbox/world/world.js';
import { call, standardGroup, worldOf } from '../../support/sandbox.js';

function groupOf(world: WorldRoot, name = 'web'): AutoScalingGroup {
  const answer = call<{ AutoScalingGroups: AutoScalingGroup[] }>(world, 'autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: [name],
  });
  return answer.AutoScalingGroups[0]!;
}

function ids(world: WorldRoot): string[] {
  return (groupOf(world).Instances ?? []).map((one) => one.InstanceId!);
}

function classicStates(world: WorldRoot): string[] {
  const answer = call<{ InstanceStates: { State: string; Description: string }[] }>(
    world,
    'elb',
    'DescribeInstanceHealth',
    { LoadBalancerName: 'web-classic' },
  );
  return answer.InstanceStates.map((one) => `${one.State} ${one.Description}`);
}

function targetStates(world: WorldRoot, targetGroup: string): string[] {
  const answer = call<{ TargetHealthDescriptions: { TargetHealth: { State: string } }[] }>(
    world,
    'elbv2',
    'DescribeTargetHealth',
    { TargetGroupArn: targetGroup },
  );
  return answer.TargetHealthDescriptions.map((one) => one.TargetHealth.State);
}

describe('a swap by hand', () => {
  for (const configuration of ['lc', 'lt'] as const) {
    it(`doubles, proves and halves a group with a ${configuration === 'lc' ? 'launch configuration' : 'launch template'}`, () => {
      const world = worldOf();
      const group = standardGroup(world, { configuration });
      const old = ids(world);
      expect(old).to.have.length(3);
      expect(classicStates(world)).to.deep.equal(Array(3).fill('InService N/A'));
      expect(targetStates(world, group.targetGroup!)).to.deep.equal(['healthy', 'healthy', 'healthy']);

      group.changeImage('ami-new');
      call(world, 'autoscaling', 'SuspendProcesses', {
        AutoScalingGroupName: 'web',
        ScalingProcesses: ['AZRebalance', 'ReplaceUnhealthy'],
      });
      call(world, 'autoscaling', 'UpdateAutoScalingGroup', {
        AutoScalingGroupName: 'web',
        MinSize: 3,
        MaxSize: 6,
        DesiredCapacity: 6,
      });
      expect(ids(world)).to.deep.equal(old);
      world.clock.advance(300_000);
      expect(ids(world)).to.have.length(6);
      expect(classicStates(world)).to.deep.equal(Array(6).fill('InService N/A'));

      call(world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        AutoScalingGroupName: 'web',
        InstanceIds: old,
        ShouldDecrementDesiredCapacity: true,
      });
      expect(groupOf(world).DesiredCapacity).to.equal(3);
      world.clock.advance(15_000);
      const draining = classicStates(world).filter(
        (state) => state === 'InService Instance deregistration currently in progress.',
      );
      expect(draining).to.have.length(3);
      expect(targetStates(world, group.targetGroup!).filter((state) => state === 'draining')).to.have.length(3);
      world.clock.advance(120_000);
      const left = groupOf(world).Instances ?? [];
      expect(left.map((one) => one.LifecycleState)).to.deep.equal(['InService', 'InService', 'InService']);
      expect(left.some((one) => old.includes(one.InstanceId!))).to.equal(false);
      expect(classicStates(world)).to.deep.equal(Array(3).fill('InService N/A'));
    });
  }
});
