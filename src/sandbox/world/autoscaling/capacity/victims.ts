import type { World } from '../../world.js';
import { ec2State } from '../../ec2/state.js';
import { autoScalingState, counts, unitsOf, type GroupState, type Member } from '../state.js';
import { populationOf } from './zones.js';

/**
 * Who leaves when the group scales in: among the instances in service that are not protected and not
 * bigger than the surplus, those of the fullest zone, then by the group's termination policies.
 */
export function pickVictim(world: World, group: GroupState, surplus: number): Member | 'none' | 'allProtected' {
  const serving = [...group.members.values()].filter(
    (member) => member.lifecycle === 'InService' && counts(member) && unitsOf(member) <= surplus,
  );
  if (serving.length === 0) return 'none';
  const free = serving.filter((member) => !member.protected);
  if (free.length === 0) return 'allProtected';
  const population = populationOf(group);
  const most = Math.max(...free.map((member) => population.get(member.zone) ?? 0));
  const crowded = free.filter((member) => (population.get(member.zone) ?? 0) === most);
  const orders = group.policies.flatMap((policy) => ORDERS[policy] ?? DEFAULT_ORDER);
  return crowded.reduce((best, other) => (compare(world, orders, other, best) < 0 ? other : best));
}

type Order = (world: World, member: Member) => number;

const launched: Order = (world, member) => ec2State(world).instances.get(member.id)?.launchedAt ?? 0;
/** Launch configurations leave before launch templates, older versions before newer ones. */
const configuration: Order = (world, member) =>
  member.launchConfiguration === undefined
    ? Number.MAX_SAFE_INTEGER
    : (autoScalingState(world).configurations.get(member.launchConfiguration)?.CreatedTime?.getTime() ?? 0);
const templateVersion: Order = (_world, member) =>
  member.template === undefined ? -1 : Number(member.template.version);
const joined: Order = (_world, member) => member.order;

const DEFAULT_ORDER: readonly Order[] = [configuration, templateVersion, launched, joined];

const ORDERS: Readonly<Record<string, readonly Order[]>> = {
  Default: DEFAULT_ORDER,
  OldestInstance: [launched, joined],
  NewestInstance: [(world, member) => -launched(world, member), (world, member) => -joined(world, member)],
  OldestLaunchConfiguration: [configuration],
  OldestLaunchTemplate: [templateVersion],
  ClosestToNextInstanceHour: [
    (world, member) => 3_600_000 - ((world.clock.now() - launched(world, member)) % 3_600_000),
  ],
  AllocationStrategy: [],
};

function compare(world: World, orders: readonly Order[], a: Member, b: Member): number {
  for (const order of [...orders, joined]) {
    const difference = order(world, a) - order(world, b);
    if (difference !== 0) return difference;
  }
  return 0;
}
