import { followUps } from '../follow-ups.js';
import { drawMs, next } from '../random-delay.js';
import { touch } from '../revisions.js';
import type { World } from '../world.js';
import { behaviourOf, requireImage } from './images.js';
import { LaunchFault, requireRoom } from './launch-faults.js';
import { hasAddress } from './addresses.js';
import { requireQuota } from './quotas.js';
import {
  DEFAULT_SECURITY_GROUP,
  ec2State,
  type Ec2Instance,
  type EndedBy,
  type EndReason,
  type SubnetState,
} from './state.js';

/** What an instance is launched with, whoever launches it. */
export interface LaunchRequest {
  readonly image: string;
  readonly type: string;
  readonly subnet: SubnetState;
  readonly tags: ReadonlyMap<string, string>;
  readonly group?: string | undefined;
  readonly securityGroups?: readonly string[] | undefined;
  readonly keyName?: string | undefined;
  readonly profile?: string | undefined;
  readonly reservation?: string | undefined;
}

/**
 * Starts one instance: pending now, running after `timing.pending`, answering after its image's boot time.
 * Throws InvalidAMIID.*, InsufficientInstanceCapacity, VcpuLimitExceeded, InsufficientFreeAddressesInSubnet and what
 * the scenario has launches fail for, in EC2's words.
 */
export function startInstance(world: World, request: LaunchRequest): Ec2Instance {
  requireImage(world, request.image);
  requireRoom(world, request);
  requireQuota(world, request.type);
  requireAddress(world, request.subnet);
  const state = ec2State(world);
  const number = next(state);
  const topic = `ec2/instance/${number}`;
  const now = world.clock.now();
  const behaviour = behaviourOf(world, request.image);
  const runningAt = now + drawMs(world, `${topic}/pending`, world.scenario.timing.pending);
  const instance: Ec2Instance = {
    id: `i-0${world.random.fork(topic).hex(16)}`,
    imageId: request.image,
    type: request.type,
    subnetId: request.subnet.id,
    vpcId: request.subnet.vpcId,
    zone: request.subnet.zone,
    launchedAt: Math.floor(now / 1000) * 1000,
    privateIp: address(request.subnet.cidr, number),
    publicIp: `198.51.${(number >> 8) & 255}.${number & 255}`,
    behaviour,
    securityGroupIds:
      request.securityGroups === undefined || request.securityGroups.length === 0
        ? [DEFAULT_SECURITY_GROUP]
        : request.securityGroups,
    keyName: request.keyName,
    profile: request.profile,
    reservationId: request.reservation ?? `r-0${world.random.fork(`${topic}/reservation`).hex(16)}`,
    group: request.group,
    state: 'pending',
    runningAt,
    upAt: runningAt + drawMs(world, `${topic}/boot`, behaviour.boot ?? world.scenario.timing.boot),
    tags: new Map(request.tags),
  };
  state.instances.set(instance.id, instance);
  world.clock.at(runningAt, () => becomesRunning(world, instance.id));
  if (behaviour.behaviour === 'dies') {
    world.clock.at(now + (behaviour.diesAfter ?? 120) * 1000, () =>
      endInstance(world, instance.id, 'world', 'Client.InstanceInitiatedShutdown'),
    );
  }
  return instance;
}

function requireAddress(world: World, subnet: SubnetState): void {
  if (hasAddress(world, subnet)) return;
  throw new LaunchFault(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
  );
}

function becomesRunning(world: World, id: string): void {
  const instance = ec2State(world).instances.get(id);
  if (instance?.state === 'pending') instance.state = 'running';
}

/** How long EC2 shows a terminated instance. */
const SHOWN_AFTERWARDS_MS = 3_600_000;

/**
 * Ends an instance: it stops answering now and is `terminated` after `timing.shutdown`; answers when.
 * A group that did not ask for it notices through its health check.
 */
export function endInstance(world: World, id: string, by: EndedBy, reason?: EndReason): number {
  const instance = ec2State(world).instances.get(id);
  if (instance === undefined) return world.clock.now();
  if (instance.goneAt !== undefined) return instance.goneAt;
  const goneAt = world.clock.now() + drawMs(world, `ec2/shutdown/${id}`, world.scenario.timing.shutdown);
  instance.state = 'shutting-down';
  instance.stopsAt = world.clock.now();
  instance.goneAt = goneAt;
  instance.endedBy ??= by;
  if (reason !== undefined) instance.endReason = reason;
  world.clock.at(goneAt, () => becomesTerminated(world, id));
  touch(world, instance.group);
  followUps().instanceEnded(world, instance);
  return goneAt;
}

function becomesTerminated(world: World, id: string): void {
  const instance = ec2State(world).instances.get(id);
  if (instance === undefined) return;
  instance.state = 'terminated';
  touch(world, instance.group);
  world.clock.after(SHOWN_AFTERWARDS_MS, () => {
    ec2State(world).instances.delete(id);
  });
}

function address(cidr: string, number: number): string {
  const [a = '10', b = '0', c = '0'] = cidr.split('.');
  return `${a}.${b}.${Number(c) + ((number >> 8) & 15)}.${number & 255}`;
}
