import type { Instant } from '../clock.js';
import type { Alarm } from '../model/rollout/alarm.js';
import type { CalendarState } from '../model/rollout/calendar.js';
import type { MetricCondition, MetricSeries, MetricWindow } from '../model/rollout/metric.js';
import type { NoteName, Target } from '../model/rollout/action.js';
import type { Identity } from '../model/event.js';
import type {
  Balancer,
  ApplicationStatus,
  BalancerHealth,
  FailedActivity,
  Group,
  LifecycleHook,
  Precautions,
  ScheduledAction,
  Size,
} from '../model/rollout/group.js';
import type { CountedInstance, PermissionAnswer, PermissionQuestion, Subnet } from '../model/checkup.js';
import type { Execution, ExecutionEnd, LogLine, StartedExecution } from '../model/execution.js';
import type { Activity } from '../model/finding.js';
import type { CommandState } from '../model/rollout/decision.js';
import type {
  FrozenNote,
  Lease,
  OutNote,
  RecordImage,
  RolloutRecord,
  Verdict,
  CancellationNote,
} from '../model/rollout/record.js';
import type { ChangeSet, ChangeSetRow } from '../model/stack/change-set.js';
import type {
  FailedEvent,
  HookAdvice,
  Stack,
  StackEvent,
  StackResource,
  TemplateSummary,
} from '../model/stack/stack.js';
import type { TemplateSource } from '../model/stack/template.js';

export type { TemplateSource };

/** A group as DescribeAutoScalingGroups alone shows it: no health, no launch times, names for balancers. */
export type BareGroup = Omit<
  Group,
  'balancers' | 'configurations' | 'names' | 'ways' | 'imageUnknown' | 'launchGone'
> & {
  readonly balancerRefs: readonly { readonly kind: Balancer['kind']; readonly id: string }[];
  /** Unresolved: `lc/NAME`, `lt/ID:$Latest`, `lt/ID:7`; several with overrides. */
  readonly configurationRefs: readonly string[];
  /** The overrides of a mixed policy: each names one of these references, and may name a type or an image. */
  readonly overrides?: readonly {
    readonly ref: string;
    readonly type?: string;
    readonly image?: string;
    /** It says neither a type nor requirements: the type of the template counts. */
    readonly typeOfTemplate?: true;
  }[];
};

/** Notes to write; each is one tag of the group, or several where it is long. */
export interface NotesToWrite {
  readonly record?: RolloutRecord;
  readonly verdict?: Verdict;
  readonly lease?: Lease;
  readonly frozen?: FrozenNote;
  readonly wish?: CancellationNote;
  readonly out?: OutNote;
  /** Of the record of this run, which stays as it is otherwise. */
  readonly image?: { readonly run: string; readonly image: RecordImage };
}

export interface StackRequest {
  readonly stack: string;
  readonly template: TemplateSource;
  readonly parameters: readonly (
    { readonly key: string; readonly value: string } | { readonly key: string; readonly previous: true }
  )[];
  readonly capabilities: readonly string[];
  /** ClientRequestToken: all events of the operation carry it. */
  readonly token: string;
  /** What else was asked for; nothing of it goes on the wire unless it is here. */
  readonly settings?: StackSettings;
}

/** Settings of a stack beside its template. What is absent stays as it is: an empty list would clear it. */
export interface StackSettings {
  /** All tags that the stack shall have. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The service role; the stack keeps it for all later operations. */
  readonly roleArn?: string;
  readonly notificationArns?: readonly string[];
  readonly rollback?: { readonly triggers: readonly string[]; readonly monitoringMinutes?: number };
  /** Leave a failure standing instead of rolling back. */
  readonly disableRollback?: boolean;
  /** CreateStack alone takes it. */
  readonly timeoutMinutes?: number;
  /** CreateStack alone takes it; see `protect` for stacks that exist. */
  readonly terminationProtection?: boolean;
  /** JSON text, stays with the stack. */
  readonly policy?: string;
  /** JSON text in place of the stack's policy for this update; UpdateStack alone takes it. */
  readonly policyDuringUpdate?: string;
}

/** A version of a launch template that differs from another one in its image alone. */
export interface VersionRequest {
  readonly template: string;
  /** Number of the version that it is made from. */
  readonly source: string;
  readonly image: string;
  readonly token: string;
  readonly description: string;
}

/** A command for one instance, by SSM Run Command. */
export interface CommandRequest {
  readonly instance: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** Tells our commands from others'; at most 100 characters. */
  readonly comment: string;
  /** Longest time until the instance has taken it. */
  readonly deliveryMs: number;
}

/** What SSM says of a command. */
export type CommandOutcome =
  { readonly state: 'pending' } | Omit<Extract<CommandState, { state: 'ended' }>, 'elapsedMs'>;

/** A change set to be made. */
export interface ChangeSetRequest extends StackRequest {
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly description: string;
}

/**
 * All that the tool ever asks of AWS. Every method is one operation (with its pages, at most 100 of
 * them), tried once: retries belong to the engine, on its clock, as visible events. Every failure is
 * an AwsFault.
 */
export interface Gateway {
  /** Who we are; `at` is the service's time (Date header). */
  identity(): Promise<Identity & { readonly at: Instant }>;

  // Groups
  /**
   * All groups named, and what is registered with balancers (`elb:NAME`, the ARN of a target group), those that do
   * not exist left out. `at` is the service's time (Date header).
   */
  describeGroups(names: readonly string[]): Promise<{ readonly at: Instant; readonly groups: readonly BareGroup[] }>;
  /** Names of all groups that carry these tags; of all groups without any. */
  findGroups(tags: readonly { readonly key: string; readonly value: string }[]): Promise<readonly string[]>;
  /**
   * The same with all that one call tells of them, a hundred groups a page, all or so many pages. `at` is the service's
   * time.
   */
  listGroups(
    tags: readonly { readonly key: string; readonly value: string }[],
    mostPages?: number,
  ): Promise<{ readonly at: Instant; readonly groups: readonly BareGroup[] }>;
  /** EC2 launch times by instance id, for all instances of these groups, in one paginated call. */
  launchTimes(groups: readonly string[]): Promise<Readonly<Record<string, Instant>>>;
  /** Addresses by instance id, for all instances of these groups; '' where there is none. */
  addresses(
    groups: readonly string[],
  ): Promise<Readonly<Record<string, { readonly privateIp: string; readonly publicIp: string }>>>;
  /** `$Latest` and `$Default` of launch templates, by template id (or name): version numbers. */
  templateVersions(
    ids: readonly string[],
  ): Promise<Readonly<Record<string, { readonly latest: string; readonly default: string }>>>;
  /** What launch template versions (`lt/ID:7`) say: the image as it is written there, an id or `resolve:ssm:NAME`. */
  templateLaunches(
    versions: readonly string[],
  ): Promise<Readonly<Record<string, { readonly image?: string; readonly type?: string }>>>;
  /** What an image is, as far as it exists and we may see it. */
  image(id: string): Promise<{ readonly state: string; readonly architecture: string } | undefined>;
  /** Answers the number of the new version; the same call with the same token makes no second one. */
  makeVersion(asked: VersionRequest): Promise<string>;
  /** Makes a group launch this version of its launch template; all else of a mixed policy stays. */
  point(group: string, template: string, version: string): Promise<void>;
  /** The images that the instances of these groups run, by instance id, in one paginated call. */
  instanceImages(groups: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Attributes of balancers; one or two calls per kind and page. */
  describeBalancers(refs: BareGroup['balancerRefs']): Promise<readonly Balancer[]>;
  /** Health of everything registered with one balancer, by instance id. One call, no instance named. */
  health(
    balancer: Balancer,
    more?: {
      /** Also whether targets are anomalous; AWS refuses that where it does not tell. */ readonly anomaly: true;
    },
  ): Promise<Readonly<Record<string, BalancerHealth>>>;
  /** What application status checks say of these instances, by id; without those that no check applies to. */
  applicationStatus(instances: readonly string[]): Promise<Readonly<Record<string, ApplicationStatus>>>;
  failedLaunches(group: string, since: Instant): Promise<readonly FailedActivity[]>;
  /** Newest first, as far as they began since then; the first pages are enough. Also those of a group that is gone. */
  activities(group: string, since: Instant): Promise<readonly Activity[]>;
  /** Scheduled actions: when each came due last since then, and when it comes due next after `at`. */
  scheduledActions(
    group: string,
    times: { readonly since: Instant; readonly at: Instant },
  ): Promise<readonly ScheduledAction[]>;
  lifecycleHooks(group: string): Promise<readonly LifecycleHook[]>;
  /** What an instance has printed; '' when there is nothing (yet). */
  consoleOutput(instance: string): Promise<string>;
  /** CloudWatch alarms of these names, as far as they exist. */
  alarms(names: readonly string[]): Promise<readonly Alarm[]>;
  /** Whether all of these change calendars are open now. */
  calendarState(names: readonly string[]): Promise<CalendarState>;
  /** The series of a condition's expression in that window; none where there is no data. */
  metricData(condition: MetricCondition, window: MetricWindow): Promise<readonly MetricSeries[]>;
  /**
   * What is refused, or unknown to the service, becomes a warning in the answer; throttling and a lost connection
   * are faults as everywhere.
   */
  precautions(group: string): Promise<Precautions>;

  /** Which Auto Scaling groups the registered instances of a balancer belong to, and which of them to none. */
  membersBehind(balancer: string): Promise<{ readonly groups: readonly string[]; readonly alone: readonly string[] }>;
  /** Those of these instances that run, or are starting. */
  running(instances: readonly string[]): Promise<readonly string[]>;
  /** Those of these instances that do not run any more: id → EC2's code for why, or ''. */
  endings(instances: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Registers with the ports named, else the target group's own; who does not run any more is left out. */
  register(balancer: Balancer, targets: readonly Target[]): Promise<void>;
  /** Begins to deregister, which drains; who is not registered is no error. */
  deregister(balancer: Balancer, targets: readonly Target[]): Promise<void>;

  // Commands
  /** Answers the id of the command. It is not known whether a call without a reply had an effect: see `findCommand`. */
  sendCommand(request: CommandRequest): Promise<string>;
  /** The id of the newest command with that comment on the instance, or undefined. */
  findCommand(instance: string, comment: string): Promise<string | undefined>;
  /** How far it is, in our words; `pending` while the service does not list it yet. */
  commandResult(id: string, instance: string): Promise<CommandOutcome>;
  cancelCommand(id: string, instance: string): Promise<void>;
  /** Those of these instances that take commands now. */
  commandable(instances: readonly string[]): Promise<readonly string[]>;

  writeNotes(groups: readonly string[], notes: NotesToWrite): Promise<void>;
  deleteNotes(group: string, notes: readonly NoteName[]): Promise<void>;
  suspend(group: string, processes: readonly string[]): Promise<void>;
  resume(group: string, processes: readonly string[]): Promise<void>;
  /** What is left out stays. */
  resize(group: string, size: Partial<Size>): Promise<void>;
  /**
   * At most 100 ids; ids that are gone already are no error. Falls back to single ids. With `decrement` the desired
   * capacity falls with them; without, Auto Scaling launches replacements.
   */
  terminate(group: string, instances: readonly string[], decrement: boolean): Promise<void>;

  /** Protects instances in service from scale-in, or no longer; at most 50 ids. */
  protect(group: string, instances: readonly string[], on: boolean): Promise<void>;
  /** At most 20. `decrement`: whether the desired capacity falls by those that go into standby. */
  standby(
    group: string,
    instances: readonly string[],
    how: { readonly on: boolean; readonly decrement: boolean },
  ): Promise<void>;

  // Stacks
  /** undefined when there is no such stack (or it was deleted). */
  describeStack(nameOrId: string): Promise<Stack | undefined>;
  /** Resources of this stack only; nested stacks are rows of type AWS::CloudFormation::Stack. */
  listResources(nameOrId: string): Promise<readonly StackResource[]>;
  /** Newest first; stops before the event for which `until` says true. */
  stackEvents(stackId: string, until: (event: StackEvent) => boolean): Promise<readonly StackEvent[]>;
  stackTemplate(nameOrId: string, changeSet?: string): Promise<string>;
  templateSummary(template: TemplateSource, stack?: string): Promise<TemplateSummary>;
  validateTemplate(template: TemplateSource): Promise<void>;
  /** Answers the stack id. */
  createStack(request: StackRequest): Promise<string>;
  /** 'unchanged' when the service says that no updates are to be performed. */
  updateStack(request: StackRequest): Promise<'started' | 'unchanged'>;
  cancelUpdate(stack: string, token: string): Promise<void>;
  /**
   * Answers ids of the change set and of its stack; nested stacks are included. One of the same name counts as this
   * one.
   */
  createChangeSet(request: ChangeSetRequest): Promise<{ readonly id: string; readonly stackId: string }>;
  /**
   * All pages, with property values as far as the service shows them. `stack` is needed with a name, not with an
   * ARN.
   */
  describeChangeSet(nameOrId: string, stack?: string): Promise<ChangeSet>;
  /** Not nested ones. */
  listChangeSets(stack: string): Promise<readonly ChangeSetRow[]>;
  /**
   * Starts it; an earlier call with the same token counts as this one. `disableRollback` is always sent: what its
   * absence means is documented in two ways.
   */
  executeChangeSet(id: string, token: string, disableRollback: boolean): Promise<void>;
  /** One that is gone already is no error. */
  deleteChangeSet(id: string): Promise<void>;
  /** Starts to delete the stack; one that is gone already is no error. */
  deleteStack(stackId: string, token: string): Promise<void>;
  /** Undoes an update that failed with roll-back switched off (UPDATE_FAILED). */
  rollbackStack(stackId: string, token: string): Promise<void>;
  /** ContinueUpdateRollback, without the resources to skip. */
  continueRollback(stackId: string, skip: readonly string[], token: string): Promise<void>;
  /** JSON text; undefined when the stack has none. */
  stackPolicy(stackId: string): Promise<string | undefined>;
  setStackPolicy(stackId: string, policy: string): Promise<void>;
  setTerminationProtection(stackId: string, on: boolean): Promise<void>;
  /** What a hook advises about the resource that it refused, by the id of its invocation. */
  hookAdvice(id: string): Promise<HookAdvice>;
  /**
   * What failed, oldest first, by DescribeEvents: in a change set (early validation, hooks) or in a stack's operation.
   * Falls back to stack events where that call is denied or unknown. A change set has none there, so then it is a
   * fault.
   */
  failedEvents(
    of: { readonly changeSet: string } | { readonly stack: string; readonly operation?: string },
  ): Promise<readonly FailedEvent[]>;
  // The account
  /**
   * What IAM says whether the caller of `identity` may take these actions; `unsupported` where it keeps no policies of
   * the caller.
   */
  permissions(caller: string, question: PermissionQuestion): Promise<readonly PermissionAnswer[]>;
  /** All instances of the account and region that count against quotas of vCPUs. */
  countedInstances(): Promise<readonly CountedInstance[]>;
  /** Quotas of EC2 by code, as far as the region has them. */
  vcpuQuotas(codes: readonly string[]): Promise<Readonly<Record<string, number>>>;
  /** Free addresses of subnets. */
  subnets(ids: readonly string[]): Promise<readonly Subnet[]>;
  /** Value of a parameter of the parameter store. */
  parameterValue(name: string): Promise<string>;
  /** Writes an object of S3, only into a bucket of account `owner`. */
  writeObject(object: {
    readonly bucket: string;
    readonly key: string;
    readonly text: string | Uint8Array;
    readonly owner: string;
  }): Promise<void>;
  /** True when there is such a bucket, it is that account's and we may see it. */
  hasBucket(bucket: string, owner: string): Promise<boolean>;
  /** An object of S3 as text, at most 1 MB or `most` bytes; with `owner` only of a bucket of that account. */
  readObject(bucket: string, key: string, how?: { readonly owner?: string; readonly most?: number }): Promise<string>;
  /** The first keys of a bucket of account `owner` that begin with `prefix`, in the order of their bytes. */
  listObjects(asked: {
    readonly bucket: string;
    readonly prefix: string;
    readonly owner: string;
    readonly most: number;
  }): Promise<{ readonly keys: readonly string[]; readonly more: boolean }>;
  /** Durable executions that run on any version of a function, the newest first; undefined without the function. */
  runningExecutions(functionName: string): Promise<readonly Execution[] | undefined>;
  /** Starts a durable execution, or finds the one of the same name and input. */
  startExecution(asked: {
    readonly functionName: string;
    readonly alias: string;
    readonly name: string;
    /** JSON. */
    readonly input: string;
  }): Promise<StartedExecution>;
  /** How a durable execution stands; undefined where there is none (any more). */
  execution(arn: string): Promise<ExecutionEnd | undefined>;
  /** How the execution of a run ended; undefined while it, or one that it handed over to, is running or not known. */
  endOfExecution(asked: {
    readonly functionName: string;
    readonly version: string;
    readonly run: string;
  }): Promise<ExecutionEnd | undefined>;
  /** Lines of a log group from a time on that match a filter pattern, oldest first. */
  logLines(asked: {
    readonly group: string;
    readonly from: Instant;
    readonly pattern: string;
  }): Promise<readonly LogLine[]>;
}
