import { there } from '../../../there.js';
import type { World } from '../../world.js';
import type { Random } from '../../../random.js';
import type { Json, Properties, Template } from '../template/template.js';

/** All that the simulated CloudFormation remembers. Plain data, so that a stale read can run on a copy. */
export interface CloudFormationState {
  /** How many random draws were made; each draw has a stream of its own, named by this number. */
  draws: number;
  /** By stack id, in order of creation; deleted stacks stay. */
  readonly stacks: Map<string, StackRow>;
  /** By change set ARN, in order of creation. */
  readonly changeSets: Map<string, ChangeSetRow>;
  /** `stack name/token` of every accepted operation. */
  readonly tokens: Set<string>;
  readonly operations: Map<string, OperationRow>;
  /**
   * Stack operations that each `stackFails`, and change sets that each `changeSetFails` fault (by its place in the
   * scenario) has failed.
   */
  readonly faultsUsed: Map<number, string[]>;
  /** Looks for drift, by their ids. */
  driftDetections?: Map<string, { readonly stackId: string; readonly at: number }>;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface ParameterValue {
  readonly key: string;
  readonly type: string;
  /** As given: for SSM types the name of the SSM parameter. */
  readonly value: string;
  /** What SSM held when the operation began. */
  readonly resolved?: string;
  readonly noEcho: boolean;
}

/** What a stack is asked to be. */
export interface Blueprint {
  readonly body: string;
  readonly template: Template;
  readonly parameters: readonly ParameterValue[];
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn?: string | undefined;
  readonly rollbackConfiguration?: object | undefined;
}

export interface ResourceRow {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string | undefined;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly at: number;
  /** The properties as last applied, with every reference resolved. */
  readonly properties: Properties;
  /** The properties as last applied, with references to other resources left open: what a diff compares. */
  readonly definition: Properties;
  readonly metadata?: Json | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  /** Logical ids that this resource needs; it is deleted before them. */
  readonly needs: readonly string[];
  readonly deletionPolicy?: string | undefined;
  readonly updateReplacePolicy?: string | undefined;
  readonly updatePolicy?: Json | undefined;
}

export interface EventRow {
  readonly id: string;
  readonly at: number;
  readonly logicalId: string;
  readonly physicalId?: string | undefined;
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly properties?: string | undefined;
  readonly token?: string | undefined;
  readonly operationId?: string | undefined;
  /** What a hook that objected said, with its type name. */
  readonly hook?: { readonly type: string; readonly reason: string } | undefined;
}

export interface OutputRow {
  readonly key: string;
  readonly value: string;
  readonly description?: string | undefined;
  readonly exportName?: string | undefined;
}

/** A stack as it stood: where a roll-back goes back to. */
export interface Snapshot {
  readonly blueprint: Blueprint;
  readonly resources: Map<string, ResourceRow>;
  readonly outputs: readonly OutputRow[];
}

type StepAction = 'create' | 'update' | 'replace' | 'delete' | 'restore';

export interface Step {
  readonly id: string;
  readonly logicalId: string;
  /** An update turns into a replace when its resolved properties ask for it. */
  action: StepAction;
  /** Ids of steps of the same phase that come first. */
  readonly after: readonly string[];
  /** The physical resource that a delete step deletes. */
  readonly row?: ResourceRow | undefined;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  /** The properties resolved when the step started. */
  properties?: Properties;
  /** Whether the other service was already told. */
  applied: boolean;
  warning?: string | undefined;
  startedAt: number;
}

/**
 * - forward: makes and changes; createRollback, rollback: undo that; delete: deletes everything
 * - held, rollbackHeld: a nested stack that waits with its cleanup until its parent is through
 * - cleanup, rollbackCleanup: deletes what is no longer needed
 * - stopped: failed, waiting for a person
 */
export type Phase =
  | 'forward'
  | 'held'
  | 'cleanup'
  | 'createRollback'
  | 'rollback'
  | 'rollbackHeld'
  | 'rollbackCleanup'
  | 'delete'
  | 'stopped';

/** A running operation of a stack. Replaced when the next one starts. */
export interface Deployment {
  operationId: string;
  readonly kind: 'create' | 'update' | 'delete';
  readonly token?: string | undefined;
  phase: Phase;
  /** Counts phases; a scheduled step of an earlier phase finds another number and does nothing. */
  turn: number;
  steps: Step[];
  readonly target: Blueprint;
  readonly onFailure: 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';
  readonly retainExceptOnCreate: boolean;
  readonly retain: readonly string[];
  readonly policyDuringUpdate?: string | undefined;
  /** Physical resources in between, neither of the last whole stack nor of this one: cleanup deletes them. */
  garbage: ResourceRow[];
  /** Logical ids of the phase's failures. */
  failed: string[];
  /** Roll-back steps that the caller asked to skip. */
  skip: readonly string[];
}

export interface StackRow {
  readonly id: string;
  readonly name: string;
  /** Another name that every call takes. */
  alias?: string | undefined;
  readonly createdAt: number;
  updatedAt?: number;
  deletedAt?: number;
  status: string;
  reason?: string | undefined;
  blueprint: Blueprint;
  readonly resources: Map<string, ResourceRow>;
  outputs: readonly OutputRow[];
  readonly events: EventRow[];
  deployment?: Deployment | undefined;
  /** Where RollbackStack and an automatic roll-back lead; absent when the stack never was whole. */
  lastStable?: Snapshot | undefined;
  disableRollback: boolean;
  readonly timeoutInMinutes?: number | undefined;
  terminationProtection: boolean;
  policy?: string | undefined;
  changeSetId?: string | undefined;
  /** When drift was looked for last. */
  driftCheckedAt?: number;
  readonly parentId?: string | undefined;
  readonly rootId?: string | undefined;
  /** The logical id that this nested stack has in its parent. */
  readonly logicalIdInParent?: string | undefined;
  lastOperations: string[];
  /** Signals received, by logical id: ids of who sent them. */
  readonly signals: Map<string, { success: string[]; failure: string[] }>;
}

export interface OperationRow {
  readonly id: string;
  readonly type: string;
  readonly stackId: string;
  readonly startedAt: number;
  endedAt?: number;
  status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
}

export interface ChangeSetRow {
  readonly id: string;
  readonly name: string;
  readonly clientToken?: string | undefined;
  readonly stackId: string;
  readonly description?: string | undefined;
  readonly createdAt: number;
  readonly type: 'CREATE' | 'UPDATE';
  status: string;
  reason?: string | undefined;
  executionStatus: string;
  readonly blueprint: Blueprint;
  changes: PlannedChange[];
  readonly includeNested: boolean;
  readonly onStackFailure?: string | undefined;
  parentId?: string | undefined;
  rootId?: string | undefined;
  /** What early validation or a hook found. */
  fault?:
    | {
        readonly at: number;
        readonly logicalId: string;
        readonly type: string;
        readonly reason: string;
        readonly path?: string | undefined;
        readonly hook?: string | undefined;
      }
    | undefined;
}

export interface ChangeDetail {
  readonly attribute: 'Properties' | 'Metadata' | 'Tags';
  readonly name?: string | undefined;
  readonly recreation: 'Always' | 'Never';
  readonly evaluation: 'Static' | 'Dynamic';
  readonly source:
    'DirectModification' | 'ParameterReference' | 'ResourceReference' | 'ResourceAttribute' | 'Automatic';
  readonly entity?: string | undefined;
  /** JSON texts with NoEcho values masked. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** One resource that an operation adds, modifies or removes. */
export interface PlannedChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string | undefined;
  readonly replacement?: 'True' | 'False' | 'Conditional' | undefined;
  readonly details: readonly ChangeDetail[];
  readonly needs: readonly string[];
  /** The resource as it will be, as JSON with NoEcho values masked. */
  readonly after?: string | undefined;
  changeSetId?: string | undefined;
}

export function cloudFormationState(world: World): CloudFormationState {
  return world.state<CloudFormationState>('cloudformation', () => ({
    draws: 0,
    stacks: new Map(),
    changeSets: new Map(),
    tokens: new Set(),
    operations: new Map(),
    faultsUsed: new Map(),
  }));
}

/** A fresh stream of chance. The count lives in the state, so that the world stays plain data. */
export function draw(world: World): Random {
  const state = cloudFormationState(world);
  return world.random.fork(`cloudformation/${state.draws++}`);
}

/** The time that one resource operation takes, in milliseconds. */
export function drawResourceTime(world: World): number {
  const [least, most] = world.scenario.timing.stackResource;
  return Math.round(draw(world).between(least, most) * 1000);
}

/** The stack that lives under a name or an alias, or the one, deleted or not, that has this id. */
export function findStack(world: World, nameOrId: string): StackRow | undefined {
  const { stacks } = cloudFormationState(world);
  if (nameOrId.startsWith('arn:')) return stacks.get(nameOrId);
  let found: StackRow | undefined;
  for (const stack of stacks.values())
    if ((stack.name === nameOrId || stack.alias === nameOrId) && stack.status !== 'DELETE_COMPLETE') found = stack;
  return found;
}

/** The deployment that is under way. @throws when none is */
export function deploymentOf({ deployment }: StackRow): Deployment {
  return there(deployment);
}

/** The row of a resource that the stack has. @throws when it has none */
export function rowOf({ resources }: StackRow, logicalId: string): ResourceRow {
  return there(resources.get(logicalId));
}

/** The row of the resource as it was before the step. @throws when there was none */
export function rowBefore({ row }: Pick<Step, 'row'>): ResourceRow {
  return there(row);
}
