import { expect } from 'chai';
import type { WorldRoot } from '../../../../src/sandbox/world/world.js';
import { activitiesOf, groupOf, idsOf, instancesOf } from '../../../support/ask.js';
import { call, standardGroup, worldOf } from '../../../support/sandbox.js';

const POLICY = { InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 } };

/** Marks one as a person does who knows that it is broken. */
function makeSick(world: WorldRoot, InstanceId: string): void {
  call(world, 'autoscaling', 'SetInstanceHealth', {
    InstanceId,
    HealthStatus: 'Unhealthy',
    ShouldRespectGracePeriod: false,
  });
}

/** How many were in the group at most, and in service at least, in the next minutes; ids at the end. */
function watch(world: WorldRoot, minutes = 15): { most: number; least: number; ids: readonly string[] } {
  let most = 0;
  let least = Infinity;
  for (let second = 0; second < minutes * 60; second += 5) {
    world.clock.advance(5_000);
    const states = instancesOf(world).map(({ LifecycleState }) => LifecycleState);
    most = Math.max(most, states.filter((state) => !state?.startsWith('Terminat')).length);
    least = Math.min(least, states.filter((state) => state === 'InService').length);
  }
  return { most, least, ids: idsOf(world) };
}

describe('replacements of Auto Scaling', () => {
  it('come first with a maintenance policy, beyond the maximum of the group', () => {
    const world = worldOf();
    standardGroup(world, { settings: POLICY });
    const [sick = ''] = idsOf(world);
    makeSick(world, sick);
    const { most, least, ids } = watch(world);
    expect([most, least, ids.length, ids.includes(sick)]).to.deep.equal([4, 3, 3, false]);
    expect(groupOf(world).MaxSize).to.equal(3);
    expect(activitiesOf(world)[0]?.Cause).to.include(`${sick} was replaced`);
  });

  it('come first in an account that says so, and not in one that does not', () => {
    for (const enabled of [true, false]) {
      const world = worldOf();
      if (enabled) call(world, 'autoscaling', 'PutAccountSetting', { Name: 'launchBeforeTerminate', Value: 'enabled' });
      expect(
        call<{ Settings: { Value: string }[] }>(world, 'autoscaling', 'DescribeAccountSettings').Settings[0]?.Value,
      ).to.equal(enabled ? 'enabled' : 'disabled');
      standardGroup(world);
      makeSick(world, idsOf(world)[0] ?? '');
      const { most, least } = watch(world);
      expect([most, least]).to.deep.equal(enabled ? [4, 3] : [3, 2]);
    }
  });

  it('come first when the maximum lifetime of an instance is over', () => {
    const world = worldOf({
      faults: [{ kind: 'meddle', group: 'web', at: 400, does: 'endLifetime', instance: 'oldest' }],
    });
    standardGroup(world, { settings: POLICY });
    const [oldest = ''] = idsOf(world);
    const { most, least, ids } = watch(world);
    expect([most, least, ids.includes(oldest)]).to.deep.equal([4, 3, false]);
  });

  it('count at once where a person detaches or ends the one whose place they are to take, or puts it into standby', () => {
    for (const operation of ['DetachInstances', 'EnterStandby', 'TerminateInstanceInAutoScalingGroup']) {
      const world = worldOf();
      standardGroup(world, { settings: POLICY, min: 1, max: 6 });
      const InstanceIds = idsOf(world).slice(0, 1);
      makeSick(world, InstanceIds[0] ?? '');
      world.clock.advance(20_000);
      expect(idsOf(world).length, operation).to.equal(4);
      const input = { AutoScalingGroupName: 'web', InstanceIds, ShouldDecrementDesiredCapacity: true };
      call(world, 'autoscaling', operation, input);
      // Two of before and the replacement are three, as are asked for.
      call(world, 'autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'web', DesiredCapacity: 3 });
      world.clock.advance(60_000);
      const staying = idsOf(world).filter((id) => !InstanceIds.includes(id));
      expect(staying.length, operation).to.equal(3);
    }
  });

  it('take nobody out while they do not get well themselves', () => {
    const world = worldOf({ images: { 'ami-sick': { behaviour: 'unhealthy' } } });
    const group = standardGroup(world, { settings: POLICY, grace: 60 });
    group.changeImage('ami-sick');
    const before = idsOf(world);
    makeSick(world, before[0] ?? '');
    watch(world, 30);
    expect(idsOf(world)).to.include.members(before);
  });
});
