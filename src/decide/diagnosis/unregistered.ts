import type { Instant, Milliseconds } from '../../clock.js';
import type { Balancer, Group, Instance } from '../../model/rollout/group.js';
import { command, type NextCommand } from '../../text/commands/next-command.js';
import { list } from '../../text/list.js';
import { verdictOf } from '../instances/classify.js';
import { factsOf } from '../strategies/facts-by-name.js';

/** Auto Scaling registers an instance within seconds of its launch: whoever is absent for so long stays so. */
const LONG_MS: Milliseconds = 120_000;

/** More names than these do not help whoever reads them; the commands have all. */
const MOST_NAMED = 5;

interface Unregistered {
  readonly instance: Instance;
  readonly balancer: Balancer;
}

/**
 * Instances of a group that Auto Scaling calls in service, and of which a balancer that judges has never heard: they
 * were launched while the process AddToLoadBalancer was suspended, or somebody has deregistered them. Auto Scaling does
 * not register them later, so waiting does not help. Those that a restart has taken out are put back by it.
 * Source: Auto Scaling user guide, "Suspend and resume processes", AddToLoadBalancer.
 */
function unregistered(group: Group, at: Instant): readonly Unregistered[] {
  const { record } = group.notes;
  if (record !== undefined && !factsOf(record).replaces) return [];
  return group.instances
    .filter(
      ({ lifecycle, healthy, launchedAt }) =>
        lifecycle === 'InService' && healthy && launchedAt !== undefined && launchedAt + LONG_MS < at,
    )
    .flatMap((instance) =>
      group.balancers
        .filter((balancer) => balancer.judged && balancer.deleted !== true)
        .filter((balancer) => verdictOf(instance, balancer).verdict === 'absent')
        .map((balancer) => ({ instance, balancer })),
    );
}

/** What is said of them, and one command for each balancer that registers them; an empty text where there are none. */
export function registerFirst(
  groups: readonly Group[],
  at: Instant,
): { readonly text: string; readonly next: readonly NextCommand[] } {
  const found = groups.flatMap((group) => unregistered(group, at));
  if (found.length === 0) return { text: '', next: [] };
  const ids = [...new Set(found.map(({ instance }) => instance.id))];
  const balancers = [...new Map(found.map(({ balancer }) => [balancer.id, balancer])).values()];
  const [it, they] = ids.length === 1 ? ['it', 'it was'] : ['them', 'they were'];
  return {
    text:
      `Auto Scaling has ${list(ids, MOST_NAMED)} in service, and ${list(
        balancers.map(({ name }) => name),
        MOST_NAMED,
      )} ${balancers.length === 1 ? 'does' : 'do'} not know ${it}: ${they} launched while AddToLoadBalancer was ` +
      `suspended, or deregistered by somebody. Auto Scaling does not register ${it} later; what does so stands below.`,
    next: balancers.map((balancer) =>
      register(
        found.filter((one) => one.balancer.id === balancer.id).map(({ instance }) => instance.id),
        balancer,
      ),
    ),
  };
}

function register(ids: readonly string[], { kind, id }: Balancer): NextCommand {
  return kind === 'classic'
    ? command`aws elb register-instances-with-load-balancer --load-balancer-name ${id} --instances ${ids}`
    : command`aws elbv2 register-targets --target-group-arn ${id} --targets ${ids.map((one) => `Id=${one}`)}`;
}
