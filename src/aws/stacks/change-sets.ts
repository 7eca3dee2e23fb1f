import type {
  Change,
  ChangeSetSummary,
  DescribeChangeSetOutput,
  OperationEvent,
  ResourceChangeDetail,
} from '@aws-sdk/client-cloudformation';
import { AwsFault } from '../../errors.js';
import type { ChangeSetRequest } from '../../engine/gateway.js';
import type { ChangeDetail, ChangeSet, ChangeSetRow, ResourceChange } from '../../model/stack/change-set.js';
import type { FailedEvent } from '../../model/stack/stack.js';
import type { Clients } from '../session/clients.js';
import { allPages } from '../session/pages.js';
import { requestInput, stackEvents, startedBefore, toEvent, toParameters } from './stacks.js';

/**
 * What the service says when it left something out because property values were asked for. Status and
 * everything else look well, so these words are the only sign (aws-cdk-cli issue 1780).
 */
const INCOMPLETE = '--include-property-values option can return incomplete ChangeSet data';

/**
 * Makes a change set. One of this name already there is the one of an earlier call whose reply was lost: names hold
 * the run's id.
 */
export async function createChangeSet(
  clients: Clients,
  request: ChangeSetRequest,
): Promise<{ id: string; stackId: string }> {
  const client = await clients.cloudFormation();
  try {
    const answer = await client.createChangeSet({
      ...requestInput(request),
      ChangeSetName: request.name,
      ChangeSetType: request.type,
      Description: request.description,
      ClientToken: request.token,
      IncludeNestedStacks: true,
    });
    if (answer.Id !== undefined) return { id: answer.Id, stackId: answer.StackId ?? request.stack };
  } catch (error) {
    if (!(error instanceof AwsFault) || !error.code.startsWith('AlreadyExists')) throw error;
  }
  // It is made, but its id did not arrive: without it nobody can be asked about it, nor remove it.
  const found = await client.describeChangeSet({ ChangeSetName: request.name, StackName: request.stack });
  if (found.ChangeSetId === undefined)
    throw new AwsFault('transient', 'cloudformation:CreateChangeSet', 'NoId', 'The answer names no change set.');
  return { id: found.ChangeSetId, stackId: found.StackId ?? request.stack };
}

/**
 * All pages of a change set, with values, and once more without them when the service dropped changes for their
 * sake.
 */
export async function describeChangeSet(clients: Clients, nameOrId: string, stack?: string): Promise<ChangeSet> {
  const detailed = await describe(clients, nameOrId, stack, true);
  if (!detailed.reason.includes(INCOMPLETE)) return detailed;
  const plain = await describe(clients, nameOrId, stack, false);
  const known = new Map(detailed.changes.map((change) => [change.logicalId, change]));
  return { ...plain, changes: plain.changes.map((change) => known.get(change.logicalId) ?? change) };
}

async function describe(
  clients: Clients,
  nameOrId: string,
  stack: string | undefined,
  values: boolean,
): Promise<ChangeSet> {
  const client = await clients.cloudFormation();
  const pages = await allPages('cloudformation:DescribeChangeSet', async (token) => {
    const page = await client.describeChangeSet({
      ChangeSetName: nameOrId,
      ...(stack !== undefined && { StackName: stack }),
      ...(values && { IncludePropertyValues: true }),
      ...(token !== undefined && { NextToken: token }),
    });
    return { page, next: page.NextToken };
  });
  const first = pages[0] ?? ({} as DescribeChangeSetOutput);
  return {
    ...toRow({ ...first, ...(nameOrId.startsWith('arn:') && { ChangeSetId: first.ChangeSetId ?? nameOrId }) }),
    stackId: first.StackId ?? '',
    stackName: first.StackName ?? '',
    parameters: toParameters(first.Parameters),
    changes: pages.flatMap((page) => page.Changes ?? []).flatMap(toChange),
  };
}

function toRow(summary: ChangeSetSummary): ChangeSetRow {
  return {
    id: summary.ChangeSetId ?? '',
    name: summary.ChangeSetName ?? '',
    status: summary.Status ?? '',
    executionStatus: summary.ExecutionStatus ?? '',
    reason: summary.StatusReason ?? '',
    ...(summary.CreationTime && { createdAt: summary.CreationTime.getTime() }),
  };
}

function toChange({ ResourceChange: change }: Change): ResourceChange[] {
  if (change === undefined) return [];
  return [
    {
      action: change.Action ?? '',
      logicalId: change.LogicalResourceId ?? '',
      physicalId: change.PhysicalResourceId ?? '',
      type: change.ResourceType ?? '',
      ...(change.Replacement && { replacement: change.Replacement }),
      ...(change.ChangeSetId && { changeSetId: change.ChangeSetId }),
      // Read of groups alone; of others it would only be carried about.
      ...(change.ResourceType === 'AWS::AutoScaling::AutoScalingGroup' &&
        change.AfterContext !== undefined && { after: change.AfterContext }),
      details: (change.Details ?? []).map(toDetail),
    },
  ];
}

function toDetail(detail: ResourceChangeDetail): ChangeDetail {
  const { Target: target } = detail;
  return {
    attribute: target?.Attribute ?? '',
    ...(target?.Name && { name: target.Name }),
    recreation: target?.RequiresRecreation ?? '',
    evaluation: detail.Evaluation ?? '',
    source: detail.ChangeSource ?? '',
    ...(detail.CausingEntity && { entity: detail.CausingEntity }),
    ...(target?.BeforeValue !== undefined && { before: target.BeforeValue }),
    ...(target?.AfterValue !== undefined && { after: target.AfterValue }),
  };
}

/** Change sets of a stack, without those of nested stacks. */
export async function listChangeSets(clients: Clients, stack: string): Promise<ChangeSetRow[]> {
  const client = await clients.cloudFormation();
  const pages = await allPages('cloudformation:ListChangeSets', async (token) => {
    const page = await client.listChangeSets({ StackName: stack, ...(token && { NextToken: token }) });
    return { page, next: page.NextToken };
  });
  return pages.flatMap((page) => page.Summaries ?? []).map(toRow);
}

/** Starts to carry a change set out. */
export async function executeChangeSet(
  clients: Clients,
  id: string,
  token: string,
  disableRollback: boolean,
): Promise<void> {
  try {
    await (
      await clients.cloudFormation()
    ).executeChangeSet({ ChangeSetName: id, ClientRequestToken: token, DisableRollback: disableRollback });
  } catch (error) {
    if (!startedBefore(error)) throw error;
  }
}

export async function deleteChangeSet(clients: Clients, id: string): Promise<void> {
  try {
    await (await clients.cloudFormation()).deleteChangeSet({ ChangeSetName: id });
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== 'missing') throw error;
  }
}

/** What failed, by DescribeEvents; by stack events where that call is denied or not known. */
export async function failedEvents(
  clients: Clients,
  of: { readonly changeSet: string } | { readonly stack: string; readonly operation?: string },
): Promise<FailedEvent[]> {
  const client = await clients.cloudFormation();
  const what =
    'changeSet' in of
      ? { ChangeSetName: of.changeSet }
      : of.operation === undefined
        ? { StackName: of.stack }
        : { OperationId: of.operation };
  try {
    const pages = await allPages('cloudformation:DescribeEvents', async (token) => {
      const page = await client.describeEvents({
        ...what,
        Filters: { FailedEvents: true },
        ...(token && { NextToken: token }),
      });
      return { page, next: page.NextToken };
    });
    return pages
      .flatMap((page) => page.OperationEvents ?? [])
      .map(toFailed)
      .reverse();
  } catch (error) {
    if (!(error instanceof AwsFault) || 'changeSet' in of || !['denied', 'unsupported', 'invalid'].includes(error.kind))
      throw error;
    const events = await stackEvents(clients, of.stack, () => false);
    return events
      .filter(
        ({ status, operationId }) =>
          status.endsWith('_FAILED') && (of.operation === undefined || operationId === of.operation),
      )
      .reverse()
      .map((event) => ({ ...event, kind: '' }));
  }
}

function toFailed(event: OperationEvent): FailedEvent {
  // What a hook or the validation says is more than what the resource repeats of it.
  const reason = event.HookStatusReason ?? event.ValidationStatusReason ?? event.ResourceStatusReason ?? '';
  const name = (event.StackId ?? '').split('/')[1] ?? '';
  return {
    ...toEvent({ ...event, EventId: event.EventId, StackName: name, ResourceStatusReason: reason } as Parameters<
      typeof toEvent
    >[0]),
    kind: event.EventType ?? '',
    ...(event.ValidationPath && { path: event.ValidationPath }),
    ...(event.HookType && { hook: event.HookType }),
  };
}
