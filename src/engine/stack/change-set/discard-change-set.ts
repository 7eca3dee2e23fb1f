import { command } from '../../../text/commands/next-command.js';
import { remedyText } from '../../../text/commands/remedy.js';
import { AwsFault } from '../../../errors.js';
import type { Deps } from '../../deps.js';
import { retrying } from '../../retrying-gateway.js';

/** Of a change set: what it takes to remove it. */
export interface OwnChangeSet {
  readonly id: string;
  readonly stackId: string;
  /** The stack came into being with it. */
  readonly fresh: boolean;
}

/** One that is still being worked out cannot be deleted; this often, and this far apart, we try again. */
const tries = 15;
const everyMs = 2_000;
/** An empty stack is gone within seconds. */
const goneTries = 60;

/**
 * Removes a change set of ours, and the empty stack that came with it unless somebody else has put a
 * change set there meanwhile. Failing here fails nothing: it is said what is left.
 */
export async function dropChangeSet(deps: Deps, own: OwnChangeSet): Promise<void> {
  try {
    await remove(deps, own.id);
    if (own.fresh) await removeEmptyStack(deps, own.stackId, own.id);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const text = `The change set ${own.id} is left behind: it could not be deleted (${error.code}: ${error.message}).`;
    deps.emit({
      type: 'warning',
      reason: {
        code: 'stack.changeSetLeft',
        text,
        remedy: remedyText([command`aws cloudformation delete-change-set --change-set-name ${own.id}`], deps.placed),
      },
    });
  }
}

async function remove(deps: Deps, id: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return void (await retrying(deps).deleteChangeSet(id));
    } catch (error) {
      if (attempt >= tries || !(error instanceof AwsFault) || !error.code.startsWith('InvalidChangeSetStatus'))
        throw error;
      // Not woken by signals: what we made is ours to remove.
      await deps.clock.sleep(everyMs);
    }
  }
}

/** Waits until it is gone, so that whoever comes next does not meet it half-way. */
async function removeEmptyStack(deps: Deps, stackId: string, ownId: string): Promise<void> {
  const described = (): ReturnType<typeof deps.gateway.describeStack> => retrying(deps).describeStack(stackId);
  const stack = await described();
  if (stack?.status !== 'REVIEW_IN_PROGRESS') return;
  for (let look = 1; look <= tries; look++) {
    const left = await retrying(deps).listChangeSets(stackId);
    if (left.some(({ id }) => id !== ownId)) return;
    // One with nested stacks takes its time to go, with those that came with it (user guide, "Delete a change set").
    if (left.length === 0) break;
    await deps.clock.sleep(everyMs);
  }
  await retrying(deps).deleteStack(stackId, `drop-${stackId.split('/').at(-1) ?? ''}`);
  for (let look = 0; look < goneTries; look++) {
    const now = await described();
    if (now === undefined || (now.status === 'REVIEW_IN_PROGRESS' && look > 30)) return;
    await deps.clock.sleep(1_000);
  }
}
