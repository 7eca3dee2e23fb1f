import { command, type NextCommand } from '../../text/commands/next-command.js';
import { remedyWith, type Remedy } from '../../text/commands/remedy.js';
import type { Balancer, Group } from '../../model/rollout/group.js';

/** A balancer that was deleted while it was attached, and what takes it off its group. */
export interface DeletedBalancer {
  readonly balancer: Balancer;
  /** One sentence without a full stop. */
  readonly text: string;
  readonly remedy: Remedy;
  /** The command that takes it off. */
  readonly detach: NextCommand;
}

/**
 * What is attached to a group and does not exist any more. Auto Scaling cannot launch for such a group ("Validating
 * load balancer configuration failed"), and no instance is ever healthy there.
 * Source: Auto Scaling user guide, "Troubleshoot load balancer issues".
 */
export function deletedBalancers(group: Group): readonly DeletedBalancer[] {
  return group.balancers
    .filter(({ deleted }) => deleted === true)
    .map((balancer) => ({
      balancer,
      text:
        `${balancer.kind === 'classic' ? 'the classic load balancer' : 'the target group'} ${balancer.name} was ` +
        `deleted and is still attached to ${group.name}, so nothing can be launched or proven there`,
      remedy: remedyWith`Detach it${
        group.stackId === undefined ? '' : ' and take it out of the template'
      }, or make it again: ${detach(group.name, balancer)}`,
      detach: detach(group.name, balancer),
    }));
}

function detach(group: string, { kind, id }: Balancer): NextCommand {
  const [operation, option] =
    kind === 'classic'
      ? ['detach-load-balancers', '--load-balancer-names']
      : ['detach-load-balancer-target-groups', '--target-group-arns'];
  return command`aws autoscaling ${operation} --auto-scaling-group-name ${group} ${option} ${id}`;
}

/** The group without them, for what is to be said of its instances alone. */
export function withoutDeleted(group: Group): Group {
  return { ...group, balancers: group.balancers.filter(({ deleted }) => deleted !== true) };
}
