import { stackGroups, STACK_TIMING } from '../engine/stack.js';
import { cancelUpdate } from '../engine/stack/cancel.js';
import { retrying } from '../engine/retry.js';
import { refused } from '../errors.js';
import { readWanted } from '../config/plan.js';
import type { NumberTexts } from '../config/numbers.js';
import { withRun, type CommonFlags, type Run } from './run.js';
import type { Ending, Surroundings } from './surroundings.js';

export interface CancelAsked extends CommonFlags, NumberTexts {
  readonly stack: string;
}

/**
 * `cancel`: has CloudFormation undo the update that is under way, whoever began it, and follows it back.
 * The call comes first and is all that matters: a pipeline that is being stopped gives little time.
 */
export async function cancel(asked: CancelAsked, surroundings: Surroundings): Promise<Ending> {
  const wanted = readWanted(asked, asked.stack === '' ? ['STACK must not be empty.'] : []);
  const head = {
    command: 'cancel',
    stack: asked.stack,
    groups: [],
    again: () => `ha-updater status ${asked.stack} --events`,
    onInterrupt: () => 'Looks no longer; CloudFormation goes on rolling back by itself.',
  };
  return withRun(head, asked, surroundings, async (run) => {
    const { deps } = run;
    const stack = await retrying(deps, 'cloudformation:DescribeStacks', () => deps.gateway.describeStack(asked.stack));
    if (stack === undefined) throw refused('stack.missing', `There is no stack ${asked.stack}.`, []);
    if (stack.status !== 'UPDATE_IN_PROGRESS') throw await nothingToCancel(run, asked.stack, stack.id, stack.status);
    const { warmupMs, actionTimeoutMs, lookBackMs } = wanted.stackTiming;
    await cancelUpdate(deps, { stack: asked.stack, token: `ha-updater-${run.id}`, timing: { ...STACK_TIMING, warmupMs, silenceMs: actionTimeoutMs, lookBackMs } }, stack);
    return { outcome: 'cancelled', results: [] };
  });
}

/** Only a running update can be cancelled. A rollout that is under way has a command of its own. */
async function nothingToCancel({ deps }: Run, name: string, stackId: string, status: string): Promise<Error> {
  const groups = status.startsWith('DELETE') ? [] : await stackGroups(deps, stackId);
  const looked = groups.length === 0 ? [] : (await retrying(deps, 'autoscaling:DescribeAutoScalingGroups', () => deps.gateway.describeGroups(groups))).groups;
  const begun = looked.filter(({ notes }) => notes.record !== undefined).map((group) => group.name);
  const rollout = begun.length === 0 ? '' : ` A rollout is under way on ${begun.join(', ')}: it is not stopped from here.`;
  const next = begun.length === 0 ? [`ha-updater status ${name} --events`] : [`ha-updater rollback ${name}   # once the process that works on it was stopped with SIGTERM, or is gone`];
  return refused('cancel.nothing', `Stack ${name} is ${status}: CloudFormation cancels only an update in progress.${rollout}`, [], next);
}
