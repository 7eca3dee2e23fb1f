import type {
  Action,
  DeregisterTargetsInput,
  DescribeTargetHealthInput,
  RegisterTargetsInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { followUps } from '../follow-ups.js';
import { ec2State } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import { catchUp, freshProbe, type ProbeRules } from '../probe.js';
import { touch } from '../revisions.js';
import type { Call, World } from '../world.js';
import { elbv2State, type BalancerState, type TargetGroupState, type TargetState } from './state.js';

/** What DescribeTargetHealth says of one target. */
export interface TargetHealthRow {
  readonly State: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';
  readonly Reason?: string;
  readonly Description?: string;
}

export function targetGroupOf(world: World, arn: string | undefined): TargetGroupState {
  const found = elbv2State(world).targetGroups.get(arn ?? '');
  if (found === undefined) throw new ServiceFault('TargetGroupNotFound', 'One or more target groups not found');
  return found;
}

export function targetRules(group: TargetGroupState): ProbeRules {
  return {
    intervalMs: group.check.interval * 1000,
    healthyThreshold: group.check.healthy,
    unhealthyThreshold: group.check.unhealthy,
    firstPassCounts: true,
  };
}

/** The balancers whose listeners or rules send traffic to the target group. */
export function balancersUsing(world: World, group: TargetGroupState): BalancerState[] {
  const state = elbv2State(world);
  const arns = new Set<string>();
  for (const listener of state.listeners.values())
    if (forwardsTo(listener.actions, group.arn)) arns.add(listener.balancer);
  for (const rule of state.rules.values()) {
    const listener = state.listeners.get(rule.listener);
    if (listener !== undefined && forwardsTo(rule.actions, group.arn)) arns.add(listener.balancer);
  }
  return [...arns].flatMap((arn) => state.balancers.get(arn) ?? []);
}

function forwardsTo(actions: readonly Action[], arn: string): boolean {
  return actions.some(
    (action) =>
      action.TargetGroupArn === arn ||
      (action.ForwardConfig?.TargetGroups ?? []).some((one) => one.TargetGroupArn === arn),
  );
}

/** A target group that traffic now reaches (or whose rules changed) starts to check its targets from nothing. */
export function restartChecks(world: World, group: TargetGroupState): void {
  for (const target of group.targets.values()) target.probe = probeFor(world, group, target.instance, target.port);
}

function probeFor(world: World, group: TargetGroupState, instance: string, port: number): TargetState['probe'] {
  const now = world.clock.now();
  const phase = world.random.fork(`elbv2/${group.name}/${instance}:${port}/${now}`).next();
  return freshProbe(now, targetRules(group), phase);
}

/** Whether a zonal shift keeps requests away from this instance now. */
export function isShifted(world: World, id: string): boolean {
  const zone = ec2State(world).instances.get(id)?.zone;
  return zone !== undefined && isZoneShifted(world, zone);
}

export function isZoneShifted(world: World, zone: string): boolean {
  const seconds = (world.clock.now() - world.startedAt) / 1000;
  return world.scenario.faults.some(
    (fault) =>
      fault.kind === 'zonalShift' &&
      fault.zone === zone &&
      seconds >= (fault.from ?? 0) &&
      seconds < (fault.until ?? Infinity),
  );
}

/** Registers a target; one that is draining starts again from nothing. */
export function register(world: World, group: TargetGroupState, instance: string, port = group.port): void {
  const known = liveTarget(world, group, `${instance}:${port}`);
  if (known !== undefined && known.drainsUntil === undefined) return;
  group.targets.set(`${instance}:${port}`, {
    instance,
    port,
    registeredAt: world.clock.now(),
    probe: probeFor(world, group, instance, port),
  });
  touch(world, ec2State(world).instances.get(instance)?.group);
}

/** Starts to deregister the instance's targets and answers when the last one will be gone. */
export function deregister(world: World, group: TargetGroupState, instance: string, port?: number): number {
  const now = world.clock.now();
  const delay = Number(group.attributes.get('deregistration_delay.timeout_seconds') ?? 300) * 1000;
  let until = now;
  for (const [key, target] of group.targets) {
    if (target.instance !== instance || (port !== undefined && target.port !== port)) continue;
    // A target that nothing sends traffic to has nothing to drain.
    target.drainsUntil ??= balancersUsing(world, group).length > 0 ? now + delay : now;
    if (target.drainsUntil <= now) group.targets.delete(key);
    until = Math.max(until, target.drainsUntil);
  }
  touch(world, ec2State(world).instances.get(instance)?.group);
  return until;
}

function liveTarget(world: World, group: TargetGroupState, key: string): TargetState | undefined {
  const target = group.targets.get(key);
  if (target === undefined) return undefined;
  return target.drainsUntil !== undefined && target.drainsUntil <= world.clock.now() ? undefined : target;
}

/** Everything registered now, without what has drained away. */
export function targetsOf(world: World, group: TargetGroupState): TargetState[] {
  return [...group.targets.keys()].flatMap((key) => liveTarget(world, group, key) ?? []);
}

/** Health of all entries of one instance. */
export function healthOfInstance(
  world: World,
  group: TargetGroupState,
  instance: string,
  using = balancersUsing(world, group),
): TargetHealthRow[] {
  // Nearly always one entry, on the group's own port.
  const usual = liveTarget(world, group, `${instance}:${group.port}`);
  const entries =
    group.targets.size > 0 && usual === undefined
      ? targetsOf(world, group).filter((one) => one.instance === instance)
      : usual === undefined
        ? []
        : [usual];
  return entries.map((one) => targetHealth(world, group, one, using));
}

/** Health of one target as DescribeTargetHealth tells it, now. */
export function targetHealth(
  world: World,
  group: TargetGroupState,
  target: TargetState,
  using = balancersUsing(world, group),
): TargetHealthRow {
  const instance = ec2State(world).instances.get(target.instance);
  if (target.drainsUntil !== undefined) {
    return {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
  }
  if (using.length === 0) {
    return {
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    };
  }
  if (instance === undefined || instance.state === 'terminated' || instance.state === 'shutting-down') {
    return { State: 'unused', Reason: 'Target.InvalidState', Description: 'Target is in the terminated state' };
  }
  if (!using.some((balancer) => balancer.zones.has(instance.zone))) {
    return {
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target is in an Availability Zone that is not enabled for the load balancer',
    };
  }
  if (!group.check.enabled)
    return {
      State: 'unavailable',
      Reason: 'Target.HealthCheckDisabled',
      Description: 'Health checks are not enabled for this target',
    };
  catchUp(target.probe, targetRules(group), instance, world.clock.now());
  if (target.probe.state === 'healthy') return { State: 'healthy' };
  if (target.probe.state === 'unhealthy') {
    const answersWrongly =
      instance.behaviour.behaviour === 'unhealthy' &&
      world.clock.now() >= (instance.upAt ?? Infinity) &&
      group.check.protocol.startsWith('HTTP');
    return answersWrongly
      ? {
          State: 'unhealthy',
          Reason: 'Target.ResponseCodeMismatch',
          Description: 'Health checks failed with these codes: [503]',
        }
      : { State: 'unhealthy', Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' };
  }
  return target.probe.checks === 0
    ? { State: 'initial', Reason: 'Elb.RegistrationInProgress', Description: 'Target registration is in progress' }
    : { State: 'initial', Reason: 'Elb.InitialHealthChecking', Description: 'Initial health checks in progress' };
}

export function registerTargets(world: World, input: RegisterTargetsInput): object {
  const group = targetGroupOf(world, input.TargetGroupArn);
  for (const target of input.Targets ?? []) requireInstance(world, target.Id ?? '');
  for (const target of input.Targets ?? []) {
    register(world, group, target.Id ?? '', target.Port);
    group.takenOut.delete(target.Id ?? '');
    group.takenByOthers.delete(target.Id ?? '');
  }
  followUps().registrationsChanged(
    world,
    (input.Targets ?? []).map(({ Id }) => Id ?? ''),
  );
  return {};
}

export function deregisterTargets(world: World, input: DeregisterTargetsInput, { caller, operation }: Call): object {
  const group = targetGroupOf(world, input.TargetGroupArn);
  for (const target of input.Targets ?? []) {
    // Without a port it is the target group's own.
    deregister(world, group, target.Id ?? '', target.Port ?? group.port);
    group.takenOut.add(target.Id ?? '');
    if (caller === 'others') group.takenByOthers.add(target.Id ?? '');
  }
  if (caller === 'others') group.others.push({ at: world.clock.now(), operation });
  followUps().registrationsChanged(
    world,
    (input.Targets ?? []).map(({ Id }) => Id ?? ''),
  );
  return {};
}

const OVERRIDE = {
  State: 'zonal_shift_active',
  Reason: 'AdministrativeOverride.ZonalShiftActive',
  Description: 'A zonal shift is active for this target',
};

/** Without targets: all registered ones. A named target that is not registered is `unused`. */
export function describeTargetHealth(world: World, input: DescribeTargetHealthInput): object {
  const group = targetGroupOf(world, input.TargetGroupArn);
  const using = balancersUsing(world, group);
  const all = targetsOf(world, group);
  const anomalies = toldAnomalies(group, input);
  const row = (Id: string, Port: number, TargetHealth: TargetHealthRow): object => ({
    Target: { Id, Port },
    HealthCheckPort: checkPort(group, Port),
    TargetHealth,
    ...(anomalies && { AnomalyDetection: anomalyOf(world, Id, TargetHealth) }),
    ...(isShifted(world, Id) && { AdministrativeOverride: OVERRIDE }),
  });
  if (input.Targets === undefined || input.Targets.length === 0) {
    return {
      TargetHealthDescriptions: all.map((one) => row(one.instance, one.port, targetHealth(world, group, one, using))),
    };
  }
  const rows = input.Targets.flatMap((wanted) => {
    const id = wanted.Id ?? '';
    const entries = all.filter((one) => one.instance === id && (wanted.Port === undefined || wanted.Port === one.port));
    if (entries.length > 0) return entries.map((one) => row(id, one.port, targetHealth(world, group, one, using)));
    requireInstance(world, id);
    return [
      row(id, wanted.Port ?? group.port, {
        State: 'unused',
        Reason: 'Target.NotRegistered',
        Description: 'Target is not registered to the target group',
      }),
    ];
  });
  return { TargetHealthDescriptions: rows };
}

/** Whether the answer says which targets are anomalous. The words of the refusal are nowhere stated. */
function toldAnomalies(group: TargetGroupState, { Include = [] }: DescribeTargetHealthInput): boolean {
  if (Include.length === 0) return false;
  if (group.protocol.startsWith('HTTP')) return true;
  throw new ServiceFault(
    'ValidationError',
    `Anomaly detection is not supported for target groups with the protocol '${group.protocol}'`,
  );
}

function anomalyOf(world: World, id: string, { State }: TargetHealthRow): object {
  const stands = ec2State(world).instances.get(id)?.behaviour.anomalous === true && State === 'healthy';
  return { Result: stands ? 'anomalous' : 'normal', MitigationInEffect: 'no' };
}

function checkPort(group: TargetGroupState, port: number): string {
  return group.check.port === 'traffic-port' ? String(port) : group.check.port;
}

function requireInstance(world: World, id: string): void {
  const state = ec2State(world).instances.get(id)?.state;
  if (state === undefined)
    throw new ServiceFault('InvalidTarget', `The following targets are not valid instances: '${id}'`);
  if (state === 'terminated' || state === 'shutting-down') {
    throw new ServiceFault(
      'InvalidTarget',
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    );
  }
}
