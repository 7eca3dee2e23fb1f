import type { Milliseconds } from '../clock.js';
import type { Gateway } from './gateway.js';
import { PATIENCE, pause, repeating, type RetryDeps, type RetryLimits } from './retry.js';

/**
 * Calls of AWS that may be sent twice: those that only read, those that carry a token, and those that set what is
 * there to what they say. Not among them are the changes of a rollout (a look tells whether one had an effect) and
 * a command for an instance.
 */
const REPEATABLE = [
  'identity',
  'describeGroups',
  'findGroups',
  'listGroups',
  'launchTimes',
  'templateVersions',
  'templateLaunches',
  'image',
  'instanceImages',
  'describeBalancers',
  'health',
  'applicationStatus',
  'failedLaunches',
  'activities',
  'precautions',
  'lifecycleHooks',
  'alarms',
  'metricData',
  'calendarState',
  'membersBehind',
  'running',
  'endings',
  'commandable',
  'writeNotes',
  'deleteNotes',
  'resume',
  'describeStack',
  'listResources',
  'stackEvents',
  'stackTemplate',
  'validateTemplate',
  'cancelUpdate',
  'createChangeSet',
  'describeChangeSet',
  'listChangeSets',
  'deleteChangeSet',
  'deleteStack',
  'stackPolicy',
  'setStackPolicy',
  'failedEvents',
  'permissions',
  'countedInstances',
  'vcpuQuotas',
  'subnets',
  'parameterValue',
  'writeObject',
  'hasBucket',
  'readObject',
  'listObjects',
  'runningExecutions',
  'startExecution',
  'execution',
  'logLines',
] as const satisfies readonly (keyof Gateway)[];

/** Between the answer that knows no stack and the one that has to confirm it. */
const AGAIN_MS: Milliseconds = 1_000;

/** The part of the gateway whose calls may be sent twice. */
export type RepeatableGateway = Pick<Gateway, (typeof REPEATABLE)[number]>;

type Call = (...parameters: readonly unknown[]) => Promise<unknown>;

/**
 * The gateway with patience: each call is tried again by itself while AWS does not answer, at most as the limits say,
 * visibly and on the engine's clock.
 *
 * @param meanwhile is done before every further try, such as renewing a lease; must not throw for what AWS answers
 * @throws AwsFault of the last try, from each call
 */
export function retrying(
  deps: RetryDeps & { readonly gateway: RepeatableGateway },
  limits: RetryLimits = PATIENCE,
  meanwhile?: () => Promise<void>,
): RepeatableGateway {
  const patient = (name: (typeof REPEATABLE)[number]): Call => {
    const call = deps.gateway[name] as Call;
    return (...parameters) => repeating(deps, () => call(...parameters), limits, meanwhile);
  };
  const all = Object.fromEntries(REPEATABLE.map((name) => [name, patient(name)])) as unknown as RepeatableGateway;
  return {
    ...all,
    // One answer alone does not say that a stack is gone.
    describeStack: async (name) => {
      const found = await all.describeStack(name);
      // rule: stack-gone-at-once
      if (found !== undefined) return found;
      await pause(deps, AGAIN_MS);
      return all.describeStack(name);
    },
  };
}
