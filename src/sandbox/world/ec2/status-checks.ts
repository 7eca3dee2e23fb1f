import type {
  ApplicationStatusEnum,
  AssociateApplicationStatusCheckRequest,
  CreateApplicationStatusCheckRequest,
  DeleteApplicationStatusCheckRequest,
  DescribeApplicationStatusCheckAssociationsRequest,
  DescribeApplicationStatusChecksRequest,
  DescribeApplicationStatusRequest,
  EnableApplicationStatusCheckSuppressionRequest,
  ModifyApplicationStatusCheckRequest,
} from '@aws-sdk/client-ec2';
import { ServiceFault } from '../fault.js';
import { page } from '../page.js';
import type { World } from '../world.js';
import { answersAt } from './answers.js';
import { ec2State, type Ec2Instance, type StatusCheck as Check } from './state.js';

/**
 * Application status checks as EC2 runs them, on the instances that carry their tags or are named.
 * Source: EC2 API reference, `ApplicationStatus` and `ApplicationStatusDetail`.
 */

/** What AWS takes when the request names none. Source: API_CreateApplicationStatusCheck. */
const DEFAULTS = { Interval: 10, FailureThreshold: 2, SuccessThreshold: 2, InitializationGracePeriodSeconds: 0 };

type CheckStatus = 'passed' | 'failed' | 'initializing';

function judge(instance: Ec2Instance, { settings }: Check, now: number): CheckStatus {
  const {
    Interval,
    FailureThreshold,
    SuccessThreshold,
    InitializationGracePeriodSeconds: grace,
  } = {
    ...DEFAULTS,
    ...settings,
  };
  const every = Number(Interval) * 1000;
  const last = (count: number, answers: boolean): boolean =>
    Array.from({ length: count }, (_, turn) => now - turn * every).every((at) => answersAt(instance, at) === answers);
  if (last(Number(SuccessThreshold), true)) return 'passed';
  const counts = now >= instance.runningAt + Number(grace) * 1000 + Number(FailureThreshold) * every;
  return counts && last(Number(FailureThreshold), false) ? 'failed' : 'initializing';
}

/** The checks that apply to an instance, each with its result. */
function resultsOf(
  world: World,
  instance: Ec2Instance,
): readonly { readonly check: Check; readonly status: CheckStatus }[] {
  const now = world.clock.now();
  const applies = ({ instances, targets }: Check): boolean =>
    instances.has(instance.id) || [...instance.tags].some(([key, value]) => targets.has(`${key}=${value}`));
  return [...ec2State(world).statusChecks.values()]
    .filter(applies)
    .map((check) => ({ check, status: judge(instance, check, now) }));
}

/** The status of an instance, of the checks that are included in it. */
export function applicationStatus(world: World, instance: Ec2Instance): ApplicationStatusEnum {
  const included = resultsOf(world, instance).filter(({ check }) => check.settings.Aggregation !== 'excluded');
  if (included.length === 0) return 'not-applicable';
  if ((ec2State(world).suppressedUntil.get(instance.id) ?? 0) > world.clock.now()) return 'suppressed';
  const has = (wanted: CheckStatus): boolean => included.some(({ status }) => status === wanted);
  return has('failed') ? 'impaired' : has('initializing') ? 'initializing' : 'ok';
}

export function describeApplicationStatus(world: World, input: DescribeApplicationStatusRequest): object {
  const { instances } = ec2State(world);
  const missing = input.InstanceIds?.find((id) => !instances.has(id));
  if (missing !== undefined)
    throw new ServiceFault('InvalidInstanceID.NotFound', `The instance ID '${missing}' does not exist`);
  const running = [...instances.values()].filter(
    ({ id, state }) => state === 'running' && (input.InstanceIds?.includes(id) ?? true),
  );
  const { items, next: token } = page(running, input.MaxResults ?? 1000, input.NextToken);
  const Instances = items.map((one) => {
    const Details = resultsOf(world, one).map(({ check, status }) => ({
      ApplicationStatusCheckId: check.id,
      Aggregation: check.settings.Aggregation ?? 'included',
      Status: status,
      ...(status === 'passed' && { Reason: { Code: 'ResponseCodeMatched', StatusCode: 200, Protocol: 'HTTP' } }),
      ...(status === 'failed' && { Reason: { Code: 'ConnectionRefused', Protocol: 'HTTP' } }),
    }));
    return {
      InstanceId: one.id,
      AvailabilityZone: one.zone,
      ApplicationStatus: { Status: applicationStatus(world, one), Details },
    };
  });
  return { ApplicationStatuses: { Instances }, NextToken: token };
}

export function createApplicationStatusCheck(world: World, input: CreateApplicationStatusCheckRequest): object {
  const { ClientToken: _token, DryRun: _dry, TagSpecifications: tags = [], ...settings } = input;
  const check: Check = {
    id: `asc-${String(ec2State(world).statusChecks.size + 1).padStart(17, '0')}`,
    createdAt: world.clock.now(),
    settings,
    tags: tags.flatMap(({ Tags = [] }) => Tags.map(({ Key = '', Value = '' }) => ({ Key, Value }))),
    instances: new Set(),
    targets: new Set(),
  };
  ec2State(world).statusChecks.set(check.id, check);
  return { ApplicationStatusCheck: view(check) };
}

export function modifyApplicationStatusCheck(world: World, input: ModifyApplicationStatusCheckRequest): object {
  const { ApplicationStatusCheckId: id, ClientToken: _token, DryRun: _dry, ...settings } = input;
  const check = checkOf(world, id);
  check.settings = { ...check.settings, ...settings };
  return { ApplicationStatusCheck: view(check) };
}

export function deleteApplicationStatusCheck(world: World, input: DeleteApplicationStatusCheckRequest): object {
  const check = checkOf(world, input.ApplicationStatusCheckId);
  ec2State(world).statusChecks.delete(check.id);
  return { ApplicationStatusCheck: view(check) };
}

export function describeApplicationStatusChecks(world: World, input: DescribeApplicationStatusChecksRequest): object {
  const wanted = input.ApplicationStatusCheckIds;
  const found =
    wanted === undefined || wanted.length === 0
      ? [...ec2State(world).statusChecks.values()]
      : wanted.map((id) => checkOf(world, id));
  const { items, next: token } = page(found, input.MaxResults ?? 1000, input.NextToken);
  return { ApplicationStatusChecks: items.map(view), NextToken: token };
}

export function associateApplicationStatusCheck(world: World, input: AssociateApplicationStatusCheckRequest): object {
  const check = checkOf(world, input.ApplicationStatusCheckId);
  const rows = associationsIn(input);
  for (const { AssociationType, AssociationValue } of rows)
    (AssociationType === 'tag' ? check.targets : check.instances).add(AssociationValue);
  return { SuccessfulResults: rows.map((row) => ({ ...row, ApplicationStatusCheckId: check.id })) };
}

export function disassociateApplicationStatusCheck(
  world: World,
  input: AssociateApplicationStatusCheckRequest,
): object {
  const check = checkOf(world, input.ApplicationStatusCheckId);
  const rows = associationsIn(input);
  for (const { AssociationType, AssociationValue } of rows)
    (AssociationType === 'tag' ? check.targets : check.instances).delete(AssociationValue);
  return { SuccessfulResults: rows.map((row) => ({ ...row, ApplicationStatusCheckId: check.id })) };
}

export function describeApplicationStatusCheckAssociations(
  world: World,
  input: DescribeApplicationStatusCheckAssociationsRequest,
): object {
  const ids = input.ApplicationStatusCheckIds ?? [...ec2State(world).statusChecks.keys()];
  const Associations = ids
    .map((id) => checkOf(world, id))
    .flatMap(({ id, targets, instances }) => [
      ...[...targets].map((target) => {
        const at = target.indexOf('=');
        return {
          ApplicationStatusCheckId: id,
          AssociationType: 'tag',
          Key: target.slice(0, at),
          Value: target.slice(at + 1),
        };
      }),
      ...[...instances].map((Value) => ({ ApplicationStatusCheckId: id, AssociationType: 'instance-id', Value })),
    ]);
  return { Associations };
}

export function enableApplicationStatusCheckSuppression(
  world: World,
  input: EnableApplicationStatusCheckSuppressionRequest,
): object {
  const { InstanceIds = [], DurationSeconds: seconds } = input;
  const until = seconds === undefined ? Infinity : world.clock.now() + seconds * 1000;
  for (const id of InstanceIds) ec2State(world).suppressedUntil.set(id, until);
  return {
    SuccessfulResults: InstanceIds.map((InstanceId) => ({ InstanceId, SuppressAt: new Date(world.clock.now()) })),
  };
}

export function disableApplicationStatusCheckSuppression(
  world: World,
  { InstanceIds = [] }: EnableApplicationStatusCheckSuppressionRequest,
): object {
  for (const id of InstanceIds) ec2State(world).suppressedUntil.delete(id);
  return { SuccessfulResults: InstanceIds.map((InstanceId) => ({ InstanceId })) };
}

function associationsIn({
  InstanceIds = [],
  TargetTagAssociations: pairs = [],
}: AssociateApplicationStatusCheckRequest) {
  return [
    ...pairs.map(({ Key = '', Value = '' }) => ({ AssociationType: 'tag', AssociationValue: `${Key}=${Value}` })),
    ...InstanceIds.map((AssociationValue) => ({ AssociationType: 'instance-id', AssociationValue })),
  ];
}

/** The words of the refusal are nowhere stated. */
function checkOf(world: World, id = ''): Check {
  const check = ec2State(world).statusChecks.get(id);
  if (check !== undefined) return check;
  throw new ServiceFault(
    'InvalidApplicationStatusCheckId.NotFound',
    `The application status check ID '${id}' does not exist`,
  );
}

function view({ id, settings, createdAt, targets, tags }: Check): object {
  const { HealthCheckPaths: _paths, ...rest } = settings;
  return {
    ApplicationStatusCheckId: id,
    ...DEFAULTS,
    Aggregation: 'included',
    ...rest,
    CreationTime: new Date(createdAt),
    TargetTagAssociations: [...targets].map((target) => {
      const at = target.indexOf('=');
      return { Key: target.slice(0, at), Value: target.slice(at + 1) };
    }),
    Tags: tags,
  };
}
