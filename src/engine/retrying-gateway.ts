import type { Gateway } from './gateway.js';
import { repeating, RETRY, type RetryDeps, type RetryLimits } from './retry.js';

/**
 * Calls of AWS that may be sent twice: those that only read, those that carry a token, and those that set what is
 * there to what they say. Not among them are the changes of a rollout (a look tells whether one had an effect) and
 * a command for an instance.
 */
const REPEATABLE = [
  'identity',
  'describeGroups',
  'findGroups',
  'launchTimes',
  'templateVersions',
  'templateLaunches',
  'instanceImages',
  'describeBalancers',
  'health',
  'failedLaunches',
  'precautions',
  'alarms',
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
  'parameterValue',
  'writeObject',
  'hasBucket',
  'readObject',
] as const satisfies readonly (keyof Gateway)[];

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
  limits: RetryLimits = RETRY,
  meanwhile?: () => Promise<void>,
): RepeatableGateway {
  const patient = (name: (typeof REPEATABLE)[number]): Call => {
    const call = deps.gateway[name] as Call;
    return (...parameters) => repeating(deps, () => call(...parameters), limits, meanwhile);
  };
  return Object.fromEntries(REPEATABLE.map((name) => [name, patient(name)])) as unknown as RepeatableGateway;
}
