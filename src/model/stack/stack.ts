import type { Instant } from '../../clock.js';

/** A parameter as a stack or a template declares it. Values of NoEcho parameters are never here. */
export interface StackParameter {
  readonly key: string;
  /** Absent for NoEcho. */
  readonly value?: string;
  readonly noEcho: boolean;
}

/** One stack as DescribeStacks shows it. */
export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string;
  readonly parameters: readonly StackParameter[];
  readonly capabilities: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly createdAt?: Instant;
  readonly updatedAt?: Instant;
  readonly rootId?: string;
  readonly parentId?: string;
  /** Absent when it has none. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly roleArn?: string;
  /** Absent when it has none. */
  readonly notificationArns?: readonly string[];
  /** Alarms that roll an update back, and how long they are watched after it; absent when it has neither. */
  readonly rollback?: { readonly triggers: readonly string[]; readonly monitoringMinutes?: number };
  /** Present when it is on. */
  readonly terminationProtection?: true;
}

/** A stack's name out of its ARN, `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`; a name stays as it is. */
export function stackNameOf(nameOrArn: string): string {
  return /^arn:[^/]*:stack\/([^/]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

export interface StackResource {
  /** Name or id of the stack that holds it (a nested stack's resources carry the nested stack). */
  readonly stack: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly statusReason: string;
}

export interface StackEvent {
  readonly id: string;
  readonly at: Instant;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly token?: string;
  readonly operationId?: string;
  /** Of a hook's row: the id by which its result is asked for. */
  readonly hookResult?: string;
  /** Of a nested stack's row that begins to move: where its template is. */
  readonly templateUrl?: string;
}

/** What a hook advises about the resource that it refused. Source: CloudFormation API reference, GetHookResult. */
export interface HookAdvice {
  /** The rules that failed, in the hook's words. */
  readonly rules: readonly string[];
  /** How to correct it, in the hook's words, with links; '' where it says nothing. */
  readonly remedy: string;
}

/** Something that failed, as DescribeEvents tells it: more than a stack event knows. */
export interface FailedEvent extends StackEvent {
  /** VALIDATION_ERROR, PROVISIONING_ERROR, HOOK_INVOCATION_ERROR, STACK_EVENT; '' from a stack event. */
  readonly kind: string;
  /** Where in the template, such as `/Resources/Group/Properties/MinSize`. */
  readonly path?: string;
  /** Type name of the hook that objected. */
  readonly hook?: string;
}

/** A parameter that a template declares, as GetTemplateSummary or our own parser says. */
export interface DeclaredParameter {
  readonly key: string;
  readonly type: string;
  readonly hasDefault: boolean;
  readonly noEcho: boolean;
  /** Never of a NoEcho parameter. */
  readonly default?: string;
}

/** What the service says of a template. */
export interface TemplateSummary {
  readonly parameters: readonly DeclaredParameter[];
  readonly capabilities: readonly string[];
  readonly capabilitiesReason: string;
  readonly transforms: readonly string[];
  readonly resourceTypes: readonly string[];
}
