import type { GetHookResultInput } from '@aws-sdk/client-cloudformation';
import { ServiceFault } from '../../fault.js';
import type { OperationTable, World } from '../../world.js';
import { describedParameters } from '../template/parameters.js';
import { stackOf } from './request.js';
import {
  cloudFormationState,
  findStack,
  type ChangeSetRow,
  type EventRow,
  type ResourceRow,
  type StackRow,
} from '../deploy/state.js';
import { compact } from '../resources/values.js';
import { invalid } from '../template/template.js';

const PAGE = 100;

/** The calls that read stacks, their resources and events. */
export const describingOperations: OperationTable = {
  GetHookResult: getHookResult,
  DescribeStacks: (world, input: { StackName?: string; NextToken?: string }) => {
    if (input.StackName !== undefined)
      return { Stacks: [described(world, stackOf(world, input.StackName, 'Stack with id X does not exist'))] };
    const living = [...cloudFormationState(world).stacks.values()]
      .filter((stack) => stack.status !== 'DELETE_COMPLETE')
      .reverse();
    const page = paged(living, input.NextToken);
    return { Stacks: page.items.map((stack) => described(world, stack)), NextToken: page.next };
  },

  ListStacks: (world, input: { StackStatusFilter?: readonly string[]; NextToken?: string }) => {
    const all = [...cloudFormationState(world).stacks.values()].filter(
      (stack) => !input.StackStatusFilter?.length || input.StackStatusFilter.includes(stack.status),
    );
    const page = paged(all.reverse(), input.NextToken);
    return { StackSummaries: page.items.map((stack) => summary(world, stack)), NextToken: page.next };
  },

  DescribeStackEvents: (world, input: { StackName?: string; NextToken?: string }) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    const page = paged([...stack.events].reverse(), input.NextToken);
    return { StackEvents: page.items.map((event) => describedEvent(stack, event)), NextToken: page.next };
  },

  DescribeEvents: (
    world,
    input: {
      StackName?: string;
      ChangeSetName?: string;
      OperationId?: string;
      Filters?: { FailedEvents?: boolean };
      NextToken?: string;
    },
  ) => {
    const changeSet =
      input.StackName === undefined && input.ChangeSetName !== undefined
        ? cloudFormationState(world).changeSets.get(input.ChangeSetName)
        : undefined;
    if (changeSet !== undefined)
      return { OperationEvents: changeSet.fault === undefined ? [] : [changeSetEvent(changeSet, changeSet.fault)] };
    const { stack, operationId } = eventsSource(world, input);
    const wanted = stack.events.filter(
      (event) =>
        (operationId === undefined || event.operationId === operationId) &&
        (input.Filters?.FailedEvents !== true || event.hook !== undefined || event.status.endsWith('_FAILED')),
    );
    const page = paged(wanted.reverse(), input.NextToken);
    return { OperationEvents: page.items.map((event) => operationEvent(world, stack, event)), NextToken: page.next };
  },

  ListStackResources: (world, input: { StackName: string; NextToken?: string }) => {
    const stack = stackOf(world, input.StackName, 'Stack with id X does not exist');
    const page = paged(rowsOf(stack), input.NextToken);
    return {
      StackResourceSummaries: page.items.map((row) => ({
        ...resourceFacts(row),
        LastUpdatedTimestamp: new Date(row.at),
        DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
      })),
      NextToken: page.next,
    };
  },

  DescribeStackResources: (
    world,
    input: { StackName?: string; LogicalResourceId?: string; PhysicalResourceId?: string },
  ) => {
    const stack =
      input.StackName === undefined
        ? ownerOf(world, input.PhysicalResourceId)
        : stackOf(world, input.StackName, 'Stack with id X does not exist');
    const rows = rowsOf(stack).filter(
      (row) =>
        (input.LogicalResourceId === undefined || row.logicalId === input.LogicalResourceId) &&
        (input.StackName === undefined ||
          input.PhysicalResourceId === undefined ||
          row.physicalId === input.PhysicalResourceId),
    );
    return {
      StackResources: rows.slice(0, PAGE).map((row) => ({
        StackName: stack.name,
        StackId: stack.id,
        ...resourceFacts(row),
        Timestamp: new Date(row.at),
        DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
      })),
    };
  },

  DescribeStackResource: (world, input: { StackName: string; LogicalResourceId: string }) => {
    const stack = stackOf(world, input.StackName, 'Stack with id X does not exist');
    const row = stack.resources.get(input.LogicalResourceId);
    if (row === undefined) throw invalid(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
    return {
      StackResourceDetail: compact({
        StackName: stack.name,
        StackId: stack.id,
        ...resourceFacts(row),
        LastUpdatedTimestamp: new Date(row.at),
        Metadata: row.metadata === undefined ? '{}' : JSON.stringify(row.metadata),
        DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
      }),
    };
  },

  GetStackPolicy: (world, input: { StackName: string }) => {
    const stack = stackOf(world, input.StackName, 'Stack with id X does not exist');
    return stack.policy === undefined ? {} : { StackPolicyBody: stack.policy };
  },

  ListExports: (world, input: { NextToken?: string }) => {
    const exports = [...cloudFormationState(world).stacks.values()]
      .filter((stack) => stack.status !== 'DELETE_COMPLETE')
      .flatMap((stack) =>
        stack.outputs
          .filter((output) => output.exportName !== undefined)
          .map((output) => ({ ExportingStackId: stack.id, Name: output.exportName, Value: output.value })),
      );
    const page = paged(exports, input.NextToken);
    return { Exports: page.items, NextToken: page.next };
  },
};

/** One page of a list and the token of the next; tokens are positions and mean nothing to callers. */
export function paged<T>(
  items: readonly T[],
  token: string | undefined,
  size = PAGE,
): { readonly items: T[]; readonly next?: string } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8').replace(/^at:/, ''));
  if (!Number.isInteger(from) || from < 0) throw invalid('NextToken is not valid');
  const next = from + size < items.length ? Buffer.from(`at:${from + size}`).toString('base64url') : undefined;
  return { items: items.slice(from, from + size), ...(next === undefined ? {} : { next }) };
}

function described(world: World, stack: StackRow): object {
  const { blueprint } = stack;
  return compact({
    StackId: stack.id,
    StackName: stack.name,
    AliasName: stack.alias,
    ChangeSetId: stack.changeSetId,
    Description: blueprint.template.description,
    Parameters: blueprint.parameters.length === 0 ? undefined : describedParameters(blueprint.parameters),
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: stack.updatedAt === undefined ? undefined : new Date(stack.updatedAt),
    DeletionTime: stack.deletedAt === undefined ? undefined : new Date(stack.deletedAt),
    RollbackConfiguration: blueprint.rollbackConfiguration ?? {},
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: [...blueprint.notificationArns],
    TimeoutInMinutes: stack.timeoutInMinutes,
    Capabilities: blueprint.capabilities.length === 0 ? undefined : [...blueprint.capabilities],
    Outputs:
      stack.outputs.length === 0
        ? undefined
        : stack.outputs.map((output) =>
            compact({
              OutputKey: output.key,
              OutputValue: output.value,
              Description: output.description,
              ExportName: output.exportName,
            }),
          ),
    RoleARN: blueprint.roleArn,
    Tags: blueprint.tags.map((tag) => ({ ...tag })),
    EnableTerminationProtection: stack.terminationProtection,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: driftInformation(stack),
    LastOperations: lastOperations(world, stack),
  });
}

function summary(world: World, stack: StackRow): object {
  return compact({
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: stack.blueprint.template.description,
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: stack.updatedAt === undefined ? undefined : new Date(stack.updatedAt),
    DeletionTime: stack.deletedAt === undefined ? undefined : new Date(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    DriftInformation: driftInformation(stack),
    LastOperations: lastOperations(world, stack),
  });
}

function driftInformation({ driftCheckedAt: at }: StackRow): object {
  if (at === undefined) return { StackDriftStatus: 'NOT_CHECKED' };
  return { StackDriftStatus: 'IN_SYNC', LastCheckTimestamp: new Date(at) };
}

function lastOperations(world: World, stack: StackRow): object[] | undefined {
  if (stack.lastOperations.length === 0) return undefined;
  return stack.lastOperations.map((id) => ({
    OperationId: id,
    OperationType: cloudFormationState(world).operations.get(id)?.type,
  }));
}

function describedEvent(stack: StackRow, event: EventRow): Record<string, unknown> {
  return compact({
    StackId: stack.id,
    StackName: stack.name,
    EventId: event.id,
    OperationId: event.operationId,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId ?? '',
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ResourceProperties: event.properties,
    ClientRequestToken: event.token,
    ...(event.hook !== undefined && {
      HookType: event.hook.type,
      HookStatus: 'HOOK_COMPLETE_FAILED',
      HookStatusReason: event.hook.reason,
      HookInvocationPoint: 'PRE_PROVISION',
      HookFailureMode: 'FAIL',
      HookInvocationId: event.id,
    }),
  });
}

/** What a hook says of its invocation, which is named by the event that tells of it. */
function getHookResult(world: World, { HookResultId: id = '' }: GetHookResultInput): object {
  const found = [...cloudFormationState(world).stacks.values()]
    .flatMap(({ events }) => events)
    .find((event) => event.id === id && event.hook !== undefined);
  if (found?.hook === undefined)
    throw new ServiceFault('HookResultNotFound', `Hook result ${id} could not be found`, 404);
  const { type, reason } = found.hook;
  return {
    HookResultId: id,
    InvocationPoint: 'PRE_PROVISION',
    FailureMode: 'FAIL',
    TypeName: type,
    Status: 'HOOK_COMPLETE_FAILED',
    HookStatusReason: `${reason}, says ${type}`,
    InvokedAt: new Date(found.at),
    // Hooks by Lambda name no rules.
    Annotations: type.includes('::Lambda::')
      ? []
      : [
          {
            AnnotationName: `${type}::Rule`,
            Status: 'FAILED',
            StatusMessage: reason,
            RemediationMessage: `Correct ${found.logicalId} as the rule says.`,
            RemediationLink: 'https://example.com/rules',
            SeverityLevel: 'HIGH',
          },
        ],
  };
}

function operationEvent(world: World, stack: StackRow, event: EventRow): object {
  const operation =
    event.operationId === undefined ? undefined : cloudFormationState(world).operations.get(event.operationId);
  const ofStack = event.physicalId === stack.id;
  const failed = event.status.endsWith('_FAILED');
  const facts = describedEvent(stack, event);
  delete facts['StackName'];
  return compact({
    ...facts,
    OperationType: operation?.type,
    OperationStatus: ofStack
      ? event.status.endsWith('_IN_PROGRESS')
        ? 'IN_PROGRESS'
        : failed
          ? 'FAILED'
          : 'SUCCEEDED'
      : undefined,
    EventType: ofStack
      ? 'STACK_EVENT'
      : event.hook !== undefined
        ? 'HOOK_INVOCATION_ERROR'
        : failed
          ? 'PROVISIONING_ERROR'
          : 'PROGRESS_EVENT',
    StartTime: ofStack && operation !== undefined ? new Date(operation.startedAt) : undefined,
    EndTime: ofStack && operation?.endedAt !== undefined ? new Date(operation.endedAt) : undefined,
  });
}

/** What a change set failed for, as early validation or a hook tells it. */
function changeSetEvent(changeSet: ChangeSetRow, fault: NonNullable<ChangeSetRow['fault']>): object {
  const { hook, reason, path } = fault;
  return compact({
    EventId: `${changeSet.id.split('/').at(-1) ?? ''}-1`,
    StackId: changeSet.stackId,
    OperationType: 'CREATE_CHANGESET',
    LogicalResourceId: fault.logicalId,
    PhysicalResourceId: '',
    ResourceType: fault.type,
    Timestamp: new Date(fault.at),
    ...(hook === undefined
      ? {
          EventType: 'VALIDATION_ERROR',
          ValidationFailureMode: 'FAIL',
          ValidationName: 'PROPERTY_VALIDATION',
          ValidationStatus: 'FAILED',
          ValidationStatusReason: reason,
          ValidationPath: path,
        }
      : {
          EventType: 'HOOK_INVOCATION_ERROR',
          HookType: hook,
          HookStatus: 'HOOK_COMPLETE_FAILED',
          HookStatusReason: reason,
          HookInvocationPoint: 'PRE_PROVISION',
          HookFailureMode: 'FAIL',
        }),
  });
}

function eventsSource(
  world: World,
  input: { StackName?: string; ChangeSetName?: string; OperationId?: string },
): { stack: StackRow; operationId?: string } {
  if (input.OperationId !== undefined) {
    const operation = cloudFormationState(world).operations.get(input.OperationId);
    const stack = operation === undefined ? undefined : findStack(world, operation.stackId);
    if (stack === undefined) throw invalid(`Operation [${input.OperationId}] does not exist`);
    return { stack, operationId: input.OperationId };
  }
  if (input.StackName === undefined && input.ChangeSetName !== undefined)
    throw invalid(`ChangeSet [${input.ChangeSetName}] does not exist`);
  return { stack: stackOf(world, input.StackName, 'Stack [X] does not exist') };
}

/** Rows in the order that the service lists them: by name. */
function rowsOf(stack: StackRow): ResourceRow[] {
  return [...stack.resources.values()].sort((a, b) => (a.logicalId < b.logicalId ? -1 : 1));
}

function resourceFacts(row: ResourceRow): Record<string, unknown> & { LogicalResourceId: string } {
  return compact({
    LogicalResourceId: row.logicalId,
    PhysicalResourceId: row.physicalId,
    ResourceType: row.type,
    ResourceStatus: row.status,
    ResourceStatusReason: row.reason,
  });
}

function ownerOf(world: World, physicalId: string | undefined): StackRow {
  for (const stack of cloudFormationState(world).stacks.values()) {
    if (
      stack.status !== 'DELETE_COMPLETE' &&
      [...stack.resources.values()].some((row) => row.physicalId === physicalId)
    )
      return stack;
  }
  throw invalid(`Stack for ${physicalId ?? ''} does not exist`);
}
