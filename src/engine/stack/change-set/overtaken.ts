import { command } from '../../../text/commands/next-command.js';
import { AwsFault, Failure } from '../../../errors.js';
import { timestamp } from '../../../text/timestamp.js';
import type { Deps } from '../../deps.js';
import { retrying } from '../../retrying-gateway.js';
import type { StackOrder } from '../stack-change.js';

/** Whether a change set that was there is so no more. */
export function isGone(error: unknown): boolean {
  return error instanceof AwsFault && error.kind === 'missing' && error.code.startsWith('ChangeSetNotFound');
}

/**
 * Somebody else's change of the stack was faster: "After you execute a change set, CloudFormation deletes all change
 * sets associated with the stack" (user guide, *Execute a change set*). Whoever it was stands in the stack's events.
 * @returns Failure `held`: nothing was changed by us
 */
export async function overtaken(deps: Deps, { stack, token }: StackOrder, stackId: string): Promise<Failure> {
  return new Failure('held', {
    code: 'stack.overtaken',
    what:
      `Somebody else changed stack ${stack} while this run was about to: ${await whose(deps, stackId, token)}. ` +
      'CloudFormation has removed the change set of this run with that.',
    reasons: [],
    serves: 'This run changed nothing.',
    left: '',
    next: [command`ha-updater status ${stack} --events`],
  });
}

async function whose(deps: Deps, stackId: string, ours: string): Promise<string> {
  try {
    const status = (await retrying(deps).describeStack(stackId))?.status ?? 'gone';
    let read = 0;
    // The newest are enough: whoever was faster began a moment ago.
    const events = await retrying(deps).stackEvents(stackId, () => read++ > 0);
    const theirs = events.filter(({ token }) => token !== ours);
    const by = theirs[0]?.token;
    const began = theirs.filter(({ token }) => token === by).at(-1);
    const who = by === undefined ? 'a change without a token' : asRun(by);
    return `${who}${began === undefined ? '' : ` since ${timestamp(began.at)}`}; the stack is ${status} now`;
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return `whose change it was could not be read (${error.code})`;
  }
}

function asRun(token: string): string {
  const run = /^ha-updater-(.+)$/.exec(token)?.[1];
  return run === undefined ? `the change ${token}` : `run ${run} of ha-updater`;
}
