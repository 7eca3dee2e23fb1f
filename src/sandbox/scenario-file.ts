import { there } from './there.js';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import {
  ALARM_STATES,
  BREAKS,
  DEFAULT_SCENARIO,
  MEDDLINGS,
  type CommandBehaviour,
  type Fault,
  type ImageBehaviour,
  type MetricBehaviour,
  type Scenario,
  type Window,
} from './scenario.js';

/** Reads one value of the document, or throws what is wrong with it. */
type Check = (node: unknown, at: Place) => unknown;
type Fields = Readonly<Record<string, { readonly check: Check; readonly required?: true }>>;

/**
 * Reads a scenario from YAML. What the text leaves out is as in DEFAULT_SCENARIO; `timing` is merged
 * key by key. Everything is checked, because a fault with a misspelt key would silently never happen.
 * @throws Error naming the place in the document, such as `faults[0].rate (line 7): …`
 */
export function parseScenario(text: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const syntax = document.errors[0];
  if (syntax !== undefined) throw new Error(`scenario: ${syntax.message}`);
  if (document.contents === null) return DEFAULT_SCENARIO;
  const given = object(SCENARIO)(document.contents, new Place('', document, lines)) as Partial<Scenario>;
  return { ...DEFAULT_SCENARIO, ...given, timing: { ...DEFAULT_SCENARIO.timing, ...given.timing } };
}

/** Where in the document a value stands. */
class Place {
  constructor(
    readonly path: string,
    readonly document: Document,
    readonly lines: LineCounter,
  ) {}

  key(name: string): Place {
    return new Place(this.path === '' ? name : `${this.path}.${name}`, this.document, this.lines);
  }

  item(index: number): Place {
    return new Place(`${this.path}[${index}]`, this.document, this.lines);
  }

  wrong(node: unknown, problem: string): Error {
    const offset = (node as Node | null | undefined)?.range?.[0];
    const line = offset === undefined ? '' : ` (line ${this.lines.linePos(offset).line})`;
    return new Error(`scenario: ${this.path === '' ? 'the document' : this.path}${line}: ${problem}`);
  }
}

const flag: Check = (node, at) => {
  if (isScalar(node) && typeof node.value === 'boolean') return node.value;
  throw at.wrong(node, 'should be true or false');
};

const text: Check = (node, at) => {
  if (isScalar(node) && typeof node.value === 'string') return node.value;
  throw at.wrong(node, 'should be text (in quotes, if it looks like a number)');
};

const atLeast =
  (least: number, most = Infinity, whole = false): Check =>
  (node, at) => {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value)))
      return value;
    const kind = whole ? 'a whole number' : 'a number';
    throw at.wrong(
      node,
      `should be ${kind} ${most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`}`,
    );
  };

const seconds = atLeast(0);
const number = atLeast(-Infinity);
const count = atLeast(0, Infinity, true);
const rate = atLeast(0, 1);

const oneOf =
  (...names: readonly string[]): Check =>
  (node, at) => {
    if (isScalar(node) && names.includes(node.value as string)) return node.value;
    throw at.wrong(node, `should be one of ${names.join(', ')}`);
  };

const matching =
  (expression: RegExp, description: string): Check =>
  (node, at) => {
    const value = text(node, at) as string;
    if (expression.test(value)) return value;
    throw at.wrong(node, `should be ${description}`);
  };

/** [least, most] in seconds. */
const range: Check = (node, at) => {
  if (!isSeq(node) || node.items.length !== 2) throw at.wrong(node, 'should be two numbers, [least, most]');
  const [least, most] = node.items.map((item, index) => seconds(item, at.item(index)) as number) as [number, number];
  if (least > most) throw at.wrong(node, 'should be [least, most], with the smaller number first');
  return [least, most];
};

const list =
  (check: Check): Check =>
  (node, at) => {
    if (!isSeq(node)) throw at.wrong(node, 'should be a list');
    return node.items.map((item, index) => check(item, at.item(index)));
  };

/** Keys of the user's own choosing, such as AMI ids. */
const record =
  (check: Check): Check =>
  (node, at) =>
    Object.fromEntries(entries(node, at).map(([key, , value]) => [key, check(value, at.key(key))]));

function object(fields: Fields): Check {
  return (node, at) => {
    const given = entries(node, at);
    for (const [key, keyNode] of given) {
      if (!Object.hasOwn(fields, key))
        throw at.key(key).wrong(keyNode, `is not known; there are ${Object.keys(fields).join(', ')}`);
    }
    for (const [name, field] of Object.entries(fields)) {
      if (field.required && !given.some(([key]) => key === name)) throw at.wrong(node, `lacks ${name}`);
    }
    return Object.fromEntries(given.map(([key, , value]) => [key, there(fields[key]).check(value, at.key(key))]));
  };
}

function entries(node: unknown, at: Place): [string, unknown, unknown][] {
  if (!isMap(node)) throw at.wrong(node, 'should be keys with values');
  return node.items.map(({ key, value }) => [String(isScalar(key) ? key.value : key), key, value]);
}

const SERVICES = [
  'autoscaling',
  'elb',
  'elbv2',
  'ec2',
  'cloudformation',
  'sts',
  's3',
  'ssm',
  'cloudwatch',
  'events',
  'iam',
  'servicequotas',
];
const calls = matching(
  new RegExp(`^(\\*|(${SERVICES.join('|')}|\\*):[A-Za-z0-9*]+)$`),
  `service:Operation, such as autoscaling:Describe* or *; the services are ${SERVICES.join(', ')}`,
);

const since: Fields[string] = { check: oneOf('rollout') };

const WINDOW: Fields = { from: { check: seconds }, until: { check: seconds } };

type KeysOf<K extends Fault['kind']> = Exclude<keyof Extract<Fault, { kind: K }>, 'kind' | keyof Window>;

/** The keys of each kind of fault, next to `kind`, `from` and `until`. */
const FAULTS: { readonly [K in Fault['kind']]: Readonly<Record<KeysOf<K>, Fields[string]>> } = {
  throttle: { calls: must(calls), rate: must(rate), code: { check: text } },
  serverError: { calls: must(calls), rate: must(rate) },
  lostReply: { calls: must(calls), rate: must(rate) },
  brokenAnswer: {
    calls: must(calls),
    rate: must(rate),
    how: must(oneOf(...BREAKS)),
    effect: { check: oneOf('before', 'after') },
    times: { check: atLeast(1, Infinity, true) },
  },
  refuse: { calls: must(calls), code: must(text), message: must(text), times: { check: atLeast(1, Infinity, true) } },
  staleReads: { service: must(oneOf(...SERVICES)), seconds: must(seconds) },
  expireCredentials: { key: must(text) },
  meddle: {
    group: must(text),
    at: must(seconds),
    since,
    does: must(oneOf(...MEDDLINGS)),
    instance: { check: oneOf('oldest', 'newest') },
    image: { check: text },
  },
  calendar: {
    name: must(text),
    at: must(seconds),
    state: must(oneOf('OPEN', 'CLOSED')),
    for: { check: seconds },
  },
  metric: { name: must(text), at: must(seconds), value: { check: number }, for: { check: seconds } },
  alarm: { name: must(text), at: must(seconds), state: { check: oneOf(...ALARM_STATES) }, for: { check: seconds } },
  noCapacity: { zone: { check: text }, after: { check: count } },
  zonalShift: { zone: must(text) },
  launchFails: {
    code: must(text),
    message: must(text),
    zone: { check: text },
    type: { check: text },
    group: { check: text },
    running: { check: count },
    after: { check: count },
  },
  killInstance: { group: must(text), at: must(seconds), since, which: must(oneOf('oldest', 'newest')) },
  resize: {
    group: must(text),
    at: must(seconds),
    since,
    min: { check: count },
    max: { check: count },
    desired: { check: count },
  },
  stackFails: {
    stack: { check: text },
    logicalId: must(text),
    reason: must(text),
    times: { check: atLeast(1, Infinity, true) },
    during: { check: oneOf('operation', 'rollback', 'delete') },
    hook: { check: text },
    after: { check: count },
  },
  changeSetFails: {
    stack: { check: text },
    logicalId: must(text),
    reason: must(text),
    path: { check: text },
    hook: { check: text },
    times: { check: atLeast(1, Infinity, true) },
  },
};

const fault: Check = (node, at) => {
  const named = entries(node, at).find(([key]) => key === 'kind');
  if (named === undefined) throw at.wrong(node, 'lacks kind');
  const kind = oneOf(...Object.keys(FAULTS))(named[2], at.key('kind')) as Fault['kind'];
  const value = object({ kind: { check: text }, ...WINDOW, ...FAULTS[kind] })(node, at) as Fault;
  if (value.from !== undefined && value.until !== undefined && value.until <= value.from)
    throw at.wrong(node, 'ends (until) before it begins (from)');
  return value;
};

const BEHAVIOURS: readonly ImageBehaviour['behaviour'][] = ['healthy', 'unhealthy', 'flaps', 'dies', 'missing'];

const SCENARIO: Readonly<Record<keyof Scenario, Fields[string]>> = {
  seed: { check: count },
  region: { check: text },
  account: { check: matching(/^\d{12}$/, 'twelve digits in quotes') },
  caller: {
    check: matching(/^(user\/.+|assumed-role\/[^/]+\/[^/]+|root)$/, 'user/NAME, assumed-role/ROLE/SESSION or root'),
  },
  start: {
    check: matching(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
      'a time such as 2026-11-21T03:00:00Z',
    ),
  },
  timing: {
    check: object({
      launchDelay: { check: range },
      pending: { check: range },
      boot: { check: range },
      registration: { check: range },
      terminationDelay: { check: range },
      shutdown: { check: range },
      stackResource: { check: range },
      wave: { check: atLeast(1, Infinity, true) },
    } satisfies Record<keyof Scenario['timing'], Fields[string]>),
  },
  images: {
    check: record(
      object({
        behaviour: must(oneOf(...BEHAVIOURS)),
        boot: { check: range },
        flapSeconds: { check: seconds },
        anomalous: { check: flag },
        state: { check: oneOf('available', 'pending', 'failed', 'disabled', 'deregistered') },
        architecture: { check: oneOf('x86_64', 'arm64') },
        diesAfter: { check: seconds },
        prints: { check: text },
      } satisfies Record<keyof ImageBehaviour, Fields[string]>),
    ),
  },
  parameters: { check: record(text) },
  objects: { check: record(text) },
  bucketOwners: { check: record(text) },
  quotas: { check: record(count) },
  alarms: {
    check: record(object({ state: { check: oneOf(...ALARM_STATES) }, type: { check: oneOf('metric', 'composite') } })),
  },
  calendars: { check: record(oneOf('OPEN', 'CLOSED')) },
  metrics: {
    check: record(
      object({
        value: { check: number },
        perImage: { check: record(number) },
        load: { check: number },
        delay: { check: seconds },
      } satisfies Record<keyof MetricBehaviour, Fields[string]>),
    ),
  },
  faults: { check: list(fault) },
  commands: {
    check: list(
      object({
        match: must(text),
        seconds: { check: range },
        exit: { check: count },
        output: { check: text },
        leaves: { check: oneOf('healthy', 'broken') },
        rate: { check: rate },
      } satisfies Record<keyof CommandBehaviour, Fields[string]>),
    ),
  },
};

function must(check: Check): Fields[string] {
  return { check, required: true };
}
