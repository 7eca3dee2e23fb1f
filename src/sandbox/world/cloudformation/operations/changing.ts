import type { OperationTable, World } from '../../world.js';
import { ServiceFault } from '../../fault.js';
import {
  beginCreate,
  beginDelete,
  beginRollback,
  beginUpdate,
  cancelUpdate,
  continueRollback,
} from '../deploy/deployment.js';
import { same } from '../equal.js';
import { forget } from './forget-change-sets.js';
import { stackArn } from '../names.js';
import { planChanges } from '../deploy/deployment-plan.js';
import { checkPolicy } from '../deploy/stack-policy.js';
import { checkToken, claimToken, requestedBlueprint, stackOf, type BlueprintInput } from './request.js';
import { importers } from '../template/scope.js';
import { newStack } from '../deploy/stack.js';
import { cloudFormationState, findStack, type Blueprint, type PlannedChange, type StackRow } from '../deploy/state.js';
import { invalid } from '../template/template.js';

interface CreateInput extends BlueprintInput {
  readonly ClientRequestToken?: string;
  readonly DisableRollback?: boolean;
  readonly OnFailure?: 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';
  readonly TimeoutInMinutes?: number;
  readonly StackPolicyBody?: string;
  readonly EnableTerminationProtection?: boolean;
  readonly RetainExceptOnCreate?: boolean;
}

interface UpdateInput extends BlueprintInput {
  readonly ClientRequestToken?: string;
  readonly DisableRollback?: boolean;
  readonly StackPolicyBody?: string;
  readonly StackPolicyDuringUpdateBody?: string;
  readonly RetainExceptOnCreate?: boolean;
}

interface StackInput {
  readonly StackName: string;
  readonly ClientRequestToken?: string;
}

/** Statuses from which an update may start. */
const UPDATABLE = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
];
/** Statuses from which an update may start when it leaves failures standing. */
const UPDATABLE_WITHOUT_ROLLBACK = ['CREATE_FAILED', 'UPDATE_FAILED'];

/** The calls that change stacks. */
export const changingOperations: OperationTable = {
  CreateStack: (world, input: CreateInput) => {
    if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(input.StackName)) {
      throw invalid(
        `1 validation error detected: Value '${input.StackName}' at 'stackName' failed to satisfy ` +
          'constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*',
      );
    }
    checkToken(world, input.StackName, input.ClientRequestToken);
    if (findStack(world, input.StackName) !== undefined)
      throw new ServiceFault('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
    if (input.DisableRollback !== undefined && input.OnFailure !== undefined)
      throw invalid('Only one of DisableRollback and OnFailure can be specified.');
    if (input.StackPolicyBody !== undefined) checkPolicy(input.StackPolicyBody);
    const id = stackArn(world, input.StackName);
    const target = requestedBlueprint(world, input, { name: input.StackName, id }, undefined);
    const disableRollback = input.DisableRollback === true || input.OnFailure === 'DO_NOTHING';
    const stack = newStack(world, {
      id,
      name: input.StackName,
      blueprint: target,
      disableRollback,
      timeoutInMinutes: input.TimeoutInMinutes,
      terminationProtection: input.EnableTerminationProtection ?? false,
      policy: input.StackPolicyBody,
    });
    const changes = planOrForget(world, stack, target);
    claimToken(world, stack.name, input.ClientRequestToken);
    const operationId = beginCreate(
      world,
      stack,
      { target, changes },
      {
        token: input.ClientRequestToken,
        onFailure: disableRollback ? 'DO_NOTHING' : input.OnFailure,
        retainExceptOnCreate: input.RetainExceptOnCreate,
      },
    );
    return { StackId: id, OperationId: operationId };
  },

  UpdateStack: (world, input: UpdateInput) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    checkToken(world, stack.name, input.ClientRequestToken);
    checkUpdatable(stack, input.DisableRollback === true);
    const target = requestedBlueprint(world, input, stack, stack.blueprint);
    const changes = planChanges(world, stack, target);
    if (!hasUpdates(stack, target, changes)) throw invalid('No updates are to be performed.');
    for (const body of [input.StackPolicyBody, input.StackPolicyDuringUpdateBody])
      if (body !== undefined) checkPolicy(body);
    if (input.StackPolicyBody !== undefined) stack.policy = input.StackPolicyBody;
    claimToken(world, stack.name, input.ClientRequestToken);
    stack.disableRollback = input.DisableRollback ?? false;
    const operationId = beginUpdate(
      world,
      stack,
      { target, changes },
      {
        token: input.ClientRequestToken,
        onFailure: input.DisableRollback === true ? 'DO_NOTHING' : 'ROLLBACK',
        policyDuringUpdate: input.StackPolicyDuringUpdateBody,
        retainExceptOnCreate: input.RetainExceptOnCreate,
      },
    );
    return { StackId: stack.id, OperationId: operationId };
  },

  DeleteStack: (world, input: StackInput & { RetainResources?: readonly string[] }) => {
    const stack = findStack(world, input.StackName);
    // Deleting what is not there is no error.
    if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return {};
    checkToken(world, stack.name, input.ClientRequestToken);
    if (protectedFromDeletion(world, stack)) {
      throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
    }
    if (
      stack.status.endsWith('_CLEANUP_IN_PROGRESS') ||
      stack.status === 'UPDATE_IN_PROGRESS' ||
      stack.status === 'UPDATE_ROLLBACK_IN_PROGRESS'
    ) {
      throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be deleted.`);
    }
    for (const output of stack.outputs) {
      const users =
        output.exportName === undefined
          ? []
          : importers(world, output.exportName).filter((name) => name !== stack.name);
      if (users.length > 0)
        throw invalid(`Export ${output.exportName ?? ''} cannot be deleted as it is in use by ${users.join(', ')}`);
    }
    if ((input.RetainResources ?? []).length > 0 && stack.status !== 'DELETE_FAILED') {
      throw invalid(
        'Invalid operation on stack [' +
          stack.id +
          ']. When you delete a stack, specify which resources to retain only when the stack is in ' +
          'the DELETE_FAILED state.',
      );
    }
    claimToken(world, stack.name, input.ClientRequestToken);
    for (const changeSet of [...cloudFormationState(world).changeSets.values()])
      if (changeSet.stackId === stack.id) forget(world, changeSet);
    beginDelete(world, stack, input.RetainResources ?? [], { token: input.ClientRequestToken });
    return {};
  },

  CancelUpdateStack: (world, input: StackInput) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    if (stack.status !== 'UPDATE_IN_PROGRESS')
      throw invalid(`CancelUpdateStack cannot be called from current stack status`);
    checkToken(world, stack.name, input.ClientRequestToken);
    claimToken(world, stack.name, input.ClientRequestToken);
    cancelUpdate(world, stack, 'User Initiated');
    return {};
  },

  ContinueUpdateRollback: (world, input: StackInput & { ResourcesToSkip?: readonly string[] }) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    checkToken(world, stack.name, input.ClientRequestToken);
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
      throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`);
    }
    if (stack.parentId !== undefined)
      throw invalid(`ContinueUpdateRollback can only be called on the root stack of ${stack.id}`);
    for (const name of input.ResourcesToSkip ?? []) {
      const row = name.includes('.') ? undefined : stack.resources.get(name);
      if (!name.includes('.') && row?.status !== 'UPDATE_FAILED') {
        throw invalid(
          `The following resource(s) can not be skipped because they are not in the UPDATE_FAILED state: [${name}]`,
        );
      }
    }
    claimToken(world, stack.name, input.ClientRequestToken);
    return { OperationId: continueRollback(world, stack, input.ResourcesToSkip ?? [], input.ClientRequestToken) };
  },

  RollbackStack: (world, input: StackInput) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    checkToken(world, stack.name, input.ClientRequestToken);
    if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED') {
      throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
    }
    claimToken(world, stack.name, input.ClientRequestToken);
    return { StackId: stack.id, OperationId: beginRollback(world, stack, input.ClientRequestToken) };
  },

  SignalResource: (
    world,
    input: { StackName: string; LogicalResourceId: string; UniqueId: string; Status: 'SUCCESS' | 'FAILURE' },
  ) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    const row = stack.resources.get(input.LogicalResourceId);
    if (row === undefined) throw invalid(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.name}`);
    if (!row.status.endsWith('_IN_PROGRESS'))
      throw invalid(`Resource ${input.LogicalResourceId} is in ${row.status} state and cannot be signaled`);
    const signals = stack.signals.get(row.logicalId) ?? { success: [], failure: [] };
    const list = input.Status === 'SUCCESS' ? signals.success : signals.failure;
    if (!list.includes(input.UniqueId)) list.push(input.UniqueId);
    stack.signals.set(row.logicalId, signals);
    return {};
  },

  SetStackPolicy: (world, input: { StackName: string; StackPolicyBody?: string }) => {
    const stack = stackOf(world, input.StackName, 'Stack with id X does not exist');
    if (input.StackPolicyBody === undefined)
      throw invalid('Either StackPolicyBody or StackPolicyURL must be specified.');
    checkPolicy(input.StackPolicyBody);
    stack.policy = input.StackPolicyBody;
    return {};
  },

  UpdateTerminationProtection: (world, input: { StackName: string; EnableTerminationProtection: boolean }) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    if (stack.parentId !== undefined)
      throw invalid('UpdateTerminationProtection cannot be called on a nested stack; call it on the root stack');
    stack.terminationProtection = input.EnableTerminationProtection;
    return { StackId: stack.id };
  },
};

/** Whether an update would do anything: resources, outputs or tags. */
export function hasUpdates(stack: StackRow, target: Blueprint, changes: readonly PlannedChange[]): boolean {
  return (
    changes.length > 0 ||
    !same(shownOutputs(stack.blueprint), shownOutputs(target)) ||
    !same(stack.blueprint.tags, target.tags) ||
    !same(stack.blueprint.notificationArns, target.notificationArns)
  );
}

/** Throws the service's refusal when a stack cannot be updated now. */
export function checkUpdatable(stack: StackRow, withoutRollback: boolean): void {
  if (UPDATABLE.includes(stack.status)) return;
  if (
    UPDATABLE_WITHOUT_ROLLBACK.includes(stack.status) &&
    (stack.status !== 'CREATE_FAILED' || stack.disableRollback)
  ) {
    if (withoutRollback) return;
    throw invalid(
      `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from ` +
        'this state, please use the disable-rollback parameter with update-stack API. To rollback ' +
        'to the last known good state, use the rollback-stack API',
    );
  }
  throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

/** Outputs count by what they are made of: a parameter that an output shows is an update as well. */
function shownOutputs(blueprint: Blueprint): unknown {
  const used = JSON.stringify(blueprint.template.outputs);
  return [
    Object.entries(blueprint.template.outputs).map(([key, output]) => [key, output.value, output.exportName]),
    blueprint.parameters
      .filter((parameter) => used.includes(parameter.key))
      .map((parameter) => parameter.resolved ?? parameter.value),
  ];
}

/** A stack whose template cannot even be planned never was. */
function planOrForget(world: World, stack: StackRow, target: Blueprint): PlannedChange[] {
  try {
    return planChanges(world, stack, target);
  } catch (error) {
    cloudFormationState(world).stacks.delete(stack.id);
    throw error;
  }
}

/** Nested stacks are protected with their root. */
function protectedFromDeletion(world: World, stack: StackRow): boolean {
  return (stack.rootId === undefined ? stack : findStack(world, stack.rootId))?.terminationProtection === true;
}
