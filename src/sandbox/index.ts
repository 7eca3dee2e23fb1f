import type { HttpHandler } from '@smithy/core/protocols';
import type { SandboxClock } from './clock.js';
import type { Scenario } from './scenario.js';
import { inProcessHandler } from './wire/handler.js';
import { createWire, type CallSeen, type Wire } from './wire/wire.js';
import { autoscalingOperations } from './world/autoscaling/index.js';
import { cloudformationOperations } from './world/cloudformation/index.js';
import { ec2Operations } from './world/ec2/index.js';
import { elbOperations } from './world/elb/index.js';
import { elbv2Operations } from './world/elbv2/index.js';
import { s3Operations } from './world/s3.js';
import { ssmOperations } from './world/ssm.js';
import { stsOperations } from './world/sts.js';
import { createWorld, type ServiceName, type Services, type WorldRoot } from './world/world.js';

/** What a client of the SDK needs to talk to the sandbox instead of AWS. */
export interface SandboxClientConfig {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: HttpHandler<object>;
  /** Retries sleep on the wall clock, which the virtual one does not wait for. */
  readonly maxAttempts: number;
}

/** One simulated AWS account in one region, with its own time. */
export interface Sandbox {
  readonly world: WorldRoot;
  readonly clock: SandboxClock;
  readonly wire: Wire;
  readonly requestHandler: HttpHandler<object>;
  readonly clientConfig: () => SandboxClientConfig;
  /** How often each `service:Operation` was called from outside, whatever came of it. */
  readonly calls: ReadonlyMap<string, number>;
  /** Called after every call from outside. */
  readonly onCall: (listener: (call: CallSeen) => void) => void;
  /** Runs an operation from outside without the wire and its faults: how tests set up and look. */
  readonly invoke: (service: ServiceName, operation: string, input: object) => object;
}

/** The services of the simulated AWS, each in a folder of its own. */
export const SIMULATED_SERVICES: Services = {
  autoscaling: autoscalingOperations,
  cloudformation: cloudformationOperations,
  ec2: ec2Operations,
  elb: elbOperations,
  elbv2: elbv2Operations,
  s3: s3Operations,
  ssm: ssmOperations,
  sts: stsOperations,
};

/** Makes the world that the scenario describes. The same scenario gives the same answers, byte by byte. */
export function createSandbox(scenario: Scenario, services: Services = SIMULATED_SERVICES): Sandbox {
  const world = createWorld(scenario, services);
  const calls = new Map<string, number>();
  const listeners: ((call: CallSeen) => void)[] = [];
  const wire = createWire(world, services, (call) => {
    const name = `${call.service}:${call.operation}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    for (const listener of listeners) listener(call);
  });
  const requestHandler = inProcessHandler(wire);
  return {
    world,
    clock: world.clock,
    wire,
    requestHandler,
    clientConfig: () => ({
      region: scenario.region,
      credentials: { accessKeyId: 'AKIDSANDBOX', secretAccessKey: 'sandbox' },
      requestHandler,
      maxAttempts: 1,
    }),
    calls,
    onCall: (listener) => {
      listeners.push(listener);
    },
    invoke: (service, operation, input) => world.invoke(service, operation, input, 'outside'),
  };
}
