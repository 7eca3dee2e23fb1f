import { ec2State } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import { catchUp, freshProbe, type ProbeRules } from '../probe.js';
import { touch } from '../revisions.js';
import type { World } from '../world.js';
import { elbState, type ClassicBalancer, type Registration } from './state.js';

/** What DescribeInstanceHealth says of one instance. */
export interface ClassicHealth {
  readonly InstanceId: string;
  readonly State: 'InService' | 'OutOfService' | 'Unknown';
  readonly ReasonCode: 'ELB' | 'Instance' | 'N/A';
  readonly Description: string;
}

const DESCRIPTIONS = {
  draining: 'Instance deregistration currently in progress.',
  registering: 'Instance registration is still in progress.',
  zone: 'Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
  failed: 'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
  notYet: 'Instance has not passed the configured HealthyThreshold number of health checks consecutively.',
  unregistered: 'Instance is not currently registered with the LoadBalancer.',
  pending: 'Instance is in pending state.',
  terminated: 'Instance is in terminated state.',
} as const;

export function balancerOf(world: World, name: string | undefined): ClassicBalancer {
  const found = elbState(world).balancers.get(name ?? '');
  if (found === undefined)
    throw new ServiceFault('LoadBalancerNotFound', `There is no ACTIVE Load Balancer named '${name}'`);
  return found;
}

export function classicRules(balancer: ClassicBalancer): ProbeRules {
  const check = balancer.healthCheck;
  return {
    intervalMs: (check.Interval ?? 30) * 1000,
    healthyThreshold: check.HealthyThreshold ?? 10,
    unhealthyThreshold: check.UnhealthyThreshold ?? 2,
    firstPassCounts: false,
  };
}

/** Registers an instance; one that is draining starts again from nothing. */
export function register(world: World, balancer: ClassicBalancer, instance: string): void {
  const known = liveRegistration(world, balancer, instance);
  if (known !== undefined && known.drainsUntil === undefined) return;
  const now = world.clock.now();
  const phase = world.random.fork(`elb/${balancer.name}/${instance}/${now}`).next();
  balancer.registrations.set(instance, {
    instance,
    registeredAt: now,
    probe: freshProbe(now, classicRules(balancer), phase),
  });
  touch(world, ec2State(world).instances.get(instance)?.group);
}

/** Starts to deregister an instance and answers when it will be gone: at once without connection draining. */
export function deregister(world: World, balancer: ClassicBalancer, instance: string): number {
  const now = world.clock.now();
  const registration = liveRegistration(world, balancer, instance);
  if (registration === undefined) return now;
  registration.drainsUntil ??= now + (balancer.draining.enabled ? balancer.draining.seconds * 1000 : 0);
  if (registration.drainsUntil <= now) balancer.registrations.delete(instance);
  touch(world, ec2State(world).instances.get(instance)?.group);
  return registration.drainsUntil;
}

/** The registration, unless it has drained away. */
export function liveRegistration(world: World, balancer: ClassicBalancer, instance: string): Registration | undefined {
  const registration = balancer.registrations.get(instance);
  if (registration === undefined) return undefined;
  const ended = ec2State(world).instances.get(instance);
  const drained = registration.drainsUntil !== undefined && registration.drainsUntil <= world.clock.now();
  // The balancer drops terminated instances by itself.
  return drained || ended === undefined || ended.state === 'terminated' ? undefined : registration;
}

/** Everything registered now, without what has drained away. */
export function registered(world: World, balancer: ClassicBalancer): Registration[] {
  return [...balancer.registrations.keys()].flatMap((id) => liveRegistration(world, balancer, id) ?? []);
}

/** Health of one instance as the balancer tells it, now. */
export function classicHealth(world: World, balancer: ClassicBalancer, id: string): ClassicHealth {
  const say = (
    State: ClassicHealth['State'],
    ReasonCode: ClassicHealth['ReasonCode'],
    Description: string,
  ): ClassicHealth => ({
    InstanceId: id,
    State,
    ReasonCode,
    Description,
  });
  const registration = liveRegistration(world, balancer, id);
  const instance = ec2State(world).instances.get(id);
  if (registration === undefined || instance === undefined)
    return say('OutOfService', 'Instance', DESCRIPTIONS.unregistered);
  const { probe } = registration;
  catchUp(probe, classicRules(balancer), instance, world.clock.now());
  if (registration.drainsUntil !== undefined) {
    return probe.state === 'healthy'
      ? say('InService', 'N/A', DESCRIPTIONS.draining)
      : say('OutOfService', 'ELB', DESCRIPTIONS.draining);
  }
  if (!balancer.zones.has(instance.zone)) return say('OutOfService', 'ELB', DESCRIPTIONS.zone);
  if (instance.state === 'pending') return say('OutOfService', 'Instance', DESCRIPTIONS.pending);
  if (instance.state === 'terminated') return say('OutOfService', 'Instance', DESCRIPTIONS.terminated);
  if (probe.state === 'healthy') return say('InService', 'N/A', 'N/A');
  if (probe.state === 'unhealthy') return say('OutOfService', 'Instance', DESCRIPTIONS.failed);
  return probe.checks === 0
    ? say('OutOfService', 'ELB', DESCRIPTIONS.registering)
    : say('OutOfService', 'Instance', DESCRIPTIONS.notYet);
}
