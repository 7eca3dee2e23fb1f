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
import type { Call, World } from '../world.js';
import { attributeList, checkAttributes, targetGroupDefaults } from './attributes.js';
import { elbv2State, type TargetGroupState } from './state.js';
import { sameSettings } from './same-settings.js';
import { balancersUsing, targetGroupOf, targetRules } from './targets.js';

export function createTargetGroup(world: World, input: CreateTargetGroupInput, { caller }: Call): object {
  const state = elbv2State(world);
  const name = input.Name ?? '';
  if (!/^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/.test(name)) {
    throw new ServiceFault(
      'ValidationError',
      `Target group name '${name}' can only contain characters that are alphanumeric characters or ` +
        `hyphens(-), must not begin or end with a hyphen, and cannot be longer than '32' characters`,
    );
  }
  // Of what templates leave out, the API's defaults hold here: CloudFormation's own checks are not modelled.
  if (caller !== 'cloudformation') requireParts(input);
  const settings = requestedSettings(input);
  const existing = [...state.targetGroups.values()].find((one) => one.name === name);
  if (existing !== undefined) {
    // The same call again succeeds (API reference, CreateTargetGroup: "This operation is idempotent").
    if (caller !== 'cloudformation' && sameSettings(existing, settings))
      return { TargetGroups: [targetGroupView(world, existing)] };
    throw new ServiceFault(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    );
  }
  const arn =
    `arn:aws:elasticloadbalancing:${world.region}:${world.account}:targetgroup/${name}` +
    `/${world.random.fork(`elbv2/tg/${next(state)}`).hex(16)}`;
  const group: TargetGroupState = {
    arn,
    name,
    ...settings,
    attributes: targetGroupDefaults(settings.protocol),
    targets: new Map(),
    takenOut: new Set(),
    takenByOthers: new Set(),
    others: [],
    tags: new Map((input.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
  };
  state.targetGroups.set(arn, group);
  return { TargetGroups: [targetGroupView(world, group)] };
}

/** What a target group is made with, by the request and the defaults of the API. */
function requestedSettings(
  input: CreateTargetGroupInput,
): Pick<TargetGroupState, 'protocol' | 'port' | 'vpcId' | 'targetType' | 'check'> {
  const protocol = input.Protocol ?? 'HTTP';
  const http = protocol.startsWith('HTTP');
  const check = {
    enabled: input.HealthCheckEnabled ?? true,
    protocol: input.HealthCheckProtocol ?? (http ? protocol : 'TCP'),
    port: input.HealthCheckPort ?? 'traffic-port',
    path: input.HealthCheckPath ?? '/',
    interval: input.HealthCheckIntervalSeconds ?? 30,
    timeout: input.HealthCheckTimeoutSeconds ?? (http ? 5 : 10),
    healthy: input.HealthyThresholdCount ?? 5,
    unhealthy: input.UnhealthyThresholdCount ?? 2,
    matcher: input.Matcher?.HttpCode ?? (http ? '200' : '200-399'),
  };
  requireCheck(check);
  const vpcId = input.VpcId ?? DEFAULT_VPC;
  if (!/^vpc-[0-9a-f]{8,17}$/.test(vpcId))
    throw new ServiceFault('ValidationError', `The VPC ID '${vpcId}' is not found`);
  return { protocol, port: input.Port ?? 80, vpcId, targetType: input.TargetType ?? 'instance', check };
}

/** Source: API reference, CreateTargetGroup: of targets that are no functions, "this parameter is required". */
function requireParts({ TargetType, Protocol, Port, VpcId }: CreateTargetGroupInput): void {
  if (TargetType === 'lambda') return;
  const [missing] =
    Object.entries({ protocol: Protocol, port: Port, 'VPC ID': VpcId }).find(([, it]) => it === undefined) ?? [];
  if (missing !== undefined) throw new ServiceFault('ValidationError', `A ${missing} must be specified`);
}

/** Source: API reference, CreateTargetGroup and Matcher. */
function requireCheck({ interval, timeout, matcher }: TargetGroupState['check']): void {
  if (timeout > interval)
    throw new ServiceFault('ValidationError', 'Health check interval must be greater than the timeout.');
  const codes = matcher.split(/[,-]/).map((code) => (/^\d{3}$/.test(code) ? Number(code) : 0));
  if (codes.some((code) => code < 200 || code > 599))
    throw new ServiceFault(
      'ValidationError',
      `Health check matcher HTTP code '${matcher}' must be within '200-599' inclusive`,
    );
}

/** Only the health check can change; the port and the protocol are for life. */
export function modifyTargetGroup(world: World, input: ModifyTargetGroupInput): object {
  const group = targetGroupOf(world, input.TargetGroupArn);
  // What was checked until now was checked by the old rules.
  for (const target of group.targets.values())
    catchUp(target.probe, targetRules(group), ec2State(world).instances.get(target.instance), world.clock.now());
  const { check } = group;
  const changed = {
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
  requireCheck(changed);
  group.check = changed;
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
