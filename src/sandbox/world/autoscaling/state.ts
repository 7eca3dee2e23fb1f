import type {
  Activity,
  CreateAutoScalingGroupType,
  InstanceRefresh,
  LaunchConfiguration,
  LaunchTemplateSpecification,
  LifecycleHook,
  LifecycleState,
  MixedInstancesPolicy,
  ScalingPolicy,
  WarmPoolConfiguration,
} from '@aws-sdk/client-auto-scaling';
import type { EndedBy } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import type { World } from '../world.js';

/** A lifecycle action that an instance waits for. */
export interface PendingHook {
  readonly name: string;
  readonly token: string;
  readonly transition: 'launching' | 'terminating';
  readonly globalDeadline: number;
  deadline: number;
  /** Set when it was completed or its time ran out. */
  result?: 'CONTINUE' | 'ABANDON';
}

/** One instance as its group sees it. */
export interface Member {
  readonly id: string;
  /** Order of joining the group. */
  readonly order: number;
  readonly type: string;
  readonly zone: string;
  readonly launchConfiguration?: string | undefined;
  readonly template?: { readonly id: string; readonly name: string; readonly version: string } | undefined;
  /** `WeightedCapacity` as AWS says it: text, absent without weights. */
  readonly weight?: string | undefined;
  lifecycle: LifecycleState;
  health: 'Healthy' | 'Unhealthy';
  healthReason?: 'EC2' | 'ELB' | 'user' | undefined;
  protected: boolean;
  inServiceAt?: number | undefined;
  /** Launched to even out zones: does not count until it serves. */
  rebalancing?: boolean | undefined;
  /** The activity that is going on with it. */
  activity?: string | undefined;
  /** Launched to take the place of this instance: does not count until that one goes. */
  replaces?: string | undefined;
  /** It is to go, for this reason, once its replacement serves. */
  goes?: Extract<EndedBy, 'health' | 'lifetime'> | undefined;
  endedBy?: EndedBy | undefined;
  /** Who put it into standby: the tool that is watched, or somebody else. */
  asideBy?: 'caller' | 'world' | undefined;
  hooks: PendingHook[];
}

export interface Attachment {
  readonly kind: 'classic' | 'target-group' | 'lattice';
  readonly id: string;
  /** Attached through the calls of its kind, or through AttachTrafficSources. */
  readonly through: 'kind' | 'trafficSource';
  readonly addedAt: number;
  /** Set while it is being detached. */
  removedAt?: number;
}

export interface ScheduledAction {
  readonly name: string;
  /** When it is due next. */
  readonly startAt: number;
  /** A recurrence ends then. */
  readonly endAt?: number | undefined;
  /** A cron expression of five parts. */
  readonly recurrence?: string | undefined;
  /** The time zone of the recurrence, such as `Europe/Berlin`; UTC where there is none. */
  readonly zone?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly desired?: number | undefined;
}

/** Settings that Auto Scaling shows as they were given and that nothing here depends on. */
export type Extras = Pick<
  CreateAutoScalingGroupType,
  | 'PlacementGroup'
  | 'ServiceLinkedRoleARN'
  | 'MaxInstanceLifetime'
  | 'CapacityRebalance'
  | 'Context'
  | 'DesiredCapacityType'
  | 'DefaultInstanceWarmup'
  | 'InstanceMaintenancePolicy'
  | 'AvailabilityZoneDistribution'
  | 'AvailabilityZoneImpairmentPolicy'
  | 'CapacityReservationSpecification'
  | 'InstanceLifecyclePolicy'
  | 'DeletionProtection'
  | 'Operator'
>;

/** The three sizes of a group. */
export type Sizes = Pick<GroupState, 'min' | 'max' | 'desired'>;

/** The sizes that are others now than they were. */
export function sizesChanged(before: Sizes, { min, max, desired }: Sizes): Partial<Sizes> {
  return {
    ...(min !== before.min && { min }),
    ...(max !== before.max && { max }),
    ...(desired !== before.desired && { desired }),
  };
}

export interface GroupState {
  /** A rollout of this tool has begun on it at some time. */
  rolledOut?: true;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  min: number;
  max: number;
  desired: number;
  launchConfiguration?: string | undefined;
  template?: LaunchTemplateSpecification | undefined;
  mixed?: MixedInstancesPolicy | undefined;
  zones: string[];
  subnets: string[];
  healthCheckType: string;
  graceMs: number;
  cooldown: number;
  policies: string[];
  protectNew: boolean;
  extras: Extras;
  /** Set once it is being deleted. */
  status?: string;
  readonly members: Map<string, Member>;
  readonly attachments: Attachment[];
  readonly tags: Map<string, { value: string; propagate: boolean }>;
  /** Process name to the reason of its suspension. */
  readonly suspended: Map<string, string>;
  readonly hooks: Map<string, LifecycleHook>;
  readonly schedule: Map<string, ScheduledAction>;
  readonly refreshes: InstanceRefresh[];
  warmPool?: WarmPoolConfiguration | undefined;
  /** Names of the metrics that it is asked to publish. */
  metrics?: readonly string[] | undefined;
  scalingPolicies?: Map<string, ScalingPolicy>;
  /** What target tracking saw in the last minutes, newest last, by the policy's name. */
  tracked?: Map<string, readonly number[]>;
  /** When a policy scaled it last. */
  scaledAt?: number;
  /** Types of notifications by the topic that they go to. */
  notifications?: Map<string, readonly string[]>;
  /** Newest last. */
  readonly activities: Activity[];
  /** Why the desired capacity is what it is, for causes. */
  lastChange: string;
  /** Set while the desired capacity is what a fault of the scenario made it: what scales in then is nobody's doing. */
  resizedByWorld?: boolean;
  /** Units that were launched to even out the zones, and whose surplus has still to go. */
  evening?: number | undefined;
  /** The desired capacity that it reached last. */
  reached?: number | undefined;
  /** Units that Auto Scaling launched above this desired capacity in the place of a loss, as weights do not add up. */
  overshot?: { readonly units: number; readonly desired: number } | undefined;
  planAt?: number | undefined;
  healthCheckAt?: number | undefined;
  /** Launches so far, failed ones included: overrides take turns. */
  launches: number;
  /** Failed launches in a row. */
  failures: number;
  /** Zones that a launch failed in since it worked last, or since all of them were tried. */
  readonly avoided: Set<string>;
  /** Waves of terminations that did not start yet, by number. */
  readonly waves: Map<number, { readonly at: number; readonly ids: string[] }>;
  counter: number;
  /** Changes asked for from outside (people, tools): how many, and the last one's name. */
  outside: { count: number; last: string };
  /** When somebody from outside changed its sizes, and to which desired capacity. */
  readonly outsideResizes: { readonly at: number; readonly desired: number }[];
  /** Changes by people and tools that have no part in the rollout that is watched. */
  readonly others: {
    readonly at: number;
    readonly operation: string;
    /** What it was changed to. */ readonly desired?: number | undefined;
    /** The sizes that became others by it. */ readonly set?: Partial<Sizes>;
    /** The units that came back out of standby by it. */ readonly brought?: number;
    /** The units that the desired capacity fell by together with instances that left service. */
    readonly tookOff?: number;
    /** The processes that it named. */ readonly processes?: readonly string[];
  }[];
}

export interface AutoScalingState {
  counter: number;
  readonly groups: Map<string, GroupState>;
  readonly configurations: Map<string, LaunchConfiguration>;
  /** Activities of groups that are gone. */
  readonly past: Activity[];
  /** Of the account; those not named are as AWS begins. */
  readonly settings: Map<string, string>;
}

export function autoScalingState(world: World): AutoScalingState {
  return world.state<AutoScalingState>('autoscaling', () => ({
    counter: 0,
    groups: new Map(),
    configurations: new Map(),
    past: [],
    settings: new Map(),
  }));
}

export function invalid(message: string): ServiceFault {
  return new ServiceFault('ValidationError', message);
}

export function groupOf(world: World, name: string | undefined): GroupState {
  const found = autoScalingState(world).groups.get(name ?? '');
  if (found === undefined) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
  return found;
}

/** The group by name, for events: it may be gone when they fire. */
export function findGroup(world: World, name: string): GroupState | undefined {
  return autoScalingState(world).groups.get(name);
}

/** The group that holds an instance, and the instance in it. */
export function memberOf(world: World, id: string): { readonly group: GroupState; readonly member: Member } {
  for (const group of autoScalingState(world).groups.values()) {
    const member = group.members.get(id);
    if (member !== undefined) return { group, member };
  }
  throw invalid(`Instance Id not found - No managed instance found for instance ID: ${id}`);
}

export function unitsOf(member: Member): number {
  return member.weight === undefined ? 1 : Number(member.weight);
}

export function isLeaving(member: Member): boolean {
  return member.lifecycle.startsWith('Terminat') || member.lifecycle.startsWith('Detach');
}

/** Whether the instance counts toward the desired capacity. */
export function counts(member: Member): boolean {
  if (isLeaving(member) || member.lifecycle === 'Standby' || member.lifecycle === 'EnteringStandby') return false;
  if (member.replaces !== undefined) return false;
  return !(member.rebalancing === true && member.lifecycle.startsWith('Pending'));
}

/** Whoever was launched to take its place once it serves has that place now, and counts. */
export function leavePlace(group: GroupState, { id }: Member): void {
  for (const other of group.members.values()) if (other.replaces === id) other.replaces = undefined;
}

/** Capacity of the group in its own units: instances, or weights. */
export function capacityOf(group: GroupState): number {
  let sum = 0;
  for (const member of group.members.values()) if (counts(member)) sum += unitsOf(member);
  return sum;
}

export function attached(group: GroupState): Attachment[] {
  return group.attachments.filter((one) => one.removedAt === undefined);
}
