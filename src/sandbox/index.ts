import type { HttpHandler } from '@smithy/core/protocols';
import type { SandboxClock } from './clock.js';
import { watchInvariants, type Monitor } from './invariants/index.js';
import type { Scenario } from './scenario.js';
import { inProcessHandler } from './wire/handler.js';
import { refuseViolations } from './wire/constraints/refuse.js';
import { straightConfig } from './wire/direct.js';
import { createWire, SANDBOX_KEY, WATCHED, type CallSeen, type Wire } from './wire/wire.js';
import { autoscalingOperations } from './world/autoscaling/index.js';
import { autoScalingState } from './world/autoscaling/state.js';
import { cloudformationOperations } from './world/cloudformation/index.js';
import { findStack } from './world/cloudformation/deploy/state.js';
import { eventsOperations } from './world/events/event-buses.js';
import { ec2Operations } from './world/ec2/index.js';
import { checkpointOperations } from './world/lambda/checkpoints.js';
import { lambdaOperations } from './world/lambda/executions.js';
import { logsOperations } from './world/logs/logs.js';
import { iamOperations } from './world/iam/policy-simulation.js';
import { serviceQuotasOperations } from './world/ec2/quotas.js';
import { elbOperations } from './world/elb/index.js';
import { elbv2Operations } from './world/elbv2/index.js';
import { s3Operations } from './world/s3/s3.js';
import { ssmOperations } from './world/ssm/ssm.js';
import { stsOperations } from './world/sts/sts.js';
import { metricDataOperations } from './world/cloudwatch/get-metric-data.js';
import { cloudwatchOperations, scheduleAlarms } from './world/cloudwatch/cloudwatch.js';
import { createWorld, type Constraints, type ServiceName, type Services, type WorldRoot } from './world/world.js';

/** What a client of the SDK needs to talk to the sandbox instead of AWS. */
interface SandboxClientConfig {
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: HttpHandler<object>;
  /** Retries sleep on the wall clock, which the virtual one does not wait for. */
  readonly maxAttempts: number;
}

/** A world and the wire through which clients talk to it. */
export interface WiredWorld {
  readonly world: WorldRoot;
  readonly clock: SandboxClock;
  readonly wire: Wire;
  /** For clients of the SDK in this process. */
  readonly requestHandler: HttpHandler<object>;
  readonly clientConfig: () => SandboxClientConfig;
  /** Goes on top of `clientConfig` for the client of one service, and leaves out what only a network needs. */
  readonly straight: (service: string) => object;
  /** How often each `service:Operation` was called from outside, whatever came of it. */
  readonly calls: ReadonlyMap<string, number>;
  /** Called after every call from outside. */
  readonly onCall: (listener: (call: CallSeen) => void) => void;
  /** Runs an operation from outside without the wire and its faults: how tests set up and look. */
  readonly invoke: (service: ServiceName, operation: string, input: object) => object;
}

/** One simulated AWS account in one region, with its own time and somebody who watches its invariants. */
export interface Sandbox extends WiredWorld {
  /** Expects a rollout of every group from the moment it begins, without being told. */
  readonly monitor: Monitor;
}

/** A sandbox; or a wired world that nobody watches, which then has no timeline and no violations. */
export type Served = WiredWorld & Partial<Pick<Sandbox, 'monitor'>>;

/** The services of the simulated AWS, each in a place of its own. */
export const SIMULATED_SERVICES: Services = {
  autoscaling: autoscalingOperations,
  cloudformation: cloudformationOperations,
  cloudwatch: { ...cloudwatchOperations, ...metricDataOperations },
  ec2: ec2Operations,
  elb: elbOperations,
  elbv2: elbv2Operations,
  events: eventsOperations,
  iam: iamOperations,
  lambda: { ...lambdaOperations, ...checkpointOperations },
  logs: logsOperations,
  s3: s3Operations,
  servicequotas: serviceQuotasOperations,
  ssm: ssmOperations,
  sts: stsOperations,
};

/** In the user agent of a command that leaves the sizes of groups to the template. */
const LETS_SIZES = /\bsizes\/template\b/;

/** Makes the world that the scenario describes. The same scenario gives the same answers, byte by byte. */
export function createSandbox(scenario: Scenario): Sandbox {
  const wired = wireUp(scenario, SIMULATED_SERVICES, refuseViolations);
  scheduleAlarms(wired.world);
  const monitor = watchInvariants(wired.world, { autoExpect: true });
  monitor.groupIsBusy = (group) => stackInProgress(wired.world, group);
  wired.onCall(({ agent, input }) => {
    if (!WATCHED.test(agent)) return;
    monitor.commandCalls();
    const { ClientRequestToken: token } = input as { readonly ClientRequestToken?: string };
    if (token !== undefined && LETS_SIZES.test(agent)) monitor.letSizes(token);
  });
  return { ...wired, monitor };
}

/** Only the wire, around services of the caller's own: for tests of the wire and of what talks to it. */
export function wireUp(scenario: Scenario, services: Services, constraints?: Constraints): WiredWorld {
  const world = createWorld(scenario, services, constraints);
  const calls = new Map<string, number>();
  const listeners: ((call: CallSeen) => void)[] = [];
  const seen = (call: CallSeen): void => {
    const name = `${call.service}:${call.operation}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    for (const listener of listeners) listener(call);
  };
  const wire = createWire(world, services, seen, constraints);
  const requestHandler = inProcessHandler(wire);
  return {
    world,
    clock: world.clock,
    wire,
    requestHandler,
    clientConfig: () => ({
      region: scenario.region,
      credentials: { accessKeyId: SANDBOX_KEY, secretAccessKey: 'sandbox' },
      requestHandler,
      maxAttempts: 1,
    }),
    straight: straightConfig(wire),
    calls,
    onCall: (listener) => {
      listeners.push(listener);
    },
    invoke: (service, operation, input) => world.invoke(service, operation, input, 'outside'),
  };
}

/** Whether the stack that made this group has an operation going on. A stack in review has none yet. */
function stackInProgress(world: WorldRoot, group: string): boolean {
  const stackId = autoScalingState(world).groups.get(group)?.tags.get('aws:cloudformation:stack-id')?.value;
  const status = stackId === undefined ? undefined : findStack(world, stackId)?.status;
  return status !== undefined && status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}
