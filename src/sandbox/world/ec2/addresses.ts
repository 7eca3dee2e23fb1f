import type { World } from '../world.js';
import { ec2State, type SubnetState } from './state.js';

/** Addresses of each subnet that AWS keeps for itself. Source: Amazon VPC user guide, "Subnet sizing". */
const RESERVED = 5;

/** Addresses of a subnet that no instance holds. */
export function freeAddresses(world: World, { id, cidr }: Pick<SubnetState, 'id' | 'cidr'>): number {
  const { instances } = ec2State(world);
  let used = 0;
  for (const one of instances.values()) if (one.subnetId === id && one.state !== 'terminated') used++;
  return Math.max(0, sizeOf(cidr) - used);
}

/** Whether one more instance finds an address; most worlds hold so few instances that nothing has to be counted. */
export function hasAddress(world: World, subnet: Pick<SubnetState, 'id' | 'cidr'>): boolean {
  return ec2State(world).instances.size < sizeOf(subnet.cidr) || freeAddresses(world, subnet) > 0;
}

function sizeOf(cidr: string): number {
  return 2 ** (32 - Number(cidr.split('/')[1] ?? 20)) - RESERVED;
}
