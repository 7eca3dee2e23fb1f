import { there } from '../../../there.js';
import type { OperationTable, World } from '../../world.js';
import { ServiceFault } from '../../fault.js';
import { beginCreate, beginUpdate } from '../deploy/deployment.js';
import { checkUpdatable, hasUpdates } from './changing.js';
import { paged } from './describing.js';
import { describedChange, summary } from './described-change-sets.js';
import { setStackStatus } from '../deploy/events.js';
import { changeSetFault } from '../faults.js';
import { forget, nestedIn } from './forget-change-sets.js';
import { loadTemplate } from '../template/load.js';
import { changeSetArn, stackArn } from '../names.js';
import { nestedBlueprint, newChild, reviewedChild } from '../deploy/nested.js';
import { describedParameters, resolveParameters, valuesFor } from '../template/parameters.js';
import { definitionOf, planChanges } from '../deploy/deployment-plan.js';
import { checkToken, claimToken, requestedBlueprint, stackOf, type BlueprintInput } from './request.js';
import { compact, object } from '../resources/values.js';
import { EMPTY_BLUEPRINT, newStack } from '../deploy/stack.js';
import {
  cloudFormationState,
  drawResourceTime,
  findStack,
  type Blueprint,
  type ChangeSetRow,
  type PlannedChange,
  type StackRow,
} from '../deploy/state.js';
import { invalid, text } from '../template/template.js';

interface CreateChangeSetInput extends BlueprintInput {
  readonly ChangeSetName: string;
  readonly ChangeSetType?: 'CREATE' | 'UPDATE' | 'IMPORT';
  readonly ClientToken?: string;
  readonly Description?: string;
  readonly IncludeNestedStacks?: boolean;
  readonly OnStackFailure?: string;
}

interface ChangeSetInput {
  readonly ChangeSetName: string;
  readonly StackName?: string;
}

/** A change set is computed in a fraction of a resource's time. */
const SHARE_PENDING = 0.1;
const SHARE_CREATING = 0.3;

export const changeSetOperations: OperationTable = {
  CreateChangeSet: (world, input: CreateChangeSetInput) => {
    const type = input.ChangeSetType ?? 'UPDATE';
    const existing = findStack(world, input.StackName);
    checkType(type, existing, input);
    const same =
      existing === undefined
        ? undefined
        : changeSetsOf(world, existing).find((one) => one.name === input.ChangeSetName);
    // A token says that it is the same request, sent again.
    if (same?.clientToken !== undefined && same.clientToken === input.ClientToken)
      return { Id: same.id, StackId: same.stackId };
    if (same !== undefined)
      throw new ServiceFault(
        'AlreadyExistsException',
        `ChangeSet ${input.ChangeSetName} cannot be created due to a mismatch with existing attribute Name`,
      );
    const id = existing?.id ?? stackArn(world, input.StackName);
    const blueprint = requestedBlueprint(
      world,
      input,
      { name: input.StackName, id },
      type === 'CREATE' ? undefined : existing?.blueprint,
    );
    const stack = existing ?? newStack(world, { id, name: input.StackName, blueprint: EMPTY_BLUEPRINT });
    if (existing === undefined) setStackStatus(world, stack, 'REVIEW_IN_PROGRESS', 'User Initiated');
    const changeSet = newChangeSet(world, stack, { type, blueprint }, input);
    work(world, changeSet);
    return { Id: changeSet.id, StackId: stack.id };
  },

  DescribeChangeSet: (world, input: ChangeSetInput & { NextToken?: string; IncludePropertyValues?: boolean }) => {
    const changeSet = changeSetOf(world, input);
    const stack = there(findStack(world, changeSet.stackId));
    const page = paged(changeSet.changes, input.NextToken);
    return compact({
      ...summary(changeSet, stack),
      Parameters: describedParameters(changeSet.blueprint.parameters),
      NotificationARNs: [...changeSet.blueprint.notificationArns],
      RollbackConfiguration: changeSet.blueprint.rollbackConfiguration ?? {},
      Capabilities: [...changeSet.blueprint.capabilities],
      Tags: changeSet.blueprint.tags.map((tag) => ({ ...tag })),
      OnStackFailure: changeSet.onStackFailure,
      Changes: page.items.map((change) => describedChange(change, input.IncludePropertyValues === true)),
      NextToken: page.next,
    });
  },

  ListChangeSets: (world, input: { StackName: string; NextToken?: string }) => {
    const stack = stackOf(world, input.StackName, 'Stack [X] does not exist');
    const page = paged(changeSetsOf(world, stack), input.NextToken);
    return { Summaries: page.items.map((changeSet) => summary(changeSet, stack)), NextToken: page.next };
  },

  DeleteChangeSet: (world, input: ChangeSetInput) => {
    const found = lookUp(world, input);
    if (found === undefined) return {};
    if (found.status === 'CREATE_IN_PROGRESS' || found.executionStatus === 'EXECUTE_IN_PROGRESS') {
      throw new ServiceFault(
        'InvalidChangeSetStatus',
        `ChangeSet [${found.id}] cannot be deleted in its current status [${found.status}]`,
      );
    }
    if (found.rootId !== undefined)
      throw invalid(`ChangeSet [${found.id}] cannot be deleted directly; delete the root change set [${found.rootId}]`);
    if (nestedIn(world, found).length === 0) forget(world, found);
    else deleteWithNested(world, found);
    return {};
  },

  ExecuteChangeSet: (
    world,
    input: ChangeSetInput & { ClientRequestToken?: string; DisableRollback?: boolean; RetainExceptOnCreate?: boolean },
  ) => {
    const changeSet = changeSetOf(world, input);
    const stack = there(findStack(world, changeSet.stackId));
    checkToken(world, stack.name, input.ClientRequestToken);
    if (changeSet.rootId !== undefined)
      throw invalid(
        `ChangeSet [${changeSet.id}] cannot be executed directly; execute the root change set [${changeSet.rootId}]`,
      );
    if (changeSet.status !== 'CREATE_COMPLETE' || changeSet.executionStatus !== 'AVAILABLE') {
      throw new ServiceFault(
        'InvalidChangeSetStatus',
        `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
      );
    }
    if (changeSet.type === 'UPDATE') checkUpdatable(stack, input.DisableRollback === true);
    if (input.DisableRollback !== undefined && changeSet.onStackFailure !== undefined)
      throw invalid('DisableRollback and OnStackFailure cannot both be specified.');
    claimToken(world, stack.name, input.ClientRequestToken);
    execute(world, stack, changeSet, input);
    return {};
  },
};

/** @throws ServiceFault when a change set of this type cannot be made for what is there */
function checkType(
  type: NonNullable<CreateChangeSetInput['ChangeSetType']>,
  existing: StackRow | undefined,
  { StackName, ChangeSetName }: CreateChangeSetInput,
): asserts type is ChangeSetRow['type'] {
  if (type === 'IMPORT') throw invalid('The sandbox does not model change sets of type IMPORT');
  if (type === 'UPDATE') {
    if (existing === undefined) throw invalid(`Stack [${StackName}] does not exist`);
    checkUpdatable(existing, true);
    return;
  }
  if (existing !== undefined && existing.status !== 'REVIEW_IN_PROGRESS')
    throw invalid(
      `Stack [${existing.name}] already exists and cannot be created again with the changeSet [${ChangeSetName}].`,
    );
}

function execute(
  world: World,
  stack: StackRow,
  changeSet: ChangeSetRow,
  input: { ClientRequestToken?: string; DisableRollback?: boolean; RetainExceptOnCreate?: boolean },
): void {
  changeSet.executionStatus = 'EXECUTE_COMPLETE';
  // Executing one makes the others untrue, so CloudFormation deletes them.
  for (const other of changeSetsOf(world, stack)) if (other.id !== changeSet.id) forget(world, other);
  stack.changeSetId = changeSet.id;
  stack.disableRollback = input.DisableRollback ?? false;
  const leave = input.DisableRollback === true || changeSet.onStackFailure === 'DO_NOTHING';
  const options = {
    token: input.ClientRequestToken,
    onFailure: leave
      ? ('DO_NOTHING' as const)
      : changeSet.onStackFailure === 'DELETE'
        ? ('DELETE' as const)
        : ('ROLLBACK' as const),
    retainExceptOnCreate: input.RetainExceptOnCreate,
  };
  const changes = planChanges(world, stack, changeSet.blueprint);
  const begin = changeSet.type === 'CREATE' ? beginCreate : beginUpdate;
  begin(world, stack, { target: changeSet.blueprint, changes }, options);
}

/** What a change set is made for. */
type Wanted = Pick<ChangeSetRow, 'type' | 'blueprint'>;

function newChangeSet(
  world: World,
  stack: StackRow,
  { type, blueprint }: Wanted,
  input: Pick<
    CreateChangeSetInput,
    'ChangeSetName' | 'ClientToken' | 'Description' | 'IncludeNestedStacks' | 'OnStackFailure'
  >,
): ChangeSetRow {
  const changeSet: ChangeSetRow = {
    id: changeSetArn(world, input.ChangeSetName),
    name: input.ChangeSetName,
    clientToken: input.ClientToken,
    stackId: stack.id,
    description: input.Description,
    createdAt: world.clock.now(),
    type,
    status: 'CREATE_PENDING',
    executionStatus: 'UNAVAILABLE',
    blueprint,
    changes: [],
    includeNested: input.IncludeNestedStacks ?? false,
    onStackFailure: input.OnStackFailure,
  };
  cloudFormationState(world).changeSets.set(changeSet.id, changeSet);
  return changeSet;
}

/** CREATE_PENDING → CREATE_IN_PROGRESS → CREATE_COMPLETE or FAILED, by the clock. */
function work(world: World, changeSet: ChangeSetRow): void {
  const time = drawResourceTime(world);
  const { id } = changeSet;
  world.clock.after(Math.round(time * SHARE_PENDING), () => {
    const now = cloudFormationState(world).changeSets.get(id);
    if (now !== undefined) now.status = 'CREATE_IN_PROGRESS';
  });
  world.clock.after(Math.round(time * (SHARE_PENDING + SHARE_CREATING)), () => {
    const now = cloudFormationState(world).changeSets.get(id);
    const stack = now === undefined ? undefined : findStack(world, now.stackId);
    if (now !== undefined && stack !== undefined) compute(world, stack, now);
  });
}

function compute(world: World, stack: StackRow, changeSet: ChangeSetRow): void {
  try {
    changeSet.changes = planChanges(world, stack, changeSet.blueprint);
    if (changeSet.type === 'UPDATE' && !hasUpdates(stack, changeSet.blueprint, changeSet.changes)) {
      const expanded = changeSet.blueprint.template.transforms.length > 0;
      return void failed(
        changeSet,
        expanded
          ? 'No updates are to be performed.'
          : "The submitted information didn't contain changes. Submit different information to create a change set.",
      );
    }
    const fault = changeSetFault(
      world,
      stack,
      changeSet.id,
      changeSet.changes.map(({ logicalId }) => logicalId),
    );
    if (fault !== undefined) {
      const { logicalId, reason, path, hook } = fault;
      changeSet.fault = {
        at: world.clock.now(),
        logicalId,
        type: changeSet.blueprint.template.resources[logicalId]?.type ?? '',
        reason,
        path,
        hook,
      };
      const by = hook ?? 'AWS::EarlyValidation::PropertyValidation';
      return void failed(
        changeSet,
        `The following hook(s)/validation failed: [${by}]. To troubleshoot Early Validation errors, ` +
          'use the DescribeEvents API for detailed failure information.',
      );
    }
    if (changeSet.includeNested)
      for (const change of changeSet.changes) nestedChangeSet(world, stack, changeSet, change);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    return void failed(changeSet, error.message);
  }
  changeSet.status = 'CREATE_COMPLETE';
  changeSet.executionStatus = 'AVAILABLE';
}

function failed(changeSet: ChangeSetRow, reason: string): void {
  changeSet.status = 'FAILED';
  changeSet.reason = reason;
}

/** The change set of a nested stack that changes, or of one that comes into being: that one waits in review, empty. */
function nestedChangeSet(world: World, stack: StackRow, parent: ChangeSetRow, change: PlannedChange): void {
  if (change.type !== 'AWS::CloudFormation::Stack') return;
  if (change.action === 'Add') return void newNestedChangeSet(world, stack, parent, change);
  const child =
    change.action === 'Modify' && change.physicalId !== undefined ? findStack(world, change.physicalId) : undefined;
  if (child === undefined) return;
  const { properties } = definitionOf(world, stack, parent.blueprint, change.logicalId);
  const given = Object.entries(object(properties['Parameters'])).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: settled(child, ParameterKey, text(value)),
  }));
  const url = { TemplateURL: text(properties['TemplateURL']) };
  const { body, template } = loadTemplate(world, url, undefined, valuesFor(given));
  const blueprint: Blueprint = {
    ...child.blueprint,
    body,
    template,
    parameters: resolveParameters(world, template, given, undefined),
  };
  computeNested(world, child, { type: 'UPDATE', blueprint }, { parent, change });
}

function newNestedChangeSet(world: World, stack: StackRow, parent: ChangeSetRow, change: PlannedChange): void {
  const { properties } = definitionOf(world, stack, parent.blueprint, change.logicalId);
  const open = Object.values(object(properties['Parameters'])).some((value) => JSON.stringify(value).includes('{{'));
  let blueprint: Blueprint;
  try {
    blueprint = nestedBlueprint(world, parent.blueprint, properties);
  } catch (error) {
    // A value that another resource gives satisfies no constraint before it is known.
    if (open && error instanceof ServiceFault) return;
    throw error;
  }
  const child =
    reviewedChild(world, stack, change.logicalId) ?? newChild(world, stack, change.logicalId, EMPTY_BLUEPRINT);
  setStackStatus(world, child, 'REVIEW_IN_PROGRESS', 'User Initiated');
  computeNested(world, child, { type: 'CREATE', blueprint }, { parent, change });
}

function computeNested(
  world: World,
  child: StackRow,
  wanted: Wanted,
  { parent, change }: { readonly parent: ChangeSetRow; readonly change: PlannedChange },
): void {
  const changeSet = newChangeSet(world, child, wanted, {
    ChangeSetName: `${parent.name}-${child.name}`.slice(0, 128),
    IncludeNestedStacks: true,
  });
  changeSet.parentId = parent.id;
  changeSet.rootId = parent.rootId ?? parent.id;
  change.changeSetId = changeSet.id;
  compute(world, child, changeSet);
  // One that changes nothing fails by itself alone.
  if (changeSet.status === 'FAILED' && !/didn't contain changes|No updates/.test(changeSet.reason ?? ''))
    throw invalid(`Nested change set ${changeSet.id} was not successfully created: Currently in FAILED.`);
}

/** A hierarchy of change sets is deleted by the clock; until then it is still there. */
function deleteWithNested(world: World, changeSet: ChangeSetRow): void {
  const time = drawResourceTime(world);
  changeSet.status = 'DELETE_PENDING';
  changeSet.executionStatus = 'UNAVAILABLE';
  world.clock.after(Math.round(time * SHARE_PENDING), () => (changeSet.status = 'DELETE_IN_PROGRESS'));
  world.clock.after(Math.round(time * (SHARE_PENDING + SHARE_CREATING)), () => {
    if (cloudFormationState(world).changeSets.has(changeSet.id)) forget(world, changeSet);
  });
}

/** A value that another resource gives is known only when it runs; until then it is what it was. */
function settled(child: StackRow, key: string, value: string): string {
  return value.includes('{{')
    ? (child.blueprint.parameters.find((parameter) => parameter.key === key)?.value ?? value)
    : value;
}

function changeSetsOf(world: World, stack: StackRow): ChangeSetRow[] {
  return [...cloudFormationState(world).changeSets.values()].filter((one) => one.stackId === stack.id);
}

function lookUp(world: World, input: ChangeSetInput): ChangeSetRow | undefined {
  const { changeSets } = cloudFormationState(world);
  if (input.ChangeSetName.startsWith('arn:')) return changeSets.get(input.ChangeSetName);
  if (input.StackName === undefined)
    throw invalid('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = findStack(world, input.StackName);
  if (stack === undefined)
    throw new ServiceFault('ChangeSetNotFound', `Stack [${input.StackName}] does not exist`, 404);
  return changeSetsOf(world, stack).find((one) => one.name === input.ChangeSetName);
}

function changeSetOf(world: World, input: ChangeSetInput): ChangeSetRow {
  const found = lookUp(world, input);
  if (found === undefined)
    throw new ServiceFault('ChangeSetNotFound', `ChangeSet [${input.ChangeSetName}] does not exist`, 404);
  return found;
}
