import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { expect } from 'chai';
import { watchInvariants, type Monitor } from '../../../src/sandbox/invariants/index.js';
import type { Scenario } from '../../../src/sandbox/scenario.js';
import type { WorldRoot } from '../../../src/sandbox/world/world.js';
import { call, standardGroup, worldOf } from '../../support/sandbox.js';

interface Swap {
  readonly world: WorldRoot;
  readonly monitor: Monitor;
  readonly old: readonly string[];
  readonly fresh: () => string[];
  readonly rules: () => string[];
}

const MINUTES = 60_000;

function describeGroup(world: WorldRoot): AutoScalingGroup {
  const answer = call<{ AutoScalingGroups: AutoScalingGroup[] }>(world, 'autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: ['web'],
  });
  return answer.AutoScalingGroups[0]!;
}

function resize(world: WorldRoot, min: number, max: number, desired: number): void {
  call(world, 'autoscaling', 'UpdateAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    MinSize: min,
    MaxSize: max,
    DesiredCapacity: desired,
  });
}

function terminate(world: WorldRoot, ids: readonly string[]): void {
  call(world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    InstanceIds: ids,
    ShouldDecrementDesiredCapacity: true,
  });
}

/** A settled group of three that expects a swap, its processes suspended and its desired capacity doubled. */
function doubled(scenario: Partial<Scenario> = {}, settleFor = 5 * MINUTES): Swap {
  const world = worldOf(scenario);
  const monitor = watchInvariants(world);
  const group = standardGroup(world);
  const old = (describeGroup(world).Instances ?? []).map((one) => one.InstanceId!);
  group.changeImage('ami-new');
  monitor.expect({ group: 'web', strategy: { kind: 'swap' } });
  call(world, 'autoscaling', 'SuspendProcesses', {
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['AZRebalance', 'ReplaceUnhealthy'],
  });
  resize(world, 3, 6, 6);
  world.clock.advance(settleFor);
  const fresh = (): string[] =>
    (describeGroup(world).Instances ?? []).map((one) => one.InstanceId!).filter((id) => !old.includes(id));
  return { world, monitor, old, fresh, rules: () => monitor.violations.map((one) => one.rule) };
}

function restore(world: WorldRoot): void {
  resize(world, 3, 3, 3);
  call(world, 'autoscaling', 'ResumeProcesses', {
    AutoScalingGroupName: 'web',
    ScalingProcesses: ['AZRebalance', 'ReplaceUnhealthy'],
  });
}

describe('invariants: a clean swap', () => {
  it('is promoted without a violation, and the timeline shows it', () => {
    const { world, monitor, old } = doubled();
    terminate(world, old);
    world.clock.advance(3 * MINUTES);
    restore(world);
    expect(monitor.settle('web')).to.deep.equal([]);
    expect(monitor.violations).to.deep.equal([]);
    expect(monitor.inService('web')).to.equal(3);
    const peak = monitor.timeline.filter(
      (point) => point.group === 'web' && point.old === 3 && point.new === 3 && point.inService === 6,
    );
    expect(peak).to.have.length.greaterThan(0);
    expect(monitor.timeline.at(-1)).to.include({ group: 'web', desired: 3, inService: 3, new: 3, old: 0, leaving: 0 });
  });

  it('is rolled back without a violation, and may be left frozen with a note', () => {
    const { world, monitor, fresh } = doubled({ images: { 'ami-new': { behaviour: 'unhealthy' } } });
    call(world, 'autoscaling', 'SuspendProcesses', { AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] });
    terminate(world, fresh());
    world.clock.advance(3 * MINUTES);
    resize(world, 3, 3, 3);
    const note = 'v=1 run=r1 at=2026-11-21T03:20:00Z processes=AZ/Replace/Launch why=it did not Terminate';
    call(world, 'autoscaling', 'CreateOrUpdateTags', {
      Tags: [
        {
          ResourceId: 'web',
          ResourceType: 'auto-scaling-group',
          Key: 'ha-updater:frozen',
          Value: note,
          PropagateAtLaunch: false,
        },
      ],
    });
    expect(monitor.settle('web')).to.deep.equal([]);
    expect(monitor.violations).to.deep.equal([]);
  });
});

describe('invariants: an old one that was given up', () => {
  const givenUpAndReplaced = (outcome: string): Swap & { readonly wrong: () => string[] } => {
    const swap = doubled({ faults: [{ kind: 'killInstance', group: 'web', at: 660, which: 'oldest' }] });
    const { world, old, fresh, monitor } = swap;
    call(world, 'autoscaling', 'CreateOrUpdateTags', {
      Tags: [
        {
          ResourceId: 'web',
          ResourceType: 'auto-scaling-group',
          Key: 'ha-updater:verdict',
          Value: `v=1 run=r1 outcome=${outcome} at=2026-11-21T03:20:00Z why=as was asked`,
          PropagateAtLaunch: false,
        },
      ],
    });
    // By then EC2 has forgotten it, and who ended it.
    world.clock.advance(120 * MINUTES);
    const dead = describeGroup(world).Instances?.find((one) => one.HealthStatus === 'Unhealthy')?.InstanceId;
    expect(old).to.include(dead);
    terminate(world, [dead!]);
    world.clock.advance(MINUTES);
    terminate(world, fresh().slice(1));
    world.clock.advance(3 * MINUTES);
    return { ...swap, wrong: () => [...swap.rules(), ...monitor.settle('web').map(({ rule }) => rule)] };
  };

  it('is of neither half when the rollout goes back: a new one may stand in for it', () => {
    expect(givenUpAndReplaced('rollBack').wrong()).to.not.include.oneOf(['foreign', 'mixed']);
  });

  it('is of the old half when the rollout goes on', () => {
    expect(givenUpAndReplaced('promote').wrong()).to.include('foreign');
  });
});

describe('invariants: capacity', () => {
  it('is broken by halving before the new ones serve', () => {
    const { world, rules, old } = doubled({}, 5000);
    terminate(world, old);
    world.clock.advance(MINUTES);
    expect(rules()).to.deep.equal(['capacity']);
  });

  it('is broken by halving onto new ones that never served', () => {
    const { world, rules, old } = doubled({ images: { 'ami-new': { behaviour: 'unhealthy' } } });
    terminate(world, old);
    world.clock.advance(MINUTES);
    expect(rules()).to.deep.equal(['capacity']);
  });

  it('is not broken when the world kills an old one', () => {
    const { world, monitor, rules } = doubled(
      { faults: [{ kind: 'killInstance', group: 'web', at: 310, which: 'oldest' }] },
      30_000,
    );
    expect(monitor.inService('web')).to.equal(2);
    world.clock.advance(MINUTES);
    expect(rules()).to.deep.equal([]);
  });

  it('is not broken when a new one that served begins to fail after halving began', () => {
    const { world, monitor, old, rules } = doubled({ images: { 'ami-new': { behaviour: 'dies', diesAfter: 320 } } });
    terminate(world, old);
    world.clock.advance(3 * MINUTES);
    expect(monitor.inService('web')).to.be.lessThan(3);
    expect(rules()).to.deep.equal([]);
  });

  it('is broken by deregistering an instance by hand', () => {
    const { world, rules, old } = doubled({}, 5000);
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', {
      LoadBalancerName: 'web-classic',
      Instances: [{ InstanceId: old[0] }],
    });
    expect(rules()).to.deep.equal(['capacity']);
  });
});

describe('invariants: surge', () => {
  it('is broken by more than twice the original capacity', () => {
    const { world, rules } = doubled();
    resize(world, 3, 7, 7);
    world.clock.advance(MINUTES);
    expect(rules()).to.deep.equal(['surge']);
  });

  it('is not broken when somebody else resizes the group', () => {
    const { world, rules } = doubled({ faults: [{ kind: 'resize', group: 'web', at: 400, max: 8, desired: 8 }] });
    world.clock.advance(MINUTES);
    expect(describeGroup(world).DesiredCapacity).to.equal(8);
    expect(rules()).to.deep.equal([]);
  });
});

describe('invariants: no foreign instance', () => {
  it('is broken by terminating a new one after an old one', () => {
    const { world, rules, old, fresh } = doubled();
    terminate(world, [old[0]!]);
    expect(rules()).to.deep.equal([]);
    terminate(world, [fresh()[0]!]);
    expect(rules()).to.deep.equal(['foreign']);
  });

  it('is broken by a scale-in that takes old ones during a roll-back', () => {
    const { world, rules, fresh } = doubled();
    terminate(world, [fresh()[0]!]);
    resize(world, 3, 6, 3);
    world.clock.advance(MINUTES);
    expect(rules()).to.include('foreign');
  });
});

describe('invariants: a busy stack', () => {
  it('is broken by a change from outside while the stack is in progress, and by no read', () => {
    const { world, monitor, rules } = doubled();
    monitor.groupIsBusy = () => true;
    describeGroup(world);
    expect(rules()).to.deep.equal([]);
    call(world, 'autoscaling', 'SuspendProcesses', { AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] });
    expect(rules()).to.deep.equal(['busy']);
    world.invoke(
      'autoscaling',
      'ResumeProcesses',
      { AutoScalingGroupName: 'web', ScalingProcesses: ['Launch'] },
      'cloudformation',
    );
    expect(rules()).to.deep.equal(['busy']);
  });
});

describe('invariants: the end', () => {
  it('tells of a mixture, of sizes, of processes and of tags', () => {
    const { world, monitor, old } = doubled();
    terminate(world, old.slice(0, 2));
    call(world, 'autoscaling', 'CreateOrUpdateTags', {
      Tags: [{ ResourceId: 'web', Key: 'ha-updater:rollout', Value: 'v=1', PropagateAtLaunch: false }],
    });
    world.clock.advance(3 * MINUTES);
    expect(monitor.settle('web').map((one) => one.rule)).to.deep.equal(['mixed', 'sizes', 'processes', 'tags']);
  });

  it('tells when those that stayed are protected from scale-in otherwise than before', () => {
    const { world, monitor, old, fresh } = doubled();
    terminate(world, fresh());
    world.clock.advance(3 * MINUTES);
    call(world, 'autoscaling', 'SetInstanceProtection', {
      AutoScalingGroupName: 'web',
      InstanceIds: old,
      ProtectedFromScaleIn: true,
    });
    expect(monitor.settle('web').map((one) => one.rule)).to.include('protection');
  });

  it("tells when the group's own tags changed or the group is gone", () => {
    const { world, monitor, old } = doubled();
    terminate(world, old);
    world.clock.advance(3 * MINUTES);
    restore(world);
    call(world, 'autoscaling', 'CreateOrUpdateTags', {
      Tags: [{ ResourceId: 'web', Key: 'team', Value: 'other', PropagateAtLaunch: false }],
    });
    expect(monitor.settle('web').map((one) => one.rule)).to.deep.equal(['tags']);
    monitor.expect({ group: 'web', strategy: { kind: 'swap' } });
    call(world, 'autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: 'web', ForceDelete: true });
    world.clock.advance(3 * MINUTES);
    expect(monitor.settle('web').map((one) => one.rule)).to.deep.equal(['gone']);
  });
});

describe('invariants: expecting by the tag', () => {
  it('begins with the rollout tag and settles when it goes', () => {
    const world = worldOf();
    const monitor = watchInvariants(world, { autoExpect: true });
    standardGroup(world);
    const tag = {
      ResourceId: 'web',
      ResourceType: 'auto-scaling-group',
      Key: 'ha-updater:rollout',
      Value: 'v=1',
      PropagateAtLaunch: false,
    };
    call(world, 'autoscaling', 'CreateOrUpdateTags', { Tags: [tag] });
    resize(world, 3, 6, 6);
    world.clock.advance(5 * MINUTES);
    call(world, 'autoscaling', 'DeleteTags', { Tags: [tag] });
    expect(monitor.violations.map((one) => one.rule)).to.deep.equal(['mixed', 'sizes']);
  });
});

describe('invariants: a rolling rollout', () => {
  const rolling = (
    surge: number,
    unavailable: number,
  ): { readonly kind: 'rolling'; readonly surge: number; readonly unavailable: number } => ({
    kind: 'rolling',
    surge,
    unavailable,
  });

  /** A settled group of three whose instances were launched some minutes after one another. */
  function begun(
    surge: number,
    unavailable: number,
  ): {
    readonly world: WorldRoot;
    readonly monitor: Monitor;
    readonly old: readonly string[];
    readonly rules: () => string[];
    readonly takeOut: (...ids: string[]) => void;
  } {
    const world = worldOf({});
    const monitor = watchInvariants(world);
    const group = standardGroup(world, { min: 1, stagger: 200 });
    const old = (describeGroup(world).Instances ?? []).map((one) => one.InstanceId!);
    group.changeImage('ami-new');
    monitor.expect({ group: 'web', strategy: rolling(surge, unavailable) });
    call(world, 'autoscaling', 'SuspendProcesses', {
      AutoScalingGroupName: 'web',
      ScalingProcesses: ['AZRebalance', 'ReplaceUnhealthy'],
    });
    const takeOut = (...ids: string[]): void => {
      call(world, 'autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        AutoScalingGroupName: 'web',
        InstanceIds: ids,
        ShouldDecrementDesiredCapacity: false,
      });
    };
    return { world, monitor, old, rules: () => monitor.violations.map((one) => one.rule), takeOut };
  }

  it('launches first: one above, the oldest out, and so on, without a violation', () => {
    const { world, monitor, old, takeOut } = begun(1, 0);
    resize(world, 1, 4, 4);
    for (const id of old.slice(0, 2)) {
      world.clock.advance(5 * MINUTES);
      takeOut(id);
    }
    world.clock.advance(5 * MINUTES);
    terminate(world, old.slice(2));
    world.clock.advance(3 * MINUTES);
    resize(world, 1, 3, 3);
    call(world, 'autoscaling', 'ResumeProcesses', {
      AutoScalingGroupName: 'web',
      ScalingProcesses: ['AZRebalance', 'ReplaceUnhealthy'],
    });
    expect(monitor.settle('web')).to.deep.equal([]);
    expect(monitor.violations).to.deep.equal([]);
  });

  it('terminates first: as many as may be unavailable', () => {
    const { world, old, rules, takeOut } = begun(0, 1);
    takeOut(...old.slice(0, 1));
    world.clock.advance(MINUTES);
    expect(rules()).to.deep.equal([]);
    takeOut(...old.slice(1, 2));
    world.clock.advance(10_000);
    expect(rules()).to.deep.equal(['capacity']);
  });

  it('is broken by taking out before anything new serves', () => {
    const { world, old, rules, takeOut } = begun(1, 0);
    resize(world, 1, 4, 4);
    takeOut(...old.slice(0, 1));
    world.clock.advance(10_000);
    expect(rules()).to.deep.equal(['capacity']);
  });

  it('is broken by more above than the surge', () => {
    const { world, rules } = begun(1, 0);
    resize(world, 1, 5, 5);
    world.clock.advance(MINUTES);
    expect(rules()).to.deep.equal(['surge']);
  });

  it('is broken by taking out a younger one while an older one serves', () => {
    const { world, old, rules, takeOut } = begun(1, 0);
    resize(world, 1, 4, 4);
    world.clock.advance(5 * MINUTES);
    takeOut(...old.slice(2));
    expect(rules()).to.deep.equal(['order']);
  });

  it('is expected by what the tag of a rollout says', () => {
    const world = worldOf({});
    const monitor = watchInvariants(world, { autoExpect: true });
    standardGroup(world);
    call(world, 'autoscaling', 'CreateOrUpdateTags', {
      Tags: [
        {
          ResourceId: 'web',
          ResourceType: 'auto-scaling-group',
          Key: 'ha-updater:rollout',
          Value: 'v=2 run=r strategy=rolling limits=1/0',
          PropagateAtLaunch: false,
        },
      ],
    });
    resize(world, 3, 4, 4);
    world.clock.advance(MINUTES);
    expect(monitor.violations).to.deep.equal([]);
    resize(world, 3, 6, 6);
    world.clock.advance(MINUTES);
    expect(monitor.violations.map((one) => one.rule)).to.deep.equal(['surge']);
  });
});

describe('invariants: one group at a time', () => {
  const NOTE = 'v=2 run=r1 strategy=rolling limits=1/0/serial';

  function serial(): { readonly world: WorldRoot; readonly monitor: Monitor; readonly tag: (group: string) => void } {
    const world = worldOf({});
    for (const name of ['g1', 'g2']) standardGroup(world, { name, size: 2, min: 1, max: 3 });
    const monitor = watchInvariants(world, { autoExpect: true });
    const tag = (group: string): void => {
      const Tags = [
        {
          ResourceId: group,
          ResourceType: 'auto-scaling-group',
          Key: 'ha-updater:rollout',
          Value: NOTE,
          PropagateAtLaunch: false,
        },
      ];
      call(world, 'autoscaling', 'CreateOrUpdateTags', { Tags });
    };
    tag('g1');
    tag('g2');
    world.clock.advance(MINUTES);
    return { world, monitor, tag };
  }
  const desire = (world: WorldRoot, group: string, DesiredCapacity: number): void => {
    call(world, 'autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: group, DesiredCapacity });
    world.clock.advance(10_000);
  };

  it('knows the size of a group that is under way also after somebody removed its tags', () => {
    const { world, monitor, tag } = serial();
    desire(world, 'g1', 3);
    const Tags = [{ ResourceId: 'g1', ResourceType: 'auto-scaling-group', Key: 'ha-updater:rollout' }];
    world.invoke('autoscaling', 'DeleteTags', { Tags }, 'others');
    world.clock.advance(10_000);
    tag('g1');
    // The first one is whole again, so the second one may begin.
    world.clock.advance(4 * MINUTES);
    desire(world, 'g1', 2);
    world.clock.advance(4 * MINUTES);
    desire(world, 'g2', 3);
    expect(monitor.violations.filter(({ rule }) => rule === 'serial')).to.deep.equal([]);
  });

  it('sees a second group that begins while the first one, whose tags somebody removed, is under way', () => {
    const { world, monitor } = serial();
    desire(world, 'g1', 3);
    const Tags = [{ ResourceId: 'g1', ResourceType: 'auto-scaling-group', Key: 'ha-updater:rollout' }];
    world.invoke('autoscaling', 'DeleteTags', { Tags }, 'others');
    desire(world, 'g2', 3);
    expect(monitor.violations.map(({ rule }) => rule)).to.include('serial');
  });
});
