import { physicalName } from '../names.js';
import type { Properties } from '../template/template.js';
import { ignoringGone } from './autoscaling.js';
import type { ResourceContext, ResourceHandler } from './resource-handler.js';
import { call, object, objects, optionalBoolean, optionalList, optionalNumber, optionalText, typed } from './values.js';

/** Its physical id is its ARN, which alarms name. */
export const scalingPolicy: ResourceHandler = {
  replaces: ['AutoScalingGroupName', 'PolicyType'],
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const name = physicalName(context.world, context.stack.name, context.logicalId);
    const arn = put(context, name);
    return { physicalId: arn, attributes: { Arn: arn, PolicyName: name } };
  },
  update: (context, before) => {
    put(context, before.attributes['PolicyName'] ?? '');
    return { attributes: before.attributes };
  },
  remove: (context, arn) => ignoringGone(() => call(context, 'autoscaling', 'DeletePolicy', { PolicyName: arn })),
};

function put(context: ResourceContext, PolicyName: string): string {
  const { properties } = context;
  return String(
    call(context, 'autoscaling', 'PutScalingPolicy', {
      PolicyName,
      AutoScalingGroupName: optionalText(properties['AutoScalingGroupName']),
      PolicyType: optionalText(properties['PolicyType']),
      AdjustmentType: optionalText(properties['AdjustmentType']),
      Cooldown: optionalNumber(properties['Cooldown']),
      EstimatedInstanceWarmup: optionalNumber(properties['EstimatedInstanceWarmup']),
      MetricAggregationType: optionalText(properties['MetricAggregationType']),
      MinAdjustmentMagnitude: optionalNumber(properties['MinAdjustmentMagnitude']),
      ScalingAdjustment: optionalNumber(properties['ScalingAdjustment']),
      StepAdjustments: stepsOf(properties),
      TargetTrackingConfiguration: typed(properties['TargetTrackingConfiguration']),
      PredictiveScalingConfiguration: typed(properties['PredictiveScalingConfiguration']),
    })['PolicyARN'],
  );
}

function stepsOf(properties: Properties): object[] | undefined {
  if (properties['StepAdjustments'] === undefined) return undefined;
  return objects(properties['StepAdjustments']).map((step) => typed(step) as object);
}

/** An alarm of CloudWatch that goes by one metric. */
export const alarm: ResourceHandler = {
  replaces: ['AlarmName'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties, world, stack, logicalId } = context;
    const name = optionalText(properties['AlarmName']) ?? physicalName(world, stack.name, logicalId);
    putAlarm(context, name);
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:cloudwatch:${world.region}:${world.account}:alarm:${name}` },
    };
  },
  update: (context, before) => {
    putAlarm(context, before.physicalId);
    return { attributes: before.attributes };
  },
  remove: (context, name) => ignoringGone(() => call(context, 'cloudwatch', 'DeleteAlarms', { AlarmNames: [name] })),
};

function putAlarm(context: ResourceContext, AlarmName: string): void {
  const { properties } = context;
  call(context, 'cloudwatch', 'PutMetricAlarm', {
    ...object(typed(properties)),
    AlarmName,
    ActionsEnabled: optionalBoolean(properties['ActionsEnabled']),
    AlarmActions: optionalList(properties['AlarmActions']),
    Tags: undefined,
  });
}
