import { command, remarked } from '../../text/commands/next-command.js';
import type { NumberTexts } from '../../config/numbers.js';
import { readWanted, type Wanted } from '../../config/rollout-plan.js';
import { targetWordsOf } from '../../config/target.js';
import { keepsOld } from '../../decide/gates/kept-half.js';
import { factsOf } from '../../decide/strategies/facts-by-name.js';
import { begunOn, cancelRollout, giveSizesBack, type Begun } from '../../engine/rollout/cancel-rollout.js';
import { stackGroups } from '../../engine/stack/change-stack.js';
import { cancelUpdate } from '../../engine/stack/cancel-update.js';
import { Failure, refused } from '../../errors.js';
import { expectGroups } from './expect-groups.js';
import type { GroupResult } from '../../model/rollout/decision.js';
import type { Stack } from '../../model/stack/stack.js';
import { lockAsked, type LockFlags } from '../lock/lock-flags.js';
import { balancerAsked, balancerProblems, groupsBehind, type BalancerAsked } from './balancer-target.js';
import { withRun, type CommonFlags, type RunResult, type RunDescription, type Run } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { callOff, noteCallOff } from '../server/call-off.js';
import { byName, namedGroups, targetProblems } from './command-targets.js';
import { servingNow, type ServingNow } from './serving-now.js';
import { frozenNext } from './resume-rollback.js';
import { againWith, planOf } from './update-asgs.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { STACK_TIMING } from '../../engine/stack/stack-change.js';
import { noStack } from '../../engine/stack/no-stack.js';
import { timestamp } from '../../text/timestamp.js';

export interface CancelAsked extends BalancerAsked, CommonFlags, LockFlags, NumberTexts {
  /** It is well when nothing is under way, as for the last step of a pipeline that was stopped. */
  readonly 'if-running'?: boolean | undefined;
  /** The function on which a rollout may have been started that has not looked yet. */
  readonly server?: string | undefined;
  /** The run of an execution that is called off, whatever is on the groups: of whoever follows it, who sees its end. */
  readonly followed?: string | undefined;
}

/**
 * `cancel`: has CloudFormation undo the update that is under way, and whoever works on a rollout of the groups
 * roll it back; whoever began them. The one call that matters comes first: a pipeline that is being stopped
 * gives little time.
 */
export async function cancel(given: CancelAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const behind = balancerAsked(given);
  const wanted = readWanted(given, behind === undefined ? targetProblems(given) : balancerProblems(given));
  const head = (asked: CancelAsked): RunDescription => {
    const target = behind === undefined ? asked : byName(asked, [behind]);
    return {
      command: 'cancel',
      stack: asked.stack,
      groups: target.asgs,
      again: againWith(target, 'cancel'),
      onInterrupt: () => 'Looks no longer; what was asked for stays, and CloudFormation and the run go on going back.',
      // The run that is asked holds the lock.
      lock: lockAsked(asked, wanted),
      lockLater: true,
    };
  };
  return withRun(head, given, surroundings, async (run, asked) => {
    const stack = asked.stack === undefined ? undefined : await stackOf(run, asked.stack);
    const updating = stack?.status === 'UPDATE_IN_PROGRESS';
    if (stack !== undefined && updating) await cancelStack(run, wanted, asked.stack ?? '', stack);
    const groups = behind === undefined ? await groupsMeant(run, asked, stack) : await groupsBehind(run, behind);
    const named = byName(asked, groups);
    run.goOnWith(againWith(named, 'cancel'));
    if (given.followed !== undefined) {
      await noteCallOff(run, groups, given.followed);
      return { outcome: 'cancelled', results: [] };
    }
    const found = await begunOn(run.deps, groups);
    // A size that is kept is no rollout: it is given back once the stack has settled.
    const kept = found.filter(({ record }) => factsOf(record).kind === 'keeping');
    const begun = found.filter((one) => !kept.includes(one));
    // After its verdict one that replaces a few at a time can still be stopped, though not undone, and one that keeps
    // its old half can go back.
    const open = begun.filter(
      ({ group, record }) =>
        factsOf(record).provesAfterVerdict ||
        keepsOld(record) ||
        group.notes.verdict?.run !== record.run ||
        group.notes.verdict.outcome !== 'promote',
    );
    const back = updating && kept.length > 0 ? await giveBack(run, wanted, named, kept) : [];
    if (open.length === 0 && updating) return { outcome: 'cancelled', results: back };
    if (open.length === 0 && begun.length === 0 && kept.length > 0) throw onlyKept(named, kept);
    if (open.length === 0 && begun.length === 0)
      return (await cancelStarting(run, wanted, named, groups)) ?? nothingRuns(run, named, stack, groups);
    if (open.length === 0) throw nothingToCancel(named, stack, begun);
    const cancelled = await cancelGroups(run, wanted, named, open);
    return { ...cancelled, results: [...back, ...cancelled.results] };
  });
}

async function groupsMeant(run: Run, asked: CancelAsked, stack: Stack | undefined): Promise<readonly string[]> {
  if (stack === undefined) return namedGroups(run, asked);
  return stack.status.startsWith('DELETE') ? [] : stackGroups(run.deps, stack.id);
}

/** The change of the stack is over: by whoever noted the sizes that it kept, or from here, they are given back. */
function giveBack(
  run: Run,
  wanted: Wanted,
  asked: CancelAsked,
  kept: readonly Begun[],
): Promise<readonly GroupResult[]> {
  const groups = kept.map(({ group }) => group.name);
  const plan = planOf(run, { wanted, asked }, groups, { adoptOnly: true, undo: true, command: 'cancel' });
  return giveSizesBack(run.deps, plan, kept, (dead) => lockDead(run, dead));
}

async function stackOf({ deps }: Run, name: string): Promise<Stack> {
  const stack = await retrying(deps).describeStack(name);
  if (stack === undefined) throw noStack(name);
  return stack;
}

function cancelStack({ deps, id }: Run, { stackTiming }: Wanted, name: string, stack: Stack): Promise<void> {
  const { warmupMs, actionTimeoutMs, lookBackMs } = stackTiming;
  return cancelUpdate(
    deps,
    {
      stack: name,
      token: `ha-updater-${id}`,
      timing: { ...STACK_TIMING, warmupMs, silenceMs: actionTimeoutMs, lookBackMs },
    },
    stack,
  );
}

async function cancelGroups(run: Run, wanted: Wanted, asked: CancelAsked, open: readonly Begun[]): Promise<RunResult> {
  const groups = open.map(({ group }) => group.name);
  run.deps.emit({ type: 'groups.found', ...(asked.stack === undefined ? {} : { stack: asked.stack }), groups });
  const plan = planOf(run, { wanted, asked }, groups, { adoptOnly: true, undo: true, command: 'cancel' });
  // The mark of the boot behind the name is for machines.
  const results = await cancelRollout(run.deps, plan, open, {
    lock: (dead) => lockDead(run, dead),
    who: `ha-updater cancel on ${run.host.split('/')[0] ?? run.host}`,
  });
  const began = new Map(open.map(({ group, record }) => [group.name, record.startedAt]));
  const now = (): Promise<ServingNow> => servingNow(run, groups, began);
  if (results.some(({ outcome }) => outcome === 'stuck')) throw halfWay(results, asked, await now());
  if (results.some(({ outcome }) => outcome === 'promoted')) throw tooLate(results, asked, await now());
  return { outcome: 'cancelled', results, ...(await frozenNext(run, plan, results)) };
}

/** What a dead run left is worked on from here, under its lock. The wish is written by then. */
async function lockDead(run: Run, dead: readonly string[]): Promise<void> {
  try {
    await run.lockGroups(dead);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      error.outcome,
      {
        ...error.facts,
        serves: 'This command did not touch the groups.',
        left: `The request to cancel on ${dead.join(', ')}: the run that works there obeys it within seconds.`,
      },
      { cause: error },
    );
  }
}

/** The stack of these groups changes, or has changed, and nothing else is under way on them. */
function onlyKept(asked: CancelAsked, kept: readonly Begun[]): Error {
  const names = kept.map(({ group }) => group.name).join(', ');
  const how = asked.stack === undefined ? 'cancel names that stack' : 'nothing of that can be cancelled now';
  return refused(
    'cancel.nothing',
    `There is no rollout on ${names}: the size is kept there while the stack changes, and ${how}.`,
    [],
    [
      command`ha-updater status ${targetWordsOf(asked)}`,
      remarked(command`ha-updater resume ${targetWordsOf(asked)}`, 'once the stack has settled: gives the size back'),
    ],
  );
}

/** What was started on a server and has nothing on the groups yet; undefined where there is none. */
async function cancelStarting(
  run: Run,
  wanted: Wanted,
  asked: CancelAsked,
  groups: readonly string[],
): Promise<RunResult | undefined> {
  if (asked.server === undefined || asked.server === '') return undefined;
  const { ended, begun } = await callOff(run, { server: asked.server, asked, groups });
  const open = begun ? await begunOn(run.deps, groups) : [];
  if (open.length > 0) return cancelGroups(run, wanted, asked, open);
  if (ended.length === 0) return undefined;
  const why = `execution ${ended.join(', ')} ended before it began anything`;
  for (const group of groups) run.deps.emit({ type: 'group.skipped', group, why });
  return { outcome: 'cancelled', results: groups.map((group) => ({ group, outcome: 'skipped', why })) };
}

/** With --if-running nothing under way is a good end. @throws Failure `refused` without it */
async function nothingRuns(
  { deps }: Run,
  asked: CancelAsked,
  stack: Stack | undefined,
  groups: readonly string[],
): Promise<RunResult> {
  if (asked['if-running'] !== true) {
    // A name that means nothing has no rollout either, and somebody has to hear of that.
    if (stack === undefined) await expectGroups(retrying(deps), groups);
    throw nothingToCancel(asked, stack, []);
  }
  const why = `no rollout is under way${asked.server === undefined ? `; ${UNSEEN}` : ''}`;
  for (const group of groups) deps.emit({ type: 'group.skipped', group, why });
  return { outcome: 'nothing', results: [] };
}

/** Nobody else knows of it. */
const UNSEEN = 'one that was started on a server seconds ago is found with --server NAME';

/** Only an update in progress can be cancelled, and only a rollout without a verdict to promote. */
function nothingToCancel(asked: CancelAsked, stack: Stack | undefined, begun: readonly Begun[]): Error {
  const name = asked.stack ?? '';
  const show = asked.stack === undefined ? [] : [command`ha-updater status ${targetWordsOf(asked)} --events`];
  const [judged] = begun;
  if (judged !== undefined) {
    const { verdict } = judged.group.notes;
    const when = verdict === undefined ? '' : ` at ${timestamp(verdict.at)}`;
    return refused(
      'cancel.tooLate',
      `Run ${judged.record.run} was judged${when} to promote: its old instances are going already, ` +
        'and no verdict is ever turned.',
      [],
      show,
    );
  }
  const none =
    stack === undefined
      ? 'There is no rollout on these groups'
      : `Stack ${name} is ${stack.status}, and there is no rollout on its groups`;
  const what =
    asked.server === undefined
      ? `${none}: there is nothing to cancel. A rollout shows after its first look: ${UNSEEN}.`
      : `${none}, and no execution for them is running on function ${asked.server}: there is nothing to cancel.`;
  return refused('cancel.nothing', what, [], show);
}

/** A rolling rollout was past its verdict: it stops, and what is replaced stays replaced. */
function halfWay(results: readonly GroupResult[], asked: CancelAsked, now: ServingNow): Failure {
  const names = results.flatMap(({ group, outcome }) => (outcome === 'stuck' ? [group] : []));
  return new Failure('stopped', {
    code: 'cancel.halfWay',
    what:
      `${names.join(', ')} stopped half-way: some old instances are replaced already, and those are ` +
      'not launched again.',
    reasons: [],
    serves: `${now.text}${now.sideBySide ? ' Old and new instances serve side by side.' : ''}`,
    serving: now.serving,
    left: 'The record of the rollout; no run continues it by itself.',
    next: [command`ha-updater status ${targetWordsOf(asked)}`, command`ha-updater resume ${targetWordsOf(asked)}`],
  });
}

function tooLate(results: readonly GroupResult[], asked: CancelAsked, now: ServingNow): Failure {
  const promoted = results.filter(({ outcome }) => outcome === 'promoted').map(({ group }) => group);
  return new Failure('stopped', {
    code: 'cancel.tooLate',
    what: `${promoted.join(', ')} had its verdict before its run saw the request to cancel, and was promoted.`,
    reasons: [],
    serves: now.text,
    serving: now.serving,
    left: 'Nothing of the rollout is left. To go back, roll out the former configuration.',
    next: [command`ha-updater status ${targetWordsOf(asked)}`],
  });
}
