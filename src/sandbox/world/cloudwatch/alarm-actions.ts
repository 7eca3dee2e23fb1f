import { invoke, policyByArn } from '../autoscaling/capacity/scale-by-policy.js';
import { findGroup } from '../autoscaling/state.js';
import type { World } from '../world.js';
import { metricNames, presentValue } from './metric-values.js';

const MINUTE = 60_000;

/** What of an alarm says when it rings, and whom it invokes then. */
export interface AlarmInput {
  /** Of composite alarms. */
  readonly AlarmRule?: string;
  readonly ActionsEnabled?: boolean;
  readonly AlarmActions?: readonly string[];
  readonly ComparisonOperator?: string;
  readonly DatapointsToAlarm?: number;
  readonly Dimensions?: readonly { readonly Name?: string; readonly Value?: string }[];
  readonly EvaluationPeriods?: number;
  readonly MetricName?: string;
  readonly Namespace?: string;
  readonly Period?: number;
  readonly Threshold?: number;
}

/** Whether it invokes a scaling policy: such alarms alone are evaluated. */
export function scales({ AlarmActions: actions = [] }: AlarmInput): boolean {
  return actions.some((arn) => arn.includes(':scalingPolicy:'));
}

/** Calls `minute` again and again while it answers true. */
export function everyMinute(world: World, minute: () => boolean): void {
  world.clock.after(MINUTE, () => {
    if (minute()) everyMinute(world, minute);
  });
}

/** What the metric of an alarm shows now; undefined where the scenario does not script it. */
export function valueFor(world: World, input: AlarmInput): number | undefined {
  const metric = `${input.Namespace ?? ''}/${input.MetricName ?? ''}`;
  if (!metricNames(world).includes(metric)) return undefined;
  const group = input.Dimensions?.find(({ Name }) => Name === 'AutoScalingGroupName')?.Value;
  const members = group === undefined ? undefined : findGroup(world, group)?.members.values();
  return presentValue(world, metric, [...(members ?? [])].filter(({ lifecycle }) => lifecycle === 'InService').length);
}

/**
 * The state of an alarm by the values of the last minutes, newest last; undefined while they are too few. Each
 * period is judged by the average of its minutes.
 * Source: CloudWatch user guide, "Evaluating an alarm".
 */
export function judged(input: AlarmInput, minutes: readonly number[]): 'OK' | 'ALARM' | undefined {
  const length = Math.max(1, Math.round((input.Period ?? 60) / 60));
  const periods = input.EvaluationPeriods ?? 1;
  if (minutes.length < length * periods) return undefined;
  const recent = minutes.slice(-length * periods);
  const breaching = Array.from({ length: periods }, (_, index) => {
    const period = recent.slice(index * length, (index + 1) * length);
    return breaks(input, period.reduce((sum, value) => sum + value, 0) / length);
  }).filter(Boolean);
  return breaching.length >= (input.DatapointsToAlarm ?? periods) ? 'ALARM' : 'OK';
}

function breaks({ ComparisonOperator: how = '', Threshold: threshold = 0 }: AlarmInput, value: number): boolean {
  if (value === threshold) return how.includes('OrEqualTo');
  return how.startsWith('Less') ? value < threshold : value > threshold;
}

/** Invokes the scaling policies of an alarm that rings. */
export function ring(world: World, name: string, input: AlarmInput): void {
  if (input.ActionsEnabled === false) return;
  const value = valueFor(world, input);
  // Without a value, as after SetAlarmState, the least that breaks the threshold.
  const least = (input.ComparisonOperator ?? '').startsWith('Less') ? -Number.MIN_VALUE : 0;
  const breach = value === undefined ? least : value - (input.Threshold ?? 0);
  for (const arn of input.AlarmActions ?? []) {
    const found = policyByArn(world, arn);
    if (found !== undefined && ['SimpleScaling', 'StepScaling'].includes(found.policy.PolicyType ?? ''))
      invoke(world, found, breach, { alarm: name });
  }
}
