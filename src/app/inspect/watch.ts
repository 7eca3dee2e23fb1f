import { command, type NextCommand } from '../../text/commands/next-command.js';
import { placeWords } from '../../text/shell-quote.js';
import { makePlan, readWanted, type GroupFlags } from '../../config/rollout-plan.js';
import { readNumbers, type NumberTexts } from '../../config/numbers.js';
import { targetWordsOf } from '../../config/target.js';
import { resumeWith } from '../../decide/outlook/again-words.js';
import { pause } from '../../engine/retry.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { watchGroups, type GroupWatcher, type WatchedLook } from '../../engine/watch/watch-groups.js';
import { noStack } from '../../engine/stack/no-stack.js';
import { stackGroups } from '../../engine/stack/stack-groups.js';
import { watchStack, type StackLook } from '../../engine/watch/watch-stack.js';
import type { Instant, Milliseconds } from '../../clock.js';
import { badFlags, Failure, noGroups } from '../../errors.js';
import { whoServes } from '../../decide/instances/who-serves.js';
import { sayServing } from '../../model/rollout/group-words.js';
import type { Group } from '../../model/rollout/group.js';
import { timestamp } from '../../text/timestamp.js';
import { withRun, type CommonFlags, type Run, type RunDescription, type RunResult } from '../../run/run.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { namedGroups, targetProblems, type TargetFlags } from '../groups/command-targets.js';

export interface WatchAsked extends TargetFlags, CommonFlags, Pick<NumberTexts, 'timeout' | 'poll' | 'warmup'> {
  /** Wait until something is under way. */
  readonly wait?: boolean | undefined;
}

/**
 * Between a stack that has settled and the rollout of its groups, or between two groups, a run needs some looks:
 * nothing counts as over before this time has passed without anything under way.
 */
const SETTLED_MS = 60_000;
/** The same after the rollout of a group, or where the change of the stack failed. */
const ENDED_MS = 10_000;

/** What is watched, and how. */
interface Watching {
  readonly run: Run;
  readonly asked: WatchAsked;
  readonly pollMs: Milliseconds;
  readonly until: Instant;
  readonly wait: boolean;
  readonly watcher: (names: readonly string[]) => GroupWatcher;
}

/** All that one look has shown. */
interface Look {
  readonly stack?: StackLook;
  readonly groups: WatchedLook;
}

/**
 * `watch`: follows the rollout that another run works on, by looking alone, and ends as it ends. Changes nothing and
 * needs no permission to.
 */
export async function watch(given: WatchAsked, surroundings: ProcessContext): Promise<CommandResult> {
  const problems = [...targetProblems(given)];
  const { timeout } = readNumbers(['timeout'], given, problems);
  if (problems.length > 0) throw badFlags(problems);
  const limits: GroupFlags = { poll: given.poll, warmup: given.warmup };
  const wanted = readWanted(limits);
  const head = (asked: WatchAsked): RunDescription => ({
    command: 'watch',
    stack: asked.stack,
    groups: asked.asgs,
    again: (place) => command`ha-updater watch ${targetWordsOf(asked)} ${placeWords(place)}`,
    onInterrupt: () => 'Watches no longer; the rollout goes on.',
  });
  return withRun(head, given, surroundings, async (run, asked) => {
    const { id, host, pid, region, deps } = run;
    const plan = (groups: readonly string[]): ReturnType<typeof makePlan> =>
      makePlan(wanted, {
        strategy: 'swap',
        run: id,
        host,
        pid,
        groups,
        region,
        again: command`ha-updater watch`,
        adoptOnly: true,
      });
    return follow({
      run,
      asked,
      pollMs: wanted.timing.pollMs,
      until: deps.clock.now() + timeout,
      wait: given.wait === true,
      watcher: (groups) => watchGroups(deps, plan(groups)),
    });
  });
}

/** Looks until what is under way has ended. @throws Failure that says how, unless it ended well */
async function follow(watching: Watching): Promise<RunResult> {
  const { run, pollMs, until, wait } = watching;
  const { deps } = run;
  const look = looker(watching);
  let began = false;
  let busyAt = deps.clock.now();
  for (;;) {
    const seen = await look();
    const now = deps.clock.now();
    const states = [...seen.groups.states.values()];
    const busy = seen.stack?.state === 'inProgress' || states.includes('underWay');
    if (busy) {
      began = true;
      busyAt = now;
    }
    const stalled = states.some((state) => ['interrupted', 'paused', 'kept'].includes(state));
    const patience = seen.stack?.state === 'ok' && seen.groups.results.size === 0 ? SETTLED_MS : ENDED_MS;
    const isOver = !busy && (began ? now - busyAt >= patience || (stalled && now - busyAt >= ENDED_MS) : !wait);
    if (isOver) return ending(watching, seen, began);
    if (deps.interrupt.received !== undefined) throw stillUnderWay(watching, seen, `${deps.interrupt.received} came`);
    if (now >= until) throw stillUnderWay(watching, seen, 'The time of --timeout is over');
    await pause(deps, Math.min(pollMs, Math.max(0, until - now)));
  }
}

/** Looks at the stack, then at its groups; which they are is read again when the stack has changed. */
function looker({ run, asked, watcher }: Watching): () => Promise<Look> {
  const { deps } = run;
  const followStack = watchStack(deps);
  let names: readonly string[] | undefined;
  let groups: GroupWatcher | undefined;
  let before: string | undefined;
  const lookAt = async (found: readonly string[], stack?: string): Promise<WatchedLook> => {
    if (groups === undefined || found.join(' ') !== names?.join(' ')) {
      deps.emit({ type: 'groups.found', ...(stack !== undefined && { stack }), groups: found });
      groups = watcher(found);
    }
    names = found;
    if (found.length === 0) return { states: new Map(), results: new Map(), groups: [] };
    const looked = await groups.look();
    const gone = found.filter((name) => !looked.groups.some((group) => group.name === name));
    if (gone.length > 0 && stack === undefined) throw noGroups(gone, [command`ha-updater list`]);
    return looked;
  };
  return async () => {
    if (asked.stack === undefined) return { groups: await lookAt(names ?? (await namedGroups(run, asked))) };
    const found = await retrying(deps).describeStack(asked.stack);
    if (found === undefined) throw noStack(asked.stack);
    const stack = await followStack(found);
    const again = names === undefined || found.status !== before;
    before = found.status;
    const gone = found.status.startsWith('DELETE') || stack.state === 'review';
    return {
      stack,
      groups: await lookAt(gone ? [] : again ? await stackGroups(deps, found.id) : (names ?? []), asked.stack),
    };
  };
}

/** What came of it, as the run that did it would have ended. */
function ending(watching: Watching, { stack, groups }: Look, began: boolean): RunResult {
  const results = [...groups.results.values()];
  const interrupted = namesIn(groups, 'interrupted');
  if (interrupted.length > 0) throw interruptedBy(watching, groups, interrupted);
  const paused = namesIn(groups, 'paused');
  if (paused.length > 0) return { outcome: 'paused', results, more: { next: waysOn(watching.asked, groups).slice(1) } };
  if (results.some(({ outcome }) => outcome === 'rolledBack')) throw rolledBack(watching, groups);
  if (namesIn(groups, 'kept').length > 0)
    return { outcome: 'kept', results, more: { next: waysOn(watching.asked, groups).slice(1) } };
  if (stack?.watched === true && stack.state !== 'ok') throw stackFailed(watching, stack, groups);
  if (!began) {
    tellRest(watching, groups);
    return { outcome: 'nothing', results: [] };
  }
  if (results.length === 0) return { outcome: stack?.watched === true ? 'updated' : 'nothing', results };
  return { outcome: results.every(({ outcome }) => outcome === 'restarted') ? 'restarted' : 'swapped', results };
}

function namesIn({ states }: WatchedLook, wanted: string): readonly string[] {
  return [...states].filter(([, state]) => state === wanted).map(([name]) => name);
}

/** Why there is nothing to watch. */
function tellRest({ run }: Watching, { groups }: WatchedLook): void {
  for (const { name, notes } of groups) {
    const { frozen } = notes;
    const why =
      frozen === undefined
        ? 'no rollout is under way'
        : `no rollout is under way; frozen since ${timestamp(frozen.at)} by run ${frozen.run}, which rolled back`;
    run.deps.emit({ type: 'group.skipped', group: name, why });
  }
}

function servesIn(groups: readonly Group[]): string {
  return groups.length === 0 ? 'No group was looked at.' : `${sayServing(groups.map((group) => whoServes(group)))}.`;
}

/** Commands for a rollout that no run works on; the first one looks. */
function waysOn(asked: WatchAsked, { groups }: WatchedLook): readonly NextCommand[] {
  const target = targetWordsOf(asked);
  return [
    command`ha-updater status ${target}`,
    resumeWith(
      target,
      groups.map(({ notes }) => notes),
    ),
    command`ha-updater rollback ${target}`,
  ];
}

function interruptedBy({ asked }: Watching, look: WatchedLook, names: readonly string[]): Failure {
  const { groups } = look;
  const ways = waysOn(asked, look);
  const lost = groups.filter(({ name }) => names.includes(name));
  const judged = lost.some(({ notes }) => notes.verdict?.outcome === 'promote');
  return new Failure('stopped', {
    code: 'watch.interrupted',
    what: `No run works any more on the rollout of ${names.join(', ')}: its run is gone, or shows no sign of life.`,
    reasons: [],
    serves: servesIn(groups),
    left: `The record of the rollout on ${names.join(', ')}; this command changed nothing.`,
    next: judged ? ways.slice(0, 2) : ways,
  });
}

function rolledBack({ asked }: Watching, { groups, results }: WatchedLook): Failure {
  const back = [...results.values()].filter(({ outcome }) => outcome === 'rolledBack');
  const target = targetWordsOf(asked);
  return new Failure('swapRolledBack', {
    code: 'watch.rolledBack',
    what: `The rollout of ${back.map(({ group }) => group).join(', ')} was rolled back by its run.`,
    reasons: back.map(({ group, why }) => ({ code: 'watch.rolledBack', group, text: why, remedy: '' })),
    serves: servesIn(groups),
    left: 'What its run has left frozen; its own last words say what. This command changed nothing.',
    next: [command`ha-updater status ${target}`, command`ha-updater diagnose ${target}`],
  });
}

function stackFailed({ asked }: Watching, { stack, causes }: StackLook, { groups }: WatchedLook): Failure {
  return new Failure('stackFailed', {
    code: 'watch.stackFailed',
    what: `Stack ${stack.name} is ${stack.status}: its change did not succeed.`,
    reasons: causes.map(({ logicalId, type, reason }) => ({
      code: 'stack.resource',
      resource: logicalId,
      text: `${logicalId} (${type}): ${reason}`,
      remedy: '',
    })),
    serves: servesIn(groups),
    left: 'This command changed nothing.',
    next: [command`ha-updater diagnose ${targetWordsOf(asked)}`],
  });
}

/** The end of a watch while the rollout goes on. */
function stillUnderWay({ asked }: Watching, { groups }: Look, why: string): Failure {
  return new Failure('held', {
    code: 'watch.underWay',
    what: `${why}, and this command watches no longer. The rollout, if there is one, goes on.`,
    reasons: [],
    serves: servesIn(groups.groups),
    left: 'This command changed nothing.',
    next: [command`ha-updater watch ${targetWordsOf(asked)}`],
  });
}
