import type { ScalingPolicy, StepAdjustment, TargetTrackingConfiguration } from '@aws-sdk/client-auto-scaling';
import { metricNames, presentValue } from '../../cloudwatch/metric-values.js';
import type { World } from '../../world.js';
import { resizeByOthers } from '../operations/sizes.js';
import { autoScalingState, findGroup, type GroupState } from '../state.js';

const MINUTE = 60_000;

/** Minutes in a row after which target tracking scales out, and in. AWS shows them in the alarms that it makes. */
const MINUTES = { out: 3, in: 15 };

/** Target tracking scales in below this part of its target; AWS shows that in its alarms. */
const LOW = 0.9;

/** CloudWatch's names of the metrics that target tracking knows by its own. */
const PREDEFINED: Readonly<Record<string, string>> = {
  ASGAverageCPUUtilization: 'AWS/EC2/CPUUtilization',
  ASGAverageNetworkIn: 'AWS/EC2/NetworkIn',
  ASGAverageNetworkOut: 'AWS/EC2/NetworkOut',
  ALBRequestCountPerTarget: 'AWS/ApplicationELB/RequestCountPerTarget',
};

/**
 * From now on the policy tracks its target, minute by minute, if the scenario says what its metric shows. A policy
 * whose metric is not scripted costs no events.
 */
export function track(world: World, groupName: string, policy: ScalingPolicy): void {
  const metric = metricOf(policy.TargetTrackingConfiguration);
  if (metric === undefined || !metricNames(world).includes(metric)) return;
  world.clock.after(MINUTE, () => {
    const group = findGroup(world, groupName);
    if (group?.scalingPolicies?.get(policy.PolicyName ?? '') !== policy) return;
    look(world, { group, policy }, metric);
    track(world, groupName, policy);
  });
}

function metricOf(configuration: TargetTrackingConfiguration | undefined): string | undefined {
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: own } = configuration ?? {};
  if (predefined !== undefined) return PREDEFINED[predefined.PredefinedMetricType ?? ''];
  return own?.Namespace === undefined ? undefined : `${own.Namespace}/${own.MetricName ?? ''}`;
}

/** Source: AS user guide, "Target tracking scaling policies": quickly out, slowly in, not while instances warm up. */
function look(world: World, { group, policy }: PolicyOfGroup, metric: string): void {
  const { TargetValue: target = 0, DisableScaleIn: onlyOut = false } = policy.TargetTrackingConfiguration ?? {};
  const warm = warmIn(world, group, policy);
  const value = presentValue(world, metric, warm.length);
  const tracked = (group.tracked ??= new Map<string, readonly number[]>());
  const name = policy.PolicyName ?? '';
  if (value === undefined) return void tracked.delete(name);
  const minutes = [...(tracked.get(name) ?? []), value].slice(-MINUTES.in);
  tracked.set(name, minutes);
  const last = (count: number): readonly number[] => minutes.slice(-count);
  const wanted = Math.ceil((warm.length * value) / target);
  if (last(MINUTES.out).length === MINUTES.out && last(MINUTES.out).every((one) => one > target)) {
    if (wanted > group.desired) scale(world, { group, policy }, wanted, 'AlarmHigh');
  } else if (last(MINUTES.in).length === MINUTES.in && last(MINUTES.in).every((one) => one < target * LOW)) {
    if (!onlyOut && !warmsUp(world, group, policy) && wanted < group.desired)
      scale(world, { group, policy }, Math.max(1, wanted), 'AlarmLow');
  }
}

/** Alarms do nothing to a group whose AlarmNotification is suspended, nor does a policy that is not enabled. */
function scale(world: World, { group, policy }: PolicyOfGroup, desired: number, alarm: string): void {
  if (policy.Enabled === false || group.suspended.has('AlarmNotification')) return;
  const within = Math.min(group.max, Math.max(group.min, desired));
  if (within === group.desired) return;
  const by = `a monitor alarm ${alarm} in state ALARM triggered policy ${policy.PolicyName ?? ''}, update to`;
  resizeFor(world, group, within, by);
}

function resizeFor(world: World, group: GroupState, desired: number, by: string): void {
  group.scaledAt = world.clock.now();
  resizeByOthers(world, group, { desired }, by);
}

/**
 * A simple or step policy is invoked, by an alarm or by ExecutePolicy.
 * @param breach by how much the metric is above the alarm's threshold; negative: below it
 * @param alarm its name; absent for ExecutePolicy, which no suspended process holds back
 * @returns false when its cooldown is not over
 */
export function invoke(
  world: World,
  { group, policy }: PolicyOfGroup,
  breach: number,
  { alarm, cooldown = true }: { readonly alarm?: string; readonly cooldown?: boolean },
): boolean {
  const simple = policy.PolicyType === 'SimpleScaling';
  const rest = (policy.Cooldown ?? group.cooldown) * 1000;
  if (simple && cooldown && world.clock.now() < (group.scaledAt ?? -Infinity) + rest) return false;
  const base = simple ? group.desired : warmIn(world, group, policy).length;
  const step = simple ? policy.ScalingAdjustment : stepFor(policy.StepAdjustments ?? [], breach);
  if (step === undefined) return true;
  const wanted = adjusted(policy, base, step);
  // What warms up has been asked for already, and nothing scales in meanwhile.
  const holds = !simple && (wanted > base ? wanted <= group.desired : warmsUp(world, group, policy));
  if (holds || (alarm === undefined && policy.Enabled === false)) return true;
  if (alarm !== undefined) scale(world, { group, policy }, wanted, alarm);
  else resizeFor(world, group, wanted, `a user request executed policy ${policy.PolicyName ?? ''}, update to`);
  return true;
}

/** A policy, and whose it is. */
export interface PolicyOfGroup {
  readonly group: GroupState;
  readonly policy: ScalingPolicy;
}

/** The policy of an ARN; undefined when there is none. */
export function policyByArn(world: World, arn: string): PolicyOfGroup | undefined {
  for (const group of autoScalingState(world).groups.values())
    for (const policy of group.scalingPolicies?.values() ?? []) if (policy.PolicyARN === arn) return { group, policy };
  return undefined;
}

/**
 * Bounds are relative to the threshold; above it the lower bound belongs to a step, below it the upper one.
 * Source: AS user guide, "Step scaling policies".
 */
function stepFor(steps: readonly StepAdjustment[], breach: number): number | undefined {
  return steps.find(({ MetricIntervalLowerBound: lower = -Infinity, MetricIntervalUpperBound: upper = Infinity }) =>
    breach >= 0 ? breach >= lower && breach < upper : breach > lower && breach <= upper,
  )?.ScalingAdjustment;
}

/** Percentages are rounded towards zero, but never to nothing. Source: AS user guide, "Step scaling policies". */
function adjusted(policy: ScalingPolicy, base: number, step: number): number {
  if (policy.AdjustmentType === 'ExactCapacity') return step;
  if (policy.AdjustmentType !== 'PercentChangeInCapacity') return base + step;
  const exact = (base * step) / 100;
  const atLeast = Math.max(1, policy.MinAdjustmentMagnitude ?? 1);
  return base + Math.sign(exact) * Math.max(atLeast, Math.trunc(Math.abs(exact)));
}

/** Instances in service that are warm: the others do not count yet. */
function warmIn(world: World, group: GroupState, policy: ScalingPolicy): readonly string[] {
  const since = world.clock.now() - warmUp(group, policy);
  return [...group.members.values()]
    .filter(({ lifecycle, inServiceAt = Infinity }) => lifecycle === 'InService' && inServiceAt <= since)
    .map(({ id }) => id);
}

function warmsUp(world: World, group: GroupState, policy: ScalingPolicy): boolean {
  const since = world.clock.now() - warmUp(group, policy);
  return [...group.members.values()].some(
    ({ lifecycle, inServiceAt = Infinity }) =>
      lifecycle.startsWith('Pending') || (lifecycle === 'InService' && inServiceAt > since),
  );
}

/** In ms. Source: AS API reference, PutScalingPolicy, EstimatedInstanceWarmup. */
function warmUp(group: GroupState, policy: ScalingPolicy): number {
  if (policy.PolicyType === 'SimpleScaling') return 0;
  const own = policy.EstimatedInstanceWarmup ?? group.extras.DefaultInstanceWarmup;
  return (own === undefined || own < 0 ? group.cooldown : own) * 1000;
}
