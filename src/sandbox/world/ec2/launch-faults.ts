import type { Fault } from '../../scenario.js';
import { ServiceFault } from '../fault.js';
import type { World } from '../world.js';
import { ec2State, type SubnetState } from './state.js';

/** A launch that the scenario does not let through: other zones and other types may be tried, one after the other. */
export class LaunchFault extends ServiceFault {}

/** What is to be launched, as far as a fault asks. */
interface Wanted {
  readonly type: string;
  readonly subnet: Pick<SubnetState, 'zone'>;
  readonly group?: string | undefined;
}

type LaunchFails = Extract<Fault, { kind: 'launchFails' }>;

/**
 * Lets a launch through, or throws what a fault of the scenario has for this zone, this type and this moment.
 * @throws ServiceFault InsufficientInstanceCapacity for `noCapacity`; LaunchFault for `launchFails`
 */
export function requireRoom(world: World, request: Wanted): void {
  const seconds = (world.clock.now() - world.startedAt) / 1000;
  const { launchesUnderFault } = ec2State(world);
  world.scenario.faults.forEach((fault, index) => {
    if (fault.kind !== 'noCapacity' && fault.kind !== 'launchFails') return;
    if (seconds < (fault.from ?? 0) || seconds >= (fault.until ?? Infinity)) return;
    if (fault.zone !== undefined && fault.zone !== request.subnet.zone) return;
    if (fault.kind === 'launchFails' && !isMeant(world, fault, request)) return;
    const used = launchesUnderFault.get(index) ?? 0;
    if (used >= (fault.after ?? 0)) throw refusal(fault, request);
    launchesUnderFault.set(index, used + 1);
  });
}

function isMeant(world: World, { type, group, running }: LaunchFails, request: Wanted): boolean {
  if (type !== undefined && type !== request.type) return false;
  if (group !== undefined && group !== request.group) return false;
  return running === undefined || living(world) >= running;
}

/** Instances that count against a quota: terminated ones do not. EC2 user guide, "On-Demand Instance quotas". */
function living(world: World): number {
  return [...ec2State(world).instances.values()].filter(({ state }) => state === 'pending' || state === 'running')
    .length;
}

function refusal(fault: Extract<Fault, { kind: 'noCapacity' | 'launchFails' }>, request: Wanted): ServiceFault {
  const { zone } = request.subnet;
  if (fault.kind === 'launchFails') {
    const message = fault.message.replaceAll('{type}', request.type).replaceAll('{zone}', zone);
    return new LaunchFault(fault.code, message);
  }
  return new ServiceFault(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${request.type} capacity in the Availability Zone you ` +
      `requested (${zone}). Our system will be working on provisioning additional capacity.`,
    500,
  );
}
