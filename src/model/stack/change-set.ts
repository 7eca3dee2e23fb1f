import type { Instant } from '../../clock.js';
import type { StackParameter } from './stack.js';

/** One change set as DescribeChangeSet shows it, all pages together. */
export interface ChangeSet {
  /** ARN. */
  readonly id: string;
  readonly name: string;
  readonly stackId: string;
  readonly stackName: string;
  /** CREATE_PENDING, CREATE_IN_PROGRESS, CREATE_COMPLETE, FAILED … */
  readonly status: string;
  /** AVAILABLE when it can be executed. */
  readonly executionStatus: string;
  readonly reason: string;
  readonly createdAt?: Instant;
  readonly parameters: readonly StackParameter[];
  readonly changes: readonly ResourceChange[];
}

/** A change set in a list: nobody has looked into it. */
export type ChangeSetRow = Pick<ChangeSet, 'id' | 'name' | 'status' | 'executionStatus' | 'reason' | 'createdAt'>;

/** What happens to one resource. */
export interface ResourceChange {
  /** Add, Modify, Remove, Import; Dynamic when the service cannot know. */
  readonly action: string;
  readonly logicalId: string;
  /** '' for what is not there yet. */
  readonly physicalId: string;
  readonly type: string;
  /** True, False or Conditional; absent when nothing is modified. */
  readonly replacement?: string;
  /** The nested stack's own change set. */
  readonly changeSetId?: string;
  /** The resource as it will be, as the service's JSON; absent where it does not say. */
  readonly after?: string;
  readonly details: readonly ChangeDetail[];
}

/** What changes in a resource, and what caused it. */
export interface ChangeDetail {
  /** Properties, Metadata, Tags, UpdatePolicy … */
  readonly attribute: string;
  /** Name of the property; absent for the other attributes. */
  readonly name?: string;
  /** Always, Conditionally or Never. */
  readonly recreation: string;
  /** Static is certain; Dynamic depends on what comes out when it runs. */
  readonly evaluation: string;
  /** ParameterReference, ResourceReference, ResourceAttribute, DirectModification, Automatic, NoModification. */
  readonly source: string;
  /** Parameter, resource or `Resource.Attribute` that caused it. */
  readonly entity?: string;
  /** Values as text; the service masks NoEcho ones. */
  readonly before?: string;
  readonly after?: string;
}

/** The changes of a stack and, below them, those of its nested stacks. */
export interface StackChanges {
  readonly stackName: string;
  readonly changes: readonly (ResourceChange & { readonly nested?: StackChanges })[];
}
