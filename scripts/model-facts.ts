import type { Model, ModelShape } from './aws-models.js';

/** A fact of docs/AWS-FACTS.md that a member of an API model gives. */
export interface ModelFact {
  /** As the registry names it: `NAME = VALUE in FILE`. */
  readonly beside: string;
  /** The model, as botocore names it. */
  readonly model: string;
  /** An operation or a shape, and the way from there by members: `SendCommand.TimeoutSeconds`. */
  readonly at: string;
  /** What it has to say. `words`: in its documentation, without marks. */
  readonly says: {
    readonly min?: number;
    readonly max?: number;
    readonly enum?: readonly string[];
    readonly words?: string;
  };
}

const DELIVERY_S = 2_592_000;
const LIFECYCLES = [
  ...['Pending', 'Pending:Wait', 'Pending:Proceed', 'Quarantined', 'InService'],
  ...['Terminating', 'Terminating:Wait', 'Terminating:Proceed', 'Terminating:Retained', 'Terminated'],
  ...['Detaching', 'Detached', 'EnteringStandby', 'Standby'],
  ...['ReplacingRootVolume', 'ReplacingRootVolume:Wait', 'ReplacingRootVolume:Proceed', 'RootVolumeReplaced'],
  ...['Warmed:Pending', 'Warmed:Pending:Wait', 'Warmed:Pending:Proceed', 'Warmed:Pending:Retained'],
  ...['Warmed:Terminating', 'Warmed:Terminating:Wait', 'Warmed:Terminating:Proceed', 'Warmed:Terminating:Retained'],
  ...['Warmed:Terminated', 'Warmed:Stopped', 'Warmed:Running', 'Warmed:Hibernated'],
];
const INVOCATIONS = ['Pending', 'InProgress', 'Delayed', 'Success', 'Cancelled', 'TimedOut', 'Failed', 'Cancelling'];
const APPLICATION = ['ok', 'impaired', 'initializing', 'insufficient-data', 'not-applicable', 'suppressed'];
const HOOKS = ['HOOK_IN_PROGRESS', 'HOOK_COMPLETE_SUCCEEDED', 'HOOK_COMPLETE_FAILED', 'HOOK_FAILED'];

function fact(beside: string, place: string, says: ModelFact['says']): ModelFact {
  const [model = '', at = ''] = place.split(' ');
  return { beside, model, at, says };
}

/** Those that the models give; the others stand on pages. */
export const MODEL_FACTS: readonly ModelFact[] = [
  fact('LEAST_DELIVERY_S = 30 in src/aws/ssm-commands.ts', 'ssm SendCommand.TimeoutSeconds', {
    min: 30,
    max: DELIVERY_S,
  }),
  fact('UNDER_WAY in src/aws/ssm-commands.ts', 'ssm CommandInvocationStatus', { enum: INVOCATIONS }),
  fact('calendarState in src/aws/calendar-state.ts', 'ssm CalendarState', { enum: ['OPEN', 'CLOSED'] }),
  fact('PAGE = 1000 in src/aws/stacks/s3-objects.ts', 's3 ListObjectsV2.MaxKeys', { words: 'up to 1,000 key names' }),
  fact('in src/sandbox/world/s3/objects.ts', 's3 DeleteObjects', { words: 'up to 1,000 keys' }),
  fact('BUS in src/notify/event-bus.ts', 'events PutEvents.Entries.EventBusName', { min: 1, max: 1600 }),
  fact('LONGEST_NAME = 64 in src/app/server/run-on-server.ts', 'lambda Invoke.DurableExecutionName', { max: 64 }),
  fact('LONGEST = 64 in src/sandbox/world/cloudformation/resources/lambda.ts', 'lambda CreateFunction.FunctionName', {
    words: 'limited to 64 characters',
  }),
  fact('PAGE = 100 in src/sandbox/world/lambda/executions.ts', 'lambda ListDurableExecutionsByFunction.MaxItems', {
    max: 1000,
    words: 'Default is 100',
  }),
  fact('PAGE = 1000 in src/sandbox/world/lambda/checkpoints.ts', 'lambda GetDurableExecutionState.MaxItems', {
    max: 1000,
  }),
  fact('MOST_BYTES in src/sandbox/world/lambda/checkpoints.ts', 'lambda OperationUpdate.Payload', { words: '6 MB' }),
  fact('PAGE = 10_000 in src/sandbox/world/logs/logs.ts', 'logs FilterLogEvents.limit', { max: 10_000 }),
  fact('logLines in src/aws/log-lines.ts', 'logs FilterLogEvents.limit', { max: 10_000 }),
  fact('MOST = 20 in src/decide/guard/kept-rules.ts', 'autoscaling EnterStandby.InstanceIds', {
    words: 'up to 20 instances',
  }),
  fact(
    'MAX_STANDBY_PER_CALL = 20 in src/decide/strategies/swap/serve-again.ts',
    'autoscaling ExitStandby.InstanceIds',
    {
      words: 'up to 20 instances',
    },
  ),
  fact(
    'MAX_PROTECTED_PER_CALL = 50 in src/decide/rollout/scale-in-protection.ts',
    'autoscaling SetInstanceProtection.InstanceIds',
    { words: 'up to 50 instances' },
  ),
  fact('Standing in src/decide/instances/classify.ts', 'autoscaling LifecycleState', { enum: LIFECYCLES }),
  fact('VERDICTS in src/aws/groups/application-status.ts', 'ec2 ApplicationStatusEnum', { enum: APPLICATION }),
  fact('ApplicationStatus in src/model/rollout/group.ts', 'ec2 ApplicationStatusEnum', { enum: APPLICATION }),
  fact('BY_OTHERS in src/decide/instances/externally-ended.ts', 'ec2 StateReason.Message', {
    words: 'Server.SpotInstanceTermination',
  }),
  fact('EndReason in src/sandbox/world/ec2/state.ts', 'ec2 StateReason.Message', {
    words: 'Client.UserInitiatedShutdown',
  }),
  fact('makeVersion in src/aws/groups/template-writes.ts', 'ec2 CreateLaunchTemplateVersion.SourceVersion', {
    words: 'inherits the launch parameters from the source version',
  }),
  fact('HookAdvice in src/model/stack/stack.ts', 'cloudformation HookStatus', { enum: HOOKS }),
  fact(
    'METRICS in src/sandbox/world/autoscaling/operations/group-metrics.ts',
    'autoscaling EnableMetricsCollection.Metrics',
    { words: 'GroupAndWarmPoolTotalCapacity' },
  ),
  fact('KEYS in src/sandbox/world/elbv2/attributes.ts', 'elbv2 LoadBalancerAttribute.Key', {
    words: 'deletion_protection.enabled',
  }),
  fact('FIELDS in src/sandbox/world/elbv2/listeners.ts', 'elbv2 RuleCondition.Field', { words: 'http-request-method' }),
];

/** What a model says otherwise than a fact; empty where it says the same. */
export function differences({ at, says }: ModelFact, model: Model): readonly string[] {
  const found = memberAt(model, at);
  if (found === undefined) return [`${at} is not in the model`];
  const { shape, documentation } = found;
  return [
    ...(says.min !== undefined && shape?.min !== says.min ? [`min is ${shape?.min ?? 'not given'}`] : []),
    ...(says.max !== undefined && shape?.max !== says.max ? [`max is ${shape?.max ?? 'not given'}`] : []),
    ...(says.enum === undefined ? [] : otherValues(says.enum, shape?.enum ?? [])),
    ...(says.words !== undefined && !documentation.includes(says.words)
      ? [`it does not say "${says.words}" any more: ${documentation.slice(0, 200)}`]
      : []),
  ];
}

function otherValues(known: readonly string[], now: readonly string[]): readonly string[] {
  const more = now.filter((value) => !known.includes(value));
  const gone = known.filter((value) => !now.includes(value));
  return [
    ...(more.length > 0 ? [`it has ${more.join(', ')} besides`] : []),
    ...(gone.length > 0 ? [`it has no ${gone.join(', ')}`] : []),
  ];
}

/** The shape at the end of the way, and what is documented there. An operation stands for its input. */
function memberAt(
  { operations, shapes }: Model,
  at: string,
): { readonly shape: ModelShape | undefined; readonly documentation: string } | undefined {
  const [first = '', ...members] = at.split('.');
  const operation = operations[first];
  let shape = shapes[operation === undefined ? first : (operation.input?.shape ?? '')];
  let documentation = operation?.documentation ?? shape?.documentation;
  for (const name of members) {
    const inside = shape?.member === undefined ? shape : shapes[shape.member.shape];
    const member = inside?.members?.[name];
    if (member === undefined) return undefined;
    shape = shapes[member.shape];
    documentation = member.documentation ?? shape?.documentation;
  }
  if (operation === undefined && shape === undefined) return undefined;
  return { shape, documentation: unmarked(documentation ?? '') };
}

function unmarked(html: string): string {
  return html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
