import { there } from '../../../there.js';
import type { World } from '../../world.js';
import { same } from '../equal.js';
import { evaluateOptional, type Scope } from '../template/intrinsics.js';
import { loadTemplate } from '../template/load.js';
import { resolveParameters } from '../template/parameters.js';
import { referencesOf } from '../template/references.js';
import { handlerOf } from '../resources/handlers.js';
import { activeResources, baseScope } from '../template/scope.js';
import {
  findStack,
  type Blueprint,
  type ChangeDetail,
  type PlannedChange,
  type ResourceRow,
  type StackRow,
} from './state.js';
import { invalid, splitAttribute, type Json, type Properties, type ResourceDeclaration } from '../template/template.js';

/** What a resource is asked to be, with references to other resources left open. */
export interface Definition {
  readonly properties: Properties;
  readonly needs: readonly string[];
}

/**
 * What an operation would do to the resources of a stack, in the order of their dependencies, removals
 * last. References to other resources stay open, so that what drifted in other services is no change;
 * a reference to something that will be replaced, or to an attribute that will move, is one.
 */
export function planChanges(world: World, stack: StackRow, blueprint: Blueprint): PlannedChange[] {
  const scope = openScope(world, stack, blueprint, () => undefined);
  const order = dependencyOrder(blueprint, scope);
  checkTypes(stack, blueprint, order);
  const changes = new Map<string, PlannedChange>();
  for (const logicalId of order) {
    const change = plannedChange(world, stack, { blueprint, logicalId }, changes);
    if (change !== undefined) changes.set(logicalId, change);
  }
  const removed = [...stack.resources.values()].filter((row) => !order.includes(row.logicalId) && exists(row));
  return [
    ...changes.values(),
    ...removed.map((row): PlannedChange => ({
      action: 'Remove',
      logicalId: row.logicalId,
      type: row.type,
      physicalId: row.physicalId,
      details: [],
      needs: row.needs,
    })),
  ];
}

/** The definition of one resource under a blueprint. */
export function definitionOf(
  world: World,
  stack: Pick<StackRow, 'name' | 'id'>,
  blueprint: Blueprint,
  logicalId: string,
): Definition {
  const needs = new Set<string>();
  const scope = openScope(world, stack, blueprint, (name) => void needs.add(name));
  const declaration = blueprint.template.resources[logicalId];
  const properties: Record<string, Json> = {};
  for (const [name, node] of Object.entries(declaration?.properties ?? {})) {
    const value = evaluateOptional(node, scope);
    if (value !== undefined) properties[name] = value;
  }
  const active = new Set(activeResources(scope));
  for (const name of declaration?.dependsOn ?? []) needs.add(name);
  return { properties, needs: [...needs].filter((name) => active.has(name) && name !== logicalId) };
}

/** Logical ids of the active resources, each after all that it needs; otherwise as written. */
function dependencyOrder(blueprint: Blueprint, scope: Scope): string[] {
  const active = activeResources(scope);
  const ordered: string[] = [];
  const visit = (name: string): void => {
    if (ordered.includes(name) || !active.includes(name)) return;
    const declaration = blueprint.template.resources[name];
    const found = referencesOf(declaration?.properties ?? {});
    const needs = [
      ...(declaration?.dependsOn ?? []),
      ...found.refs,
      ...[...found.attributes].map((one) => there(splitAttribute(one)[0])),
    ];
    for (const need of needs) if (need !== name) visit(need);
    ordered.push(name);
  };
  active.forEach(visit);
  return ordered;
}

/** Logical ids that a blueprint lets exist. */
export function activeOf(world: World, stack: Pick<StackRow, 'name' | 'id'>, blueprint: Blueprint): string[] {
  return activeResources(openScope(world, stack, blueprint, () => undefined));
}

/** Whether a row stands for something that is there. */
export function exists(row: ResourceRow): boolean {
  return (
    row.status !== 'DELETE_COMPLETE' &&
    row.status !== 'DELETE_SKIPPED' &&
    !(row.status === 'CREATE_FAILED' && row.physicalId === undefined)
  );
}

/** References to resources as text that no person writes, so that a diff sees which one is meant. */
function openScope(
  world: World,
  stack: Pick<StackRow, 'name' | 'id'>,
  blueprint: Blueprint,
  note: (logicalId: string) => void,
): Scope {
  const resource: Scope['resource'] = (logicalId, attribute) => {
    note(logicalId);
    return openReference(logicalId, attribute);
  };
  return baseScope(world, stack, blueprint, { visibility: 'plain', resource });
}

function checkTypes(stack: StackRow, blueprint: Blueprint, order: readonly string[]): void {
  const moved = order.filter((name) => {
    const row = stack.resources.get(name);
    return row !== undefined && exists(row) && row.type !== blueprint.template.resources[name]?.type;
  });
  if (moved.length > 0) {
    throw invalid(
      'Update of resource type is not permitted. The new template modifies resource type of the ' +
        `following resources: [${moved.join(', ')}]`,
    );
  }
}

function plannedChange(
  world: World,
  stack: StackRow,
  { blueprint, logicalId }: { readonly blueprint: Blueprint; readonly logicalId: string },
  earlier: ReadonlyMap<string, PlannedChange>,
): PlannedChange | undefined {
  const declaration = blueprint.template.resources[logicalId];
  if (declaration === undefined) return undefined;
  const { type } = declaration;
  const definition = definitionOf(world, stack, blueprint, logicalId);
  const row = stack.resources.get(logicalId);
  if (row === undefined || !exists(row))
    return { action: 'Add', logicalId, type, details: [], needs: definition.needs };
  const details = changeDetails(world, stack, { blueprint, row, definition, earlier });
  if (type === 'AWS::CloudFormation::Stack' && details.length === 0 && nestedDiffers(world, row, definition)) {
    details.push({ attribute: 'Properties', recreation: 'Never', evaluation: 'Dynamic', source: 'Automatic' });
  }
  // What a failed, unrolled-back operation left half done is done again.
  const broken = row.status === 'CREATE_FAILED' || row.status === 'UPDATE_FAILED';
  if (details.length === 0 && !broken) return undefined;
  const always = details.filter((detail) => detail.recreation === 'Always');
  const replacement =
    row.status === 'CREATE_FAILED' || always.some((detail) => detail.evaluation === 'Static')
      ? 'True'
      : always.length > 0
        ? 'Conditional'
        : 'False';
  return {
    action: 'Modify',
    logicalId,
    type,
    physicalId: row.physicalId,
    replacement,
    details,
    needs: definition.needs,
    after: contextOf(declaration, shownScope(world, stack, blueprint)),
  };
}

/** A resource as a change set shows it: its properties and policies, with what is not known yet left open. */
function contextOf({ properties, updatePolicy }: ResourceDeclaration, scope: Scope): string {
  const Properties = Object.fromEntries(
    Object.entries(properties).flatMap(([name, node]) => {
      const value = shown(node, scope);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return JSON.stringify({ Properties, ...(updatePolicy !== undefined && { UpdatePolicy: updatePolicy }) });
}

/** A resource that is there and what a blueprint makes of it. */
interface Compared {
  readonly blueprint: Blueprint;
  readonly row: ResourceRow;
  readonly definition: Definition;
  readonly earlier: ReadonlyMap<string, PlannedChange>;
}

function changeDetails(world: World, stack: StackRow, compared: Compared): ChangeDetail[] {
  const { blueprint, row } = compared;
  const details = propertyDetails(world, stack, compared);
  if (!same(row.metadata, blueprint.template.resources[row.logicalId]?.metadata)) {
    details.push({ attribute: 'Metadata', recreation: 'Never', evaluation: 'Static', source: 'DirectModification' });
  }
  if (
    !same(stack.blueprint.tags, blueprint.tags) &&
    handlerOf(row.type).takesStackTags &&
    !details.some((detail) => detail.attribute === 'Tags')
  ) {
    details.push({ attribute: 'Tags', recreation: 'Never', evaluation: 'Static', source: 'DirectModification' });
  }
  return details;
}

function propertyDetails(
  world: World,
  stack: StackRow,
  { blueprint, row, definition, earlier }: Compared,
): ChangeDetail[] {
  const declaration = blueprint.template.resources[row.logicalId];
  const before = stack.blueprint.template.resources[row.logicalId];
  const handler = handlerOf(row.type);
  const masked = shownScope(world, stack, blueprint);
  const maskedBefore = shownScope(world, stack, stack.blueprint);
  const details: ChangeDetail[] = [];
  for (const name of new Set([...Object.keys(row.definition), ...Object.keys(definition.properties)])) {
    const node = declaration?.properties[name] ?? null;
    const differs = !same(row.definition[name], definition.properties[name]);
    const moving = differs ? undefined : movingReference(node, earlier);
    if (!differs && moving === undefined) continue;
    const causes: readonly Cause[] =
      moving !== undefined
        ? [moving]
        : same(before?.properties[name], declaration?.properties[name])
          ? parameterCauses(node, stack, blueprint)
          : [{ source: 'DirectModification', evaluation: 'Static' }];
    for (const cause of causes) {
      details.push({
        attribute: name === 'Tags' ? 'Tags' : 'Properties',
        name: name === 'Tags' ? undefined : name,
        recreation: handler.replaces === 'all' || handler.replaces.includes(name) ? 'Always' : 'Never',
        ...cause,
        before: shown(before?.properties[name], maskedBefore),
        after: shown(declaration?.properties[name], masked),
      });
    }
  }
  return details;
}

/** As people are shown a blueprint: NoEcho values masked, references to resources left open. */
function shownScope(world: World, stack: StackRow, blueprint: Blueprint): Scope {
  return baseScope(world, stack, blueprint, { visibility: 'masked', resource: openReference });
}

function openReference(logicalId: string, attribute: string | undefined): string {
  return `{{${logicalId}${attribute === undefined ? '' : `.${attribute}`}}}`;
}

/** A reference whose target gets a new id, or an attribute that its update moves. */
function movingReference(
  node: Json,
  earlier: ReadonlyMap<string, PlannedChange>,
): Pick<ChangeDetail, 'source' | 'entity' | 'evaluation'> | undefined {
  const found = referencesOf(node);
  for (const name of found.refs) {
    const change = earlier.get(name);
    if (change?.action === 'Modify' && change.replacement !== 'False') {
      return {
        source: 'ResourceReference',
        entity: name,
        evaluation: change.replacement === 'True' ? 'Static' : 'Dynamic',
      };
    }
  }
  for (const attribute of found.attributes) {
    const [name = '', key = ''] = splitAttribute(attribute);
    const change = earlier.get(name);
    if (change?.action !== 'Modify') continue;
    if (change.replacement !== 'False' || handlerOf(change.type).moves(key)) {
      return { source: 'ResourceAttribute', entity: attribute, evaluation: 'Dynamic' };
    }
  }
  return undefined;
}

type Cause = Pick<ChangeDetail, 'source' | 'entity' | 'evaluation'>;

/**
 * The text is the same, so parameters that it uses have other values: one detail for each, and one more
 * by which the service says that it cannot rule out a direct modification. Source: CloudFormation user
 * guide, example change sets.
 */
function parameterCauses(node: Json, stack: StackRow, blueprint: Blueprint): readonly Cause[] {
  const value = (of: Blueprint, key: string): string | undefined => {
    const parameter = of.parameters.find((one) => one.key === key);
    return parameter?.resolved ?? parameter?.value;
  };
  const names = [...referencesOf(node).refs].filter((name) => blueprint.template.parameters[name] !== undefined);
  const changed = names.filter((name) => value(stack.blueprint, name) !== value(blueprint, name));
  if (changed.length === 0) return [{ source: 'DirectModification', evaluation: 'Static' }];
  return [
    ...changed.map((entity): Cause => ({ source: 'ParameterReference', entity, evaluation: 'Static' })),
    { source: 'DirectModification', evaluation: 'Dynamic' },
  ];
}

function shown(node: Json | undefined, scope: Scope): string | undefined {
  if (node === undefined) return undefined;
  try {
    const value = evaluateOptional(node, scope);
    return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Whether a nested stack's own template or looked-up values changed behind unchanged properties. */
function nestedDiffers(world: World, row: ResourceRow, definition: Definition): boolean {
  const child = row.physicalId === undefined ? undefined : findStack(world, row.physicalId);
  const url = definition.properties['TemplateURL'];
  if (child === undefined || typeof url !== 'string') return false;
  if (url.includes('{{')) return true;
  const { body, template } = loadTemplate(world, { TemplateURL: url });
  if (body !== child.blueprint.body) return true;
  const again = resolveParameters(
    world,
    template,
    child.blueprint.parameters.map((parameter) => ({ ParameterKey: parameter.key, ParameterValue: parameter.value })),
    undefined,
  );
  if (again.some((parameter, index) => parameter.resolved !== child.blueprint.parameters[index]?.resolved)) return true;
  return planChanges(world, child, child.blueprint).length > 0;
}
