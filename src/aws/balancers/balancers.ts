import type { BareGroup } from '../../engine/gateway.js';
import type { Balancer } from '../../model/rollout/group.js';
import { AwsFault } from '../../errors.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';
import { chunks } from '../../text/chunks.js';

/** Few enough for every limit on names and ARNs of the two services. */
const PER_CALL = 20;

/** AWS's own defaults, for the attributes that an answer leaves out. */
const DEFAULT_DRAIN_S = 300;
const DEFAULT_INTERVAL_S = 30;

/**
 * The balancers named, in the order of the answer, then those that do not exist: the service fails a whole call for
 * one of them, and a group keeps what was deleted while it was attached.
 */
export async function describeBalancers(clients: Clients, refs: BareGroup['balancerRefs']): Promise<Balancer[]> {
  const ids = (kind: Balancer['kind']): string[] => [
    ...new Set(refs.filter((ref) => ref.kind === kind).map((ref) => ref.id)),
  ];
  const [classic, targetGroups] = await Promise.all([
    withoutGhosts('classic', ids('classic'), (names) => describeClassic(clients, names)),
    withoutGhosts('target-group', ids('target-group'), (arns) => describeTargetGroups(clients, arns)),
  ]);
  return [...classic, ...targetGroups];
}

/** Asks for all at once, and one by one where that fails because one of them does not exist. */
async function withoutGhosts(
  kind: Balancer['kind'],
  ids: readonly string[],
  describe: (ids: readonly string[]) => Promise<Balancer[]>,
): Promise<Balancer[]> {
  try {
    return await describe(ids);
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
    const [first, ...rest] = ids;
    if (first !== undefined && rest.length === 0) return [deletedBalancer(kind, first)];
    const found: Balancer[] = [];
    for (const id of ids) found.push(...(await withoutGhosts(kind, [id], describe)));
    return found;
  }
}

/** What is left of a balancer that was deleted: nothing goes through it, and no instance is ever healthy there. */
function deletedBalancer(kind: Balancer['kind'], id: string): Balancer {
  // arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID
  const name = kind === 'classic' ? id : (id.split('/')[1] ?? id);
  return {
    kind,
    id,
    name,
    deleted: true,
    judged: true,
    note: 'It no longer exists.',
    drainMs: 0,
    slowStartMs: 0,
    healthFloorMs: 0,
  };
}

async function describeClassic(clients: Clients, names: readonly string[]): Promise<Balancer[]> {
  const balancers: Balancer[] = [];
  for (const part of chunks(names, PER_CALL)) {
    const client = await clients.elb();
    const pages = await allPages('elb:DescribeLoadBalancers', async (token) => {
      const page = await client.describeLoadBalancers({ LoadBalancerNames: part, ...(token && { Marker: token }) });
      return { page, next: page.NextMarker };
    });
    for (const found of pages.flatMap((page) => page.LoadBalancerDescriptions ?? [])) {
      const name = found.LoadBalancerName ?? '';
      const { LoadBalancerAttributes: attributes } = await client.describeLoadBalancerAttributes({
        LoadBalancerName: name,
      });
      const draining = attributes?.ConnectionDraining;
      const check = found.HealthCheck;
      balancers.push({
        kind: 'classic',
        id: name,
        name,
        judged: true,
        note: '',
        drainMs: draining?.Enabled === true ? (draining.Timeout ?? DEFAULT_DRAIN_S) * 1000 : 0,
        slowStartMs: 0,
        ...(found.AvailabilityZones !== undefined && { zones: found.AvailabilityZones }),
        // A classic balancer starts an instance as out of service: it has to pass that many checks.
        healthFloorMs: (check?.HealthyThreshold ?? 0) * (check?.Interval ?? 0) * 1000,
      });
    }
  }
  return balancers;
}

async function describeTargetGroups(clients: Clients, arns: readonly string[]): Promise<Balancer[]> {
  const balancers: Balancer[] = [];
  for (const part of chunks(arns, PER_CALL)) {
    const client = await clients.elbV2();
    const pages = await allPages('elbv2:DescribeTargetGroups', async (token) => {
      const page = await client.describeTargetGroups({ TargetGroupArns: part, ...(token && { Marker: token }) });
      return { page, next: page.NextMarker };
    });
    const targetGroups = pages.flatMap((page) => page.TargetGroups ?? []);
    const zonesOf = await enabledZones(
      clients,
      targetGroups.flatMap(({ LoadBalancerArns: users = [] }) => users),
    );
    for (const found of targetGroups) {
      const arn = found.TargetGroupArn ?? '';
      const { Attributes: attributes } = await client.describeTargetGroupAttributes({ TargetGroupArn: arn });
      const seconds = (key: string, otherwise: number): number =>
        Number(attributes?.find((attribute) => attribute.Key === key)?.Value ?? otherwise);
      const note = whyNotJudged(found);
      const zones = [...new Set((found.LoadBalancerArns ?? []).flatMap((user) => zonesOf.get(user) ?? []))];
      balancers.push({
        kind: 'target-group',
        id: arn,
        name: found.TargetGroupName ?? arn,
        ...(found.Port === undefined ? {} : { port: found.Port }),
        judged: note === '',
        note,
        drainMs: seconds('deregistration_delay.timeout_seconds', DEFAULT_DRAIN_S) * 1000,
        slowStartMs: seconds('slow_start.duration_seconds', 0) * 1000,
        ...(zones.length > 0 && { zones }),
        // A target that was just registered is healthy after its first check, whatever the threshold is.
        healthFloorMs: (found.HealthCheckIntervalSeconds ?? DEFAULT_INTERVAL_S) * 1000,
      });
    }
  }
  return balancers;
}

/** The zones that load balancers are enabled in, by ARN. They matter before a start alone: none where AWS refuses. */
async function enabledZones(
  clients: Clients,
  arns: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const zones = new Map<string, readonly string[]>();
  try {
    for (const part of chunks([...new Set(arns)], PER_CALL)) {
      const client = await clients.elbV2();
      const { LoadBalancers: found = [] } = await client.describeLoadBalancers({ LoadBalancerArns: part });
      for (const { LoadBalancerArn: arn = '', AvailabilityZones: enabled = [] } of found)
        zones.set(
          arn,
          enabled.flatMap(({ ZoneName: name }) => name ?? []),
        );
    }
  } catch (error) {
    if (!(error instanceof AwsFault) || !SILENT.has(error.kind)) throw error;
  }
  return zones;
}

/** Kinds of failures after which the zones of load balancers are simply not known. */
const SILENT: ReadonlySet<AwsFault['kind']> = new Set(['denied', 'unsupported', 'invalid', 'missing']);

function whyNotJudged(found: {
  LoadBalancerArns?: readonly string[] | undefined;
  HealthCheckEnabled?: boolean | undefined;
  TargetGroupName?: string | undefined;
}): string {
  const name = `The target group ${found.TargetGroupName ?? ''}`;
  if ((found.LoadBalancerArns ?? []).length === 0)
    return `${name} has no listener: it gets no traffic and its targets never become healthy.`;
  if (found.HealthCheckEnabled === false) return `${name} has its health checks switched off.`;
  return '';
}
