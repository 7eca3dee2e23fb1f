import type { Observed, Reason } from '../../model/rollout/decision.js';
import type { Group } from '../../model/rollout/group.js';
import { oneLine } from '../../text/plain.js';
import { withoutStop } from '../../text/sentence.js';
import { timestamp } from '../../text/timestamp.js';
import { membersOf } from './classify.js';

/** Whether a group that shall have instances has none at all. Nothing of it is current then, and nothing outdated. */
export function hasNone(group: Group): boolean {
  return group.size.desired > 0 && membersOf(group).length === 0;
}

/** That it has none, and why as far as that is known: launches are suspended, or the last one failed. */
export function noneThere(group: Group, { failures }: Pick<Observed, 'failures'>): Reason {
  const last = failures
    .filter((failure) => failure.group === group.name)
    .reduce<Observed['failures'][number] | undefined>(
      (latest, one) => (latest === undefined || one.startedAt > latest.startedAt ? one : latest),
      undefined,
    );
  const suspended = group.suspended.includes('Launch') ? 'its process Launch is suspended' : undefined;
  const failed =
    last === undefined
      ? undefined
      : `the last launch failed at ${timestamp(last.startedAt)}: ${withoutStop(oneLine(last.message))}`;
  const why = suspended ?? failed;
  return {
    code: 'group.none',
    group: group.name,
    text: `it has none of its ${group.size.desired} instances${why === undefined ? '' : `; ${why}`}`,
    remedy: 'Mend what keeps it from launching; there is nothing to replace as long as nothing is there.',
  };
}
