import { command, commandLine, remarked, type NextCommand } from '../../text/commands/next-command.js';
import { systemClock } from '../../clock.js';
import { makePlan, readWanted } from '../../config/rollout-plan.js';
import { newRunId } from '../../config/run-id.js';
import { targetWordsOf } from '../../config/target.js';
import type { Deps } from '../../engine/deps.js';
import { retrying } from '../../engine/retrying-gateway.js';
import { stackGroups } from '../../engine/stack/stack-groups.js';
import { watchGroups, type GroupWatcher } from '../../engine/watch/watch-groups.js';
import { AwsFault, badFlags, EXIT_OF, Failure, refused } from '../../errors.js';
import type { StartedExecution } from '../../model/execution.js';
import { lineWriter } from '../../render/line-writer.js';
import { sentence } from '../../text/sentence.js';
import { createStream } from '../../render/stream.js';
import { endWithError } from '../../run/end-with-error.js';
import { tellFacts, toFailure } from '../../run/failure.js';
import { withPlace } from '../../run/place.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { createRenderer } from '../../run/renderer-choice.js';
import { createSecrets } from '../../run/secrets.js';
import { openSinks, type Sinks } from '../../run/sinks.js';
import { connect, QUICK } from '../../run/run.js';
import type { Renderer } from '../../render/stream.js';
import { onlyLook, type Looking } from '../inspect/read-only.js';
import { cancel } from '../groups/cancel.js';
import { balancerAsked, type BalancerAsked } from '../groups/balancer-target.js';
import { groupsOf, namedGroups, type TargetFlags } from '../groups/command-targets.js';
import { expectServable, type GroupCommand, type GroupsAsked } from '../groups/group-command.js';
import { withdrawCallOff } from './call-off.js';
import { expectTargets } from './expect-targets.js';
import { inputOf, serverProblems, type ServerFlags } from './execution-input.js';
import { followExecution, lostSight, type Following } from './follow-execution.js';
import { logTroubles } from './log-troubles.js';
import { leaveOrCancel, type LeaveOrCancel } from './leave-or-cancel.js';

/** A command over groups that a function on Lambda does. */
type OnServer<A> = A & ServerFlags & BalancerAsked;

/** The alias that templates/server.yaml makes. */
const ALIAS = 'live';

/** Longest name of an execution. Source: Lambda API reference, Invoke, DurableExecutionName. */
const LONGEST_NAME = 64;

/**
 * Starts the command as an execution of the function, and follows it to its end, unless `--detach` says not to.
 *
 * @param made the command in its parts, which checks its flags
 * @param expect what else is asked before the start
 * @throws Failure `usage` before anything is sent
 */
export async function runOnServer<A extends GroupsAsked>(
  made: GroupCommand<A>,
  given: OnServer<A>,
  surroundings: ProcessContext,
  expect?: (looking: Looking) => Promise<void>,
): Promise<CommandResult> {
  const problems = serverProblems(given);
  if (problems.length > 0) throw badFlags(problems);
  await expectServable(made, given, surroundings);
  const looking = await onlyLook(given, surroundings);
  let there: StartedThere;
  try {
    await expect?.(looking);
    there = await startThere(made, given, looking);
  } catch (error) {
    const { command: named } = made.describe(given);
    const scene = { command: named, stack: given.stack, groups: given.asgs, ...looking.place };
    return endWithError(toFailure(error, scene), named, surroundings);
  }
  return followThere(there, given, surroundings);
}

/** An execution that was started, and what following it takes. */
export interface StartedThere {
  readonly named: string;
  readonly looking: Looking;
  readonly started: StartedExecution;
  /** When, by the service's clock. */
  readonly since: number;
  /** What it is, in words for people. */
  readonly says: string;
}

/**
 * Starts the command as an execution, and no more.
 * @throws Failure `refused` for a function, a stack or groups that are not there
 * @throws AwsFault
 */
export async function startThere<A extends GroupsAsked>(
  made: GroupCommand<A>,
  given: OnServer<A>,
  looking: Looking,
): Promise<StartedThere> {
  const named = made.describe(given).command;
  const since = (await retrying(looking.deps, QUICK).identity()).at;
  await expectTargets(looking, made, given);
  const started = await start(looking, named, given, since);
  const says = `Execution ${started.name} runs on function ${given.server ?? ''}, version ${started.version}.`;
  return { named, looking, started, since, says };
}

/** Follows it to its end, or ends at once with the commands that do. */
export async function followThere(
  { named, looking, started, since, says }: StartedThere,
  given: OnServer<GroupsAsked>,
  surroundings: ProcessContext,
): Promise<CommandResult> {
  const { isCI } = await import('ci-info');
  const ways = waysTo(given, looking);
  const say = lineWriter(surroundings.stderr);
  if (given.detach === true) {
    say(says);
    return detached(named, given, { started, ways, looking }, surroundings);
  }
  return follow({ named, given, looking, started, since, ways, surroundings, asks: !isCI }, () => {
    say(says);
    say('It goes on without this command.');
  });
}

/**
 * Refuses a function that is not there, before anything else is done for it. Who may not ask finds out at the start.
 * @throws Failure `refused`
 */
export async function expectFunction(given: OnServer<GroupsAsked>, surroundings: ProcessContext): Promise<void> {
  const looking = await onlyLook(given, surroundings);
  const functionName = given.server ?? '';
  const found = await retrying(looking.deps, QUICK)
    .runningExecutions(functionName)
    .catch(() => []);
  if (found === undefined) throw noFunction(given, looking, 'Lambda knows none of that name.');
}

/** The rollout of this attempt: a lost answer is asked for again under the same name, which starts nothing twice. */
async function start<A extends GroupsAsked>(
  looking: Looking,
  named: string,
  given: OnServer<A>,
  now: number,
): Promise<StartedExecution> {
  const id = newRunId(now);
  const about = (given.stack ?? given.asgs[0] ?? named).split('/').at(-1) ?? named;
  const head = about.replace(/[^\w-]/g, '-').slice(0, LONGEST_NAME - id.length - 1);
  const functionName = given.server ?? '';
  const input = inputOf(named, given);
  try {
    return await retrying(looking.deps).startExecution({ functionName, alias: ALIAS, name: `${head}-${id}`, input });
  } catch (error) {
    if (!(error instanceof AwsFault) || (error.kind !== 'missing' && error.code !== 'NotDurable')) throw error;
    throw noFunction(given, looking, error.message);
  }
}

function noFunction(given: OnServer<GroupsAsked>, { region, place }: Looking, why: string): Failure {
  const name = given.server ?? '';
  const makes = command`ha-updater server deploy ${name} --s3-bucket BUCKET --stacks ${given.stack ?? 'PREFIX'}`;
  return refused(
    'server.missing',
    `There is no function ${name} of ha-updater in ${region}: ${why}`,
    [],
    [withPlace(remarked(makes, 'makes it'), place)],
  );
}

/** Commands for a rollout that runs elsewhere. */
interface Ways {
  readonly on: readonly NextCommand[];
  readonly back: readonly NextCommand[];
}

function waysTo(given: OnServer<GroupsAsked>, { place }: Looking): Ways {
  const { elb, 'target-group': targetGroup } = given;
  const behind =
    elb !== undefined ? ['--elb', elb] : targetGroup !== undefined ? ['--target-group', targetGroup] : undefined;
  const target = behind ?? targetWordsOf(given);
  const looks = behind === undefined ? [command`ha-updater watch ${target}`, command`ha-updater status ${target}`] : [];
  const all = (steps: readonly NextCommand[]): readonly NextCommand[] => steps.map((step) => withPlace(step, place));
  return {
    on: all([...looks, command`ha-updater cancel ${target} --server ${given.server ?? ''}`]),
    back: all([...looks.slice(1), command`ha-updater resume ${target}`, command`ha-updater rollback ${target}`]),
  };
}

function detached(
  named: string,
  { stack }: TargetFlags,
  { started, ways }: { readonly started: StartedExecution; readonly ways: Ways; readonly looking: Looking },
  { json, stdout }: ProcessContext,
): CommandResult {
  const next = ways.on.map(commandLine);
  const lines = ['It goes on without this command. From anywhere:', ...next.map((line) => `  ${line}`)];
  if (!json) lines.forEach(lineWriter(stdout));
  return {
    v: 1,
    command: named,
    outcome: 'started',
    exitCode: 0,
    run: started.name,
    execution: started.arn,
    ...(stack !== undefined && { stack }),
    next,
  };
}

/** What following takes. */
interface Follower {
  readonly named: string;
  readonly given: OnServer<GroupsAsked>;
  readonly looking: Looking;
  readonly started: StartedExecution;
  readonly since: number;
  readonly ways: Ways;
  readonly surroundings: ProcessContext;
  /** Whether somebody sits there who can answer. */
  readonly asks: boolean;
}

/** Shows it as a run of this process is shown, by the same output and into the same files. */
async function follow(all: Follower, announce: () => void): Promise<CommandResult> {
  const { named, given, looking, started, since, ways, surroundings } = all;
  const say = lineWriter(surroundings.stderr);
  const { clock } = looking.deps;
  const called = { off: false };
  const cancelIt = (): void => {
    called.off = true;
    void goBack(all, say);
  };
  const unclear = (): void => say('That is none of both: the rollout goes on, and this command follows it.');
  // Before anybody reads that it runs: a signal from then on ends the following, and never the process unheard.
  const wish = leaveOrCancel(surroundings, all.asks, { cancel: cancelIt, unclear }, systemClock());
  announce();
  const { way } = await connect(given, undefined, surroundings);
  const renderer = await createRenderer(given, surroundings, clock);
  const sinks = await openSinks(
    given,
    surroundings,
    (event) => (event.type === 'warning' ? say(`WARNING ${event.reason.text}`) : undefined),
    way,
  );
  let last = 0;
  const show = (stamped: Parameters<Renderer['show']>[0]): void => {
    last = Math.max(last, stamped.seq);
    renderer.show(stamped);
    sinks.see(stamped);
    surroundings.onEvent?.(stamped);
  };
  const deps: Deps = { ...looking.deps, interrupt: { received: undefined, wake: wish.wake } };
  const log = `/aws/lambda/${given.server ?? ''}`;
  const hidden = createSecrets(surroundings.env, undefined, sinks.secrets);
  const following: Following = {
    started,
    command: named,
    stack: given.stack,
    log,
    deps,
    since,
    show,
    say,
    troubles: logTroubles({ ...started, log, since: clock.now() }, hidden.redactWords),
    warn: ({ code, text, remedy }) => say(`WARNING ${sentence(text)} ${remedy} [${code}]`),
    watchOnce: watcher(all, show, deps),
    wish,
    ways,
  };
  try {
    return await followExecution(following);
  } catch (error) {
    return failed(all, error instanceof AwsFault ? lostSight(following, error) : error, (failure, facts) => {
      const { outcome, exitCode } = failure;
      const event = { type: 'run.finished', outcome, exitCode, results: [], failure: facts, elapsedMs: 0 } as const;
      show({ v: 1, seq: last + 1, at: clock.now(), run: started.name, event });
    });
  } finally {
    if (called.off && wish.left() === undefined) await withdraw(all);
    await close(renderer, sinks, wish);
  }
}

/** An execution that never began leaves the note that called it off. */
async function withdraw({ given, looking, started }: Follower): Promise<void> {
  const balancer = balancerAsked(given);
  try {
    const groups = balancer === undefined ? await groupsOf(looking, given) : [balancer];
    await withdrawCallOff(looking, groups, started.name);
  } catch (error) {
    // It does no harm: it names a run that is over.
    if (!(error instanceof AwsFault) && !(error instanceof Failure)) throw error;
  }
}

function failed(
  { named, given, looking, started }: Follower,
  error: unknown,
  tell: (failure: Failure, facts: ReturnType<typeof tellFacts>) => void,
): CommandResult {
  const { stack, asgs } = given;
  const failure = toFailure(error, { command: named, stack, groups: asgs, ...looking.place });
  const facts = tellFacts(failure.facts);
  tell(failure, facts);
  return {
    v: 1,
    command: named,
    outcome: failure.outcome,
    exitCode: EXIT_OF[failure.outcome],
    run: started.name,
    execution: started.arn,
    ...(stack !== undefined && { stack }),
    failure: facts,
  };
}

async function close(renderer: Renderer, sinks: Sinks, wish: LeaveOrCancel): Promise<void> {
  wish.release();
  await renderer.end();
  await sinks.end();
}

/**
 * What `ha-updater cancel` does, beside the following, for this very execution whether it has looked or not: the run
 * over there obeys it within seconds, and says so.
 */
export async function goBack(
  { given, started, surroundings }: Pick<Follower, 'given' | 'started' | 'surroundings'>,
  say: (text: string) => void,
): Promise<void> {
  const quiet = { ...surroundings, command: 'cancel', json: true, onSignal: () => () => undefined };
  const { onEvent: _, ...alone } = quiet;
  const { stack, asgs, region, profile } = given;
  try {
    const { exitCode } = await cancel(
      { stack, asgs, region, profile, quiet: true, ...balancerIn(given), ...patternIn(given), followed: started.name },
      alone,
    );
    if (exitCode !== 0) say('It could not be cancelled; the lines above say why. This command follows it further.');
  } catch (error) {
    say(`It could not be cancelled: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function balancerIn({ elb, 'target-group': targetGroup }: OnServer<GroupsAsked>): object {
  return { ...(elb !== undefined && { elb }), ...(targetGroup !== undefined && { 'target-group': targetGroup }) };
}

function patternIn(given: TargetFlags): Pick<TargetFlags, 'asg-tag' | 'all-matching'> {
  const { 'asg-tag': tags, 'all-matching': all } = given;
  return { ...(tags !== undefined && { 'asg-tag': tags }), ...(all !== undefined && { 'all-matching': all }) };
}

/** What somebody sees who only watches, told in the place of the run's own words. */
function watcher({ given, looking, started }: Follower, show: Renderer['show'], deps: Deps): () => Promise<void> {
  const emit = createStream({ clock: deps.clock, run: started.name, sinks: [show] });
  let groups: GroupWatcher | undefined;
  return async () => {
    if (given.elb !== undefined || given['target-group'] !== undefined) return;
    if (groups === undefined) {
      const own = { ...deps, emit };
      const names =
        given.stack === undefined ? await namedGroups({ deps: own }, given) : await stackGroups(own, given.stack);
      emit({ type: 'groups.found', ...(given.stack !== undefined && { stack: given.stack }), groups: names });
      groups = watchGroups(
        own,
        makePlan(readWanted({}), {
          strategy: 'swap',
          run: started.name,
          host: '',
          pid: 0,
          groups: names,
          region: looking.region,
          again: command`ha-updater watch`,
          adoptOnly: true,
        }),
      );
    }
    await groups.look();
  };
}
