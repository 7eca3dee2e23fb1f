import { expect } from 'chai';
import { autoscalingOperations } from '../../../src/sandbox/world/autoscaling/index.js';
import { elbv2Operations } from '../../../src/sandbox/world/elbv2/index.js';
import type { Call, World } from '../../../src/sandbox/world/world.js';
import { idsOf, MINUTE, SECOND, terminate } from '../../support/ask.js';
import { standardGroup, worldOf } from '../../support/sandbox.js';

const outside = (service: Call['service'], operation: string): Call => ({
  service,
  operation,
  requestId: 'r',
  caller: 'outside',
});

describe('the past of a world', () => {
  it('can be read by every describe, and reading it changes nothing now', () => {
    const world = worldOf({
      faults: [
        { kind: 'staleReads', service: 'autoscaling', seconds: 30 },
        { kind: 'staleReads', service: 'elbv2', seconds: 30 },
      ],
    });
    const group = standardGroup(world, { size: 2, min: 0 });
    world.clock.advance(MINUTE);
    terminate(world, idsOf(world));
    world.clock.advance(15 * SECOND);
    const groups = (
      from: World,
    ): { AutoScalingGroups: { DesiredCapacity: number; Instances: { LifecycleState: string }[] }[] } =>
      autoscalingOperations.DescribeAutoScalingGroups?.(
        from,
        { AutoScalingGroupNames: ['web'] },
        outside('autoscaling', 'DescribeAutoScalingGroups'),
      ) as never;
    const health = (from: World): { TargetHealthDescriptions: { TargetHealth: { State: string } }[] } =>
      elbv2Operations.DescribeTargetHealth?.(
        from,
        { TargetGroupArn: group.targetGroup },
        outside('elbv2', 'DescribeTargetHealth'),
      ) as never;
    const before = groups(world.past('autoscaling', 20 * SECOND)).AutoScalingGroups[0];
    expect(before).to.deep.include({ DesiredCapacity: 2 });
    expect(before?.Instances.map((one) => one.LifecycleState)).to.deep.equal(['InService', 'InService']);
    expect(
      health(world.past('elbv2', 20 * SECOND)).TargetHealthDescriptions.map((one) => one.TargetHealth.State),
    ).to.deep.equal(['healthy', 'healthy']);
    expect(groups(world).AutoScalingGroups[0]).to.deep.include({ DesiredCapacity: 0 });
    expect(health(world).TargetHealthDescriptions.map((one) => one.TargetHealth.State)).to.deep.equal([
      'draining',
      'draining',
    ]);
  });
});
