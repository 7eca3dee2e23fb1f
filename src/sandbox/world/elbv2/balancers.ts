import type {
  AddTagsInput,
  CreateLoadBalancerInput,
  DeleteLoadBalancerInput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancersInput,
  DescribeTagsInput,
  ModifyLoadBalancerAttributesInput,
  RemoveTagsInput,
  SetSubnetsInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { next } from '../random-delay.js';
import { subnetOf } from '../ec2/network.js';
import { DEFAULT_SECURITY_GROUP } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { Call, World } from '../world.js';
import { attributeList, balancerDefaults, checkAttributes, requireKnownKeys } from './attributes.js';
import { sameSettings } from './same-settings.js';
import { elbv2State, type BalancerState } from './state.js';

export function balancerOf(world: World, arn: string | undefined): BalancerState {
  const found = elbv2State(world).balancers.get(arn ?? '');
  if (found === undefined) throw new ServiceFault('LoadBalancerNotFound', `Load balancer '${arn}' not found`);
  return found;
}

export function createLoadBalancer(world: World, input: CreateLoadBalancerInput, { caller }: Call): object {
  const state = elbv2State(world);
  const name = validName(input.Name ?? '');
  const type = input.Type ?? 'application';
  const subnets = [...(input.Subnets ?? []), ...(input.SubnetMappings ?? []).map((one) => one.SubnetId ?? '')].map(
    (id) => subnetOf(world, id),
  );
  const zones = new Map(subnets.map((subnet) => [subnet.zone, subnet.id]));
  if (type === 'application' && zones.size < 2) {
    throw new ServiceFault(
      'ValidationError',
      'At least two subnets in two different Availability Zones must be specified',
    );
  }
  if (zones.size === 0) throw new ServiceFault('ValidationError', 'At least one subnet must be specified');
  const scheme = input.Scheme ?? 'internet-facing';
  const securityGroups = [...(input.SecurityGroups ?? (type === 'application' ? [DEFAULT_SECURITY_GROUP] : []))];
  const existing = [...state.balancers.values()].find((one) => one.name === name);
  if (existing !== undefined) {
    // The same call again succeeds (API reference, CreateLoadBalancer: "This operation is idempotent").
    const settings = { type, scheme, zones: [...zones], securityGroups };
    if (caller !== 'cloudformation' && sameSettings({ ...existing, zones: [...existing.zones] }, settings))
      return { LoadBalancers: [balancerView(existing)] };
    throw new ServiceFault(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${name}' exists, but with different settings`,
    );
  }
  const random = world.random.fork(`elbv2/lb/${next(state)}`);
  const kind = type === 'network' ? 'net' : type === 'gateway' ? 'gwy' : 'app';
  const arn =
    `arn:aws:elasticloadbalancing:${world.region}:${world.account}:loadbalancer/${kind}/${name}` + `/${random.hex(16)}`;
  const balancer: BalancerState = {
    arn,
    name,
    type,
    scheme,
    vpcId: subnets[0]?.vpcId ?? '',
    dnsName:
      `${input.Scheme === 'internal' ? 'internal-' : ''}${name}-${random.int(100000000, 999999999)}.${world.region}` +
      '.elb.amazonaws.com',
    createdAt: world.clock.now(),
    zones,
    securityGroups,
    attributes: balancerDefaults(type),
    tags: new Map((input.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
  };
  state.balancers.set(arn, balancer);
  return { LoadBalancers: [balancerView(balancer)] };
}

function validName(name: string): string {
  if (!/^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/.test(name))
    throw new ServiceFault('ValidationError', `The load balancer name '${name}' is not valid`);
  if (name.startsWith('internal-'))
    throw new ServiceFault('ValidationError', `The load balancer name '${name}' cannot begin with 'internal-'`);
  return name;
}

/** Deletes the balancer with its listeners and their rules; deleting what is not there succeeds. */
export function deleteLoadBalancer(world: World, input: DeleteLoadBalancerInput): object {
  const state = elbv2State(world);
  const balancer = state.balancers.get(input.LoadBalancerArn ?? '');
  if (balancer === undefined) return {};
  if (balancer.attributes.get('deletion_protection.enabled') === 'true') {
    throw new ServiceFault(
      'OperationNotPermitted',
      `Load balancer '${balancer.arn}' cannot be deleted because deletion protection is enabled`,
    );
  }
  for (const listener of [...state.listeners.values()].filter((one) => one.balancer === balancer.arn)) {
    state.listeners.delete(listener.arn);
    for (const rule of [...state.rules.values()].filter((one) => one.listener === listener.arn))
      state.rules.delete(rule.arn);
  }
  state.balancers.delete(balancer.arn);
  return {};
}

export function describeLoadBalancers(world: World, input: DescribeLoadBalancersInput): object {
  const all = [...elbv2State(world).balancers.values()];
  const byName = (name: string): BalancerState => {
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new ServiceFault('LoadBalancerNotFound', `Load balancers '[${name}]' not found`);
    return found;
  };
  const named = input.LoadBalancerArns !== undefined || input.Names !== undefined;
  const chosen = [
    ...(input.LoadBalancerArns ?? []).map((arn) => balancerOf(world, arn)),
    ...(input.Names ?? []).map(byName),
  ];
  const { items, next: token } = page(named ? chosen : all, input.PageSize ?? 400, input.Marker);
  return { LoadBalancers: items.map(balancerView), NextMarker: token };
}

function balancerView(balancer: BalancerState): object {
  return {
    LoadBalancerArn: balancer.arn,
    LoadBalancerName: balancer.name,
    Type: balancer.type,
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: 'Z32O12XQLNTSW2',
    CreatedTime: new Date(balancer.createdAt),
    State: { Code: 'active' },
    IpAddressType: 'ipv4',
    AvailabilityZones: [...balancer.zones].map(([ZoneName, SubnetId]) => ({
      ZoneName,
      SubnetId,
      LoadBalancerAddresses: [],
    })),
    SecurityGroups: balancer.securityGroups,
  };
}

export function setSubnets(world: World, input: SetSubnetsInput): object {
  const balancer = balancerOf(world, input.LoadBalancerArn);
  const ids = [...(input.Subnets ?? []), ...(input.SubnetMappings ?? []).map((one) => one.SubnetId ?? '')];
  balancer.zones.clear();
  for (const subnet of ids.map((id) => subnetOf(world, id))) balancer.zones.set(subnet.zone, subnet.id);
  return { AvailabilityZones: [...balancer.zones].map(([ZoneName, SubnetId]) => ({ ZoneName, SubnetId })) };
}

export function modifyLoadBalancerAttributes(world: World, input: ModifyLoadBalancerAttributesInput): object {
  const balancer = balancerOf(world, input.LoadBalancerArn);
  requireKnownKeys(input.Attributes ?? []);
  checkAttributes(input.Attributes ?? []);
  for (const attribute of input.Attributes ?? []) balancer.attributes.set(attribute.Key ?? '', attribute.Value ?? '');
  return { Attributes: attributeList(balancer.attributes) };
}

export function describeLoadBalancerAttributes(world: World, input: DescribeLoadBalancerAttributesInput): object {
  return { Attributes: attributeList(balancerOf(world, input.LoadBalancerArn).attributes) };
}

export function addTags(world: World, input: AddTagsInput): object {
  for (const arn of input.ResourceArns ?? [])
    for (const tag of input.Tags ?? []) tagsOf(world, arn).set(tag.Key ?? '', tag.Value ?? '');
  return {};
}

export function removeTags(world: World, input: RemoveTagsInput, { caller, operation }: Call): object {
  for (const arn of input.ResourceArns ?? []) {
    for (const key of input.TagKeys ?? []) tagsOf(world, arn).delete(key);
    if (caller === 'others') elbv2State(world).targetGroups.get(arn)?.others.push({ at: world.clock.now(), operation });
  }
  return {};
}

export function describeTags(world: World, input: DescribeTagsInput): object {
  return {
    TagDescriptions: (input.ResourceArns ?? []).map((arn) => ({
      ResourceArn: arn,
      Tags: attributeList(tagsOf(world, arn)),
    })),
  };
}

function tagsOf(world: World, arn: string): Map<string, string> {
  const state = elbv2State(world);
  const found =
    state.balancers.get(arn) ?? state.targetGroups.get(arn) ?? state.listeners.get(arn) ?? state.rules.get(arn);
  if (found !== undefined) return found.tags;
  if (arn.includes(':targetgroup/'))
    throw new ServiceFault('TargetGroupNotFound', 'One or more target groups not found');
  throw new ServiceFault('LoadBalancerNotFound', `Load balancer '${arn}' not found`);
}
