import { command, remarked } from '../../text/commands/next-command.js';
import { refused } from '../../errors.js';
import type { ChangeSetRow } from '../../model/stack/change-set.js';
import type { Stack } from '../../model/stack/stack.js';
import type { Deps } from '../deps.js';
import { retrying } from '../retrying-gateway.js';
import type { StackOrder } from './stack-change.js';
import { timestamp } from '../../text/timestamp.js';

/** A change set of ours older than this belongs to a run that is dead. */
const abandonedMs = 3_600_000;

/**
 * A stack in REVIEW_IN_PROGRESS is empty: a change set was made to create it. When only runs of ours that
 * never came to execute theirs left it so, it is as good as none. Somebody else's change set is never
 * touched: executing ours would delete it.
 * @throws Failure `refused` naming the change sets that wait
 */
export async function clearReview(deps: Deps, order: StackOrder, stack: Stack): Promise<void> {
  const found = await retrying(deps).listChangeSets(stack.id);
  const theirs = found.filter((row) => !isLeftover(row));
  if (theirs.length > 0) {
    const text =
      `Stack ${order.stack} is REVIEW_IN_PROGRESS: ` +
      `${theirs.length === 1 ? 'a change set waits' : `${theirs.length} change sets wait`} to create it.`;
    throw refused(
      'stack.review',
      text,
      theirs.map(({ name, status, executionStatus, createdAt }) => ({
        code: 'stack.changeSet',
        text:
          `${name}, ${status} and ` +
          `${executionStatus}${createdAt === undefined ? '' : `, made ${timestamp(createdAt)}`}`,
        remedy: '',
      })),
      [
        ...theirs
          .filter(({ executionStatus }) => executionStatus === 'AVAILABLE')
          .map(({ name }) =>
            remarked(command`ha-updater update-stack ${order.stack} --change-set ${name}`, 'executes it'),
          ),
        command`aws cloudformation list-change-sets --stack-name ${order.stack}`,
        remarked(command`aws cloudformation delete-stack --stack-name ${order.stack}`, 'throws them away'),
      ],
    );
  }
  for (const { id, createdAt } of found) {
    if (createdAt === undefined || deps.clock.now() - createdAt < abandonedMs) continue;
    await retrying(deps).deleteChangeSet(id);
  }
}

/** Made by a run that meant to execute it at once. One that was kept on purpose has another name. */
function isLeftover({ name }: ChangeSetRow): boolean {
  return name.startsWith('ha-updater-') && !name.startsWith('ha-updater-kept-');
}
