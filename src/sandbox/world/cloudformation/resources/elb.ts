import { same } from '../equal.js';
import { physicalName } from '../names.js';
import { text, type Json, type Properties } from '../template/template.js';
import { ignoringGone } from './autoscaling.js';
import type { ResourceContext, ResourceHandler } from './resource-handler.js';
import {
  call,
  compact,
  difference,
  object,
  objects,
  optionalBoolean,
  optionalList,
  optionalNumber,
  optionalText,
  removedTags,
  resourceTags,
} from './values.js';

/** Names of balancers hold at most 32 characters. */
const LONGEST_NAME = 32;

export const classicLoadBalancer: ResourceHandler = {
  replaces: ['LoadBalancerName', 'Scheme'],
  moves: () => false,
  takesStackTags: true,
  create: (context) => {
    const { properties } = context;
    const name =
      optionalText(properties['LoadBalancerName']) ??
      physicalName(context.world, context.stack.name, context.logicalId, LONGEST_NAME);
    const answer = call(context, 'elb', 'CreateLoadBalancer', {
      LoadBalancerName: name,
      Listeners: listeners(properties),
      Subnets: optionalList(properties['Subnets']),
      AvailabilityZones: optionalList(properties['AvailabilityZones']),
      SecurityGroups: optionalList(properties['SecurityGroups']),
      Scheme: optionalText(properties['Scheme']),
      Tags: resourceTags(context),
    });
    configure(context, name, {});
    const instances = instanceIds(properties);
    if (instances.length > 0)
      call(context, 'elb', 'RegisterInstancesWithLoadBalancer', { LoadBalancerName: name, Instances: instances });
    const dns = (answer['DNSName'] as string | undefined) ?? '';
    return {
      physicalId: name,
      attributes: {
        DNSName: dns,
        CanonicalHostedZoneName: dns,
        CanonicalHostedZoneNameID: 'Z32O12XQLNTSW2',
        'SourceSecurityGroup.GroupName': 'default',
        'SourceSecurityGroup.OwnerAlias': context.world.account,
      },
    };
  },
  update: (context, before) => {
    const name = before.physicalId;
    updateListeners(context, name, before.properties);
    updateSubnets(context, name, before.properties);
    const groups = optionalList(context.properties['SecurityGroups']);
    if (groups !== undefined && !same(groups, optionalList(before.properties['SecurityGroups']))) {
      call(context, 'elb', 'ApplySecurityGroupsToLoadBalancer', { LoadBalancerName: name, SecurityGroups: groups });
    }
    configure(context, name, before.properties);
    call(context, 'elb', 'AddTags', { LoadBalancerNames: [name], Tags: resourceTags(context) });
    const gone = removedTags(context, before.properties);
    if (gone.length > 0)
      call(context, 'elb', 'RemoveTags', { LoadBalancerNames: [name], Tags: gone.map((Key) => ({ Key })) });
    return { attributes: before.attributes };
  },
  remove: (context, name) => ignoringGone(() => call(context, 'elb', 'DeleteLoadBalancer', { LoadBalancerName: name })),
};

function listeners(properties: Properties): object[] {
  return objects(properties['Listeners']).map((listener) =>
    compact({
      Protocol: optionalText(listener['Protocol']),
      LoadBalancerPort: optionalNumber(listener['LoadBalancerPort']),
      InstanceProtocol: optionalText(listener['InstanceProtocol']),
      InstancePort: optionalNumber(listener['InstancePort']),
      SSLCertificateId: optionalText(listener['SSLCertificateId']),
    }),
  );
}

/** Health check and attributes: one call each, only for what the template says and what changed. */
function configure(context: ResourceContext, name: string, before: Properties): void {
  const { properties } = context;
  const check = object(properties['HealthCheck']);
  if (properties['HealthCheck'] !== undefined && !same(before['HealthCheck'], properties['HealthCheck'])) {
    call(context, 'elb', 'ConfigureHealthCheck', {
      LoadBalancerName: name,
      HealthCheck: {
        Target: optionalText(check['Target']),
        Interval: optionalNumber(check['Interval']),
        Timeout: optionalNumber(check['Timeout']),
        UnhealthyThreshold: optionalNumber(check['UnhealthyThreshold']),
        HealthyThreshold: optionalNumber(check['HealthyThreshold']),
      },
    });
  }
  const attributes = balancerAttributes(properties);
  if (Object.keys(attributes).length > 0 && !same(balancerAttributes(before), attributes)) {
    call(context, 'elb', 'ModifyLoadBalancerAttributes', {
      LoadBalancerName: name,
      LoadBalancerAttributes: attributes,
    });
  }
}

function balancerAttributes(properties: Properties): object {
  const draining = object(properties['ConnectionDrainingPolicy']);
  const settings = object(properties['ConnectionSettings']);
  const zones = optionalBoolean(properties['CrossZone']);
  return compact({
    ConnectionDraining:
      properties['ConnectionDrainingPolicy'] === undefined
        ? undefined
        : compact({ Enabled: optionalBoolean(draining['Enabled']), Timeout: optionalNumber(draining['Timeout']) }),
    ConnectionSettings:
      properties['ConnectionSettings'] === undefined
        ? undefined
        : { IdleTimeout: optionalNumber(settings['IdleTimeout']) },
    CrossZoneLoadBalancing: zones === undefined ? undefined : { Enabled: zones },
  });
}

function updateListeners(context: ResourceContext, name: string, before: Properties): void {
  const had = listeners(before);
  const has = listeners(context.properties);
  const removed = had.filter((one) => !has.some((other) => same(one, other))) as { LoadBalancerPort: number }[];
  const added = has.filter((one) => !had.some((other) => same(one, other)));
  if (removed.length > 0) {
    call(context, 'elb', 'DeleteLoadBalancerListeners', {
      LoadBalancerName: name,
      LoadBalancerPorts: removed.map((one) => one.LoadBalancerPort),
    });
  }
  if (added.length > 0)
    call(context, 'elb', 'CreateLoadBalancerListeners', { LoadBalancerName: name, Listeners: added });
}

function updateSubnets(context: ResourceContext, name: string, before: Properties): void {
  const subnets = difference(optionalList(before['Subnets']) ?? [], optionalList(context.properties['Subnets']) ?? []);
  if (subnets.added.length > 0)
    call(context, 'elb', 'AttachLoadBalancerToSubnets', { LoadBalancerName: name, Subnets: subnets.added });
  if (subnets.removed.length > 0)
    call(context, 'elb', 'DetachLoadBalancerFromSubnets', { LoadBalancerName: name, Subnets: subnets.removed });
}

function instanceIds(properties: Properties): { InstanceId: string }[] {
  return ((properties['Instances'] as Json[] | undefined) ?? []).map((id) => ({ InstanceId: text(id) }));
}
