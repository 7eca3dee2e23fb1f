import type {
  CancelCommandRequest,
  DescribeInstanceInformationRequest,
  GetCommandInvocationRequest,
  ListCommandInvocationsRequest,
  ListCommandsRequest,
  SendCommandRequest,
} from '@aws-sdk/client-ssm';
import type { CommandBehaviour } from '../../scenario.js';
import { scheduleHealthCheck } from '../autoscaling/capacity/health-checks.js';
import { findGroup } from '../autoscaling/state.js';
import { drawMs } from '../random-delay.js';
import { ec2State, type Ec2Instance } from '../ec2/state.js';
import { ServiceFault } from '../fault.js';
import { ssmState, type Invocation, type SentCommand } from './ssm-state.js';
import { page } from '../page.js';
import { touch } from '../revisions.js';
import type { OperationTable, World } from '../world.js';

/** The agent asks for commands every few seconds. */
const DELIVERY: readonly [number, number] = [0.5, 3];
const USUAL_SECONDS: readonly [number, number] = [4, 12];
/** GetCommandInvocation does not know a command so shortly after it was sent. */
const UNKNOWN_MS = 800;

/** Run Command of the sandbox: the application of an instance does not answer while its command runs. */
export const commandOperations: OperationTable = {
  SendCommand: (world, input: SendCommandRequest) => {
    const ids = input.InstanceIds ?? [];
    const wrong = ids.filter((id) => !takesCommands(world, ec2State(world).instances.get(id)));
    if (ids.length === 0 || wrong.length > 0)
      throw new ServiceFault(
        'InvalidInstanceId',
        `Instances [[${wrong.join(', ')}]] not in a valid state for account ${world.account}`,
      );
    const document = input.DocumentName ?? '';
    if (document.startsWith('AWS-') && !['AWS-RunShellScript', 'AWS-RunPowerShellScript'].includes(document))
      throw new ServiceFault('InvalidDocument', `Document with name ${document} does not exist.`);
    const sent = ssmState(world).commands;
    const parameters = input.Parameters ?? {};
    const number = sent.length + 1;
    const hex = (digits: number, part: string): string =>
      world.random.fork(`ssm/command/${number}/${part}`).hex(digits);
    const command: SentCommand = {
      id: `${hex(8, 'a')}-${hex(4, 'b')}-${hex(4, 'c')}-${hex(4, 'd')}-${hex(12, 'e')}`,
      document,
      comment: input.Comment ?? '',
      parameters,
      at: world.clock.now(),
      invocations: new Map(ids.map((id) => [id, invoke(world, id, number, parameters)])),
    };
    sent.push(command);
    return { Command: described(command, world.clock.now()) };
  },
  GetCommandInvocation: (world, input: GetCommandInvocationRequest) => {
    const command = ssmState(world).commands.find(({ id }) => id === input.CommandId);
    const invocation = command?.invocations.get(input.InstanceId ?? '');
    const now = world.clock.now();
    if (command === undefined || invocation === undefined || now < command.at + UNKNOWN_MS)
      throw new ServiceFault('InvocationDoesNotExist', '');
    const { status, exit } = statusOf(invocation, now);
    return {
      CommandId: command.id,
      InstanceId: input.InstanceId,
      Comment: command.comment,
      DocumentName: command.document,
      PluginName: 'aws:runShellScript',
      ResponseCode: exit,
      Status: status,
      StatusDetails: status === 'TimedOut' ? 'ExecutionTimedOut' : status,
      StandardOutputContent: exit === -1 ? '' : invocation.output,
      StandardErrorContent: exit > 0 ? `failed to run commands: exit status ${exit}\n` : '',
    };
  },
  ListCommands: (world, input: ListCommandsRequest) => {
    const wanted = ssmState(world).commands.filter(
      (command) =>
        (input.CommandId === undefined || command.id === input.CommandId) &&
        (input.InstanceId === undefined || command.invocations.has(input.InstanceId)),
    );
    const { items, next } = page([...wanted].reverse(), input.MaxResults ?? 50, input.NextToken);
    return {
      Commands: items.map((command) => described(command, world.clock.now())),
      ...(next !== undefined && { NextToken: next }),
    };
  },
  ListCommandInvocations: (world, input: ListCommandInvocationsRequest) => {
    const now = world.clock.now();
    const rows = [...ssmState(world).commands]
      .reverse()
      .filter((command) => input.CommandId === undefined || command.id === input.CommandId)
      .flatMap((command) => [...command.invocations].map(([id, invocation]) => ({ command, id, invocation })))
      .filter(({ id }) => input.InstanceId === undefined || id === input.InstanceId)
      .map(({ command, id, invocation }) => listedInvocation(command, id, statusOf(invocation, now), invocation.output))
      .filter(({ Status }) => filtersStatus(input, Status));
    const { items, next } = page(rows, input.MaxResults ?? 50, input.NextToken);
    return {
      CommandInvocations: input.Details === true ? items : items.map((row) => ({ ...row, CommandPlugins: [] })),
      ...(next !== undefined && { NextToken: next }),
    };
  },
  CancelCommand: (world, input: CancelCommandRequest) => {
    const command = ssmState(world).commands.find(({ id }) => id === input.CommandId);
    if (command === undefined) throw new ServiceFault('InvalidCommandId', '');
    for (const id of input.InstanceIds ?? [...command.invocations.keys()]) cancel(world, command, id);
    return {};
  },
  DescribeInstanceInformation: (world, input: DescribeInstanceInformationRequest) => {
    const wanted = input.Filters?.find(({ Key }) => Key === 'InstanceIds')?.Values;
    const known = [...ec2State(world).instances.values()].filter(
      (one) => (wanted?.includes(one.id) ?? true) && one.state !== 'terminated' && one.runningAt <= world.clock.now(),
    );
    const { items, next } = page(known, input.MaxResults ?? 50, input.NextToken);
    return {
      ...(next !== undefined && { NextToken: next }),
      InstanceInformationList: items.map((one) => ({
        InstanceId: one.id,
        PingStatus: takesCommands(world, one) ? 'Online' : 'ConnectionLost',
        PlatformType: 'Linux',
        IPAddress: one.privateIp,
        ResourceType: 'EC2Instance',
      })),
    };
  },
};

function takesCommands(world: World, instance: Ec2Instance | undefined): boolean {
  return instance?.state === 'running' && instance.runningAt <= world.clock.now();
}

/** Works out all that will come of it; the application pauses from now on as the behaviour says. */
function invoke(
  world: World,
  id: string,
  number: number,
  parameters: Readonly<Record<string, readonly string[]>>,
): Invocation {
  const key = `ssm/run/${number}/${id}`;
  const behaviour = behaviourOf(world, key, Object.values(parameters).flat().join('\n'));
  const startsAt = world.clock.now() + drawMs(world, `${key}/delivery`, DELIVERY);
  const wanted = drawMs(world, `${key}/seconds`, behaviour.seconds ?? USUAL_SECONDS);
  const most = Number(parameters['executionTimeout']?.[0] ?? 3600) * 1000;
  const endsAt = startsAt + Math.min(wanted, most);
  pause(world, id, startsAt, behaviour.leaves === 'broken' ? Infinity : endsAt);
  return { startsAt, endsAt, exit: behaviour.exit ?? 0, output: behaviour.output ?? 'done\n', timesOut: wanted > most };
}

function behaviourOf(world: World, key: string, text: string): Partial<CommandBehaviour> {
  const found = world.scenario.commands.find(
    (one, index) =>
      text.includes(one.match) &&
      (one.rate === undefined || world.random.fork(`${key}/rate/${index}`).next() < one.rate),
  );
  return found ?? {};
}

function pause(world: World, id: string, from: number, until: number): void {
  const instance = ec2State(world).instances.get(id);
  if (instance === undefined) return;
  // Another command that brings the application back ends what an earlier one broke.
  instance.pauses = [
    ...(instance.pauses ?? []).map((one) =>
      one.until === Infinity ? { from: one.from, until: Math.max(from, one.from) } : one,
    ),
    { from, until },
  ];
  touch(world, instance.group);
  const group = findGroup(world, instance.group ?? '');
  if (group !== undefined) scheduleHealthCheck(world, group);
}

/** Stopped where it is; the application comes back as far as it can. */
function cancel(world: World, command: SentCommand, id: string): void {
  const invocation = command.invocations.get(id);
  const now = world.clock.now();
  if (invocation === undefined || invocation.cancelledAt !== undefined || now >= invocation.endsAt) return;
  invocation.cancelledAt = now;
  const instance = ec2State(world).instances.get(id);
  if (instance?.pauses === undefined) return;
  instance.pauses = instance.pauses.flatMap((one) =>
    one.from >= now ? [] : [one.until > now && one.until !== Infinity ? { from: one.from, until: now } : one],
  );
  touch(world, instance.group);
}

function statusOf(invocation: Invocation, now: number): { readonly status: string; readonly exit: number } {
  if (invocation.cancelledAt !== undefined) return { status: 'Cancelled', exit: -1 };
  if (now < invocation.startsAt) return { status: 'Pending', exit: -1 };
  if (now < invocation.endsAt) return { status: 'InProgress', exit: -1 };
  if (invocation.timesOut) return { status: 'TimedOut', exit: -1 };
  return { status: invocation.exit === 0 ? 'Success' : 'Failed', exit: invocation.exit };
}

/** What one instance made of a command, with what the document's one plugin printed. */
function listedInvocation(
  command: SentCommand,
  id: string,
  { status, exit }: { readonly status: string; readonly exit: number },
  output: string,
): { readonly Status: string; readonly [member: string]: unknown } {
  const details = status === 'TimedOut' ? 'ExecutionTimedOut' : status;
  return {
    CommandId: command.id,
    InstanceId: id,
    Comment: command.comment,
    DocumentName: command.document,
    RequestedDateTime: new Date(command.at),
    Status: status,
    StatusDetails: details,
    CommandPlugins: [
      {
        Name: 'aws:runShellScript',
        Status: status,
        StatusDetails: details,
        ResponseCode: exit,
        Output: exit === -1 ? '' : output,
      },
    ],
  };
}

function filtersStatus({ Filters: filters = [] }: ListCommandInvocationsRequest, status: string): boolean {
  return filters.every(({ key, value }) => key !== 'Status' || value === status);
}

function described(command: SentCommand, now: number): object {
  const statuses = [...command.invocations.values()].map((one) => statusOf(one, now).status);
  const [status] = statuses;
  return {
    CommandId: command.id,
    DocumentName: command.document,
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: [...command.invocations.keys()],
    RequestedDateTime: new Date(command.at),
    Status: statuses.every((one) => one === status) ? status : 'InProgress',
    TargetCount: command.invocations.size,
  };
}
