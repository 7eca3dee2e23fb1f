import type {
  Capability,
  Parameter,
  RollbackConfiguration,
  Stack as AwsStack,
  StackEvent as AwsStackEvent,
} from '@aws-sdk/client-cloudformation';
import { AwsFault } from '../../errors.js';
import type { StackRequest, StackSettings, TemplateSource } from '../../engine/gateway.js';
import type { Stack, StackEvent, StackParameter, StackResource, TemplateSummary } from '../../model/stack/stack.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';

/** What DescribeStacks shows in place of a NoEcho value. */
const MASK = '****';

/** undefined when there is no such stack; asked by id, AWS still shows deleted ones for 90 days. */
export async function describeStack(clients: Clients, nameOrId: string): Promise<Stack | undefined> {
  try {
    const answer = await (await clients.cloudFormation()).describeStacks({ StackName: nameOrId });
    const found = answer.Stacks?.[0];
    return found === undefined || found.StackStatus === 'DELETE_COMPLETE' ? undefined : toStack(found);
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'missing') return undefined;
    throw error;
  }
}

function toStack(stack: AwsStack): Stack {
  return {
    id: stack.StackId ?? '',
    name: stack.StackName ?? '',
    status: stack.StackStatus ?? '',
    statusReason: stack.StackStatusReason ?? '',
    parameters: toParameters(stack.Parameters),
    capabilities: stack.Capabilities ?? [],
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
    ),
    ...(stack.CreationTime && { createdAt: stack.CreationTime.getTime() }),
    ...(stack.LastUpdatedTime && { updatedAt: stack.LastUpdatedTime.getTime() }),
    ...(stack.RootId && { rootId: stack.RootId }),
    ...(stack.ParentId && { parentId: stack.ParentId }),
    ...(stack.Tags !== undefined &&
      stack.Tags.length > 0 && {
        tags: Object.fromEntries(stack.Tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
      }),
    ...(stack.RoleARN && { roleArn: stack.RoleARN }),
    ...(stack.NotificationARNs !== undefined &&
      stack.NotificationARNs.length > 0 && { notificationArns: stack.NotificationARNs }),
    ...rollbackOf(stack.RollbackConfiguration),
    ...(stack.EnableTerminationProtection === true && { terminationProtection: true }),
  };
}

/**
 * A stack that never had triggers, and one whose triggers were taken away, shows nothing, an empty list, or zero
 * minutes.
 */
function rollbackOf({
  RollbackTriggers: triggers = [],
  MonitoringTimeInMinutes: minutes = 0,
}: RollbackConfiguration = {}): Pick<Stack, 'rollback'> {
  if (triggers.length === 0 && minutes === 0) return {};
  return { rollback: { triggers: triggers.map(({ Arn }) => Arn ?? ''), monitoringMinutes: minutes } };
}

/** Parameters without the values that the service masks. */
export function toParameters(parameters: readonly Parameter[] | undefined): StackParameter[] {
  return (parameters ?? []).map(({ ParameterKey: key = '', ParameterValue: value }) =>
    value === MASK || value === undefined ? { key, noEcho: value === MASK } : { key, value, noEcho: false },
  );
}

/** Resources that exist. DescribeStackResources would stop at a hundred. */
export async function listResources(clients: Clients, nameOrId: string): Promise<StackResource[]> {
  const client = await clients.cloudFormation();
  const pages = await allPages('cloudformation:ListStackResources', async (token) => {
    const page = await client.listStackResources({ StackName: nameOrId, ...(token && { NextToken: token }) });
    return { page, next: page.NextToken };
  });
  return pages
    .flatMap((page) => page.StackResourceSummaries ?? [])
    .filter((row) => row.ResourceStatus !== 'DELETE_COMPLETE')
    .map((row) => ({
      stack: nameOrId,
      logicalId: row.LogicalResourceId ?? '',
      physicalId: row.PhysicalResourceId ?? '',
      type: row.ResourceType ?? '',
      status: row.ResourceStatus ?? '',
      statusReason: row.ResourceStatusReason ?? '',
    }));
}

/** Newest first, up to (and without) the first event for which `until` says true. */
export async function stackEvents(
  clients: Clients,
  stackId: string,
  until: (event: StackEvent) => boolean,
): Promise<StackEvent[]> {
  const client = await clients.cloudFormation();
  const events: StackEvent[] = [];
  await allPages(
    'cloudformation:DescribeStackEvents',
    async (token) => {
      const answer = await client.describeStackEvents({ StackName: stackId, ...(token && { NextToken: token }) });
      return { page: (answer.StackEvents ?? []).map(toEvent), next: answer.NextToken };
    },
    (page) => {
      const end = page.findIndex(until);
      events.push(...(end < 0 ? page : page.slice(0, end)));
      return end >= 0;
    },
  );
  return events;
}

export function toEvent(event: AwsStackEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    at: event.Timestamp?.getTime() ?? 0,
    stackId: event.StackId ?? '',
    stackName: event.StackName ?? '',
    logicalId: event.LogicalResourceId ?? '',
    physicalId: event.PhysicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason ?? '',
    ...(event.ClientRequestToken && { token: event.ClientRequestToken }),
    ...(event.OperationId && { operationId: event.OperationId }),
    ...(event.HookInvocationId && { hookResult: event.HookInvocationId }),
    ...templateOf(event),
  };
}

/** Events that begin a nested stack's change show the properties that it is given. */
function templateOf({ ResourceType: type, ResourceProperties: properties }: AwsStackEvent): {
  readonly templateUrl?: string;
} {
  if (type !== 'AWS::CloudFormation::Stack' || !properties) return {};
  try {
    const { TemplateURL: url } = JSON.parse(properties) as { readonly TemplateURL?: unknown };
    return typeof url === 'string' ? { templateUrl: url } : {};
  } catch {
    // It is text for people; long ones may be cut.
    return {};
  }
}

/** The template as it was written, before transforms; that of a change set when one is named. */
export async function stackTemplate(clients: Clients, nameOrId: string, changeSet?: string): Promise<string> {
  const answer = await (
    await clients.cloudFormation()
  ).getTemplate({
    StackName: nameOrId,
    TemplateStage: 'Original',
    ...(changeSet !== undefined && { ChangeSetName: changeSet }),
  });
  return answer.TemplateBody ?? '';
}

/** What the service says of a template; of `previous`, by the stack that has it. */
export async function templateSummary(
  clients: Clients,
  template: TemplateSource,
  stack?: string,
): Promise<TemplateSummary> {
  const input = template.kind === 'previous' ? { StackName: stack } : templateInput(template);
  const answer = await (await clients.cloudFormation()).getTemplateSummary(input);
  return {
    parameters: (answer.Parameters ?? []).map((parameter) => ({
      key: parameter.ParameterKey ?? '',
      type: parameter.ParameterType ?? 'String',
      hasDefault: parameter.DefaultValue !== undefined,
      noEcho: parameter.NoEcho ?? false,
      ...(parameter.DefaultValue !== undefined && parameter.NoEcho !== true && { default: parameter.DefaultValue }),
    })),
    capabilities: answer.Capabilities ?? [],
    capabilitiesReason: answer.CapabilitiesReason ?? '',
    transforms: answer.DeclaredTransforms ?? [],
    resourceTypes: answer.ResourceTypes ?? [],
  };
}

/** Throws what the service has against the template. The template of a stack was validated with it. */
export async function validateTemplate(clients: Clients, template: TemplateSource): Promise<void> {
  if (template.kind === 'previous') return;
  await (await clients.cloudFormation()).validateTemplate(templateInput(template));
}

/** Starts the creation and answers the stack's id; an earlier call with the same token counts as this one. */
export async function createStack(clients: Clients, request: StackRequest): Promise<string> {
  const { timeoutMinutes, terminationProtection, disableRollback, policy } = request.settings ?? {};
  try {
    const answer = await (
      await clients.cloudFormation()
    ).createStack({
      ...requestInput(request),
      ClientRequestToken: request.token,
      ...(timeoutMinutes !== undefined && { TimeoutInMinutes: timeoutMinutes }),
      ...(terminationProtection !== undefined && { EnableTerminationProtection: terminationProtection }),
      ...(disableRollback !== undefined && { DisableRollback: disableRollback }),
      ...(policy !== undefined && { StackPolicyBody: policy }),
    });
    return answer.StackId ?? request.stack;
  } catch (error) {
    if (!startedBefore(error)) throw error;
    return (await describeStack(clients, request.stack))?.id ?? request.stack;
  }
}

/** Starts the update; an earlier call with the same token counts as this one. */
export async function updateStack(clients: Clients, request: StackRequest): Promise<'started' | 'unchanged'> {
  const { disableRollback, policy, policyDuringUpdate } = request.settings ?? {};
  try {
    await (
      await clients.cloudFormation()
    ).updateStack({
      ...requestInput(request),
      ClientRequestToken: request.token,
      ...(disableRollback !== undefined && { DisableRollback: disableRollback }),
      ...(policy !== undefined && { StackPolicyBody: policy }),
      ...(policyDuringUpdate !== undefined && { StackPolicyDuringUpdateBody: policyDuringUpdate }),
    });
    return 'started';
  } catch (error) {
    if (startedBefore(error)) return 'started';
    // Only the message tells this from a failure.
    if (error instanceof AwsFault && error.message.includes('No updates are to be performed')) return 'unchanged';
    throw error;
  }
}

/** Cancels the running update; CloudFormation then rolls back. */
export async function cancelUpdate(clients: Clients, stack: string, token: string): Promise<void> {
  await unlessStarted(
    (await clients.cloudFormation()).cancelUpdateStack({ StackName: stack, ClientRequestToken: token }),
  );
}

/** Starts to delete a stack; deleting what is gone is no error to the service. */
export async function deleteStack(clients: Clients, stackId: string, token: string): Promise<void> {
  await unlessStarted((await clients.cloudFormation()).deleteStack({ StackName: stackId, ClientRequestToken: token }));
}

/** Undoes an update that failed and was left standing. */
export async function rollbackStack(clients: Clients, stackId: string, token: string): Promise<void> {
  await unlessStarted(
    (await clients.cloudFormation()).rollbackStack({ StackName: stackId, ClientRequestToken: token }),
  );
}

/** Goes on with a roll-back that failed. */
export async function continueRollback(
  clients: Clients,
  stackId: string,
  skip: readonly string[],
  token: string,
): Promise<void> {
  const skipped = skip.length === 0 ? {} : { ResourcesToSkip: [...skip] };
  await unlessStarted(
    (await clients.cloudFormation()).continueUpdateRollback({
      StackName: stackId,
      ClientRequestToken: token,
      ...skipped,
    }),
  );
}

/** Undefined when the stack has none. */
export async function stackPolicy(clients: Clients, stackId: string): Promise<string | undefined> {
  return (await (await clients.cloudFormation()).getStackPolicy({ StackName: stackId })).StackPolicyBody;
}

export async function setStackPolicy(clients: Clients, stackId: string, policy: string): Promise<void> {
  await (await clients.cloudFormation()).setStackPolicy({ StackName: stackId, StackPolicyBody: policy });
}

export async function setTerminationProtection(clients: Clients, stackId: string, on: boolean): Promise<void> {
  await (
    await clients.cloudFormation()
  ).updateTerminationProtection({ StackName: stackId, EnableTerminationProtection: on });
}

/** A token that was used means that the call had its effect before. */
async function unlessStarted(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!startedBefore(error)) throw error;
  }
}

/** True when the service says that the call with this token was accepted before. */
export function startedBefore(error: unknown): boolean {
  return error instanceof AwsFault && error.code.startsWith('TokenAlreadyExists');
}

function templateInput(template: TemplateSource): {
  TemplateBody?: string;
  TemplateURL?: string;
  UsePreviousTemplate?: boolean;
} {
  switch (template.kind) {
    case 'body':
      return { TemplateBody: template.text };
    case 'url':
      return { TemplateURL: template.url };
    case 'previous':
      return { UsePreviousTemplate: true };
  }
}

/** What all three calls that ask for a stack have in common. */
export function requestInput(request: StackRequest): {
  StackName: string;
  Parameters: { ParameterKey: string; ParameterValue?: string; UsePreviousValue?: boolean }[];
  Capabilities: Capability[];
  Tags?: { Key: string; Value: string }[];
  RoleARN?: string;
  NotificationARNs?: string[];
  RollbackConfiguration?: RollbackConfiguration;
} {
  return {
    StackName: request.stack,
    ...templateInput(request.template),
    Parameters: request.parameters.map((parameter) =>
      'previous' in parameter
        ? { ParameterKey: parameter.key, UsePreviousValue: true }
        : { ParameterKey: parameter.key, ParameterValue: parameter.value },
    ),
    Capabilities: [...request.capabilities] as Capability[],
    ...settingsInput(request.settings ?? {}),
  };
}

function settingsInput({ tags, roleArn, notificationArns, rollback }: StackSettings): object {
  return {
    ...(tags !== undefined && { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
    ...(roleArn !== undefined && { RoleARN: roleArn }),
    ...(notificationArns !== undefined && { NotificationARNs: [...notificationArns] }),
    ...(rollback !== undefined && {
      RollbackConfiguration: {
        RollbackTriggers: rollback.triggers.map((Arn) => ({ Arn, Type: triggerType(Arn) })),
        ...(rollback.monitoringMinutes !== undefined && { MonitoringTimeInMinutes: rollback.monitoringMinutes }),
      },
    }),
  };
}

/** CloudFormation watches alarms and composite alarms; only the ARN's form tells nothing of the latter. */
function triggerType(arn: string): string {
  return arn.includes(':composite-alarm:') ? 'AWS::CloudWatch::CompositeAlarm' : 'AWS::CloudWatch::Alarm';
}
