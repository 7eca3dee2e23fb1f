import { AwsFault } from '../../errors.js';
import type { Target } from '../../model/rollout/action.js';
import type { Balancer } from '../../model/rollout/group.js';
import type { Clients } from '../session/clients.js';

/**
 * What both services say of an instance that does not exist or does not run. Sources: RegisterTargets,
 * RegisterInstancesWithLoadBalancer.
 */
const NOT_THERE: ReadonlySet<string> = new Set(['InvalidTarget', 'InvalidInstance']);

/**
 * Registers with the ports named, else with the target group's own. Who does not run any more is left out:
 * registering is refused for all then.
 */
export async function register(clients: Clients, balancer: Balancer, targets: readonly Target[]): Promise<void> {
  await eachThatIsThere(targets, (part) => sendRegister(clients, balancer, part));
}

/** Begins to deregister, which drains. Who is not registered is no error. */
export async function deregister(clients: Clients, balancer: Balancer, targets: readonly Target[]): Promise<void> {
  await eachThatIsThere(targets, (part) => sendDeregister(clients, balancer, part));
}

async function sendRegister(clients: Clients, { kind, id }: Balancer, targets: readonly Target[]): Promise<void> {
  if (kind === 'classic')
    await (
      await clients.elb()
    ).registerInstancesWithLoadBalancer({
      LoadBalancerName: id,
      Instances: targets.map(({ instance }) => ({ InstanceId: instance })),
    });
  else await (await clients.elbV2()).registerTargets({ TargetGroupArn: id, Targets: targets.flatMap(rows) });
}

async function sendDeregister(clients: Clients, { kind, id }: Balancer, targets: readonly Target[]): Promise<void> {
  if (kind === 'classic')
    await (
      await clients.elb()
    ).deregisterInstancesFromLoadBalancer({
      LoadBalancerName: id,
      Instances: targets.map(({ instance }) => ({ InstanceId: instance })),
    });
  // A target on a port of its own is named with it. Source: DeregisterTargets, TargetDescription.
  else await (await clients.elbV2()).deregisterTargets({ TargetGroupArn: id, Targets: targets.flatMap(rows) });
}

function rows({ instance, ports }: Target): readonly { readonly Id: string; readonly Port?: number }[] {
  return ports === undefined ? [{ Id: instance }] : ports.map((Port) => ({ Id: instance, Port }));
}

/** All in one call; when one of them spoils it, each by itself. */
async function eachThatIsThere(
  targets: readonly Target[],
  send: (part: readonly Target[]) => Promise<void>,
): Promise<void> {
  if (targets.length === 0) return;
  try {
    await send(targets);
  } catch (error) {
    if (!(error instanceof AwsFault) || !NOT_THERE.has(error.code)) throw error;
    if (targets.length > 1) for (const target of targets) await eachThatIsThere([target], send);
  }
}
