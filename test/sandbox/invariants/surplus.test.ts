import { expect } from 'chai';
import { watchInvariants, type Monitor } from '../../../src/sandbox/invariants/index.js';
import type { WorldRoot } from '../../../src/sandbox/world/world.js';
import { idsOf, instancesOf, resize } from '../../support/ask.js';
import { call, standardGroup, worldOf } from '../../support/sandbox.js';

const MINUTES = 60_000;

/** The oldest of three has reached its maximum lifetime, and Auto Scaling has launched one in its place. */
function besideOldest(takesOff: boolean): { readonly world: WorldRoot; readonly monitor: Monitor } {
  const world = worldOf({
    faults: [{ kind: 'meddle', group: 'web', at: 400, does: 'endLifetime', instance: 'oldest' }],
    images: { 'ami-old': { behaviour: 'healthy', boot: [100, 110] } },
  });
  call(world, 'autoscaling', 'PutAccountSetting', { Name: 'launchBeforeTerminate', Value: 'enabled' });
  standardGroup(world, { min: 1, max: 6 });
  const monitor = watchInvariants(world);
  monitor.expect({ group: 'web', strategy: { kind: 'rolling', surge: 1, unavailable: 0 } });
  world.clock.advanceTo(world.startedAt + 430_000);
  expect(instancesOf(world).length).to.equal(4);
  const InstanceIds = idsOf(world).slice(0, 1);
  const input = { AutoScalingGroupName: 'web', InstanceIds, ShouldDecrementDesiredCapacity: true };
  if (takesOff) world.invoke('autoscaling', 'TerminateInstanceInAutoScalingGroup', input, 'others');
  return { world, monitor };
}

describe('invariants: one that Auto Scaling launched in the place of another', () => {
  it('is one too many where a person takes out that other one with a part of the desired capacity', () => {
    const { world, monitor } = besideOldest(true);
    world.clock.advance(MINUTES / 2);
    // Auto Scaling has let one go that serves, and the rollout has done nothing.
    expect(monitor.inService('web')).to.equal(1);
    expect(monitor.violations).to.deep.equal([]);
  });

  it('explains one that is scaled in, and no more', () => {
    const { world, monitor } = besideOldest(true);
    world.clock.advance(MINUTES / 2);
    resize(world, 1, 6, 1);
    world.clock.advance(MINUTES);
    expect(monitor.violations.map(({ rule }) => rule)).to.include('capacity');
  });

  it('explains nothing where nobody takes anything off', () => {
    const { world, monitor } = besideOldest(false);
    resize(world, 1, 6, 2);
    world.clock.advance(MINUTES);
    expect(monitor.violations.map(({ rule }) => rule)).to.include('capacity');
  });
});

describe('invariants: others who ask for more, and then for less again', () => {
  /** Three that serve; others ask for six, and once those boot somebody for three again. */
  function thereAndBack(by: 'others' | 'outside', between: object = {}): readonly string[] {
    const world = worldOf({ images: { 'ami-new': { behaviour: 'healthy', boot: [100, 110] } } });
    standardGroup(world, { min: 1, max: 10 }).changeImage('ami-new');
    const AutoScalingGroupName = 'web';
    const monitor = watchInvariants(world);
    monitor.expect({ group: 'web', strategy: { kind: 'rolling', surge: 1, unavailable: 0 } });
    world.invoke('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity: 6 }, 'others');
    world.clock.advance(30_000);
    world.invoke('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity: 3 }, by);
    call(world, 'autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName, ...between });
    world.clock.advance(60_000);
    return monitor.violations.map(({ rule }) => rule);
  }

  it('let old ones go, also where the rollout changes something else of the group right after', () => {
    expect(thereAndBack('others')).to.deep.equal([]);
    expect(thereAndBack('others', { HealthCheckGracePeriod: 60 })).to.deep.equal([]);
  });

  it('explain nothing where it is the rollout that asks for less', () => {
    expect(thereAndBack('outside')).to.include('capacity');
  });
});

describe('invariants: the order of a rolling rollout', () => {
  it('is kept where one goes first that Auto Scaling has marked, and will replace', () => {
    for (const [marked, rules] of [
      [true, []],
      [false, ['order']],
    ] as const) {
      const world = worldOf({});
      standardGroup(world, { size: 3, min: 1, stagger: 70, max: 4 });
      call(world, 'autoscaling', 'SuspendProcesses', {
        AutoScalingGroupName: 'web',
        ScalingProcesses: ['ReplaceUnhealthy'],
      });
      const monitor = watchInvariants(world);
      monitor.expect({ group: 'web', strategy: { kind: 'rolling', surge: 0, unavailable: 1 } });
      const youngest = idsOf(world).at(-1);
      const health = { InstanceId: youngest, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false };
      if (marked) call(world, 'autoscaling', 'SetInstanceHealth', health);
      world.clock.advance(MINUTES);
      const input = { InstanceId: youngest, ShouldDecrementDesiredCapacity: false };
      call(world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', input);
      expect(monitor.violations.map(({ rule }) => rule)).to.deep.equal(rules);
    }
  });
});

describe('invariants: what a person takes off with an instance right before a rollout', () => {
  it('is not in the size that it begins from, nor in what may run above that', () => {
    for (const [secondsBefore, rules] of [
      [5, []],
      [300, ['surge']],
    ] as const) {
      const world = worldOf({});
      standardGroup(world, { min: 1, max: 6 });
      const [InstanceId] = idsOf(world);
      const input = { InstanceId, ShouldDecrementDesiredCapacity: true };
      world.invoke('autoscaling', 'TerminateInstanceInAutoScalingGroup', input, 'others');
      world.clock.advance(secondsBefore * 1000);
      const monitor = watchInvariants(world);
      monitor.expect({ group: 'web', strategy: { kind: 'rolling', surge: 1, unavailable: 0 } });
      resize(world, 1, 6, 4);
      world.clock.advance(2 * MINUTES);
      expect(
        monitor.violations.map(({ rule }) => rule),
        `${secondsBefore} s`,
      ).to.deep.equal(rules);
    }
  });
});
