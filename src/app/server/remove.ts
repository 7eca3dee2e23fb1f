import { command, remarked } from '../../text/commands/next-command.js';
import type { Milliseconds } from '../../clock.js';
import { newToken } from '../../config/run-id.js';
import type { Deps } from '../../engine/deps.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { Failure, refused, usage } from '../../errors.js';
import type { Execution } from '../../model/execution.js';
import type { Stack } from '../../model/stack/stack.js';
import { lineWriter } from '../../render/line-writer.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { count } from '../../text/count.js';
import { withLook } from '../inspect/read-only.js';
import { lookAtServer, type ServerAsked } from './server-stack.js';

export interface ServerRemoveAsked extends ServerAsked {
  /** Without asking. */
  readonly force?: boolean | undefined;
}

/** Between two looks at a stack that is being deleted. */
const PAUSE_MS: Milliseconds = 5_000;
/** How long a deletion may take; CloudFormation goes on with it whether or not somebody looks. */
const MOST_MS: Milliseconds = 30 * 60_000;

/** `server remove`: deletes the stack of the function, unless an execution is running on it. */
export function removeServer(given: ServerRemoveAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const { ask, json, stdout } = surroundings;
  if (given.force !== true && ask === undefined)
    throw usage(
      'usage.flags',
      'Without a terminal this cannot ask whether the function is to be removed: give --force when it is.',
    );
  const about = { command: 'server remove', groups: [] };
  return withLook(about, given, surroundings, async (looking, { stack: name, force }): Promise<CommandResult> => {
    const { deps } = looking;
    const { stack } = await idle(name, () => lookAtServer(looking, name));
    const question = `Remove stack ${stack.name}: the function, the history of its executions, and its log of events?`;
    if (force !== true && !(await ask?.(question, new AbortController().signal)))
      throw refused('run.declined', `Stack ${stack.name} was not removed.`, []);
    // While somebody was asked, somebody else may have started one.
    if (force !== true) await idle(name, () => lookAtServer(looking, name));
    const say = json ? () => undefined : lineWriter(stdout);
    await retrying(deps).deleteStack(stack.id, `ha-updater-${newToken()}`);
    say(`CloudFormation deletes stack ${stack.name}.`);
    await gone(deps, stack);
    say(`Stack ${stack.name} is gone.`);
    return { v: 1, command: 'server remove', outcome: 'undone', exitCode: 0, stack: stack.name };
  });
}

/** @throws Failure `refused` while an execution is running */
async function idle<S extends { readonly running: readonly Execution[] | undefined }>(
  name: string,
  look: () => Promise<S>,
): Promise<S> {
  const server = await look();
  const { running = [] } = server;
  // rule: server-removed-while-running
  if (running.length === 0) return server;
  throw refused(
    'server.running',
    `${count(running.length, 'execution')} of the function ${running.length === 1 ? 'is' : 'are'} running: ` +
      `${running
        .slice(0, 5)
        .map((one) => one.name)
        .join(', ')}. A rollout without its execution stands still half-way.`,
    [],
    [
      remarked(command`ha-updater server status ${name}`, 'what is running'),
      ...running
        .slice(0, 5)
        .map(({ arn }) =>
          remarked(
            command`aws lambda stop-durable-execution --durable-execution-arn ${arn}`,
            'stops the execution and leaves its rollout as it is, for resume or rollback',
          ),
        ),
    ],
  );
}

async function gone(deps: Deps, { id, name }: Stack): Promise<void> {
  const until = deps.clock.now() + MOST_MS;
  for (;;) {
    const now = await retrying(deps).describeStack(id);
    if (now === undefined || now.status === 'DELETE_COMPLETE') return;
    const late = deps.clock.now() >= until;
    if (!now.status.endsWith('_IN_PROGRESS') || late)
      throw new Failure('stopped', {
        code: 'server.notRemoved',
        what:
          `Stack ${name} ${late ? 'was still not deleted after 30 minutes' : 'could not be deleted'}: it is ` +
          `${now.status}${now.statusReason === '' ? '.' : `: ${now.statusReason}`}`,
        reasons: [],
        serves: 'No group was touched.',
        left: `Stack ${name} as it stands.`,
        next: [command`ha-updater status ${name} --events`],
      });
    await deps.clock.sleep(PAUSE_MS);
  }
}
