import type {
  CreateTargetGroupInput,
  DeleteTargetGroupInput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupsInput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { next } from '../random-delay.js';
import { DEFAULT_VPC, ec2State } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import { catchUp } from '../probe.js';
import type { World } from '../world.js';
import { attributeList, checkAttributes, targetGroupDefaults } from './attributes.js';
import { elbv2State, type TargetGroupState } from './state.js';
import { balancersUsing, targetGroupOf, targetRules } from './targets.js';

export function createTargetGroup(world: World, input: CreateTargetGroupInput): object {
  const state = elbv2State(world);
  const name = input.Name ?? '';
  if (!/^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/.test(name)) {
    throw new ServiceFault(
      'ValidationError',
      `Target group name '${name}' can only contain characters that are alphanumeric characters or ` +
        `hyphens(-), must not begin or end with a hyphen, and cannot be longer than '32' characters`,
    );
  }
  const existing = [...state.targetGroups.values()].find((one) => one.name === name);
  if (existing !== undefined) {
    throw new ServiceFault(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    );
  }
  const protocol = input.Protocol ?? 'HTTP';
  const http = protocol.startsWith('HTTP');
  const arn =
    `arn:aws:elasticloadbalancing:${world.region}:${world.account}:targetgroup/${name}` +
    `/${world.random.fork(`elbv2/tg/${next(state)}`).hex(16)}`;
  const group: TargetGroupState = {
    arn,
    name,
    protocol,
    port: input.Port ?? 80,
    vpcId: input.VpcId ?? DEFAULT_VPC,
    targetType: input.TargetType ?? 'instance',
    check: {
      enabled: input.HealthCheckEnabled ?? true,
      protocol: input.HealthCheckProtocol ?? (http ? protocol : 'TCP'),
      port: input.HealthCheckPort ?? 'traffic-port',
      path: input.HealthCheckPath ?? '/',
      interval: input.HealthCheckIntervalSeconds ?? 30,
      timeout: input.HealthCheckTimeoutSeconds ?? (http ? 5 : 10),
      healthy: input.HealthyThresholdCount ?? 5,
      unhealthy: input.UnhealthyThresholdCount ?? 2,
      matcher: input.Matcher?.HttpCode ?? (http ? '200' : '200-399'),
    },
    attributes: targetGroupDefaults(protocol),
    targets: new Map(),
    takenOut: new Set(),
    takenByOthers: new Set(),
    others: [],
    tags: new Map((input.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
  };
  state.targetGroups.set(arn, group);
  return { TargetGroups: [targetGroupView(world, group)] };
}

/** Only the health check can change; the port and the protocol are for life. */
export function modifyTargetGroup(world: World, input: ModifyTargetGroupInput): object {
  const group = targetGroupOf(world, input.TargetGroupArn);
  // What was checked until now was checked by the old rules.
  for (const target of group.targets.values())
    catchUp(target.probe, targetRules(group), ec2State(world).instances.get(target.instance), world.clock.now());
  const { check } = group;
  group.check = {
    enabled: input.HealthCheckEnabled ?? check.enabled,
    protocol: input.HealthCheckProtocol ?? check.protocol,
    port: input.HealthCheckPort ?? check.port,
    path: input.HealthCheckPath ?? check.path,
    interval: input.HealthCheckIntervalSeconds ?? check.interval,
    timeout: input.HealthCheckTimeoutSeconds ?? check.timeout,
    healthy: input.HealthyThresholdCount ?? check.healthy,
    unhealthy: input.UnhealthyThresholdCount ?? check.unhealthy,
    matcher: input.Matcher?.HttpCode ?? check.matcher,
  };
  return { TargetGroups: [targetGroupView(world, group)] };
}

export function deleteTargetGroup(world: World, input: DeleteTargetGroupInput): object {
  const group = elbv2State(world).targetGroups.get(input.TargetGroupArn ?? '');
  if (group === undefined) return {};
  if (balancersUsing(world, group).length > 0) {
    throw new ServiceFault('ResourceInUse', `Target group '${group.arn}' is currently in use by a listener or a rule`);
  }
  elbv2State(world).targetGroups.delete(group.arn);
  return {};
}

export function describeTargetGroups(world: World, input: DescribeTargetGroupsInput): object {
  const all = [...elbv2State(world).targetGroups.values()];
  const byName = (name: string): TargetGroupState => targetGroupOf(world, all.find((one) => one.name === name)?.arn);
  const chosen = [
    ...(input.TargetGroupArns ?? []).map((arn) => targetGroupOf(world, arn)),
    ...(input.Names ?? []).map(byName),
  ];
  const named = input.TargetGroupArns !== undefined || input.Names !== undefined;
  const found = (named ? chosen : all).filter(
    (one) =>
      input.LoadBalancerArn === undefined || balancersUsing(world, one).some((lb) => lb.arn === input.LoadBalancerArn),
  );
  const { items, next: token } = page(found, input.PageSize ?? 400, input.Marker);
  return { TargetGroups: items.map((group) => targetGroupView(world, group)), NextMarker: token };
}

function targetGroupView(world: World, group: TargetGroupState): object {
  const http = group.check.protocol.startsWith('HTTP');
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    ProtocolVersion: group.protocol.startsWith('HTTP') ? 'HTTP1' : undefined,
    Port: group.port,
    VpcId: group.vpcId,
    TargetType: group.targetType,
    IpAddressType: 'ipv4',
    HealthCheckEnabled: group.check.enabled,
    HealthCheckProtocol: group.check.protocol,
    HealthCheckPort: group.check.port,
    HealthCheckPath: http ? group.check.path : undefined,
    HealthCheckIntervalSeconds: group.check.interval,
    HealthCheckTimeoutSeconds: group.check.timeout,
    HealthyThresholdCount: group.check.healthy,
    UnhealthyThresholdCount: group.check.unhealthy,
    Matcher: http ? { HttpCode: group.check.matcher } : undefined,
    LoadBalancerArns: balancersUsing(world, group).map((balancer) => balancer.arn),
  };
}

export function modifyTargetGroupAttributes(world: World, input: ModifyTargetGroupAttributesInput): object {
  const group = targetGroupOf(world, input.TargetGroupArn);
  checkAttributes(input.Attributes ?? []);
  for (const attribute of input.Attributes ?? []) group.attributes.set(attribute.Key ?? '', attribute.Value ?? '');
  return { Attributes: attributeList(group.attributes) };
}

export function describeTargetGroupAttributes(world: World, input: DescribeTargetGroupAttributesInput): object {
  return { Attributes: attributeList(targetGroupOf(world, input.TargetGroupArn).attributes) };
}
