import type { CommandOutcome, CommandRequest } from '../engine/gateway.js';
import { AwsFault } from '../errors.js';
import type { Clients } from './session/clients.js';
import { allPages } from './session/pages.js';
import { chunks } from '../text/chunks.js';

/** SSM takes at least 30 seconds and at most 30 days. Source: SendCommand, TimeoutSeconds. */
const LEAST_DELIVERY_S = 30;
const MOST_DELIVERY_S = 2_592_000;
/** Most values of one filter of DescribeInstanceInformation. */
const VALUES_PER_FILTER = 50;

/**
 * Sends a command to one instance and answers its id. Calls carry no token, so a lost reply is looked up by the
 * comment.
 */
export async function sendCommand(clients: Clients, request: CommandRequest): Promise<string> {
  const answer = await (
    await clients.ssm()
  ).sendCommand({
    InstanceIds: [request.instance],
    DocumentName: request.document,
    Parameters: Object.fromEntries(Object.entries(request.parameters).map(([key, values]) => [key, [...values]])),
    Comment: request.comment,
    TimeoutSeconds: Math.min(MOST_DELIVERY_S, Math.max(LEAST_DELIVERY_S, Math.ceil(request.deliveryMs / 1000))),
  });
  return answer.Command?.CommandId ?? '';
}

/** Newest first, so the first page holds ours, if there is one. */
export async function findCommand(clients: Clients, instance: string, comment: string): Promise<string | undefined> {
  const answer = await (await clients.ssm()).listCommands({ InstanceId: instance, MaxResults: 50 });
  return answer.Commands?.find((command) => command.Comment === comment)?.CommandId;
}

/** Statuses of an invocation that are no end. Source: GetCommandInvocation, Status. */
const UNDER_WAY: ReadonlySet<string> = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling', '']);

/** How an invocation is. Right after it was sent the service does not list it yet (InvocationDoesNotExist). */
export async function commandResult(clients: Clients, id: string, instance: string): Promise<CommandOutcome> {
  try {
    const answer = await (await clients.ssm()).getCommandInvocation({ CommandId: id, InstanceId: instance });
    const status = answer.Status ?? '';
    if (UNDER_WAY.has(status)) return { state: 'pending' };
    const exit = answer.ResponseCode === undefined || answer.ResponseCode < 0 ? '' : `, exit ${answer.ResponseCode}`;
    const details = answer.StatusDetails ?? '';
    const how = `${details === '' ? status : details}${exit}`;
    return {
      state: 'ended',
      ok: status === 'Success',
      how,
      output: [answer.StandardOutputContent, answer.StandardErrorContent].filter(Boolean).join('\n'),
    };
  } catch (error) {
    if (error instanceof AwsFault && error.code === 'InvocationDoesNotExist') return { state: 'pending' };
    throw error;
  }
}

export async function cancelCommand(clients: Clients, id: string, instance: string): Promise<void> {
  await (await clients.ssm()).cancelCommand({ CommandId: id, InstanceIds: [instance] });
}

/** Those whose agent is online. */
export async function commandable(clients: Clients, instances: readonly string[]): Promise<readonly string[]> {
  const client = await clients.ssm();
  const online: string[] = [];
  for (const part of chunks(instances, VALUES_PER_FILTER)) {
    const pages = await allPages('ssm:DescribeInstanceInformation', async (token) => {
      const page = await client.describeInstanceInformation({
        Filters: [{ Key: 'InstanceIds', Values: part }],
        MaxResults: 50,
        ...(token && { NextToken: token }),
      });
      return { page, next: page.NextToken };
    });
    online.push(
      ...pages
        .flatMap((page) => page.InstanceInformationList ?? [])
        .flatMap(({ InstanceId, PingStatus }) =>
          PingStatus === 'Online' && InstanceId !== undefined ? [InstanceId] : [],
        ),
    );
  }
  return online;
}
