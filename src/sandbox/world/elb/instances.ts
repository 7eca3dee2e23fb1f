import type {
  DeregisterEndPointsInput,
  DescribeEndPointStateInput,
  RegisterEndPointsInput,
} from '@aws-sdk/client-elastic-load-balancing';
import { followUps } from '../follow-ups.js';
import { ec2State } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import type { Call, World } from '../world.js';
import { balancerOf, classicHealth, deregister, liveRegistration, register, registered } from './registrations.js';
import type { ClassicBalancer } from './state.js';

export function registerInstances(world: World, input: RegisterEndPointsInput): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  const ids = (input.Instances ?? []).map((one) => one.InstanceId ?? '');
  requireInstances(world, ids);
  for (const id of ids) {
    register(world, balancer, id);
    balancer.takenOut.delete(id);
    balancer.takenByOthers.delete(id);
  }
  followUps().registrationsChanged(world, ids);
  return { Instances: names(world, balancer) };
}

export function deregisterInstances(
  world: World,
  input: DeregisterEndPointsInput,
  { caller, operation }: Call,
): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  const ids = (input.Instances ?? []).map((one) => one.InstanceId ?? '');
  const unknown = ids.filter((id) => liveRegistration(world, balancer, id) === undefined);
  if (unknown.length > 0) throw invalidInstance(unknown);
  for (const id of ids) {
    deregister(world, balancer, id);
    balancer.takenOut.add(id);
    if (caller === 'others') balancer.takenByOthers.add(id);
  }
  if (caller === 'others') balancer.others.push({ at: world.clock.now(), operation });
  followUps().registrationsChanged(world, ids);
  return { Instances: names(world, balancer) };
}

/** Without instances: all registered ones. An id that does not exist fails the whole call. */
export function describeInstanceHealth(world: World, input: DescribeEndPointStateInput): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  const named = (input.Instances ?? []).map((one) => one.InstanceId ?? '');
  requireInstances(world, named);
  const ids = named.length > 0 ? named : registered(world, balancer).map((one) => one.instance);
  return { InstanceStates: ids.map((id) => classicHealth(world, balancer, id)) };
}

function requireInstances(world: World, ids: readonly string[]): void {
  const { instances } = ec2State(world);
  const unknown = ids.filter((id) => {
    const state = instances.get(id)?.state;
    return state === undefined || state === 'terminated';
  });
  if (unknown.length > 0) throw invalidInstance(unknown);
}

function invalidInstance(ids: readonly string[]): ServiceFault {
  return new ServiceFault('InvalidInstance', `Could not find EC2 instance ${ids.join(', ')}.`);
}

function names(world: World, balancer: ClassicBalancer): { InstanceId: string }[] {
  return registered(world, balancer)
    .filter((one) => one.drainsUntil === undefined)
    .map((one) => ({ InstanceId: one.instance }));
}
