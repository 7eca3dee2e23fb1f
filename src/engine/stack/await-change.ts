import type { Milliseconds } from '../../clock.js';
import { awaitedStep, beginningOf, BEGINS_WITHIN_MS, type AwaitedChange } from '../../decide/awaited-change.js';
import { classifyStatus } from '../../decide/stack/stack-update.js';
import { STACK_LAG_MS } from '../../decide/read-lag.js';
import { Failure } from '../../errors.js';
import { command, remarked } from '../../text/commands/next-command.js';
import { duration } from '../../text/duration.js';
import type { Deps } from '../deps.js';
import { passes, RETRY, type RetryLimits } from '../retry.js';
import { retrying } from '../retrying-gateway.js';
import { noStack } from './no-stack.js';

/** Between two looks at a change that goes on. */
const POLL_MS: Milliseconds = 15_000;

/** One look stays no longer than this; the next one comes soon. */
const PATIENCE_OF_A_LOOK: RetryLimits = { ...RETRY, totalMs: 60_000 };

/** Clocks of the service's parts differ by some seconds, and an execution starts a moment before the change is sent. */
const EARLIER_MS: Milliseconds = 300_000;

/** What awaiting a change remembers from look to look. */
export interface AwaitMemory extends AwaitedChange {
  /** The status that was told last. */
  readonly told?: string;
  /** It has ended well; reads have time to show it. */
  readonly through?: true;
}

/** The next look, or the end: `over` once the change has ended well and reads have had time to show it. */
export type AwaitLook =
  | { readonly kind: 'look'; readonly forMs: Milliseconds; readonly memory: AwaitMemory }
  | { readonly kind: 'over' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * One look at a change of the stack that somebody else sends. Nothing is changed by it.
 * Where it did not end well, or never began, its groups may still have what whoever sent it has noted on them.
 *
 * @throws Failure `refused` where there is no such stack, `stopped` where the change does not end
 * @throws AwsFault for reads that will not succeed
 */
export async function awaitChange(deps: Deps, stack: string, before: AwaitMemory): Promise<AwaitLook> {
  if (before.through === true) return { kind: 'over' };
  try {
    return await look(deps, stack, before);
  } catch (error) {
    if (!passes(error)) throw error;
    return { kind: 'look', forMs: POLL_MS, memory: before };
  }
}

async function look(deps: Deps, stack: string, before: AwaitMemory): Promise<AwaitLook> {
  const gateway = retrying(deps, PATIENCE_OF_A_LOOK);
  const shown = await gateway.describeStack(stack);
  if (shown === undefined) throw noStack(stack);
  const { id, status } = shown;
  const moves = before.begunAt !== undefined && classifyStatus(status) === 'inProgress';
  const from = before.begunAt ?? before.since - EARLIER_MS;
  const events = moves ? [] : [...(await gateway.stackEvents(id, (event) => event.at < from))].reverse();
  const begunAt = before.begunAt ?? beginningOf(events, before.token);
  const memory: AwaitMemory = { ...before, ...(begunAt !== undefined && { begunAt }), told: status };
  const step = awaitedStep(memory, { events, status, at: deps.clock.now() });
  switch (step.kind) {
    case 'wait':
      if (before.told !== status)
        deps.emit({ type: 'stack.waiting', stack, status, inProgress: [], until: step.until, by: before.token });
      return { kind: 'look', forMs: POLL_MS, memory };
    case 'ended':
      // rule: awaited-change-failed
      if (classifyStatus(step.status) !== 'ok') return { kind: 'failed', failure: failed(stack, step.status) };
      return { kind: 'look', forMs: STACK_LAG_MS, memory: { ...memory, through: true } };
    case 'absent':
      return { kind: 'failed', failure: absent(stack, before) };
    case 'endless':
      throw endless(stack, status);
  }
}

const UNTOUCHED = { reasons: [], serves: 'No instance was replaced.' };

function absent(stack: string, { token }: AwaitedChange): Failure {
  return new Failure('stopped', {
    code: 'stack.notStarted',
    what: `No change of stack ${stack} with the token ${token} began within ${duration(BEGINS_WITHIN_MS)}.`,
    ...UNTOUCHED,
    left: 'Nothing of this run.',
    next: [command`ha-updater status ${stack} --events`],
  });
}

function endless(stack: string, status: string): Failure {
  return new Failure('stopped', {
    code: 'stack.silent',
    what: `The change of stack ${stack} has not ended. It was ${status} when last seen.`,
    ...UNTOUCHED,
    left: 'The change of the stack goes on in CloudFormation.',
    next: [
      command`ha-updater status ${stack} --events`,
      remarked(command`ha-updater update-asgs ${stack}`, 'once the stack has settled well'),
    ],
  });
}

function failed(stack: string, status: string): Failure {
  return new Failure('stackFailed', {
    code: 'stack.failed',
    what: `The change of stack ${stack} ended with ${status}, so its groups are left as they are.`,
    ...UNTOUCHED,
    left: `Stack ${stack} in ${status}.`,
    next: [command`ha-updater status ${stack} --events`],
  });
}
