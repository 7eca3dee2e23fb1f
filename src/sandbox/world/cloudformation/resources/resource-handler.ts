import type { World } from '../../world.js';
import type { ResourceRow, Tag } from '../deploy/state.js';
import type { Properties, ResourceDeclaration } from '../template/template.js';

/** What a handler may know of the resource that it makes, changes or deletes. */
export interface ResourceContext {
  readonly world: World;
  readonly stack: { readonly id: string; readonly name: string };
  readonly logicalId: string;
  readonly type: string;
  /** With every reference resolved. */
  readonly properties: Properties;
  readonly declaration: Pick<ResourceDeclaration, 'creationPolicy' | 'updatePolicy'>;
  /** Tags of the stack: those that it gets and those that it had. */
  readonly tags: readonly Tag[];
  readonly previousTags: readonly Tag[];
  readonly rollingBack: boolean;
  readonly nested: NestedStacks;
  /** Who has signalled this resource through SignalResource. */
  readonly signals: { readonly success: readonly string[]; readonly failure: readonly string[] };
}

/** What the handler of nested stacks needs of the engine that runs them. */
export interface NestedStacks {
  /** Starts the creation of a stack inside this one and returns its id. */
  create(properties: Properties): string;
  /** Starts its update, or its way back while the parent rolls back. False: nothing to do. */
  update(physicalId: string, properties: Properties): boolean;
  remove(physicalId: string): void;
  progress(physicalId: string, action: Action): Progress;
  outputs(physicalId: string): Record<string, string>;
}

export type Action = 'create' | 'update' | 'delete';

/** How far a resource is after the other service was told. */
export type Progress = 'done' | 'working' | { readonly failed: string };

export interface Made {
  readonly physicalId: string;
  /** Answers of Fn::GetAtt. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Something of the template that the sandbox leaves out; shown as an event's reason. */
  readonly warning?: string | undefined;
}

/** How one resource type is made in the service that owns it. Failures are thrown as ServiceFault. */
export interface ResourceHandler {
  /** Properties whose change makes a new resource. */
  readonly replaces: readonly string[] | 'all';
  /** Attributes that an update in place moves. */
  readonly moves: (attribute: string) => boolean;
  readonly takesStackTags: boolean;
  readonly create: (context: ResourceContext) => Made;
  readonly update: (
    context: ResourceContext,
    before: ResourceRow & { readonly physicalId: string },
  ) => Omit<Made, 'physicalId'>;
  readonly remove: (context: ResourceContext, physicalId: string) => void;
  /** Absent: done as soon as the service was told and the drawn time passed. */
  readonly progress?: (context: ResourceContext, action: Action, physicalId: string) => Progress;
  /** Attributes that are known only when it is done. */
  readonly attributesWhenDone?: (context: ResourceContext, physicalId: string) => Readonly<Record<string, string>>;
  /** Longest wait for `progress`, in seconds. */
  readonly patience?: (context: ResourceContext, action: Action) => number;
}
