import type { World } from '../../world.js';
import { ServiceFault } from '../../fault.js';
import { same } from '../equal.js';
import { recordHookObjection, recordResourceEvent, setResource } from './events.js';
import { stackFault } from '../faults.js';
import { resolveDynamic } from '../template/dynamic-references.js';
import { evaluateOptional } from '../template/intrinsics.js';
import { uuid } from '../names.js';
import { nestedStacks, type Engine } from './nested.js';
import { definitionOf } from './deployment-plan.js';
import { denial, type PolicyVerb } from './stack-policy.js';
import { handlerOf } from '../resources/handlers.js';
import type { Action, Made, Progress, ResourceContext, ResourceHandler } from '../resources/resource-handler.js';
import { liveScope, type Visibility } from '../template/scope.js';
import {
  deploymentOf,
  rowBefore,
  rowOf,
  drawResourceTime,
  findStack,
  type Blueprint,
  type ResourceRow,
  type StackRow,
  type Step,
} from './state.js';
import type { Json, Properties } from '../template/template.js';

/** How a step tells its stack that it ended, and runs stacks inside stacks. */
export interface StepEnds {
  readonly ended: (world: World, stackId: string) => void;
  readonly engine: Engine;
}

/** The other service is told after this share of the drawn time. */
const SHARE_BEFORE_CALL = 0.3;
const POLL_MS = 5000;
const DEFAULT_PATIENCE_SECONDS = 3600;

/** Starts one step: its first event now, the call to the other service and the end by the clock. */
export function startStep(world: World, stack: StackRow, step: Step, ends: StepEnds): void {
  step.state = 'running';
  step.startedAt = world.clock.now();
  try {
    if (step.action === 'delete' ? isKept(world, stack, step) : isNeedless(world, stack, step)) return;
    announce(world, stack, step);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    ensureRow(world, stack, step);
    return void failStep(world, stack, step, error.message);
  }
  const time = drawResourceTime(world);
  const beforeCall = Math.round(time * SHARE_BEFORE_CALL);
  const after = laterOf(world, ends);
  after(beforeCall, { stack, step }, (now) => {
    applyStep(world, now.stack, now.step, ends);
    if (now.step.state === 'running')
      after(time - beforeCall, now, (then) => finishStep(world, then.stack, then.step, ends));
  });
}

/** A step of the operation on a stack. */
interface StepOf {
  readonly stack: StackRow;
  readonly step: Step;
}

/** Runs `then` that many milliseconds later, unless the stack has turned to something else by then. */
type Later = (ms: number, of: StepOf, then: (now: StepOf) => void) => void;

function laterOf(world: World, ends: StepEnds): Later {
  return (ms, { stack: { id: stackId, deployment }, step: { id } }, then) => {
    const turn = deployment?.turn;
    world.clock.after(ms, () => {
      const stack = findStack(world, stackId);
      const step =
        stack?.deployment?.turn === turn
          ? stack?.deployment?.steps.find((candidate) => candidate.id === id)
          : undefined;
      if (stack === undefined || step?.state !== 'running') return;
      then({ stack, step });
      ends.ended(world, stackId);
    });
  };
}

/** Retained resources are left alone, with an event that says so. */
function isKept(world: World, stack: StackRow, step: Step): boolean {
  const row = rowBefore(step);
  const deployment = deploymentOf(stack);
  const undoing = deployment.phase === 'createRollback' || deployment.phase === 'rollbackCleanup';
  const replaced = deployment.phase === 'cleanup' && stack.resources.get(row.logicalId)?.physicalId !== row.physicalId;
  const policy = replaced ? (row.updateReplacePolicy ?? 'Delete') : (row.deletionPolicy ?? 'Delete');
  const retained =
    policy === 'Retain' ? !(undoing && deployment.retainExceptOnCreate) : policy === 'RetainExceptOnCreate' && !undoing;
  const kept = retained || deployment.retain.includes(row.logicalId);
  if (!kept && row.physicalId !== undefined) return false;
  setDeleted(world, stack, row, kept ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE');
  step.state = 'done';
  return true;
}

/** An update that turns out to change nothing passes without an event. */
function isNeedless(world: World, stack: StackRow, step: Step): boolean {
  if (step.action === 'restore') return false;
  const { target } = deploymentOf(stack);
  step.properties = resolvedProperties(world, stack, { blueprint: target, logicalId: step.logicalId });
  if (step.action === 'create') return false;
  const row = rowOf(stack, step.logicalId);
  if (row.status.endsWith('_FAILED')) return false;
  const handler = handlerOf(row.type);
  const changed = changedProperties(row.properties, step.properties);
  if (step.action === 'update' && changed.some((name) => handler.replaces === 'all' || handler.replaces.includes(name)))
    step.action = 'replace';
  const declaration = target.template.resources[step.logicalId];
  const tagsMoved = handler.takesStackTags && !same(stack.lastStable?.blueprint.tags, target.tags);
  if (
    changed.length > 0 ||
    tagsMoved ||
    !same(row.metadata, declaration?.metadata) ||
    row.type === 'AWS::CloudFormation::Stack'
  )
    return false;
  stack.resources.set(step.logicalId, { ...row, ...rowFacts(world, stack, target, step.logicalId) });
  step.state = 'done';
  return true;
}

function announce(world: World, stack: StackRow, step: Step): void {
  const deployment = deploymentOf(stack);
  switch (step.action) {
    case 'create':
      return void setResource(
        world,
        stack,
        { ...newRow(world, stack, deployment.target, step), status: 'CREATE_IN_PROGRESS' },
        shownProperties(world, stack, deployment.target, step.logicalId),
      );
    case 'update':
    case 'replace': {
      const row = rowOf(stack, step.logicalId);
      const reason =
        step.action === 'replace'
          ? 'Requested update requires the creation of a new physical resource; hence creating one.'
          : undefined;
      return void setResource(
        world,
        stack,
        { ...row, status: 'UPDATE_IN_PROGRESS', reason },
        shownProperties(world, stack, deployment.target, step.logicalId),
      );
    }
    case 'restore':
      return void setResource(world, stack, {
        ...rowOf(stack, step.logicalId),
        status: 'UPDATE_IN_PROGRESS',
        reason: undefined,
      });
    case 'delete': {
      const row = { ...rowBefore(step), status: 'DELETE_IN_PROGRESS', reason: undefined };
      return isCurrent(stack, row) ? void setResource(world, stack, row) : void recordResourceEvent(world, stack, row);
    }
  }
}

/** Tells the other service. A refusal fails the resource with the service's words. */
function applyStep(world: World, stack: StackRow, step: Step, ends: StepEnds): void {
  try {
    const reason = forbidden(stack, step) ?? faultOf(world, stack, step);
    if (reason !== undefined) return void failStep(world, stack, step, reason);
    if (step.action === 'delete') removeNow(world, stack, step, ends);
    else if (step.action === 'restore') restoreNow(world, stack, step, ends);
    else changeNow(world, stack, step, ends);
    step.applied = true;
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    failStep(world, stack, step, handlerMessage(world, error));
  }
}

/** A hook tells its reason in an event of its own; the resource only names the hook. */
function faultOf(world: World, stack: StackRow, step: Step): string | undefined {
  const fault = stackFault(world, stack, step);
  if (fault?.hook === undefined) return fault?.reason;
  recordHookObjection(world, stack, rowOf(stack, step.logicalId), {
    type: fault.hook,
    reason: fault.reason,
  });
  return `The following hook(s) failed: [${fault.hook}]`;
}

function changeNow(world: World, stack: StackRow, step: Step, ends: StepEnds): void {
  const deployment = deploymentOf(stack);
  const row = rowOf(stack, step.logicalId);
  const context = contextOf(
    world,
    stack,
    { blueprint: deployment.target, logicalId: step.logicalId, properties: step.properties ?? {} },
    ends,
  );
  const handler = handlerOf(row.type);
  const facts = rowFacts(world, stack, deployment.target, step.logicalId);
  if (step.action === 'update' && row.physicalId !== undefined) {
    // Written down first: an update that is refused half-way may have changed something to undo.
    const changed = { ...row, ...facts, properties: step.properties ?? {} };
    stack.resources.set(row.logicalId, changed);
    const made = handler.update(context, { ...row, physicalId: row.physicalId });
    step.warning = made.warning;
    stack.resources.set(row.logicalId, { ...changed, attributes: made.attributes });
    return;
  }
  const made: Made = handler.create(context);
  step.warning = made.warning;
  if (
    step.action === 'replace' &&
    row.physicalId !== undefined &&
    stack.lastStable?.resources.get(row.logicalId)?.physicalId !== row.physicalId
  ) {
    deployment.garbage.push(row);
  }
  setResource(world, stack, {
    ...row,
    ...facts,
    physicalId: made.physicalId,
    attributes: made.attributes,
    properties: step.properties ?? {},
    reason: 'Resource creation Initiated',
  });
}

/** Back to the physical resource and the properties that the last whole stack had. */
function restoreNow(world: World, stack: StackRow, step: Step, ends: StepEnds): void {
  const deployment = deploymentOf(stack);
  const old = rowBefore(step);
  const row = rowOf(stack, step.logicalId);
  const blueprint = stack.blueprint;
  if (row.physicalId !== old.physicalId) {
    deployment.garbage.push(row);
    stack.resources.set(row.logicalId, { ...old, status: row.status });
    return;
  }
  const properties = resolvedProperties(world, stack, { blueprint, logicalId: step.logicalId });
  const nested = row.type === 'AWS::CloudFormation::Stack';
  let attributes = row.attributes;
  if (nested || !same(row.properties, properties) || !same(row.definition, old.definition)) {
    const made = handlerOf(row.type).update(
      contextOf(world, stack, { blueprint, logicalId: step.logicalId, properties }, ends),
      { ...row, physicalId: old.physicalId ?? '' },
    );
    step.warning = made.warning;
    attributes = made.attributes;
  }
  stack.resources.set(row.logicalId, {
    ...row,
    ...rowFacts(world, stack, blueprint, step.logicalId),
    attributes,
    properties,
  });
}

function removeNow(world: World, stack: StackRow, step: Step, ends: StepEnds): void {
  const row = rowBefore(step);
  handlerOf(row.type).remove(
    contextOf(world, stack, { blueprint: stack.blueprint, ...row }, ends),
    row.physicalId ?? '',
  );
}

/** Ends a step, or looks again later when the other service is not through. */
function finishStep(world: World, stack: StackRow, step: Step, ends: StepEnds): void {
  const row = step.action === 'delete' ? rowBefore(step) : rowOf(stack, step.logicalId);
  const handler = handlerOf(row.type);
  const context = contextOf(world, stack, resourceOf(stack, step, row), ends);
  const action = askedOf(step);
  const progress = progressOf(handler, context, action, row.physicalId ?? '');
  if (progress === 'working') {
    const patience = handler.patience?.(context, action) ?? DEFAULT_PATIENCE_SECONDS;
    if (world.clock.now() - step.startedAt < patience * 1000)
      return void laterOf(world, ends)(POLL_MS, { stack, step }, (now) => finishStep(world, now.stack, now.step, ends));
    return void failStep(
      world,
      stack,
      step,
      action === 'create'
        ? 'Failed to receive the expected resource signal(s) within the specified duration'
        : 'Exceeded attempts to wait',
    );
  }
  if (progress !== 'done') return void failStep(world, stack, step, progress.failed);
  step.state = 'done';
  if (step.action === 'delete') return void setDeleted(world, stack, row, 'DELETE_COMPLETE');
  const attributes = handler.attributesWhenDone?.(context, row.physicalId ?? '') ?? row.attributes;
  setResource(world, stack, {
    ...row,
    attributes,
    status: step.action === 'create' ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE',
    reason: step.warning,
  });
}

/** What a step asks of the resource's handler: a replacement is made anew, what goes back is changed. */
function askedOf({ action }: Step): Action {
  switch (action) {
    case 'create':
    case 'replace':
      return 'create';
    case 'update':
    case 'restore':
      return 'update';
    case 'delete':
      return 'delete';
  }
}

/** The resource as it stands when a step on it ends. */
function resourceOf(stack: StackRow, step: Step, { logicalId, type, properties }: ResourceRow): Resource {
  const isBack = step.action === 'delete' || step.action === 'restore';
  return {
    blueprint: isBack ? stack.blueprint : deploymentOf(stack).target,
    logicalId,
    type,
    properties: step.action === 'delete' ? properties : (step.properties ?? properties),
  };
}

function progressOf(handler: ResourceHandler, context: ResourceContext, action: Action, id: string): Progress {
  try {
    return handler.progress?.(context, action, id) ?? 'done';
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    return { failed: handlerMessage(context.world, error) };
  }
}

function failStep(world: World, stack: StackRow, step: Step, reason: string): void {
  step.state = 'failed';
  stack.deployment?.failed.push(step.logicalId);
  const status =
    step.action === 'create' ? 'CREATE_FAILED' : step.action === 'delete' ? 'DELETE_FAILED' : 'UPDATE_FAILED';
  const row = {
    ...(step.action === 'delete' ? rowBefore(step) : rowOf(stack, step.logicalId)),
    status,
    reason,
  };
  if (step.action === 'delete' && !isCurrent(stack, row)) recordResourceEvent(world, stack, row);
  else setResource(world, stack, row);
}

/** What is deleted leaves the table of a living stack; a deleted stack still shows it. */
function setDeleted(world: World, stack: StackRow, row: ResourceRow, status: string): void {
  const deleted = { ...row, status, reason: undefined };
  if (!isCurrent(stack, row)) return void recordResourceEvent(world, stack, deleted);
  setResource(world, stack, deleted);
  const phase = stack.deployment?.phase;
  if (phase === 'cleanup' || phase === 'rollbackCleanup') stack.resources.delete(row.logicalId);
}

function isCurrent(stack: StackRow, row: ResourceRow): boolean {
  return stack.resources.get(row.logicalId)?.physicalId === row.physicalId;
}

/** A step that failed before it had a row still shows one. */
function ensureRow(world: World, stack: StackRow, step: Step): void {
  if (stack.resources.has(step.logicalId)) return;
  const { target } = deploymentOf(stack);
  setResource(world, stack, {
    ...newRow(world, stack, target, { ...step, properties: {} }),
    status: 'CREATE_IN_PROGRESS',
  });
}

function newRow(world: World, stack: StackRow, target: Blueprint, step: Step): ResourceRow {
  return {
    logicalId: step.logicalId,
    type: target.template.resources[step.logicalId]?.type ?? '',
    status: 'CREATE_IN_PROGRESS',
    at: world.clock.now(),
    properties: step.properties ?? {},
    attributes: {},
    ...rowFacts(world, stack, target, step.logicalId),
  };
}

/** What a row keeps of its declaration. */
function rowFacts(
  world: World,
  stack: StackRow,
  blueprint: Blueprint,
  logicalId: string,
): Pick<ResourceRow, 'definition' | 'needs' | 'metadata' | 'deletionPolicy' | 'updateReplacePolicy' | 'updatePolicy'> {
  const declaration = blueprint.template.resources[logicalId];
  const { properties, needs } = definitionOf(world, stack, blueprint, logicalId);
  return {
    definition: properties,
    needs,
    metadata: declaration?.metadata,
    deletionPolicy: declaration?.deletionPolicy,
    updateReplacePolicy: declaration?.updateReplacePolicy,
    updatePolicy: declaration?.updatePolicy,
  };
}

/** A resource as a step deals with it. Its type is said where the blueprint may not declare it any more. */
interface Resource extends Pick<ResourceRow, 'logicalId' | 'properties'> {
  readonly blueprint: Blueprint;
  readonly type?: string;
}

function contextOf(
  world: World,
  stack: StackRow,
  { blueprint, logicalId, properties, type }: Resource,
  ends: StepEnds,
): ResourceContext {
  const phase = stack.deployment?.phase ?? 'forward';
  const rollingBack = phase === 'rollback' || phase === 'rollbackCleanup';
  const scope = liveScope(world, stack, blueprint);
  const declaration = blueprint.template.resources[logicalId];
  const resolved = (node: Json | undefined): Json | undefined =>
    node === undefined ? undefined : evaluateOptional(node, scope);
  return {
    world,
    stack,
    logicalId,
    type: type ?? declaration?.type ?? '',
    properties,
    declaration:
      type === undefined
        ? { creationPolicy: resolved(declaration?.creationPolicy), updatePolicy: resolved(declaration?.updatePolicy) }
        : { creationPolicy: declaration?.creationPolicy, updatePolicy: declaration?.updatePolicy },
    tags: blueprint.tags,
    previousTags: (rollingBack ? stack.deployment?.target.tags : stack.lastStable?.blueprint.tags) ?? [],
    rollingBack,
    nested: nestedStacks(world, stack, { logicalId, rollingBack }, ends.engine),
    signals: stack.signals.get(logicalId) ?? { success: [], failure: [] },
  };
}

function resolvedProperties(
  world: World,
  stack: StackRow,
  { blueprint, logicalId }: { readonly blueprint: Blueprint; readonly logicalId: string },
  visibility: Visibility = 'plain',
): Properties {
  const scope = liveScope(world, stack, blueprint, visibility);
  const resolved: Record<string, Json> = {};
  for (const [name, node] of Object.entries(blueprint.template.resources[logicalId]?.properties ?? {})) {
    const value = evaluateOptional(node, scope);
    // What people are shown keeps the references.
    if (value !== undefined) resolved[name] = visibility === 'plain' ? resolveDynamic(world, value) : value;
  }
  return resolved;
}

/** The properties as an event shows them: NoEcho values masked. */
function shownProperties(world: World, stack: StackRow, blueprint: Blueprint, logicalId: string): string {
  return JSON.stringify(resolvedProperties(world, stack, { blueprint, logicalId }, 'masked'));
}

function changedProperties(before: Properties, now: Properties): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => !same(before[name], now[name]));
}

function forbidden(stack: StackRow, step: Step): string | undefined {
  const deployment = deploymentOf(stack);
  if (deployment.kind !== 'update' || (deployment.phase !== 'forward' && deployment.phase !== 'cleanup'))
    return undefined;
  const verbs: Partial<Record<Step['action'], PolicyVerb>> = {
    update: 'Update:Modify',
    replace: 'Update:Replace',
    delete: 'Update:Delete',
  };
  const verb = verbs[step.action];
  const replacedLeftover = step.action === 'delete' && !isCurrent(stack, rowBefore(step));
  if (verb === undefined || replacedLeftover) return undefined;
  const type = stack.resources.get(step.logicalId)?.type ?? '';
  return denial(deployment.policyDuringUpdate ?? stack.policy, verb, step.logicalId, type);
}

function handlerMessage(world: World, error: ServiceFault): string {
  const code = /AlreadyExists|Duplicate/.test(error.code)
    ? 'AlreadyExists'
    : error.code.includes('NotFound')
      ? 'NotFound'
      : error.status >= 500
        ? 'ServiceInternalError'
        : 'InvalidRequest';
  return (
    `Resource handler returned message: "${error.message}" (RequestToken: ${uuid(world)}, ` +
    `HandlerErrorCode: ${code})`
  );
}
