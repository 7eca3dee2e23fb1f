import { SandboxClock } from '../clock.js';
import { seededRandom, type Random } from '../random.js';
import type { Fault, Scenario } from '../scenario.js';
import { ServiceFault } from './fault.js';

/** The services of the simulated AWS, by signing name except for the two that share one. */
export type ServiceName =
  | 'autoscaling'
  | 'elb'
  | 'elbv2'
  | 'ec2'
  | 'cloudformation'
  | 'sts'
  | 's3'
  | 'ssm'
  | 'cloudwatch'
  | 'events'
  | 'iam'
  | 'lambda'
  | 'logs'
  | 'servicequotas';

/** What an operation may know of the call that runs it. */
export interface Call {
  readonly service: ServiceName;
  readonly operation: string;
  readonly requestId: string;
  /**
   * CloudFormation calls other services as itself; people and tools call from outside; `others` where it is known
   * that a rollout is none of theirs.
   */
  readonly caller: 'outside' | 'others' | 'cloudformation' | 'autoscaling';
}

/**
 * One operation of one service: input and output shaped as the SDK's own types, synchronous, because
 * the world changes only by calls and by its clock. Refusals are thrown as ServiceFault.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each service's table narrows it to the SDK's types
export type Operation = (world: World, input: any, call: Call) => object;

export type OperationTable = Readonly<Record<string, Operation>>;

export type Services = Partial<Readonly<Record<ServiceName, OperationTable>>>;

/** What every part of the simulated AWS shares. */
export interface World {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly scenario: Scenario;
  readonly region: string;
  readonly account: string;
  /** When the world began; windows of faults count from here. */
  readonly startedAt: number;
  /**
   * The state of one service, made on first use. It is plain data (objects, arrays, Map, Set; no
   * functions, no class instances), so that a stale read can run on a copy of the past.
   */
  readonly state: <T extends object>(service: ServiceName, initial: () => T) => T;
  /** Runs an operation as another service would, without the wire and its faults. */
  readonly invoke: (service: ServiceName, operation: string, input: object, caller: Call['caller']) => object;
  /** Called after every event and every call: where invariants look and timelines are kept. */
  readonly onChange: (listener: () => void) => void;
}

/** A world together with what only its makers may do with it. */
export interface WorldRoot extends World {
  /** A read-only view of the world as it was `ms` ago, as far back as history is kept. */
  readonly past: (service: ServiceName, ms: number) => World;
  /** One more fault from now on, of those that hold for a window of time. */
  readonly disturb: (fault: Fault) => void;
}

/** What carries out an operation; undefined for one that there is none of, `__proto__` among them. */
export function operationOf(services: Services, service: ServiceName, operation: string): Operation | undefined {
  return operation in Object.prototype ? undefined : services[service]?.[operation];
}

/** Refuses an input that breaks what its operation asks of it, in the words of a service that is asked in this way. */
export type Constraints = (service: ServiceName, operation: string, input: object, door: 'query' | 'json') => void;

/** Makes an empty world of these services. The same scenario makes the same world, event by event. */
export function createWorld(given: Scenario, services: Services, constraints?: Constraints): WorldRoot {
  const faults = [...given.faults];
  const scenario = { ...given, faults };
  const startedAt = Date.parse(scenario.start);
  const clock = new SandboxClock(startedAt);
  const random = seededRandom(scenario.seed);
  const requestIds = random.fork('requestIds');
  const states = new Map<ServiceName, object>();
  const listeners: (() => void)[] = [];
  const history = staleHistory(scenario, clock, states);
  const changed = (): void => {
    history.keep();
    for (const listener of listeners) listener();
  };
  clock.afterChange = changed;
  const world: WorldRoot = {
    clock,
    random,
    scenario,
    region: scenario.region,
    account: scenario.account,
    startedAt,
    state: <T extends object>(service: ServiceName, initial: () => T): T => {
      if (!states.has(service)) states.set(service, initial());
      return states.get(service) as T;
    },
    invoke: (service, operation, input, caller) => {
      const run = operationOf(services, service, operation);
      if (run === undefined)
        throw new ServiceFault('InvalidAction', `Could not find operation ${operation} for service ${service}`);
      // What a template says comes through the same doors.
      if (caller === 'cloudformation') constraints?.(service, operation, input, 'query');
      const answer = run(world, input, { service, operation, requestId: uuid(requestIds), caller });
      changed();
      return answer;
    },
    onChange: (listener) => {
      listeners.push(listener);
    },
    disturb: (fault) => {
      faults.push(fault);
    },
    past: (service, ms) => ({
      ...world,
      state: <T extends object>(name: ServiceName, initial: () => T): T =>
        name === service ? ((history.at(service, clock.now() - ms) ?? initial()) as T) : world.state(name, initial),
    }),
  };
  return world;
}

/** Copies of the past, kept only for services that the scenario lets read stale. */
function staleHistory(
  scenario: Scenario,
  clock: SandboxClock,
  states: ReadonlyMap<ServiceName, object>,
): { keep(): void; at(service: ServiceName, when: number): object | undefined } {
  const horizons = new Map<ServiceName, number>();
  for (const fault of scenario.faults) {
    if (fault.kind === 'staleReads') horizons.set(fault.service as ServiceName, fault.seconds * 1000);
  }
  const copies = new Map<ServiceName, { at: number; state: object }[]>();
  let changed = false;
  const copy = (): void => {
    if (!changed) return;
    changed = false;
    for (const [service, horizon] of horizons) {
      const state = states.get(service);
      if (state === undefined) continue;
      const kept = copies.get(service) ?? [];
      if (kept.at(-1)?.at === clock.now()) kept.pop();
      kept.push({ at: clock.now(), state: structuredClone(state) });
      // One copy older than the horizon stays: it is what the horizon's first moment looked like.
      while (kept.length > 1 && (kept[1]?.at ?? 0) <= clock.now() - horizon) kept.shift();
      copies.set(service, kept);
    }
  };
  // Copies are dear: of each moment only how it ended is kept.
  clock.beforeLater = copy;
  return {
    keep: () => {
      changed = true;
    },
    at: (service, when) => {
      copy();
      return copies.get(service)?.findLast((one) => one.at <= when)?.state ?? copies.get(service)?.[0]?.state;
    },
  };
}

function uuid(random: Random): string {
  return [8, 4, 4, 4, 12].map((digits) => random.hex(digits)).join('-');
}
