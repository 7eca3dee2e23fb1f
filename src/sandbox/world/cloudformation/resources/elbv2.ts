import { same } from '../equal.js';
import { physicalName } from '../names.js';
import { isObject, text, type Json, type Properties } from '../template/template.js';
import { ignoringGone } from './autoscaling.js';
import type { ResourceContext, ResourceHandler } from './resource-handler.js';
import {
  call,
  compact,
  numberOf,
  objects,
  optionalBoolean,
  optionalList,
  optionalNumber,
  optionalText,
  removedTags,
  resourceTags,
} from './values.js';

/** Names of balancers and target groups hold at most 32 characters. */
const LONGEST_NAME = 32;

export const loadBalancer: ResourceHandler = {
  replaces: ['Name', 'Scheme', 'Type'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const name =
      optionalText(properties['Name']) ??
      physicalName(context.world, context.stack.name, context.logicalId, LONGEST_NAME);
    const answer = call(context, 'elbv2', 'CreateLoadBalancer', {
      Name: name,
      Subnets: optionalList(properties['Subnets']),
      SubnetMappings: properties['SubnetMappings'],
      SecurityGroups: optionalList(properties['SecurityGroups']),
      Scheme: optionalText(properties['Scheme']),
      Type: optionalText(properties['Type']),
      IpAddressType: optionalText(properties['IpAddressType']),
      Tags: resourceTags(context),
    });
    const made = (
      answer['LoadBalancers'] as { LoadBalancerArn: string; DNSName?: string; CanonicalHostedZoneId?: string }[]
    )[0];
    const arn = made?.LoadBalancerArn ?? '';
    setAttributes(context, OF_BALANCER, arn, {});
    return {
      physicalId: arn,
      attributes: {
        LoadBalancerArn: arn,
        LoadBalancerName: name,
        LoadBalancerFullName: arn.split(':loadbalancer/')[1] ?? name,
        DNSName: made?.DNSName ?? '',
        CanonicalHostedZoneID: made?.CanonicalHostedZoneId ?? '',
      },
    };
  },
  update: (context, before) => {
    const arn = before.physicalId;
    const changed = (name: string): boolean =>
      context.properties[name] !== undefined && !same(before.properties[name], context.properties[name]);
    if (changed('Subnets'))
      call(context, 'elbv2', 'SetSubnets', {
        LoadBalancerArn: arn,
        Subnets: optionalList(context.properties['Subnets']),
      });
    if (changed('SecurityGroups'))
      call(context, 'elbv2', 'SetSecurityGroups', {
        LoadBalancerArn: arn,
        SecurityGroups: optionalList(context.properties['SecurityGroups']),
      });
    setAttributes(context, OF_BALANCER, arn, before.properties);
    updateTags(context, arn, before.properties);
    return { attributes: before.attributes };
  },
  remove: (context, arn) => ignoringGone(() => call(context, 'elbv2', 'DeleteLoadBalancer', { LoadBalancerArn: arn })),
};

export const targetGroup: ResourceHandler = {
  replaces: ['Name', 'Port', 'Protocol', 'ProtocolVersion', 'TargetType', 'VpcId', 'IpAddressType'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const name =
      optionalText(properties['Name']) ??
      physicalName(context.world, context.stack.name, context.logicalId, LONGEST_NAME);
    const answer = call(context, 'elbv2', 'CreateTargetGroup', {
      Name: name,
      Port: optionalNumber(properties['Port']),
      Protocol: optionalText(properties['Protocol']),
      ProtocolVersion: optionalText(properties['ProtocolVersion']),
      TargetType: optionalText(properties['TargetType']),
      VpcId: optionalText(properties['VpcId']),
      IpAddressType: optionalText(properties['IpAddressType']),
      ...healthCheck(properties),
      Tags: resourceTags(context),
    });
    const arn = (answer['TargetGroups'] as { TargetGroupArn: string }[])[0]?.TargetGroupArn ?? '';
    setAttributes(context, OF_TARGET_GROUP, arn, {});
    registerTargets(context, arn, {});
    return {
      physicalId: arn,
      attributes: { TargetGroupArn: arn, TargetGroupName: name, TargetGroupFullName: arn.split(':').at(-1) ?? name },
    };
  },
  update: (context, before) => {
    const arn = before.physicalId;
    if (!same(healthCheck(before.properties), healthCheck(context.properties))) {
      call(context, 'elbv2', 'ModifyTargetGroup', { TargetGroupArn: arn, ...healthCheck(context.properties) });
    }
    setAttributes(context, OF_TARGET_GROUP, arn, before.properties);
    registerTargets(context, arn, before.properties);
    updateTags(context, arn, before.properties);
    return { attributes: before.attributes };
  },
  remove: (context, arn) => ignoringGone(() => call(context, 'elbv2', 'DeleteTargetGroup', { TargetGroupArn: arn })),
};

export const listener: ResourceHandler = {
  replaces: ['LoadBalancerArn'],
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const answer = call(context, 'elbv2', 'CreateListener', {
      LoadBalancerArn: optionalText(context.properties['LoadBalancerArn']),
      ...listenerSettings(context.properties),
    });
    const arn = (answer['Listeners'] as { ListenerArn: string }[])[0]?.ListenerArn ?? '';
    return { physicalId: arn, attributes: { ListenerArn: arn } };
  },
  update: (context, before) => {
    call(context, 'elbv2', 'ModifyListener', {
      ListenerArn: before.physicalId,
      ...listenerSettings(context.properties),
    });
    return { attributes: before.attributes };
  },
  remove: (context, arn) => ignoringGone(() => call(context, 'elbv2', 'DeleteListener', { ListenerArn: arn })),
};

export const listenerRule: ResourceHandler = {
  replaces: ['ListenerArn'],
  moves: () => false,
  takesStackTags: false,
  create: (context) => {
    const { properties } = context;
    const answer = call(context, 'elbv2', 'CreateRule', {
      ListenerArn: optionalText(properties['ListenerArn']),
      Priority: optionalNumber(properties['Priority']),
      Conditions: properties['Conditions'],
      Actions: actions(properties['Actions']),
    });
    const arn = (answer['Rules'] as { RuleArn: string }[])[0]?.RuleArn ?? '';
    return { physicalId: arn, attributes: { RuleArn: arn, IsDefault: 'false' } };
  },
  update: (context, before) => {
    const { properties } = context;
    call(context, 'elbv2', 'ModifyRule', {
      RuleArn: before.physicalId,
      Conditions: properties['Conditions'],
      Actions: actions(properties['Actions']),
    });
    if (!same(before.properties['Priority'], properties['Priority'])) {
      call(context, 'elbv2', 'SetRulePriorities', {
        RulePriorities: [{ RuleArn: before.physicalId, Priority: optionalNumber(properties['Priority']) }],
      });
    }
    return { attributes: before.attributes };
  },
  remove: (context, arn) => ignoringGone(() => call(context, 'elbv2', 'DeleteRule', { RuleArn: arn })),
};

function healthCheck(properties: Properties): object {
  const matcher = properties['Matcher'];
  return compact({
    HealthCheckEnabled: optionalBoolean(properties['HealthCheckEnabled']),
    HealthCheckProtocol: optionalText(properties['HealthCheckProtocol']),
    HealthCheckPort: optionalText(properties['HealthCheckPort']),
    HealthCheckPath: optionalText(properties['HealthCheckPath']),
    HealthCheckIntervalSeconds: optionalNumber(properties['HealthCheckIntervalSeconds']),
    HealthCheckTimeoutSeconds: optionalNumber(properties['HealthCheckTimeoutSeconds']),
    HealthyThresholdCount: optionalNumber(properties['HealthyThresholdCount']),
    UnhealthyThresholdCount: optionalNumber(properties['UnhealthyThresholdCount']),
    Matcher: isObject(matcher)
      ? Object.fromEntries(Object.entries(matcher).map(([key, value]) => [key, text(value)]))
      : undefined,
  });
}

/** Where key/value attributes of a resource are declared, and how they are sent. */
interface AttributesOf {
  readonly operation: string;
  /** Member of the call that names the resource. */
  readonly id: string;
  /** Property of the template. */
  readonly property: string;
}

const OF_BALANCER: AttributesOf = {
  operation: 'ModifyLoadBalancerAttributes',
  id: 'LoadBalancerArn',
  property: 'LoadBalancerAttributes',
};

const OF_TARGET_GROUP: AttributesOf = {
  operation: 'ModifyTargetGroupAttributes',
  id: 'TargetGroupArn',
  property: 'TargetGroupAttributes',
};

/** Key/value attributes, sent when they changed. */
function setAttributes(
  context: ResourceContext,
  { operation, id, property }: AttributesOf,
  arn: string,
  before: Properties,
): void {
  const attributes = objects(context.properties[property]).map((one) => ({
    Key: text(one['Key']),
    Value: text(one['Value']),
  }));
  if (attributes.length === 0 || same(before[property], context.properties[property])) return;
  call(context, 'elbv2', operation, { [id]: arn, Attributes: attributes });
}

function registerTargets(context: ResourceContext, arn: string, before: Properties): void {
  const targets = (properties: Properties): object[] =>
    objects(properties['Targets']).map((target) =>
      compact({
        Id: text(target['Id']),
        Port: optionalNumber(target['Port']),
        AvailabilityZone: optionalText(target['AvailabilityZone']),
      }),
    );
  const had = targets(before);
  const has = targets(context.properties);
  const added = has.filter((one) => !had.some((other) => same(one, other)));
  const removed = had.filter((one) => !has.some((other) => same(one, other)));
  if (added.length > 0) call(context, 'elbv2', 'RegisterTargets', { TargetGroupArn: arn, Targets: added });
  if (removed.length > 0) call(context, 'elbv2', 'DeregisterTargets', { TargetGroupArn: arn, Targets: removed });
}

function updateTags(context: ResourceContext, arn: string, before: Properties): void {
  call(context, 'elbv2', 'AddTags', { ResourceArns: [arn], Tags: resourceTags(context) });
  const gone = removedTags(context, before);
  if (gone.length > 0) call(context, 'elbv2', 'RemoveTags', { ResourceArns: [arn], TagKeys: gone });
}

function listenerSettings(properties: Properties): object {
  return compact({
    Port: optionalNumber(properties['Port']),
    Protocol: optionalText(properties['Protocol']),
    SslPolicy: optionalText(properties['SslPolicy']),
    Certificates: properties['Certificates'],
    DefaultActions: actions(properties['DefaultActions']),
  });
}

/** Actions have the API's own shape; numbers in them may be text. */
function actions(value: Json | undefined): Json {
  return objects(value).map((action) => ({
    ...action,
    ...(action['Order'] === undefined ? {} : { Order: numberOf(action['Order']) }),
    ...(isObject(action['ForwardConfig']) ? { ForwardConfig: forward(action['ForwardConfig']) } : {}),
  }));
}

function forward(config: Record<string, Json>): Record<string, Json> {
  return {
    ...config,
    ...(config['TargetGroups'] === undefined
      ? {}
      : {
          TargetGroups: objects(config['TargetGroups']).map((one) => ({
            ...one,
            ...(one['Weight'] === undefined ? {} : { Weight: numberOf(one['Weight']) }),
          })),
        }),
  };
}
