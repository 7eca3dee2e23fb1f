import { command, type NextCommand } from '../../text/commands/next-command.js';
import type { Group } from '../../model/rollout/group.js';
import { NEEDED } from '../rollout/processes.js';
import { factsOf } from '../strategies/facts-by-name.js';

/**
 * Processes without which the rollout of a group cannot go on, and that no rollout has suspended: whoever goes on would
 * wait again until a limit is over. After a verdict to roll back Launch is suspended on purpose, as in a freeze.
 */
function suspendedByOthers({ suspended, notes }: Group): readonly string[] {
  const { record, verdict, frozen } = notes;
  // A restart launches and terminates nobody, and while a size is kept nobody shall leave.
  if (record !== undefined && !factsOf(record).replaces) return [];
  const ours = [...(verdict?.outcome === 'rollBack' ? ['Launch'] : []), ...(frozen?.processes ?? [])];
  return NEEDED.filter((process) => suspended.includes(process) && !ours.includes(process));
}

/** What is said of them, and the commands that resume them; an empty text where there are none. */
export function resumeFirst(groups: readonly Group[]): {
  readonly text: string;
  readonly next: readonly NextCommand[];
} {
  const found = groups.map((group) => ({ name: group.name, processes: suspendedByOthers(group) }));
  const held = found.filter(({ processes }) => processes.length > 0);
  return {
    text: held.map(({ name, processes }) => `Somebody has suspended ${processes.join(' and ')} of ${name}.`).join(' '),
    next: held.map(({ name, processes }) => {
      const what = ['--auto-scaling-group-name', name, '--scaling-processes', ...processes];
      return command`aws autoscaling resume-processes ${what}`;
    }),
  };
}
