/**
 * How a value of an option is said: `seconds` as a number or with units (`90s`, `5m`), `number` as a number or its
 * digits.
 */
interface Values {
  readonly text: string;
  readonly texts: readonly string[];
  readonly switch: boolean;
  readonly seconds: number | string;
  readonly number: number | string;
}

/** What kind of value an option takes. */
export type OptionKind = keyof Values;

/** Options by their names, which are those of the flags in camel case. */
export type OptionTable = Readonly<Record<string, OptionKind>>;

/** The options of a table; none of them is needed. */
export type OptionsOf<T extends OptionTable> = { readonly [K in keyof T]?: Values[T[K]] | undefined };

/** Which groups, and of which of a stack's. */
const CHOICE = { only: 'texts', except: 'texts' } as const satisfies OptionTable;

/** Groups by name, by the beginning of a name (`web-*`), or by tag (`KEY=VALUE`), instead of a stack. */
const TARGET = {
  stack: 'text',
  groups: 'texts',
  asgTag: 'texts',
  allMatching: 'switch',
} as const satisfies OptionTable;

const BALANCER = { elb: 'text', targetGroup: 'text' } as const satisfies OptionTable;

const LIMITS = {
  healthyTimeout: 'seconds',
  warmup: 'seconds',
  deadline: 'seconds',
  drainTimeout: 'seconds',
  waitForLock: 'seconds',
  poll: 'seconds',
} as const satisfies OptionTable;

/** Files that a run is written to, and what else every run takes. */
const RUN = {
  lock: 'text',
  history: 'text',
  console: 'switch',
  eventsFile: 'text',
  junit: 'text',
  report: 'text',
  webhook: 'text',
  eventBus: 'text',
} as const satisfies OptionTable;

const STACK_LIMITS = {
  firstEventTimeout: 'seconds',
  actionTimeout: 'seconds',
  lenientLookBack: 'seconds',
} as const satisfies OptionTable;

const CALENDAR = { changeCalendar: 'texts', despiteCalendar: 'text' } as const satisfies OptionTable;

const GATES = {
  ...CALENDAR,
  alarm: 'texts',
  anomaly: 'text',
  skipElbHealthCheck: 'switch',
  withoutGates: 'switch',
  gateCommand: 'text',
  metric: 'texts',
  gateTimeout: 'seconds',
  checkCommand: 'text',
  checkTimeout: 'seconds',
  beforeTerminateCommand: 'text',
  afterTerminateCommand: 'text',
  commandTimeout: 'seconds',
} as const satisfies OptionTable;

const ROLLOUT = {
  ...CHOICE,
  ...LIMITS,
  ...GATES,
  ...RUN,
  swap: 'text',
  together: 'switch',
  strategy: 'text',
  protected: 'text',
  standby: 'text',
  surge: 'number',
  unavailable: 'number',
  serial: 'switch',
  force: 'switch',
  canary: 'number',
  bake: 'seconds',
  pauseAt: 'text',
  pauseTimeout: 'text',
  ignoreRingingAlarms: 'switch',
  keepOld: 'seconds',
  detach: 'switch',
  finishKept: 'switch',
} as const satisfies OptionTable;

const CHANGE = {
  to: 'text',
  template: 'text',
  app: 'text',
  capabilities: 'texts',
  onInterrupt: 'text',
  parametersFile: 'texts',
  useDefault: 'texts',
  ignoreUnknownParameters: 'switch',
  sizes: 'text',
  s3Bucket: 'text',
  s3BucketOwner: 'text',
  s3Prefix: 'text',
  stackPolicy: 'text',
  stackPolicyDuringUpdate: 'text',
  roleArn: 'text',
  notificationArn: 'texts',
  tag: 'texts',
  terminationProtection: 'switch',
  rollbackTrigger: 'texts',
  monitoringMinutes: 'number',
  disableRollback: 'switch',
  stackTimeout: 'number',
  create: 'switch',
  replaceFailed: 'switch',
  wait: 'switch',
  waitTimeout: 'seconds',
  rollbackFirst: 'switch',
  continueRollback: 'switch',
  skip: 'texts',
  changeSet: 'text',
  execute: 'switch',
  expectAccount: 'texts',
  expectNoChanges: 'switch',
  approveOnly: 'texts',
  allowGroupReplacement: 'switch',
  revertOnFailure: 'switch',
  outputs: 'text',
  outputsFormat: 'text',
} as const satisfies OptionTable;

/** Of `updateStack`, beside the stack and its parameters. */
export const UPDATE_STACK = { ...CHANGE, ...STACK_LIMITS, ...ROLLOUT } as const satisfies OptionTable;

/** Of `updateGroups`. */
export const UPDATE_GROUPS = { ...TARGET, ...ROLLOUT, image: 'text' } as const satisfies OptionTable;

/** Of `plan`, beside the parameters. */
export const PLAN = { ...TARGET, ...UPDATE_STACK, image: 'text' } as const satisfies OptionTable;

/** Of `resume` and `rollback`. */
export const RECOVER = { ...TARGET, ...BALANCER, ...LIMITS, ...GATES, ...RUN } as const satisfies OptionTable;

/** Of `cancel`. */
export const CANCEL = {
  ...TARGET,
  ...BALANCER,
  ...STACK_LIMITS,
  ...LIMITS,
  ifRunning: 'switch',
  server: 'text',
  lock: 'text',
  history: 'text',
  eventsFile: 'text',
  junit: 'text',
  report: 'text',
  webhook: 'text',
  eventBus: 'text',
} as const satisfies OptionTable;

/** Of `restart`. */
export const RESTART = {
  ...CALENDAR,
  ...TARGET,
  ...BALANCER,
  ...CHOICE,
  ...RUN,
  ssm: 'text',
  ssmDocument: 'text',
  ssmParameter: 'texts',
  exec: 'text',
  commandTimeout: 'seconds',
  checkCommand: 'text',
  checkTimeout: 'seconds',
  quorum: 'number',
  quorumAttempts: 'number',
  onError: 'text',
  healthyTimeout: 'seconds',
  warmup: 'seconds',
  drainTimeout: 'seconds',
  waitForLock: 'seconds',
  poll: 'seconds',
} as const satisfies OptionTable;

/** Of `watch`. */
export const WATCH = {
  ...TARGET,
  wait: 'switch',
  timeout: 'seconds',
  warmup: 'seconds',
  poll: 'seconds',
  eventsFile: 'text',
  junit: 'text',
  report: 'text',
} as const satisfies OptionTable;

/** Of `status`. */
export const STATUS = { ...TARGET, events: 'switch' } as const satisfies OptionTable;
