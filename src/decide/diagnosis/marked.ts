import { command, type NextCommand } from '../../text/commands/next-command.js';
import type { Group, Instance } from '../../model/rollout/group.js';
import { sentence } from '../../text/sentence.js';
import { deletedBalancers } from '../instances/deleted-balancers.js';
import { inService } from '../instances/classify.js';

/**
 * Instances that Auto Scaling has marked as unhealthy although every balancer that judges calls them healthy: what made
 * them fail is over. The mark stays until somebody sets it, and every such instance is replaced as soon as the process
 * ReplaceUnhealthy runs, all of them at once. Setting it is left to a person, because a health check of the user's own
 * may have set the mark, and no balancer knows of that. Source: Auto Scaling API reference, SetInstanceHealth; user
 * guide, "Health checks for instances in an Auto Scaling group".
 */
export function wronglyMarked(group: Group): readonly Instance[] {
  if (!group.balancers.some(({ judged }) => judged)) return [];
  return group.instances.filter(
    (instance) =>
      instance.lifecycle === 'InService' && !instance.healthy && inService(group, { ...instance, healthy: true }),
  );
}

/** What such a mark means, as a sentence without its full stop. */
export function sayMarked(ids: readonly string[]): string {
  return (
    `Auto Scaling has marked ${ids.join(', ')} as unhealthy, although every balancer calls ` +
    `${ids.length === 1 ? 'it' : 'them'} healthy: it never takes that back by itself, and replaces whoever is marked ` +
    'when ReplaceUnhealthy is resumed'
  );
}

/** The command that takes the mark off. */
export function takeMarkOff(id: string): NextCommand {
  return command`aws autoscaling set-instance-health --instance-id ${id} --health-status Healthy`;
}

/** What has to be mended before any other command helps these groups; nothing where there is nothing such. */
export function firstHelp(groups: readonly Group[]): { readonly text: string; readonly next: readonly NextCommand[] } {
  const marked = groups.flatMap(wronglyMarked).map(({ id }) => id);
  const deleted = groups.flatMap(deletedBalancers);
  const sentences = [
    ...deleted.map(({ text }) => sentence(text)),
    ...(marked.length > 0 ? [`${sayMarked(marked)}.`] : []),
  ];
  return {
    text: sentences.join(' '),
    next: [...deleted.map(({ detach }) => detach), ...marked.map(takeMarkOff)],
  };
}
