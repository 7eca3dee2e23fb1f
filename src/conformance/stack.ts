import type { Stack as AwsStack } from '@aws-sdk/client-cloudformation';
import type { Clock, Instant, Milliseconds } from '../clock.js';
import { AwsFault } from '../errors.js';
import type { Aws } from './aws.js';
import { NotShown, type Made } from './stage.js';

/** The names of all stacks of conformance begin so; the rest is the id of the run. */
const PREFIX = 'ha-updater-conformance-';
/** Every stack of conformance carries it, and all that CloudFormation tags for it. Its value is the id of the run. */
const TAG = 'ha-updater:conformance';
/** Until when its run may be at work, as ISO 8601 in UTC. */
const UNTIL_TAG = 'ha-updater:conformance-until';

/** What the stack of a run is made of. */
export interface StackOrder {
  readonly run: string;
  /** When the run is over at the latest. */
  readonly until: Instant;
  readonly template: string;
  readonly subnets: readonly string[];
  readonly instanceType: string;
  /** Name of the public parameter of the image. */
  readonly image: string;
}

/** A stack of a run that may be over. */
export interface FoundStack {
  readonly id: string;
  readonly name: string;
  readonly run: string;
  readonly status: string;
  readonly createdAt: Instant;
  /** Until when its run may be at work. */
  readonly until: Instant | undefined;
}

const LOOK_MS: Milliseconds = 10_000;
const CREATE_MS: Milliseconds = 30 * 60_000;
const DELETE_MS: Milliseconds = 45 * 60_000;

/**
 * Two subnets in different zones: those that were named, else two of the default VPC.
 * @throws NotShown where there are none
 */
export async function networkOf(
  { ec2 }: Aws,
  named: readonly string[],
): Promise<{ readonly vpc: string; readonly subnets: readonly string[] }> {
  if (named.length > 0) {
    const { Subnets: found = [] } = await ec2.describeSubnets({ SubnetIds: [...named] });
    return { vpc: found[0]?.VpcId ?? '', subnets: named };
  }
  const { Vpcs: [vpc] = [] } = await ec2.describeVpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
  if (vpc?.VpcId === undefined)
    throw new NotShown('This account has no default VPC in this region: name two subnets with --subnets.');
  const { Subnets: all = [] } = await ec2.describeSubnets({ Filters: [{ Name: 'vpc-id', Values: [vpc.VpcId] }] });
  const byZone = new Map(all.map(({ AvailabilityZone: zone = '', SubnetId: id = '' }) => [zone, id]));
  const subnets = [...byZone]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, 2)
    .map(([, id]) => id);
  if (subnets.length < 2) throw new NotShown('The default VPC has no subnets in two zones: name two with --subnets.');
  return { vpc: vpc.VpcId, subnets };
}

/** Name of the stack of a run. */
export function stackName(run: string): string {
  return `${PREFIX}${run}`;
}

/** Asks for the stack; the call may be sent twice. */
export async function createStack(aws: Aws, order: StackOrder, vpc: string): Promise<void> {
  const parameters = {
    VpcId: vpc,
    Subnets: order.subnets.join(','),
    InstanceType: order.instanceType,
    ImageId: order.image,
  };
  await aws.cloudFormation.createStack({
    StackName: stackName(order.run),
    TemplateBody: order.template,
    Parameters: Object.entries(parameters).map(([key, value]) => ({ ParameterKey: key, ParameterValue: value })),
    Tags: [
      { Key: TAG, Value: order.run },
      { Key: UNTIL_TAG, Value: new Date(order.until).toISOString() },
    ],
    OnFailure: 'DO_NOTHING',
    ClientRequestToken: stackName(order.run),
  });
}

/** Waits until the stack is made. @throws NotShown when it failed */
export async function awaitStack(aws: Aws, name: string, clock: Clock, goOn: () => void): Promise<Made> {
  const until = clock.now() + CREATE_MS;
  for (;;) {
    goOn();
    const stack = await lookAt(aws, name);
    const status = stack?.StackStatus ?? 'not there yet';
    if (status === 'CREATE_COMPLETE') return madeOf(name, stack);
    if (/FAILED|ROLLBACK|DELETE/.test(status) || clock.now() >= until)
      throw new NotShown(`Stack ${name} was not made: ${status}. ${(await failureOf(aws, name)) ?? ''}`.trim());
    await clock.sleep(LOOK_MS);
  }
}

function madeOf(name: string, stack: AwsStack | undefined): Made {
  const outputs = new Map((stack?.Outputs ?? []).map(({ OutputKey: key, OutputValue: value }) => [key, value]));
  const output = (key: string): string => outputs.get(key) ?? '';
  return {
    stack: name,
    modern: output('ModernGroup'),
    classic: output('ClassicGroup'),
    targetGroup: output('TargetGroup'),
    balancer: output('ClassicBalancer'),
  };
}

/** CloudFormation's first reason why a resource was not made. */
async function failureOf(aws: Aws, name: string): Promise<string | undefined> {
  try {
    const { StackEvents: events = [] } = await aws.cloudFormation.describeStackEvents({ StackName: name });
    const failed = events.filter((event) => event.ResourceStatus?.endsWith('_FAILED') === true).at(-1);
    return failed && `${failed.LogicalResourceId ?? ''}: ${failed.ResourceStatusReason ?? ''}`;
  } catch {
    return undefined;
  }
}

async function lookAt({ cloudFormation }: Aws, name: string): Promise<AwsStack | undefined> {
  try {
    return (await cloudFormation.describeStacks({ StackName: name })).Stacks?.[0];
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'missing') return undefined;
    throw error;
  }
}

/**
 * Deletes the stack and waits until it is gone, whatever it is in the middle of: an update is waited for, a deletion
 * that failed is asked for again.
 * @returns undefined when it is gone; else how it stands
 */
export async function deleteStack(aws: Aws, name: string, clock: Clock): Promise<string | undefined> {
  const until = clock.now() + DELETE_MS;
  for (let failures = 0; ;) {
    const stack = await lookAt(aws, name);
    const status = stack?.StackStatus ?? 'DELETE_COMPLETE';
    if (status === 'DELETE_COMPLETE') return undefined;
    if (status === 'DELETE_FAILED') failures++;
    if (failures > 3 || clock.now() >= until) return status;
    if (status !== 'DELETE_IN_PROGRESS') await askToDelete(aws, name);
    await clock.sleep(LOOK_MS);
  }
}

/** While an update is in progress, CloudFormation refuses: it is asked again at the next look. */
async function askToDelete({ cloudFormation }: Aws, name: string): Promise<void> {
  try {
    await cloudFormation.deleteStack({ StackName: name });
  } catch (error) {
    if (!(error instanceof AwsFault) || !/^(busy|invalid|missing)$/.test(error.kind)) throw error;
  }
}

/** All stacks of conformance in this account and region: by the beginning of their names and by their tag. */
export async function findStacks({ cloudFormation }: Aws): Promise<readonly FoundStack[]> {
  const found: AwsStack[] = [];
  let token: string | undefined;
  do {
    const page = await cloudFormation.describeStacks({ ...(token !== undefined && { NextToken: token }) });
    found.push(...(page.Stacks ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return found.flatMap((stack): readonly FoundStack[] => {
    const tag = (key: string): string | undefined => stack.Tags?.find(({ Key: one }) => one === key)?.Value;
    const [name = '', run] = [stack.StackName, tag(TAG)];
    if (!name.startsWith(PREFIX) || run === undefined || stack.StackStatus === 'DELETE_COMPLETE') return [];
    const until = Date.parse(tag(UNTIL_TAG) ?? '');
    const { StackId: id = name, StackStatus: status = '', CreationTime: created } = stack;
    const times = { createdAt: created?.getTime() ?? 0, until: Number.isNaN(until) ? undefined : until };
    return [{ id, name, run, status, ...times }];
  });
}
