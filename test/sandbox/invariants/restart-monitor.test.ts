import { expect } from 'chai';
import { watchInvariants, type Monitor } from '../../../src/sandbox/invariants/index.js';
import type { WorldRoot } from '../../../src/sandbox/world/world.js';
import { call, standardGroup, worldOf } from '../../support/sandbox.js';

const NOTE = 'ha-updater:rollout';

/** A group of three behind a classic balancer, and a monitor that knows restarts by their notes. */
function watched(): { readonly world: WorldRoot; readonly monitor: Monitor; readonly ids: readonly string[] } {
  const world = worldOf({});
  standardGroup(world, { balancers: ['classic'] });
  const monitor = watchInvariants(world, { autoExpect: true });
  const { AutoScalingGroups: groups } = call<{ AutoScalingGroups: { Instances: { InstanceId: string }[] }[] }>(
    world,
    'autoscaling',
    'DescribeAutoScalingGroups',
  );
  return { world, monitor, ids: (groups[0]?.Instances ?? []).map(({ InstanceId }) => InstanceId) };
}

function balancerOf(world: WorldRoot): string {
  const { LoadBalancerDescriptions: rows } = call<{ LoadBalancerDescriptions: { LoadBalancerName: string }[] }>(
    world,
    'elb',
    'DescribeLoadBalancers',
  );
  return rows[0]?.LoadBalancerName ?? '';
}

const who = (world: WorldRoot, ids: readonly string[]): object => ({
  LoadBalancerName: balancerOf(world),
  Instances: ids.map((InstanceId) => ({ InstanceId })),
});

function note(world: WorldRoot): void {
  const Value = 'v=1 run=r1 strategy=restart quorum=2 started=2026-01-01T00:00:00Z ';
  call(world, 'autoscaling', 'CreateOrUpdateTags', {
    Tags: [{ ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: NOTE, Value, PropagateAtLaunch: false }],
  });
}

const untag = { Tags: [{ ResourceId: 'web', ResourceType: 'auto-scaling-group', Key: NOTE }] };
const rules = ({ violations }: Monitor): readonly string[] => violations.map(({ rule }) => rule);

describe('the monitor of restarts', () => {
  it('sees who is taken out before the first note', () => {
    const { world, monitor, ids } = watched();
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', who(world, ids.slice(0, 1)));
    expect(monitor.violations.map(({ text }) => text)).to.deep.equal([
      `${ids[0] ?? ''} was taken out of ${balancerOf(world)} while no restart was noted.`,
    ]);
  });

  it('sees who is taken out after the last note', () => {
    const { world, monitor, ids } = watched();
    note(world);
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', who(world, ids.slice(0, 1)));
    call(world, 'elb', 'RegisterInstancesWithLoadBalancer', who(world, ids.slice(0, 1)));
    call(world, 'autoscaling', 'DeleteTags', untag);
    expect(rules(monitor)).to.deep.equal([]);
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', who(world, ids.slice(1, 2)));
    expect(rules(monitor)).to.deep.equal(['registered']);
  });

  it('goes on watching where other people remove the notes by a call', () => {
    const { world, monitor, ids } = watched();
    note(world);
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', who(world, ids.slice(0, 1)));
    world.invoke('autoscaling', 'DeleteTags', untag, 'others');
    expect(rules(monitor)).to.deep.equal([]);
    // One more leaves less than the quorum.
    call(world, 'elb', 'DeregisterInstancesFromLoadBalancer', who(world, ids.slice(1, 2)));
    expect(rules(monitor)).to.deep.equal(['quorum']);
  });

  it('takes nothing that other people do for the doing of a restart', () => {
    const { world, monitor, ids } = watched();
    world.invoke('elb', 'DeregisterInstancesFromLoadBalancer', who(world, ids.slice(0, 1)), 'others');
    note(world);
    world.invoke('elb', 'DeregisterInstancesFromLoadBalancer', who(world, ids.slice(1, 2)), 'others');
    world.invoke('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: 'web', MaxSize: 6 }, 'others');
    call(world, 'autoscaling', 'DeleteTags', untag);
    expect(rules(monitor)).to.deep.equal([]);
  });
});
