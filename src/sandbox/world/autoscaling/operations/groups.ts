import type {
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { subnetOf } from '../../ec2/network.js';
import { ec2State, zonesOf } from '../../ec2/state.js';
import { elbState } from '../../elb/state.js';
import { elbv2State } from '../../elbv2/state.js';
import { ServiceFault } from '../../fault.js';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { stamp } from '../activities.js';
import { attachmentsOf } from './attachments.js';
import { checkedConfiguration } from './configuration.js';
import { scheduleFaults } from '../faults.js';
import { scheduleHealthCheck } from '../capacity/health-checks.js';
import { createLaunchConfiguration } from './launch-configurations.js';
import { addHook } from './lifecycle-hooks.js';
import { resize, sizesAfter } from './sizes.js';
import { autoScalingState, findGroup, groupOf, invalid, isLeaving, type Extras, type GroupState } from '../state.js';
import { beginTermination, inProgress, startOverdueWaves } from '../capacity/terminate.js';
import { schedulePlan } from '../capacity/plan-schedule.js';

export function createAutoScalingGroup(world: World, input: CreateAutoScalingGroupType): object {
  const state = autoScalingState(world);
  const name = input.AutoScalingGroupName ?? '';
  if (name === '')
    throw invalid(
      "1 validation error detected: Value null at 'autoScalingGroupName' failed to satisfy " +
        'constraint: Member must not be null',
    );
  if (state.groups.has(name))
    throw new ServiceFault(
      'AlreadyExists',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  const configuration = checkedConfiguration(world, input) ?? configurationOfInstance(world, input);
  if (configuration === undefined) {
    throw invalid(
      'Valid requests must contain either launchTemplate, LaunchConfigurationName, InstanceId or ' +
        'MixedInstancesPolicy parameter.',
    );
  }
  const min = input.MinSize ?? 0;
  const sizes = sizesAfter({ min, max: input.MaxSize ?? 0, desired: min }, input);
  const placement = placementOf(world, input) ?? placementOfInstance(world, input.InstanceId);
  if (placement === undefined) throw invalid('At least one Availability Zone or VPC Subnet is required.');
  requireBalancers(world, input);
  const group = newGroup(world, input, { name, ...sizes, ...configuration, ...placement });
  for (const hook of input.LifecycleHookSpecificationList ?? []) addHook(group, hook);
  state.groups.set(name, group);
  touch(world, name);
  if (group.desired > 0) schedulePlan(world, group);
  scheduleFaults(world, group);
  return {};
}

/** What a group is made of, once it is found to be right. */
type Made = Pick<GroupState, 'name' | 'min' | 'max' | 'desired' | 'zones' | 'subnets'> &
  NonNullable<ReturnType<typeof checkedConfiguration>>;

function newGroup(world: World, input: CreateAutoScalingGroupType, made: Made): GroupState {
  const { name } = made;
  const random = world.random.fork(`autoscaling/group/${++autoScalingState(world).counter}`);
  const uuid = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
  return {
    ...made,
    arn: `arn:aws:autoscaling:${world.region}:${world.account}:autoScalingGroup:${uuid}:autoScalingGroupName/${name}`,
    createdAt: world.clock.now(),
    healthCheckType: input.HealthCheckType ?? 'EC2',
    graceMs: (input.HealthCheckGracePeriod ?? 0) * 1000,
    cooldown: input.DefaultCooldown ?? 300,
    policies: input.TerminationPolicies ?? ['Default'],
    protectNew: input.NewInstancesProtectedFromScaleIn ?? false,
    extras: extrasOf(input),
    members: new Map(),
    attachments: attachmentsOf(world, input),
    tags: new Map(
      (input.Tags ?? []).map((tag) => [
        tag.Key ?? '',
        { value: tag.Value ?? '', propagate: tag.PropagateAtLaunch ?? false },
      ]),
    ),
    suspended: new Map(),
    hooks: new Map(),
    schedule: new Map(),
    refreshes: [],
    activities: [],
    lastChange:
      `At ${stamp(world)} a user request created an AutoScalingGroup changing the desired capacity ` +
      `from 0 to ${made.desired}.`,
    launches: 0,
    failures: 0,
    avoided: new Set(),
    waves: new Map(),
    counter: 0,
    outside: { count: 0, last: '' },
    outsideResizes: [],
    others: [],
  };
}

/**
 * A group that is made of an instance gets a launch configuration with its own name.
 * Source: AS API reference, CreateAutoScalingGroup, `InstanceId`.
 */
function configurationOfInstance(
  world: World,
  { InstanceId: id, AutoScalingGroupName: name }: CreateAutoScalingGroupType,
): ReturnType<typeof checkedConfiguration> {
  if (id === undefined) return undefined;
  createLaunchConfiguration(world, { LaunchConfigurationName: name, InstanceId: id });
  return checkedConfiguration(world, { LaunchConfigurationName: name });
}

/** Only what is passed changes. The sizes act at the next planning tick, the configuration at the next launch. */
export function updateAutoScalingGroup(world: World, input: UpdateAutoScalingGroupType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  if (group.status !== undefined) throw inDeletion(group);
  const configuration = checkedConfiguration(world, input);
  const placement = placementOf(world, input);
  sizesAfter(group, input);
  if (configuration !== undefined) {
    group.launchConfiguration = configuration.launchConfiguration;
    group.template = configuration.template;
    group.mixed = configuration.mixed;
    group.failures = 0;
  }
  if (placement !== undefined) {
    group.zones = placement.zones;
    group.subnets = placement.subnets;
  }
  group.healthCheckType = input.HealthCheckType ?? group.healthCheckType;
  if (input.HealthCheckGracePeriod !== undefined) group.graceMs = input.HealthCheckGracePeriod * 1000;
  group.cooldown = input.DefaultCooldown ?? group.cooldown;
  if (input.TerminationPolicies !== undefined && input.TerminationPolicies.length > 0)
    group.policies = input.TerminationPolicies;
  group.protectNew = input.NewInstancesProtectedFromScaleIn ?? group.protectNew;
  group.extras = { ...group.extras, ...extrasOf(input) };
  resize(world, group, input);
  touch(world, group.name);
  schedulePlan(world, group);
  scheduleHealthCheck(world, group);
  return {};
}

function placementOf(
  world: World,
  input: { AvailabilityZones?: string[] | undefined; VPCZoneIdentifier?: string | undefined },
): Pick<GroupState, 'zones' | 'subnets'> | undefined {
  const subnets = (input.VPCZoneIdentifier ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const named = input.AvailabilityZones ?? [];
  const unknown = named.filter((zone) => !zonesOf(world).includes(zone));
  if (unknown.length > 0) throw invalid(`One or more Availability Zones are not valid: ${unknown.join(', ')}`);
  if (subnets.length === 0) return named.length === 0 ? undefined : { zones: [...named], subnets: [] };
  try {
    return { zones: [...new Set(subnets.map((id) => subnetOf(world, id).zone))], subnets };
  } catch (error) {
    if (error instanceof ServiceFault) throw invalid(error.message);
    throw error;
  }
}

function placementOfInstance(world: World, id: string | undefined): ReturnType<typeof placementOf> {
  const instance = ec2State(world).instances.get(id ?? '');
  return instance === undefined ? undefined : { zones: [instance.zone], subnets: [instance.subnetId] };
}

function requireBalancers(world: World, input: CreateAutoScalingGroupType): void {
  const missing = (input.LoadBalancerNames ?? []).filter((name) => !elbState(world).balancers.has(name));
  if (missing.length > 0)
    throw invalid(`Provided Load Balancers may not be valid. Please ensure they exist and try again.`);
  const groups = (input.TargetGroupARNs ?? []).filter((arn) => !elbv2State(world).targetGroups.has(arn));
  if (groups.length > 0)
    throw invalid('One or more target groups not found. Validating load balancer configuration failed.');
}

function extrasOf(input: UpdateAutoScalingGroupType & { readonly Operator?: Extras['Operator'] }): Extras {
  const all: Extras = {
    PlacementGroup: input.PlacementGroup,
    ServiceLinkedRoleARN: input.ServiceLinkedRoleARN,
    MaxInstanceLifetime: input.MaxInstanceLifetime,
    CapacityRebalance: input.CapacityRebalance,
    Context: input.Context,
    DesiredCapacityType: input.DesiredCapacityType,
    DefaultInstanceWarmup: input.DefaultInstanceWarmup,
    InstanceMaintenancePolicy: input.InstanceMaintenancePolicy,
    AvailabilityZoneDistribution: input.AvailabilityZoneDistribution,
    AvailabilityZoneImpairmentPolicy: input.AvailabilityZoneImpairmentPolicy,
    CapacityReservationSpecification: input.CapacityReservationSpecification,
    InstanceLifecyclePolicy: input.InstanceLifecyclePolicy,
    DeletionProtection: input.DeletionProtection,
    Operator: input.Operator,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Refused while instances live, unless forced; then they are terminated, without hooks or draining to wait for. */
export function deleteAutoScalingGroup(world: World, input: DeleteAutoScalingGroupType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const protection = group.extras.DeletionProtection;
  if (
    protection === 'prevent-all-deletion' ||
    (protection === 'prevent-force-deletion' && input.ForceDelete === true)
  ) {
    throw invalid(`You cannot delete AutoScalingGroup ${group.name} because deletion protection is enabled.`);
  }
  if (group.status !== undefined) throw inDeletion(group);
  if (group.members.size > 0 && input.ForceDelete !== true) {
    const activity = group.activities.findLast((one) => one.EndTime === undefined);
    if ([...group.members.values()].every(isLeaving) && activity !== undefined) throw inProgress(activity);
    throw new ServiceFault(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance ' +
        'request(s) still in the group.',
    );
  }
  group.status = 'Delete in progress';
  group.min = 0;
  group.desired = 0;
  group.hooks.clear();
  for (const member of [...group.members.values()]) {
    if (!isLeaving(member))
      beginTermination(world, group, member, {
        by: 'delete',
        cause: `At ${stamp(world)} the AutoScalingGroup was deleted with force.`,
      });
  }
  startOverdueWaves(world, group);
  touch(world, group.name);
  removeWhenEmpty(world, group.name);
  return {};
}

function removeWhenEmpty(world: World, name: string): void {
  const group = findGroup(world, name);
  if (group === undefined) return;
  if (group.members.size > 0) {
    world.clock.after(5000, () => removeWhenEmpty(world, name));
    return;
  }
  const state = autoScalingState(world);
  state.past.push(...group.activities);
  state.groups.delete(name);
  touch(world, name);
}

function inDeletion(group: GroupState): ServiceFault {
  return new ServiceFault('ScalingActivityInProgress', `AutoScalingGroup '${group.name}' is pending delete.`);
}
