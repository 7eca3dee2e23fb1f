import type {
  DeletePolicyType,
  DescribePoliciesType,
  ExecutePolicyType,
  PutScalingPolicyType,
  ScalingPolicy,
} from '@aws-sdk/client-auto-scaling';
import { ServiceFault } from '../../fault.js';
import { page } from '../../page.js';
import { touch } from '../../revisions.js';
import type { World } from '../../world.js';
import { invoke, policyByArn, track, type PolicyOfGroup } from '../capacity/scale-by-policy.js';
import { autoScalingState, groupOf, invalid, type GroupState } from '../state.js';

/**
 * Target tracking acts by metrics that the scenario scripts, simple and step policies when an alarm or ExecutePolicy
 * invokes them. Predictive policies are kept and shown.
 */
export function putScalingPolicy(world: World, input: PutScalingPolicyType): object {
  const group = groupOf(world, input.AutoScalingGroupName);
  const name = input.PolicyName ?? '';
  const type = input.PolicyType ?? 'SimpleScaling';
  requireSettings(type, input);
  const before = group.scalingPolicies?.get(name);
  const policy: ScalingPolicy = {
    ...input,
    PolicyARN: before?.PolicyARN ?? arnOf(world, group, name),
    PolicyType: type,
    Enabled: input.Enabled ?? true,
    Alarms: before?.Alarms ?? [],
  };
  group.scalingPolicies = new Map([...(group.scalingPolicies ?? []), [name, policy]]);
  touch(world, group.name);
  track(world, group.name, policy);
  return { PolicyARN: policy.PolicyARN, Alarms: policy.Alarms };
}

/** What each type cannot do without. The words are assumed. Source: AS API reference, PutScalingPolicy. */
function requireSettings(type: string, input: PutScalingPolicyType): void {
  const needed: Readonly<Record<string, readonly (keyof PutScalingPolicyType)[]>> = {
    SimpleScaling: ['AdjustmentType', 'ScalingAdjustment'],
    StepScaling: ['AdjustmentType', 'StepAdjustments'],
    TargetTrackingScaling: ['TargetTrackingConfiguration'],
    PredictiveScaling: ['PredictiveScalingConfiguration'],
  };
  const names = needed[type];
  if (names === undefined) throw invalid(`Invalid policy type: ${type}`);
  const missing = names.find((name) => input[name] === undefined);
  if (missing !== undefined) throw invalid(`You must specify a ${missing} for policy type: ${type}`);
}

function arnOf(world: World, group: GroupState, name: string): string {
  const random = world.random.fork(`autoscaling/policy/${group.name}/${name}`);
  const uuid = [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
  const account = group.arn.replace(/:autoScalingGroup:.*$/, '');
  return `${account}:scalingPolicy:${uuid}:autoScalingGroupName/${group.name}:policyName/${name}`;
}

export function describePolicies(world: World, input: DescribePoliciesType): object {
  const { PolicyNames: names = [], PolicyTypes: types = [] } = input;
  const groups =
    input.AutoScalingGroupName === undefined
      ? [...autoScalingState(world).groups.values()]
      : [groupOf(world, input.AutoScalingGroupName)];
  const found = groups
    .flatMap((group) => [...(group.scalingPolicies?.values() ?? [])])
    .filter(
      ({ PolicyName: name = '', PolicyARN: arn = '' }) =>
        names.length === 0 || names.some((one) => one === name || one === arn),
    )
    .filter(({ PolicyType: type = '' }) => types.length === 0 || types.includes(type));
  const { items, next } = page(found, Math.min(100, input.MaxRecords ?? 50), input.NextToken);
  return { ScalingPolicies: items.map((policy) => ({ ...policy })), NextToken: next };
}

/** A simple or step policy at once. Source: AS API reference, ExecutePolicy. */
export function executePolicy(world: World, input: ExecutePolicyType): object {
  const found = policyNamed(world, input.PolicyName ?? '', input.AutoScalingGroupName);
  const { MetricValue: value, BreachThreshold: threshold, HonorCooldown: cooldown = false } = input;
  switch (found.policy.PolicyType) {
    case 'StepScaling':
      if (value === undefined || threshold === undefined)
        throw invalid('MetricValue and BreachThreshold are required for policies of the type StepScaling.');
      break;
    case 'SimpleScaling':
      break;
    default:
      throw invalid(`A policy of the type ${found.policy.PolicyType ?? ''} cannot be executed.`);
  }
  if (!invoke(world, found, (value ?? 0) - (threshold ?? 0), { cooldown }))
    throw new ServiceFault('ScalingActivityInProgress', 'The cooldown of the group is not over yet.');
  return {};
}

function policyNamed(world: World, wanted: string, groupName: string | undefined): PolicyOfGroup {
  const byArn = policyByArn(world, wanted);
  if (byArn !== undefined) return byArn;
  const group = groupName === undefined ? undefined : groupOf(world, groupName);
  const policy = group?.scalingPolicies?.get(wanted);
  if (group === undefined || policy === undefined)
    throw invalid(`Policy name not found - Policy '${wanted}' not found`);
  return { group, policy };
}

/** A policy is named by its name and its group, or by its ARN. */
export function deletePolicy(world: World, input: DeletePolicyType): object {
  const wanted = input.PolicyName ?? '';
  const groups =
    input.AutoScalingGroupName === undefined
      ? [...autoScalingState(world).groups.values()].filter(() => wanted.startsWith('arn:'))
      : [groupOf(world, input.AutoScalingGroupName)];
  for (const group of groups)
    for (const [name, { PolicyARN: arn }] of group.scalingPolicies ?? [])
      if (wanted === name || wanted === arn) {
        group.scalingPolicies?.delete(name);
        touch(world, group.name);
        return {};
      }
  throw invalid(`Policy name not found - Policy '${wanted}' not found`);
}
