import type { World } from '../../world.js';
import { loadTemplate } from '../template/load.js';
import { physicalName, stackArn } from '../names.js';
import { resolveParameters, valuesFor } from '../template/parameters.js';
import { planChanges } from './deployment-plan.js';
import type { NestedStacks, Progress, ResourceContext } from '../resources/resource-handler.js';
import { object, objects, optionalList, optionalText } from '../resources/values.js';
import { newStack } from './stack.js';
import { cloudFormationState, findStack, type Blueprint, type PlannedChange, type StackRow } from './state.js';
import { same } from '../equal.js';
import { text, type Properties } from '../template/template.js';

/** The engine's verbs, handed in because it runs nested stacks by the same rules as all others. */
export interface Engine {
  create(world: World, stack: StackRow, target: Blueprint, changes: readonly PlannedChange[]): void;
  update(world: World, stack: StackRow, target: Blueprint, changes: readonly PlannedChange[]): void;
  undo(world: World, stack: StackRow): void;
  remove(world: World, stack: StackRow): void;
}

/** Live nested stacks of a stack. */
export function childStacks(world: World, stack: StackRow): StackRow[] {
  return [...cloudFormationState(world).stacks.values()].filter(
    (child) => child.parentId === stack.id && child.status !== 'DELETE_COMPLETE',
  );
}

export function releaseChildren(world: World, stack: StackRow, release: (world: World, child: StackRow) => void): void {
  for (const child of childStacks(world, stack)) release(world, child);
}

export function cancelChildren(world: World, stack: StackRow, cancel: (child: StackRow) => void): void {
  for (const child of childStacks(world, stack)) cancel(child);
}

/** What the handler of `AWS::CloudFormation::Stack` does with the stacks inside this one. */
export function nestedStacks(
  world: World,
  parent: StackRow,
  { logicalId, rollingBack }: Pick<ResourceContext, 'logicalId' | 'rollingBack'>,
  engine: Engine,
): NestedStacks {
  return {
    create: (properties) => {
      const target = nestedBlueprint(world, parent.blueprint, properties);
      // The change set that is carried out may have made it already.
      const child = reviewedChild(world, parent, logicalId) ?? newChild(world, parent, logicalId, target);
      engine.create(world, child, target, planChanges(world, child, target));
      return child.id;
    },
    update: (physicalId, properties) => {
      const child = findStack(world, physicalId);
      if (child === undefined) return false;
      if (rollingBack) {
        if (child.deployment?.phase !== 'held') return false;
        engine.undo(world, child);
        return true;
      }
      const target = nestedBlueprint(world, parent.blueprint, properties);
      const changes = planChanges(world, child, target);
      const unchanged =
        changes.length === 0 &&
        same(child.blueprint.template.outputs, target.template.outputs) &&
        same(child.blueprint.tags, target.tags);
      if (unchanged) return false;
      engine.update(world, child, target, changes);
      return true;
    },
    remove: (physicalId) => {
      const child = findStack(world, physicalId);
      if (child !== undefined && child.status !== 'DELETE_COMPLETE') engine.remove(world, child);
    },
    progress: (physicalId, action) => progress(findStack(world, physicalId), action, rollingBack),
    outputs: (physicalId) =>
      Object.fromEntries((findStack(world, physicalId)?.outputs ?? []).map((output) => [output.key, output.value])),
  };
}

/** A nested stack without anything in it; it does nothing until an operation begins. */
export function newChild(world: World, parent: StackRow, logicalId: string, blueprint: Blueprint): StackRow {
  const name = physicalName(world, parent.name, logicalId, 128);
  return newStack(world, {
    id: stackArn(world, name),
    name,
    blueprint,
    parentId: parent.id,
    rootId: parent.rootId ?? parent.id,
    logicalIdInParent: logicalId,
  });
}

/** The empty nested stack that a change set of its parent has made. */
export function reviewedChild(world: World, parent: StackRow, logicalId: string): StackRow | undefined {
  return childStacks(world, parent).find(
    (child) => child.logicalIdInParent === logicalId && child.status === 'REVIEW_IN_PROGRESS',
  );
}

/** A nested stack takes its parent's tags, role and acknowledged capabilities. */
export function nestedBlueprint(world: World, parent: Blueprint, properties: Properties): Blueprint {
  const given = Object.entries(object(properties['Parameters'])).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: Array.isArray(value) ? value.map(text).join(',') : text(value),
  }));
  const url = { TemplateURL: optionalText(properties['TemplateURL']) };
  const { body, template } = loadTemplate(world, url, undefined, valuesFor(given));
  const own = objects(properties['Tags']).map((tag) => ({ Key: text(tag['Key']), Value: text(tag['Value']) }));
  return {
    body,
    template,
    parameters: resolveParameters(world, template, given, undefined),
    tags: [...parent.tags.filter((tag) => !own.some((other) => other.Key === tag.Key)), ...own],
    capabilities: parent.capabilities,
    notificationArns: optionalList(properties['NotificationARNs']) ?? [],
    roleArn: parent.roleArn,
  };
}

function progress(child: StackRow | undefined, action: 'create' | 'update' | 'delete', rollingBack: boolean): Progress {
  if (child === undefined) return action === 'delete' ? 'done' : { failed: 'The nested stack is gone' };
  const { status } = child;
  if (action === 'delete') {
    if (status === 'DELETE_COMPLETE') return 'done';
    return status === 'DELETE_FAILED'
      ? { failed: `Embedded stack ${child.id} was not successfully deleted: ${child.reason ?? ''}` }
      : 'working';
  }
  if (rollingBack) {
    if (status === 'UPDATE_ROLLBACK_FAILED')
      return { failed: `Embedded stack ${child.id} was not successfully rolled back: ${child.reason ?? ''}` };
    return status === 'UPDATE_IN_PROGRESS' || status === 'UPDATE_ROLLBACK_IN_PROGRESS' ? 'working' : 'done';
  }
  if (status === 'CREATE_FAILED')
    return { failed: `Embedded stack ${child.id} was not successfully created: ${child.reason ?? ''}` };
  if (status === 'CREATE_IN_PROGRESS' || status === 'UPDATE_IN_PROGRESS') return 'working';
  if ((status.startsWith('UPDATE_ROLLBACK') && child.deployment !== undefined) || status === 'UPDATE_FAILED') {
    return {
      failed:
        `Embedded stack ${child.id} was not successfully updated. Currently in ${status} with reason: ` +
        (child.reason ?? ''),
    };
  }
  return 'done';
}
