import type { SandboxClock } from '../clock.js';
import type { Random } from '../random.js';
import type { Scenario } from '../scenario.js';

/** The services of the simulated AWS, by signing name except for the two that share one. */
export type ServiceName = 'autoscaling' | 'elb' | 'elbv2' | 'ec2' | 'cloudformation' | 'sts' | 's3' | 'ssm';

/** What an operation may know of the call that runs it. */
export interface Call {
  readonly service: ServiceName;
  readonly operation: string;
  readonly requestId: string;
  /** CloudFormation calls other services as itself; people and tools call from outside. */
  readonly caller: 'outside' | 'cloudformation' | 'autoscaling';
}

/**
 * One operation of one service: input and output shaped as the SDK's own types, synchronous, because
 * the world changes only by calls and by its clock. Refusals are thrown as ServiceFault.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each service's table narrows it to the SDK's types
export type Operation = (world: World, input: any, call: Call) => object;

export type OperationTable = Readonly<Record<string, Operation>>;

/** What every part of the simulated AWS shares. Each service keeps its own state under its name. */
export interface World {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly scenario: Scenario;
  readonly region: string;
  readonly account: string;
  /** Runs an operation as another service would, without the wire and its faults. */
  readonly invoke: (service: ServiceName, operation: string, input: object, caller: Call['caller']) => object;
}
