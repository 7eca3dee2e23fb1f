import type { Instant, Milliseconds } from '../../clock.js';
import type { Balancer, Group, Instance } from '../../model/rollout/group.js';
import { command, type NextCommand } from '../../text/commands/next-command.js';
import { verdictOf } from '../instances/classify.js';
import { factsOf } from '../strategies/facts-by-name.js';

/** Auto Scaling registers an instance within seconds of its launch: whoever is absent for so long stays so. */
const LONG_MS: Milliseconds = 120_000;

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

/** What is said of them, and the commands that register them; an empty text where there are none. */
export function registerFirst(
  groups: readonly Group[],
  at: Instant,
): { readonly text: string; readonly next: readonly NextCommand[] } {
  const found = groups.flatMap((group) => unregistered(group, at));
  if (found.length === 0) return { text: '', next: [] };
  const ids = [...new Set(found.map(({ instance }) => instance.id))];
  const [it, was] = ids.length === 1 ? ['it', 'was'] : ['them', 'were'];
  const where = [...new Set(found.map(({ balancer }) => balancer.name))].join(', ');
  return {
    text:
      `Auto Scaling has ${ids.join(', ')} in service, and ${where} ` +
      `${where.includes(',') ? 'do' : 'does'} not know ${it}: ${it === 'it' ? 'it' : 'they'} ${was} launched while ` +
      `AddToLoadBalancer was suspended, or ${was} deregistered. Auto Scaling does not register ${it} later; ` +
      'the command that does so stands below.',
    next: found.map(({ instance, balancer }) => register(instance, balancer)),
  };
}

function register({ id }: Instance, balancer: Balancer): NextCommand {
  return balancer.kind === 'classic'
    ? command`aws elb register-instances-with-load-balancer --load-balancer-name ${balancer.id} --instances ${id}`
    : command`aws elbv2 register-targets --target-group-arn ${balancer.id} --targets Id=${id}`;
}
