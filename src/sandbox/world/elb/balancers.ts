import type {
  AddAvailabilityZonesInput,
  AddTagsInput,
  ConfigureHealthCheckInput,
  CreateAccessPointInput,
  CreateLoadBalancerListenerInput,
  DeleteAccessPointInput,
  DescribeAccessPointsInput,
  DescribeLoadBalancerAttributesInput,
  DescribeTagsInput,
  Listener,
  ModifyLoadBalancerAttributesInput,
  RemoveAvailabilityZonesInput,
  RemoveTagsInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing';
import { isDeepStrictEqual } from 'node:util';
import { next } from '../random-delay.js';
import { subnetOf } from '../ec2/network.js';
import { DEFAULT_SECURITY_GROUP, DEFAULT_VPC, ec2State, zonesOf } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import { catchUp } from '../probe.js';
import type { Call, World } from '../world.js';
import { balancerOf, classicRules, registered } from './registrations.js';
import { elbState, type ClassicBalancer } from './state.js';

export function createLoadBalancer(world: World, input: CreateAccessPointInput, { caller }: Call): object {
  const state = elbState(world);
  const name = input.LoadBalancerName ?? '';
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,31}$/.test(name))
    throw new ServiceFault('ValidationError', `LoadBalancer name '${name}' is not valid.`);
  requireListeners(input.Listeners ?? []);
  requirePlaces(input);
  const subnets = (input.Subnets ?? []).map((id) => subnetOf(world, id));
  const zones = [...(input.AvailabilityZones ?? []), ...subnets.map((subnet) => subnet.zone)];
  requireZones(world, zones);
  const scheme = input.Scheme ?? 'internet-facing';
  const securityGroups = [...(input.SecurityGroups ?? [DEFAULT_SECURITY_GROUP])];
  const existing = state.balancers.get(name);
  if (existing !== undefined) {
    // The same call again succeeds, as the words of the error for another one say.
    const settings = { scheme, zones: new Set(zones), listeners: input.Listeners ?? [], securityGroups };
    if (caller !== 'cloudformation' && isDeepStrictEqual({ ...existing, ...settings }, existing))
      return { DNSName: existing.dnsName };
    throw new ServiceFault(
      'DuplicateLoadBalancerName',
      `Load Balancer named '${name}' already exists and it is configured with different parameters.`,
    );
  }
  const suffix = world.random.fork(`elb/name/${next(state)}`).int(100000000, 999999999);
  const dnsName =
    `${input.Scheme === 'internal' ? 'internal-' : ''}${name}-${suffix}.${world.region}` + '.elb.amazonaws.com';
  state.balancers.set(name, {
    name,
    dnsName,
    createdAt: world.clock.now(),
    scheme,
    vpcId: subnets[0]?.vpcId ?? DEFAULT_VPC,
    listeners: [...(input.Listeners ?? [])],
    subnets: new Set(subnets.map((subnet) => subnet.id)),
    zones: new Set(zones),
    securityGroups,
    healthCheck: {
      Target: `TCP:${input.Listeners?.[0]?.InstancePort ?? 80}`,
      Interval: 30,
      Timeout: 5,
      UnhealthyThreshold: 2,
      HealthyThreshold: 10,
    },
    draining: { enabled: false, seconds: 300 },
    crossZone: false,
    idleSeconds: 60,
    registrations: new Map(),
    takenOut: new Set(),
    takenByOthers: new Set(),
    others: [],
    tags: tagMap(input.Tags),
  });
  return { DNSName: dnsName };
}

function requirePlaces({ Listeners = [], Subnets = [], AvailabilityZones = [] }: CreateAccessPointInput): void {
  if (Listeners.length === 0) throw new ServiceFault('ValidationError', 'Listeners cannot be empty');
  if (Subnets.length + AvailabilityZones.length === 0)
    throw new ServiceFault('ValidationError', 'Either AvailabilityZones or SubnetIds must be specified');
}

/** Source: CLB API reference, Listener: four protocols, and a certificate for those that encrypt. */
function requireListeners(listeners: readonly Listener[]): void {
  for (const { Protocol: given = '', SSLCertificateId: certificate } of listeners) {
    const protocol = given.toUpperCase();
    if (!['HTTP', 'HTTPS', 'TCP', 'SSL'].includes(protocol))
      throw new ServiceFault('ValidationError', `Listener protocol '${given}' must be one of HTTP, HTTPS, TCP, SSL`);
    if ((protocol === 'HTTPS' || protocol === 'SSL') && certificate === undefined)
      throw new ServiceFault('CertificateNotFound', 'Server Certificate not found for the key: null');
  }
}

/** Source: CLB API reference, HealthCheck: a protocol and a port, and for HTTP a path behind them. */
function requireTarget(target: string): void {
  const [, protocol, port = '', path] = /^(HTTP|HTTPS|TCP|SSL)(?::(\d+)?(.*))?$/is.exec(target) ?? [];
  if (protocol === undefined)
    throw new ServiceFault('ValidationError', 'HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL');
  const isPort = port !== '' && Number(port) >= 1 && Number(port) <= 65_535;
  if (/^http/i.test(protocol) && !(isPort && path?.startsWith('/') === true))
    throw new ServiceFault(
      'ValidationError',
      `HealthCheck ${protocol.toUpperCase()} Target must specify a port followed by a path that begins with a slash. ` +
        `e.g. ${protocol.toUpperCase()}:80/this/is/a/path`,
    );
  if (!isPort || (!/^http/i.test(protocol) && path !== ''))
    throw new ServiceFault('ValidationError', 'HealthCheck Target must specify a port number from 1 to 65535');
}

/** Deleting a balancer that is not there succeeds. */
export function deleteLoadBalancer(world: World, input: DeleteAccessPointInput): object {
  elbState(world).balancers.delete(input.LoadBalancerName ?? '');
  return {};
}

export function describeLoadBalancers(world: World, input: DescribeAccessPointsInput): object {
  const named = input.LoadBalancerNames ?? [];
  const found =
    named.length > 0 ? named.map((name) => balancerOf(world, name)) : [...elbState(world).balancers.values()];
  const { items, next: token } = page(found, input.PageSize ?? 400, input.Marker);
  return { LoadBalancerDescriptions: items.map((balancer) => balancerView(world, balancer)), NextMarker: token };
}

function balancerView(world: World, balancer: ClassicBalancer): object {
  return {
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneName: balancer.dnsName,
    CanonicalHostedZoneNameID: 'Z32O12XQLNTSW2',
    CreatedTime: new Date(balancer.createdAt),
    Scheme: balancer.scheme,
    VPCId: balancer.vpcId,
    AvailabilityZones: [...balancer.zones],
    Subnets: [...balancer.subnets],
    SecurityGroups: balancer.securityGroups,
    SourceSecurityGroup: { OwnerAlias: world.account, GroupName: 'default' },
    HealthCheck: balancer.healthCheck,
    ListenerDescriptions: balancer.listeners.map((listener) => ({
      Listener: { InstanceProtocol: listener.Protocol, ...listener },
      PolicyNames: [],
    })),
    BackendServerDescriptions: [],
    Policies: { AppCookieStickinessPolicies: [], LBCookieStickinessPolicies: [], OtherPolicies: [] },
    Instances: registered(world, balancer)
      .filter((one) => one.drainsUntil === undefined)
      .map((one) => ({ InstanceId: one.instance })),
  };
}

export function configureHealthCheck(world: World, input: ConfigureHealthCheckInput): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  const check = input.HealthCheck;
  if (check === undefined) throw new ServiceFault('ValidationError', 'HealthCheck must be specified');
  requireTarget(check.Target ?? '');
  if ((check.Timeout ?? 5) >= (check.Interval ?? 30))
    throw new ServiceFault('ValidationError', 'HealthCheck timeout must be less than interval');
  // What was checked until now was checked by the old rules.
  for (const one of registered(world, balancer)) {
    catchUp(one.probe, classicRules(balancer), ec2State(world).instances.get(one.instance), world.clock.now());
  }
  balancer.healthCheck = { ...check };
  return { HealthCheck: balancer.healthCheck };
}

export function modifyLoadBalancerAttributes(world: World, input: ModifyLoadBalancerAttributesInput): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  const { ConnectionDraining, CrossZoneLoadBalancing, ConnectionSettings } = input.LoadBalancerAttributes ?? {};
  if (ConnectionDraining !== undefined) {
    balancer.draining = { enabled: ConnectionDraining.Enabled ?? false, seconds: ConnectionDraining.Timeout ?? 300 };
  }
  if (CrossZoneLoadBalancing !== undefined) balancer.crossZone = CrossZoneLoadBalancing.Enabled ?? false;
  if (ConnectionSettings !== undefined) balancer.idleSeconds = ConnectionSettings.IdleTimeout ?? 60;
  return { LoadBalancerName: balancer.name, ...attributesView(balancer) };
}

export function describeLoadBalancerAttributes(world: World, input: DescribeLoadBalancerAttributesInput): object {
  return attributesView(balancerOf(world, input.LoadBalancerName));
}

function attributesView(balancer: ClassicBalancer): object {
  return {
    LoadBalancerAttributes: {
      ConnectionDraining: { Enabled: balancer.draining.enabled, Timeout: balancer.draining.seconds },
      CrossZoneLoadBalancing: { Enabled: balancer.crossZone },
      ConnectionSettings: { IdleTimeout: balancer.idleSeconds },
      AccessLog: { Enabled: false },
      AdditionalAttributes: [],
    },
  };
}

export function createLoadBalancerListeners(world: World, input: CreateLoadBalancerListenerInput): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  requireListeners(input.Listeners ?? []);
  for (const listener of input.Listeners ?? []) {
    if (balancer.listeners.some((one) => one.LoadBalancerPort === listener.LoadBalancerPort)) {
      throw new ServiceFault(
        'DuplicateListener',
        `A listener already exists for ${balancer.name} with LoadBalancerPort ${listener.LoadBalancerPort}`,
      );
    }
    balancer.listeners.push(listener);
  }
  return {};
}

export function deleteLoadBalancerListeners(
  world: World,
  input: { LoadBalancerName?: string; LoadBalancerPorts?: number[] },
): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  const kept = balancer.listeners.filter((one) => !input.LoadBalancerPorts?.includes(one.LoadBalancerPort ?? 0));
  balancer.listeners.splice(0, balancer.listeners.length, ...kept);
  return {};
}

export function enableAvailabilityZones(world: World, input: AddAvailabilityZonesInput): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  requireZones(world, input.AvailabilityZones ?? []);
  for (const zone of input.AvailabilityZones ?? []) balancer.zones.add(zone);
  return { AvailabilityZones: [...balancer.zones] };
}

export function disableAvailabilityZones(world: World, input: RemoveAvailabilityZonesInput): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  const left = [...balancer.zones].filter((zone) => !input.AvailabilityZones?.includes(zone));
  if (left.length === 0)
    throw new ServiceFault('InvalidConfigurationRequest', 'A load balancer must be in at least one availability zone');
  for (const zone of input.AvailabilityZones ?? []) balancer.zones.delete(zone);
  return { AvailabilityZones: left };
}

export function attachLoadBalancerToSubnets(
  world: World,
  input: { LoadBalancerName?: string; Subnets?: string[] },
): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  for (const subnet of (input.Subnets ?? []).map((id) => subnetOf(world, id))) {
    balancer.subnets.add(subnet.id);
    balancer.zones.add(subnet.zone);
  }
  return { Subnets: [...balancer.subnets] };
}

export function applySecurityGroups(
  world: World,
  input: { LoadBalancerName?: string; SecurityGroups?: string[] },
): object {
  const balancer = balancerOf(world, input.LoadBalancerName);
  balancer.securityGroups.splice(0, balancer.securityGroups.length, ...(input.SecurityGroups ?? []));
  return { SecurityGroups: balancer.securityGroups };
}

export function addTags(world: World, input: AddTagsInput): object {
  for (const name of input.LoadBalancerNames ?? []) {
    for (const [key, value] of tagMap(input.Tags)) balancerOf(world, name).tags.set(key, value);
  }
  return {};
}

export function removeTags(world: World, input: RemoveTagsInput, { caller, operation }: Call): object {
  for (const name of input.LoadBalancerNames ?? []) {
    const balancer = balancerOf(world, name);
    for (const tag of input.Tags ?? []) balancer.tags.delete(tag.Key ?? '');
    if (caller === 'others') balancer.others.push({ at: world.clock.now(), operation });
  }
  return {};
}

export function describeTags(world: World, input: DescribeTagsInput): object {
  return {
    TagDescriptions: (input.LoadBalancerNames ?? []).map((name) => ({
      LoadBalancerName: name,
      Tags: [...balancerOf(world, name).tags].map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

function tagMap(tags: readonly Tag[] | undefined): Map<string, string> {
  return new Map((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
}

function requireZones(world: World, zones: readonly string[]): void {
  const unknown = zones.filter((zone) => !zonesOf(world).includes(zone));
  if (unknown.length > 0)
    throw new ServiceFault('ValidationError', `Invalid Availability Zone(s): ${unknown.join(', ')}`);
}
