import type { World } from '../../world.js';
import { stackFault } from '../faults.js';
import { closeOperation, openOperation, setStackStatus, warnStack, setResource } from './events.js';
import { cancelChildren, childStacks, releaseChildren } from './nested.js';
import { outputsOf } from './outputs.js';
import { activeOf, exists } from './deployment-plan.js';
import { restoreSteps, changeSteps, deleteSteps } from './order.js';
import {
  deploymentOf,
  drawResourceTime,
  findStack,
  type Blueprint,
  type Deployment,
  type Phase,
  type PlannedChange,
  type ResourceRow,
  type StackRow,
  type Step,
} from './state.js';
import { startStep, type StepEnds } from './steps.js';

/** What an operation may be asked beside its template. */
export interface DeploymentOptions {
  readonly token?: string | undefined;
  readonly onFailure?: Deployment['onFailure'] | undefined;
  readonly retainExceptOnCreate?: boolean | undefined;
  readonly policyDuringUpdate?: string | undefined;
  readonly reason?: string | undefined;
}

const SHARE_BEFORE_FIRST_STEP = 0.25;

/** What a stack is to become, and what that changes. */
interface Change {
  readonly target: Blueprint;
  readonly changes: readonly PlannedChange[];
}

/** Starts to make the resources of a new stack. Returns the operation's id. */
export function beginCreate(
  world: World,
  stack: StackRow,
  { target, changes }: Change,
  options: DeploymentOptions,
): string {
  const operationId = open(world, stack, { type: 'CREATE_STACK', kind: 'create', target }, options);
  stack.blueprint = target;
  setStackStatus(world, stack, 'CREATE_IN_PROGRESS', options.reason ?? 'User Initiated');
  warnTransforms(world, stack, target);
  startPhase(world, stack, 'forward', changeSteps(changes));
  if (stack.timeoutInMinutes !== undefined) watchTimeout(world, stack, operationId, stack.timeoutInMinutes);
  return operationId;
}

/** Starts to change a stack. Returns the operation's id. */
export function beginUpdate(
  world: World,
  stack: StackRow,
  { target, changes }: Change,
  options: DeploymentOptions,
): string {
  const carried = stack.deployment?.garbage ?? [];
  const operationId = open(world, stack, { type: 'UPDATE_STACK', kind: 'update', target }, options);
  deploymentOf(stack).garbage = carried;
  stack.blueprint = target;
  stack.updatedAt = world.clock.now();
  setStackStatus(world, stack, 'UPDATE_IN_PROGRESS', options.reason ?? 'User Initiated');
  warnTransforms(world, stack, target);
  startPhase(world, stack, 'forward', changeSteps(changes));
  return operationId;
}

/** Starts to delete a stack, whatever it was doing. Returns the operation's id. */
export function beginDelete(
  world: World,
  stack: StackRow,
  retain: readonly string[],
  options: DeploymentOptions,
): string {
  const garbage = stack.deployment?.garbage ?? [];
  const operationId = open(
    world,
    stack,
    { type: 'DELETE_STACK', kind: 'delete', target: stack.blueprint, retain },
    options,
  );
  setStackStatus(world, stack, 'DELETE_IN_PROGRESS', options.reason ?? 'User Initiated');
  startPhase(world, stack, 'delete', deleteSteps([...unwantedOf(stack), ...garbage]));
  return operationId;
}

/** CancelUpdateStack: what runs is cancelled and the update rolled back. */
export function cancelUpdate(world: World, stack: StackRow, reason: string): void {
  rollBackUpdate(world, stack, reason);
}

/** RollbackStack after a failure that was left standing. Returns the operation's id. */
export function beginRollback(world: World, stack: StackRow, token: string | undefined): string {
  if (stack.status === 'CREATE_FAILED') {
    const operationId = open(world, stack, { type: 'ROLLBACK', kind: 'create', target: stack.blueprint }, { token });
    undoCreate(world, stack, 'User Initiated');
    return operationId;
  }
  const before = stack.deployment;
  const operationId = open(world, stack, { type: 'ROLLBACK', kind: 'update', target: stack.blueprint }, { token });
  deploymentOf(stack).garbage = before?.garbage ?? [];
  undoUpdate(world, stack, 'User Initiated');
  return operationId;
}

/** ContinueUpdateRollback: tries again what failed, without the resources to skip. Returns the operation's id. */
export function continueRollback(
  world: World,
  stack: StackRow,
  skip: readonly string[],
  token: string | undefined,
): string {
  const garbage = stack.deployment?.garbage ?? [];
  const operationId = open(
    world,
    stack,
    { type: 'CONTINUE_ROLLBACK', kind: 'update', target: stack.blueprint },
    { token },
  );
  const deployment = deploymentOf(stack);
  deployment.garbage = garbage;
  deployment.skip = skip;
  for (const child of childStacks(world, stack)) {
    const inner = skip
      .filter((name) => name.startsWith(`${child.logicalIdInParent ?? ''}.`))
      .map((name) => name.slice(name.indexOf('.') + 1));
    if (child.status === 'UPDATE_ROLLBACK_FAILED') continueRollback(world, child, inner, token);
  }
  undoUpdate(world, stack, 'User Initiated');
  return operationId;
}

/** A nested stack goes back because its parent does. */
function undoUpdate(world: World, stack: StackRow, reason: string): void {
  const stable = stack.lastStable;
  if (stable === undefined) return;
  setStackStatus(world, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
  stack.blueprint = stable.blueprint;
  startPhase(world, stack, 'rollback', restoreSteps(stack, stable, stack.deployment?.skip ?? []));
}

/** Starts the cleanup of a nested stack whose parent is through. */
function releaseCleanup(world: World, stack: StackRow): void {
  const phase = stack.deployment?.phase;
  if (phase === 'held') startCleanup(world, stack, 'cleanup');
  if (phase === 'rollbackHeld') startCleanup(world, stack, 'rollbackCleanup');
}

/** Starts what can start; ends the phase when nothing is left of it. */
function advance(world: World, stack: StackRow): void {
  const deployment = stack.deployment;
  if (deployment === undefined || ['held', 'rollbackHeld', 'stopped'].includes(deployment.phase)) return;
  for (;;) {
    if (deployment.phase === 'forward' && deployment.failed.length > 0)
      return void forwardFailed(world, stack, deployment);
    const blocked = deployment.phase === 'rollback' && deployment.failed.length > 0;
    const next = blocked
      ? undefined
      : deployment.steps.find((step) => step.state === 'waiting' && isFree(deployment, step));
    if (next === undefined) break;
    startStep(world, stack, next, ENDS);
  }
  if (!deployment.steps.some((step) => step.state === 'running')) phaseEnded(world, stack, deployment);
}

/** How steps report back: by ids, since a step may end long after its operation. */
const ENDS: StepEnds = {
  ended: (world, stackId) => {
    const stack = findStack(world, stackId);
    if (stack !== undefined) advance(world, stack);
  },
  engine: {
    create: (world, child, target, changes) =>
      void beginCreate(world, child, { target, changes }, { ...parentOptions(world, child), onFailure: 'DO_NOTHING' }),
    update: (world, child, target, changes) =>
      void beginUpdate(world, child, { target, changes }, parentOptions(world, child)),
    undo: (world, child) => rollBackUpdate(world, child, 'The parent stack rolls back'),
    remove: (world, child) => void beginDelete(world, child, [], parentOptions(world, child)),
  },
};

/** Events of a nested stack carry the token of the operation on its root. */
function parentOptions(world: World, child: StackRow): DeploymentOptions {
  const parent = child.parentId === undefined ? undefined : findStack(world, child.parentId);
  return { token: parent?.deployment?.token };
}

function isFree(deployment: Deployment, step: Step): boolean {
  return step.after.every((id) => {
    const before = deployment.steps.find((other) => other.id === id);
    // What could not be deleted keeps what it needs; its dependants fail on their own.
    return (
      before === undefined ||
      before.state === 'done' ||
      before.state === 'skipped' ||
      (before.state === 'failed' && step.action === 'delete')
    );
  });
}

/** What begins on a stack, as its operation is named to people and as it is carried out. */
interface Operation extends Pick<Deployment, 'kind' | 'target'> {
  readonly type: string;
  /** Logical ids that a deletion leaves alone. */
  readonly retain?: readonly string[];
}

function open(
  world: World,
  stack: StackRow,
  { type, kind, target, retain = [] }: Operation,
  options: DeploymentOptions,
): string {
  closeOperation(world, stack.deployment?.operationId, 'FAILED');
  const operationId = openOperation(world, stack, type);
  stack.deployment = {
    operationId,
    kind,
    token: options.token,
    phase: 'forward',
    turn: (stack.deployment?.turn ?? 0) + 1,
    steps: [],
    target,
    onFailure: options.onFailure ?? 'ROLLBACK',
    retainExceptOnCreate: options.retainExceptOnCreate ?? false,
    retain,
    policyDuringUpdate: options.policyDuringUpdate,
    garbage: [],
    failed: [],
    skip: [],
  };
  return operationId;
}

function startPhase(world: World, stack: StackRow, phase: Phase, steps: Step[]): void {
  const deployment = deploymentOf(stack);
  deployment.phase = phase;
  deployment.turn += 1;
  deployment.steps = steps;
  deployment.failed = [];
  const { operationId, turn } = deployment;
  world.clock.after(Math.round(drawResourceTime(world) * SHARE_BEFORE_FIRST_STEP), () => {
    const now = findStack(world, stack.id);
    if (now?.deployment?.operationId === operationId && now.deployment.turn === turn) advance(world, now);
  });
}

function phaseEnded(world: World, stack: StackRow, deployment: Deployment): void {
  const { phase, failed } = deployment;
  switch (phase) {
    case 'forward':
      return void forwardEnded(world, stack, deployment);
    case 'rollback':
      if (failed.length > 0) return void stop(world, stack, 'UPDATE_ROLLBACK_FAILED', listed('update', failed));
      return void rollbackEnded(world, stack, deployment);
    case 'cleanup':
    case 'rollbackCleanup':
      return void cleanupEnded(world, stack, phase);
    case 'createRollback':
      return failed.length > 0
        ? void stop(world, stack, 'ROLLBACK_FAILED', listed('delete', failed))
        : void finish(world, stack, 'ROLLBACK_COMPLETE');
    case 'delete':
      if (failed.length > 0) return void stop(world, stack, 'DELETE_FAILED', listed('delete', failed));
      stack.deletedAt = world.clock.now();
      return void finish(world, stack, 'DELETE_COMPLETE');
    case 'held':
    case 'rollbackHeld':
    case 'stopped':
      return;
  }
}

function forwardEnded(world: World, stack: StackRow, deployment: Deployment): void {
  try {
    stack.outputs = outputsOf(world, stack, deployment.target);
  } catch (error) {
    return deployment.kind === 'create'
      ? void createFailed(world, stack, deployment, message(error))
      : void updateFailed(world, stack, deployment, message(error));
  }
  if (deployment.kind === 'create') return void finish(world, stack, 'CREATE_COMPLETE');
  setStackStatus(world, stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  if (stack.parentId !== undefined) deployment.phase = 'held';
  else startCleanup(world, stack, 'cleanup');
}

function forwardFailed(world: World, stack: StackRow, deployment: Deployment): void {
  const { failed } = deployment;
  cancelRunning(world, stack, deployment, true);
  if (deployment.kind === 'create') createFailed(world, stack, deployment, listed('create', failed));
  else
    updateFailed(
      world,
      stack,
      deployment,
      listed(failed.every((name) => stack.lastStable?.resources.has(name) === false) ? 'create' : 'update', failed),
    );
}

function createFailed(world: World, stack: StackRow, deployment: Deployment, reason: string): void {
  if (deployment.onFailure === 'DO_NOTHING') return void stop(world, stack, 'CREATE_FAILED', reason);
  if (deployment.onFailure === 'DELETE') {
    setStackStatus(world, stack, 'DELETE_IN_PROGRESS', `${reason}Delete requested by user.`);
    return void startPhase(world, stack, 'delete', deleteSteps(unwantedOf(stack)));
  }
  closeOperation(world, deployment.operationId, 'FAILED');
  deployment.operationId = openOperation(world, stack, 'ROLLBACK');
  undoCreate(world, stack, `${reason}Rollback requested by user.`);
}

function undoCreate(world: World, stack: StackRow, reason: string): void {
  setStackStatus(world, stack, 'ROLLBACK_IN_PROGRESS', reason);
  startPhase(world, stack, 'createRollback', deleteSteps(unwantedOf(stack)));
}

function updateFailed(world: World, stack: StackRow, deployment: Deployment, reason: string): void {
  if (deployment.onFailure === 'DO_NOTHING') return void stop(world, stack, 'UPDATE_FAILED', reason);
  closeOperation(world, deployment.operationId, 'FAILED');
  deployment.operationId = openOperation(world, stack, 'ROLLBACK');
  undoUpdate(world, stack, reason);
}

function rollBackUpdate(world: World, stack: StackRow, reason: string): void {
  const deployment = stack.deployment;
  if (deployment === undefined) return;
  cancelRunning(world, stack, deployment);
  closeOperation(world, deployment.operationId, 'FAILED');
  deployment.operationId = openOperation(world, stack, 'ROLLBACK');
  undoUpdate(world, stack, reason);
}

function rollbackEnded(world: World, stack: StackRow, deployment: Deployment): void {
  stack.outputs = stack.lastStable?.outputs ?? [];
  setStackStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  if (stack.parentId !== undefined) deployment.phase = 'rollbackHeld';
  else startCleanup(world, stack, 'rollbackCleanup');
}

/** Deletes what the last whole stack had and this one has not; after a roll-back, the other way round. */
function startCleanup(world: World, stack: StackRow, phase: 'cleanup' | 'rollbackCleanup'): void {
  const deployment = deploymentOf(stack);
  const declared = new Set(
    Object.keys(deployment.phase === 'held' || phase === 'cleanup' ? deployment.target.template.resources : {}),
  );
  const stable = stack.lastStable?.resources ?? new Map<string, ResourceRow>();
  const removed =
    phase === 'cleanup'
      ? removedRows(world, stack, deployment)
      : [...stack.resources.values()].filter((row) => exists(row) && !stable.has(row.logicalId));
  const replaced =
    phase === 'cleanup'
      ? [...stable.values()].filter(
          (row) => declared.has(row.logicalId) && row.physicalId !== stack.resources.get(row.logicalId)?.physicalId,
        )
      : [];
  const leftovers = [...removed, ...replaced.filter((row) => !removed.includes(row)), ...deployment.garbage].filter(
    (row) => row.physicalId !== undefined,
  );
  for (const row of removed) if (row.physicalId === undefined) stack.resources.delete(row.logicalId);
  deployment.garbage = [];
  startPhase(world, stack, phase, deleteSteps(leftovers));
  releaseChildren(world, stack, releaseCleanup);
}

function removedRows(world: World, stack: StackRow, deployment: Deployment): ResourceRow[] {
  const wanted = new Set(activeOf(world, stack, deployment.target));
  return [...stack.resources.values()].filter((row) => exists(row) && !wanted.has(row.logicalId));
}

function cleanupEnded(world: World, stack: StackRow, phase: 'cleanup' | 'rollbackCleanup'): void {
  // A parent is through when its nested stacks are.
  if (childStacks(world, stack).some((child) => child.status.endsWith('_CLEANUP_IN_PROGRESS'))) return;
  finish(world, stack, phase === 'cleanup' ? 'UPDATE_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE');
}

/**
 * What runs is given up; the roll-back looks at what it left. When something failed, others may have failed too before
 * anybody could tell them to stop: those say their own reason.
 */
function cancelRunning(world: World, stack: StackRow, deployment: Deployment, failing = false): void {
  deployment.turn += 1;
  for (const step of deployment.steps) {
    if (step.state !== 'running') continue;
    step.state = 'failed';
    const row = stack.resources.get(step.logicalId);
    if (row === undefined) continue;
    const creating = step.action === 'create';
    const own = failing && !step.applied ? stackFault(world, stack, step)?.reason : undefined;
    setResource(world, stack, {
      ...row,
      status: creating ? 'CREATE_FAILED' : 'UPDATE_FAILED',
      reason: own ?? `Resource ${creating ? 'creation' : 'update'} cancelled`,
    });
  }
  cancelChildren(world, stack, (child) => {
    if (child.status === 'UPDATE_IN_PROGRESS') rollBackUpdate(world, child, 'Resource update cancelled');
  });
}

/** The end of an operation that a person need not look at. */
function finish(world: World, stack: StackRow, status: string): void {
  const succeeded =
    status === 'CREATE_COMPLETE' ||
    status === 'UPDATE_COMPLETE' ||
    (status === 'DELETE_COMPLETE' && stack.deployment?.kind === 'delete') ||
    status.endsWith('ROLLBACK_COMPLETE');
  setStackStatus(world, stack, status);
  closeOperation(world, stack.deployment?.operationId, succeeded ? 'SUCCEEDED' : 'FAILED');
  stack.deployment = undefined;
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' || status === 'UPDATE_ROLLBACK_COMPLETE') {
    stack.lastStable = { blueprint: stack.blueprint, resources: new Map(stack.resources), outputs: stack.outputs };
  }
  const parent = stack.parentId === undefined ? undefined : findStack(world, stack.parentId);
  if (parent !== undefined) advance(world, parent);
}

/** The end of an operation that leaves something for a person to decide. */
function stop(world: World, stack: StackRow, status: string, reason: string): void {
  setStackStatus(world, stack, status, reason);
  closeOperation(world, stack.deployment?.operationId, 'FAILED');
  if (stack.deployment !== undefined) {
    stack.deployment.phase = 'stopped';
    stack.deployment.turn += 1;
  }
}

function unwantedOf(stack: StackRow): ResourceRow[] {
  return [...stack.resources.values()].filter(exists);
}

function watchTimeout(world: World, stack: StackRow, operationId: string, minutes: number): void {
  world.clock.after(minutes * 60_000, () => {
    const now = findStack(world, stack.id);
    if (now?.deployment?.operationId !== operationId || now.status !== 'CREATE_IN_PROGRESS') return;
    cancelRunning(world, now, now.deployment);
    createFailed(world, now, now.deployment, 'Stack creation time exceeded the specified timeout. ');
  });
}

function warnTransforms(world: World, stack: StackRow, target: Blueprint): void {
  for (const name of target.template.transforms)
    warnStack(world, stack, `The sandbox does not expand Transform ${name}: the template is taken as it is`);
}

function listed(verb: 'create' | 'update' | 'delete', names: readonly string[]): string {
  return `The following resource(s) failed to ${verb}: [${[...new Set(names)].join(', ')}]. `;
}

function message(error: unknown): string {
  return `${error instanceof Error ? error.message : String(error)}. `;
}
