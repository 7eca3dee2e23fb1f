import type { NextCommand } from '../../../src/text/commands/next-command.js';
import { ServiceFault } from '../../../src/sandbox/world/fault.js';
import type { World } from '../../../src/sandbox/world/world.js';

/** A person types what the end of a run names: whoever was never registered is registered by hand, and by nobody else. */
export function registerByHand(world: World, next: readonly NextCommand[]): void {
  for (const step of next) {
    try {
      type(world, step);
    } catch (error) {
      // An instance that has gone meanwhile is refused, and the person goes on.
      if (!(error instanceof ServiceFault)) throw error;
    }
  }
}

function type(world: World, { program, operation, words }: NextCommand): void {
  if (program !== 'aws') return;
  const [, where = '', , ...ids] = words;
  if (operation === 'elb register-instances-with-load-balancer')
    world.invoke(
      'elb',
      'RegisterInstancesWithLoadBalancer',
      { LoadBalancerName: where, Instances: ids.map((InstanceId) => ({ InstanceId })) },
      'others',
    );
  if (operation === 'elbv2 register-targets')
    world.invoke(
      'elbv2',
      'RegisterTargets',
      { TargetGroupArn: where, Targets: ids.map((id) => ({ Id: id.replace(/^Id=/, '') })) },
      'others',
    );
}
