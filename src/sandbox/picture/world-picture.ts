import type { Served } from '../index.js';
import type { TimelinePoint } from '../invariants/index.js';
import { lookAt, type Seen } from '../invariants/look.js';
import type { Fault } from '../scenario.js';
import { autoScalingState, type GroupState } from '../world/autoscaling/state.js';
import { cloudFormationState } from '../world/cloudformation/deploy/state.js';
import { ec2State, zonesOf } from '../world/ec2/state.js';
import type { World } from '../world/world.js';

/** What an instance does, in one word for its colour and its legend. */
export type InstanceDoes = 'serves' | 'boots' | 'does not serve' | 'leaves' | 'is set aside';

export interface InstancePicture {
  readonly id: string;
  readonly image: string;
  readonly zone: string;
  /** Launched from something else than the group launches now. */
  readonly old: boolean;
  readonly does: InstanceDoes;
}

export interface GroupPicture {
  readonly name: string;
  readonly min: number;
  readonly desired: number;
  readonly max: number;
  /** Capacity units that every balancer sends requests to. */
  readonly inService: number;
  readonly suspended: readonly string[];
  readonly instances: readonly InstancePicture[];
  /** Its capacity through time, oldest first. */
  readonly curve: readonly TimelinePoint[];
}

/** All that the page shows of one moment. Times are milliseconds of simulated time since the Unix epoch. */
export interface WorldPicture {
  readonly now: number;
  readonly region: string;
  readonly account: string;
  readonly zones: readonly string[];
  readonly stacks: readonly { readonly name: string; readonly status: string }[];
  /** Stacks of other regions that somebody called. */
  readonly elsewhere: readonly { readonly region: string; readonly name: string; readonly status: string }[];
  readonly groups: readonly GroupPicture[];
  /** What goes wrong now because somebody or the scenario wants it, one sentence each. */
  readonly disturbances: readonly string[];
  /** Promises that the watched tool broke. */
  readonly broken: readonly string[];
}

/** More points than this are more than a picture can show. */
const MOST_POINTS = 400;

/** The world as it truly is at this moment, without any lag or fault of the wire. Changes nothing. */
export function worldPicture({ world, monitor }: Served, others: readonly Served[] = []): WorldPicture {
  const timeline = monitor?.timeline ?? [];
  return {
    now: world.clock.now(),
    region: world.region,
    account: world.account,
    zones: zonesOf(world),
    stacks: stacksOf(world),
    elsewhere: others.flatMap((other) =>
      stacksOf(other.world).map((stack) => ({ ...stack, region: other.world.region })),
    ),
    groups: [...autoScalingState(world).groups.values()].map((group) => groupPicture(world, group, timeline)),
    disturbances: world.scenario.faults.flatMap((fault) => disturbance(world, fault) ?? []),
    broken: (monitor?.violations ?? []).map(({ group, rule, text }) => `${group}: ${text} (${rule})`),
  };
}

function stacksOf(world: World): WorldPicture['stacks'] {
  return [...cloudFormationState(world).stacks.values()].map(({ name, status }) => ({ name, status }));
}

function groupPicture(world: World, group: GroupState, timeline: readonly TimelinePoint[]): GroupPicture {
  const { name, min, desired, max, suspended } = group;
  const look = lookAt(world, name);
  return {
    name,
    min,
    desired,
    max,
    inService: look?.inService ?? 0,
    suspended: [...suspended.keys()],
    instances: (look?.instances ?? []).map((seen) => instancePicture(world, group, seen)),
    curve: timeline.filter((point) => point.group === name).slice(-MOST_POINTS),
  };
}

function instancePicture(world: World, group: GroupState, seen: Seen): InstancePicture {
  const instance = ec2State(world).instances.get(seen.id);
  return {
    id: seen.id,
    image: instance?.imageId ?? '',
    zone: group.members.get(seen.id)?.zone ?? '',
    old: seen.outdated,
    does: doesWhat(seen, group, instance?.upAt, world.clock.now()),
  };
}

function doesWhat(
  { id, leaving, aside, inService, alive }: Seen,
  group: GroupState,
  upAt: number | undefined,
  now: number,
): InstanceDoes {
  if (leaving || !alive) return 'leaves';
  if (aside) return 'is set aside';
  if (inService) return 'serves';
  const pending = group.members.get(id)?.lifecycle.startsWith('Pending') === true;
  return pending || (upAt !== undefined && now < upAt) ? 'boots' : 'does not serve';
}

/** A sentence about what is throttled or has no capacity now; undefined for every other fault, and for what is over. */
function disturbance({ clock, startedAt }: World, fault: Fault): string | undefined {
  if (fault.kind !== 'throttle' && fault.kind !== 'noCapacity') return undefined;
  const seconds = (clock.now() - startedAt) / 1000;
  const { from = 0, until = Infinity } = fault;
  if (seconds < from || seconds >= until) return undefined;
  const left = until === Infinity ? 'until the sandbox stops' : `for ${Math.ceil(until - seconds)} more seconds`;
  if (fault.kind === 'throttle')
    return `AWS throttles ${Math.round(fault.rate * 100)} % of the calls ${fault.calls} ${left}.`;
  return `EC2 has no capacity in ${fault.zone ?? 'any zone'} ${left}.`;
}
