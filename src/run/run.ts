import { commandLine, type NextCommand } from '../text/commands/next-command.js';
import { checkEndpoint, checkProxy, checkRegion } from '../config/connection-checks.js';
import { newRunId } from '../config/run-id.js';
import type { Settings } from '../config/settings.js';
import { readPace } from '../config/simulation-speed.js';
import { systemClock, type Clock, type Instant, type Milliseconds } from '../clock.js';
import type { GatewayOptions, MayLeave } from '../aws/gateway.js';
import { buildOf } from '../config/ci-build.js';
import type { Deps, Interrupt } from '../engine/deps.js';
import type { Gateway } from '../engine/gateway.js';
import { RETRY } from '../engine/retry.js';
import { badFlags, EXIT_OF, Failure, problem } from '../errors.js';
import type { GroupResult } from '../model/rollout/decision.js';
import type { Emit, Identity, Outcome, Stamped } from '../model/event.js';
import { endRetained } from '../decide/rollout/start/warnings.js';
import type { GivenCommand } from '../model/rollout/hook.js';
import { cannotStart } from '../shell/can-start.js';
import { createShell } from '../shell/shell.js';
import { createStream, type Renderer } from '../render/stream.js';
import { aftermath, tellFacts, toFailure, type FailureContext } from './failure.js';
import { placedInSentence, withPlace, type Place } from './place.js';
import { createSecrets, type Secrets } from './secrets.js';
import { listenForSignals, type Signals } from './signals/interrupt.js';
import { executionsEnded } from '../app/server/executions-ended.js';
import { openLocks, type LockAsked, type Locks } from '../app/lock/lock.js';
import { noteRunOver, ownRuns, thisMachine } from './process-identity.js';
import { createRenderer } from './renderer-choice.js';
import { createHeartbeat } from './heartbeat.js';
import { openSinks, type SinkFlags, type Sinks } from './sinks.js';
import { withNearestName } from '../app/inspect/nearest-name.js';
import { openHistory, type HistoryFlags, type RunHistory } from '../app/history/open-history.js';
import { endDocument, type CommandResult, type LookAgain, type ProcessContext } from './process-context.js';
import { followRun, type RunState } from './run-state.js';
import { keep, recall, type Remembered } from './run-memory.js';
import { windowQuestion, type WindowQuestion } from './signals/window-question.js';
import { expectNoSettings, ownName } from './own-name.js';
import { retrying } from '../engine/retrying-gateway.js';

/** Flags of every command that talks to AWS. */
export interface CommonFlags extends SinkFlags, HistoryFlags {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Of commands that change a stack. */
  readonly sizes?: string | undefined;
}

/** What a command is about. */
export interface RunDescription {
  readonly command: string;
  readonly stack?: string | undefined;
  readonly groups: readonly string[];
  /** The command that goes on with the groups after this run, as far as it is known before it; see `Run.goOnWith`. */
  readonly again: (place: { readonly region: string; readonly profile?: string | undefined }) => NextCommand;
  /** Flags that whoever resumes needs again, for a shell. */
  readonly words?: readonly string[] | undefined;
  /** Commands of the user's that run on this machine: one that cannot is refused before anything. */
  readonly commands?: readonly GivenCommand[];
  /** What the first signal will do, in words, by where the run is. */
  readonly onInterrupt: (state: RunState) => string;
  /** The strict lock to work under; absent without one, and for commands that change nothing. */
  readonly lock?: LockAsked | undefined;
  /** Only `lockGroups` takes it, and not the stack's: what comes before is meant for whoever holds it. */
  readonly lockLater?: boolean;
}

/** What a task works with. */
export interface Run {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** The pipeline's build; absent outside of one. */
  readonly build?: string;
  /** Address of the strict lock that the run works under. */
  readonly lock?: string;
  /** Takes the strict locks of these groups; does nothing without `--lock`. @throws Failure `held`, `refused` */
  readonly lockGroups: (groups: readonly string[]) => Promise<void>;
  /**
   * Says anew which command goes on after this run, once the names of the groups are known; `part`: some groups of the
   * stack are left out, so that its name would mean too many.
   */
  readonly goOnWith: (again: RunDescription['again'], part?: boolean) => void;
  /** What the run has been seen to do until now. */
  readonly state: () => RunState;
  /** Whether a call may leave now; for other ways to AWS than the gateway's. */
  readonly mayLeave: MayLeave;
  /** Secrets that must not be repeated in words of others: the service's, and those of the user's commands. */
  readonly hidden: Secrets;
  readonly deps: Deps;
  readonly region: string;
  /** For the commands that it prints. */
  readonly place: Place;
  readonly identity: Identity;
  /** Where its history is kept, and what has to be told to it; absent without `--history`. */
  readonly history?: RunHistory;
}

/** The same run for what follows from the signal that came: nothing of it is called off by that one once more. */
export function answered(run: Run): Run {
  const interrupt: Interrupt = { received: undefined, wake: new AbortController().signal };
  return { ...run, deps: { ...run.deps, interrupt } };
}

/** How a task ended well. */
export interface RunResult {
  readonly outcome: Outcome;
  readonly results: readonly GroupResult[];
  /** What else the document at the end tells. */
  readonly more?: Pick<CommandResult, 'plan' | 'changeSet'> & { readonly next?: readonly NextCommand[] };
}

/** What a command line says of where it works: a stack by its name, its alias or its ARN. */
type RunFlags = CommonFlags & { readonly stack?: string | undefined };

/**
 * One run from the first call to the last words: connects, listens for signals, lets the task happen,
 * and turns whatever comes of it into one `run.finished` and one ending. Never throws what the task
 * throws.
 *
 * @param describe what the command is about; asked again where the stack's own name is not the one that was typed
 * @param task gets the command line with the stack's own name
 */
export async function withRun<A extends RunFlags>(
  describe: (asked: A) => RunDescription,
  asked: A,
  surroundings: ProcessContext,
  task: (run: Run, asked: A) => Promise<RunResult>,
): Promise<CommandResult> {
  const open = await openRun(describe(asked), asked, surroundings);
  try {
    const { run, named } = await enter(open, describe, asked);
    return await endWell(open, await task(run, named));
  } catch (error) {
    return await endBadly(open, error);
  } finally {
    await close(open);
  }
}

/** A look after which the run is not over, and what its task has to know at the next one. */
export interface TaskAgain {
  readonly forMs: number;
  readonly task: unknown;
}

/**
 * One look of a run that no process lives through: the first one begins it as `withRun` does, the last one ends it with
 * its last words, and those in between tell what they see.
 *
 * @param task gets what it answered at the look before; undefined at the first one
 */
export async function withLook<A extends RunFlags>(
  describe: (asked: A) => RunDescription,
  asked: A,
  surroundings: ProcessContext,
  task: (run: Run, asked: A, before: unknown) => Promise<RunResult | TaskAgain>,
): Promise<CommandResult | LookAgain> {
  const before = recall(surroundings.byLooks?.memory);
  const open = await openRun(describe(asked), asked, surroundings, before);
  try {
    const { run, named } =
      before === undefined ? await enter(open, describe, asked) : enterAgain(open, describe, { asked, before });
    const after = await task(run, named, before?.task);
    return 'forMs' in after ? lookAgain(open, run, named.stack, after) : await endWell(open, after);
  } catch (error) {
    return await endBadly(open, error);
  } finally {
    await close(open);
  }
}

/** What a task begins with. */
interface Entered<A> {
  readonly run: Run;
  /** With the stack's own name. */
  readonly named: A;
}

/** Everything before the task: who we are, what AWS calls us, and what the stack's own name is. */
async function enter<A extends RunFlags>(
  open: OpenRun,
  describe: (asked: A) => RunDescription,
  asked: A,
): Promise<Entered<A>> {
  await expectCommands(open);
  const us = await introduce(open);
  const { at, ...identity } = await retrying(open.deps, QUICK).identity();
  open.clock.follow(at);
  const named = await byOwnName(open, asked);
  if (named !== asked) rename(open, describe(named));
  return { run: await begin(open, us, identity, asked.stack), named };
}

/** The same at a later look: nothing of it is asked once more. */
function enterAgain<A extends RunFlags>(
  open: OpenRun,
  describe: (asked: A) => RunDescription,
  { asked, before }: { readonly asked: A; readonly before: Remembered },
): Entered<A> {
  const { us, identity, stack } = before;
  const named = stack === asked.stack ? asked : { ...asked, stack };
  if (named !== asked) rename(open, describe(named));
  return { run: runOf(open, us, identity), named };
}

function rename(open: OpenRun, head: RunDescription): void {
  open.head = head;
  open.goesOn.again = head.again;
}

function lookAgain(open: OpenRun, run: Run, stack: string | undefined, { forMs, task }: TaskAgain): LookAgain {
  const { startedAt, clock, state, seq } = open;
  const { id, identity, host, pid, build } = run;
  const us = { host, pid, ...(build !== undefined && { build }) };
  const all = { run: id, startedAt, ahead: clock.ahead(), seq: seq(), identity, us, stack, state: state(), task };
  return { forMs, memory: keep(all) };
}

async function endWell(open: OpenRun, happy: RunResult): Promise<CommandResult> {
  await keepHistory(open, happy);
  await open.strict.locks?.giveBack();
  return finish(open, happy.outcome, happy.results, { more: happy.more });
}

async function endBadly(open: OpenRun, error: unknown): Promise<CommandResult> {
  const named = await withNearestName(error, { deps: open.deps, stack: open.head.stack, limits: QUICK });
  const failure = toFailure(named, failureContextOf(open));
  await keepHistory(open, { outcome: failure.outcome, results: resultsOf(open), failure });
  await open.strict.locks?.giveBack();
  const ending = finish(open, failure.outcome, resultsOf(open), { failure });
  if (failure.outcome === 'bug') showCause(failure, open.surroundings);
  return ending;
}

/** What a run has opened, and has to close. */
interface OpenRun {
  readonly id: string;
  /** With the stack's own name, once it is known. */
  head: RunDescription;
  readonly flags: CommonFlags;
  readonly surroundings: ProcessContext;
  readonly speed: number;
  readonly clock: ServiceClock;
  /** Of our clock. */
  readonly startedAt: Instant;
  /** The number of the last event. */
  readonly seq: () => number;
  readonly region: string;
  readonly machine: Machine;
  readonly renderer: Renderer;
  readonly sinks: Sinks;
  readonly history: RunHistory | undefined;
  readonly state: () => RunState;
  readonly emit: Emit;
  /**
   * No event is told from now on: `run.finished` is the last word, even if a task that was left alone still goes
   * on.
   */
  readonly closeStream: () => void;
  readonly isOver: () => boolean;
  readonly signals: Signals;
  readonly heartbeat: ReturnType<typeof createHeartbeat>;
  /** Aborted at the end. */
  readonly done: AbortController;
  readonly hidden: Secrets;
  readonly mayLeave: MayLeave;
  readonly deps: Deps;
  /** The strict locks, once they are opened. */
  readonly strict: { locks?: Locks };
  /** The command that goes on with the groups; a task that finds out their names says it anew. */
  readonly goesOn: { again: RunDescription['again']; part: boolean };
}

async function openRun(
  head: RunDescription,
  flags: CommonFlags,
  surroundings: ProcessContext,
  before?: Remembered,
): Promise<OpenRun> {
  const pace = readPace(surroundings.env);
  const clock = serviceClock(surroundings.simulated?.clock ?? systemClock(pace.speed), before?.ahead);
  const strict: OpenRun['strict'] = {};
  const mayLeave: MayLeave = (call) => strict.locks?.mayLeave(call) ?? Promise.resolve();
  const { gateway, region, way } = await connect({ ...flags, mayLeave }, pace.endpoint, surroundings);
  const renderer = await createRenderer(flags, surroundings, clock);
  const id = surroundings.byLooks?.run ?? newRunId(clock.now(), surroundings.simulated?.random);
  const { state, see, seq } = followRun(before);
  let over = false;
  const heartbeat = createHeartbeat(surroundings.simulated?.beside ?? clock, renderer.repeatMs, (event) => emit(event));
  const sinks = await openSinks(flags, surroundings, (event) => emit(event), way);
  const history = openHistory(flags, way, (text) => hidden.redact(text));
  const told = [see, renderer.show, ({ event }: Stamped) => heartbeat.see(event), sinks.see, () => question?.see()];
  if (history !== undefined) told.push(history.keeper.see);
  const stream = createStream({
    clock,
    run: id,
    sinks: [...told, surroundings.onEvent ?? (() => undefined)],
    after: seq(),
  });
  const emit: Emit = (event) => (over ? undefined : stream(event));
  const question = await questionFor(surroundings, emit, state);
  const signals = signalsOf(surroundings, question, {
    first: (signal) => emit({ type: 'interrupt', signal, effect: open.head.onInterrupt(state()) }),
    second: (signal, asked) => leave(open, signal, asked),
  });
  const machine = machineOf(id, surroundings, { gateway, clock });
  const hidden = createSecrets(surroundings.env, head.lock?.address, sinks.secrets);
  const hooks = surroundings.simulated?.hooks ?? createShell(surroundings.env, hidden.mask);
  const placed = (step: NextCommand): NextCommand => placedInSentence(step, { region, profile: flags.profile });
  const deps = { gateway, clock, emit, placed, interrupt: signals, ...holdersOn(machine, strict), hooks };
  const open: OpenRun = {
    id,
    head,
    flags,
    surroundings,
    speed: pace.speed,
    clock,
    startedAt: before?.startedAt ?? clock.now(),
    region,
    machine,
    ...{ renderer, sinks, history, state, seq, emit },
    closeStream: () => void (over = true),
    isOver: () => over,
    signals,
    heartbeat,
    done: new AbortController(),
    ...{ hidden, mayLeave, deps, strict },
    goesOn: { again: head.again, part: false },
  };
  return open;
}

/** Whether those who hold leases are known to be gone, or at work. */
function holdersOn(
  machine: Machine,
  strict: OpenRun['strict'],
): Pick<Deps, 'holderIsGone' | 'holderLives' | 'askHolder'> {
  return {
    holderIsGone: (lease) => machine.holderIsGone(lease) || strict.locks?.outlived(lease.run) === true,
    holderLives: machine.holderLives,
    ...(machine.askHolder !== undefined && { askHolder: machine.askHolder }),
  };
}

/** Who works, and what is known of others who do. */
type Machine = ReturnType<typeof thisMachine> & Pick<Deps, 'askHolder'>;

/** The machine that this process runs on. Whoever looks once and goes is on none, and waits for what Lambda answers. */
function machineOf(
  id: string,
  surroundings: ProcessContext,
  { gateway, clock }: Pick<Deps, 'gateway' | 'clock'>,
): Machine {
  const { byLooks } = surroundings;
  const executions = executionsEnded(gateway, clock);
  if (byLooks !== undefined) {
    const { hasEnded, ask } = executions;
    return { host: byLooks.host, holderIsGone: hasEnded, holderLives: () => false, askHolder: ask };
  }
  const machine = thisMachine(surroundings.host, ownRuns(id, surroundings));
  return { ...machine, holderIsGone: (lease) => machine.holderIsGone(lease) || executions.hasEnded(lease) };
}

/** What asks at a terminal what a Ctrl-C means. A pipeline may have a terminal too, and nobody sits at it. */
async function questionFor(
  { choose, simulated }: ProcessContext,
  emit: Emit,
  state: () => RunState,
): Promise<WindowQuestion | undefined> {
  if (choose === undefined) return undefined;
  const { isCI } = await import('ci-info');
  if (isCI && simulated === undefined) return undefined;
  return windowQuestion({ choose, clock: simulated?.beside ?? systemClock(), emit, state });
}

function signalsOf(
  { onSignal, simulated }: ProcessContext,
  question: WindowQuestion | undefined,
  on: Pick<Parameters<typeof listenForSignals>[1], 'first' | 'second'>,
): Signals {
  const asking = { ...on, ...(question !== undefined && { ask: question.ask }) };
  return listenForSignals(onSignal, asking, simulated?.beside ?? systemClock());
}

/**
 * The same command line with the stack's own name. An alias can come to mean another stack while we work, and two
 * names of one stack must not have two locks.
 *
 * @throws Failure `usage` when settings were written for the other name
 */
async function byOwnName<A extends RunFlags>({ deps, surroundings }: OpenRun, asked: A): Promise<A> {
  if (asked.stack === undefined) return asked;
  const own = await ownName(deps, asked.stack);
  if (own === asked.stack) return asked;
  expectNoSettings(asked.stack, own, surroundings.settings);
  return { ...asked, stack: own };
}

/** Says that the run began, takes the strict lock of the stack, and keeps the run from falling silent. */
async function begin(open: OpenRun, us: Us, identity: Identity, typed: string | undefined): Promise<Run> {
  const { id, head, surroundings, strict, emit } = open;
  emit({
    type: 'run.started',
    run: id,
    command: head.command,
    version: surroundings.version,
    identity,
    ...(head.stack === undefined ? {} : { stack: head.stack }),
    groups: head.groups,
    // Told with `stack.started`, when it is known which of them are secret.
    parameters: {},
    host: us.host,
    ...(us.build !== undefined && { build: us.build }),
    ...(surroundings.byLooks !== undefined && { byLooks: true as const }),
  });
  if (head.stack !== undefined && typed !== undefined && head.stack !== typed)
    emit({ type: 'stack.alias', alias: typed, stack: head.stack });
  tellSettings(emit, surroundings.settings);
  if (surroundings.byLooks === undefined) void open.heartbeat.beat(open.done.signal);
  if (head.stack !== undefined && head.lockLater !== true) await strict.locks?.take(identity, { stack: head.stack });
  return runOf(open, us, identity);
}

/** What a task works with. */
function runOf(open: OpenRun, us: Us, identity: Identity): Run {
  const { id, strict, deps, hidden, mayLeave, region, state } = open;
  const lock = strict.locks?.address;
  return {
    id,
    ...us,
    ...(lock !== undefined && { lock }),
    lockGroups: async (groups) => strict.locks?.take(identity, { groups }),
    goOnWith: (again, part = false) => void Object.assign(open.goesOn, { again, part }),
    state,
    mayLeave,
    hidden,
    region,
    place: { region, profile: open.flags.profile },
    identity,
    deps,
    ...(open.history !== undefined && { history: open.history }),
  };
}

/** The run's entry in its history, before its last word: what cannot be written is one warning, and changes nothing. */
async function keepHistory(
  { history, state, clock, startedAt, emit }: OpenRun,
  { outcome, results, failure }: Pick<RunResult, 'outcome' | 'results'> & { readonly failure?: Failure },
): Promise<void> {
  if (history === undefined) return;
  const why = await history.keeper.write({
    outcome,
    exitCode: EXIT_OF[outcome],
    results,
    ...(failure !== undefined && { failure: failure.facts }),
    elapsedMs: clock.sinceStart(startedAt),
    changed: state().changed,
  });
  if (why === '') return;
  const text = `The history ${history.address.shown} does not hold this run: ${why}.`;
  const remedy = 'The run ends as it would have without it.';
  emit({ type: 'warning', reason: { code: 'output.history', text, remedy } });
}

/** Who works here, as notes and locks name it. */
type Us = Pick<Run, 'host' | 'pid' | 'build'>;

/** Commands of the user's come late in a run; that one cannot run at all is told first. @throws Failure `usage` */
async function expectCommands({ head: { commands = [] }, surroundings: { env, simulated } }: OpenRun): Promise<void> {
  const unable = simulated?.hooks === undefined ? await cannotStart(commands, env) : [];
  if (unable.length > 0) throw badFlags(unable.map(({ why, flag }) => problem(why, flag)));
}

/** Finds out who we are, and opens the store of the strict locks; nothing is sent to it yet. */
async function introduce(open: OpenRun): Promise<Us> {
  const { id, head, surroundings, machine, strict, emit, region, clock } = open;
  const build = buildOf(await import('ci-info'), surroundings.env);
  const us = { host: machine.host, pid: surroundings.pid, ...(build !== undefined && { build }) };
  if (head.lock !== undefined) {
    const { profile } = open.flags;
    const place = { region, profile, speed: open.speed, surroundings, now: () => clock.now() };
    const holder = { run: id, ...us, command: head.command };
    strict.locks = await openLocks(head.lock, place, {
      holder,
      emit,
      interrupt: open.signals,
      lives: machine.holderLives,
    });
  }
  return us;
}

/** The last word, and the document at the end. */
function finish(
  open: OpenRun,
  outcome: Outcome,
  results: readonly GroupResult[],
  {
    failure,
    more: { next: commands = [], ...more } = {},
  }: { readonly failure?: Failure; readonly more?: RunResult['more'] | undefined },
): CommandResult {
  const { head, clock, region, signals } = open;
  const { profile } = open.flags;
  const place = { region, profile, lock: open.strict.locks?.address, history: open.history?.address.shown };
  const costly = [...open.state().retained.values()].map(endRetained);
  const words = failure === undefined ? [...commands, ...costly] : commands;
  const next = words.length === 0 ? {} : { next: words.map((step) => commandLine(withPlace(step, place))) };
  const exitCode = EXIT_OF[outcome];
  const elapsedMs = clock.sinceStart(open.startedAt);
  const all = [...(failure?.facts.next ?? []), ...costly.map((step) => withPlace(step, place))];
  const facts = failure === undefined ? {} : { failure: tellFacts({ ...failure.facts, next: all }) };
  const last = { type: 'run.finished', outcome, exitCode, results, ...facts, ...next, elapsedMs } as const;
  open.emit(last);
  open.closeStream();
  return endDocument({ run: open.id, ...head, interrupted: signals.received, more }, last);
}

/** The second signal: the screen gets a moment; then we are gone, whatever is still under way. */
function leave(open: OpenRun, signal: string, asked: boolean): void {
  if (open.isOver()) return;
  const left = new Failure('stopped', {
    code: 'interrupted',
    what: asked
      ? `${signal} came at the question what the first one means; the run left at once.`
      : `${signal} came while the run was already ending; it left at once.`,
    reasons: [],
    ...aftermath(failureContextOf(open)),
  });
  const ending = finish(open, 'stopped', resultsOf(open), { failure: toFailure(left, failureContextOf(open)) });
  void Promise.race([showAll(open), systemClock().sleep(500)]).finally(() => open.surroundings.leave(ending));
}

async function close(open: OpenRun): Promise<void> {
  open.done.abort();
  open.signals.release();
  noteRunOver(open.id);
  await showAll(open);
}

/** Resolves when all that was told is on the screen and in its files. */
async function showAll({ renderer, sinks }: OpenRun): Promise<void> {
  await renderer.end();
  await sinks.end();
}

/** What is known of the run, for its last words. */
function failureContextOf(open: OpenRun): FailureContext {
  const { head, region, strict, history, state, goesOn } = open;
  const { profile } = open.flags;
  return {
    command: head.command,
    stack: head.stack,
    groups: head.groups,
    region,
    account: state().account,
    profile,
    lock: strict.locks?.address,
    history: history?.address.shown,
    witness: state(),
    words: head.words,
    again: goesOn.again({ region, profile }),
    part: goesOn.part,
  };
}

/** Ends of groups as they were told, for a run that does not come to its own end. */
function resultsOf({ state }: OpenRun): readonly GroupResult[] {
  return [...state().results.values()];
}

/** Names alone: a value may be nobody's business. */
function tellSettings(emit: Emit, settings: Settings | undefined): void {
  const { said = [], overridden = [], remarks = [] } = settings ?? {};
  for (const text of remarks) emit({ type: 'warning', reason: { code: 'config.variable', text, remedy: '' } });
  if (said.length + overridden.length === 0) return;
  emit({
    type: 'settings.read',
    said: said.map(({ name, at }) => ({ name, at })),
    overridden: overridden.map(({ name, at, by }) => ({ name, at, by })),
  });
}

/** A person who has no network or the wrong endpoint should not wait minutes to hear of it. */
export const QUICK = { ...RETRY, attempts: 3, longestWaitMs: 2_000 };

/** Gateway, region, and the way there for others, which no lock holds up; the SDK is loaded only here. */
export async function connect(
  flags: CommonFlags & Pick<GatewayOptions, 'assume' | 'mayLeave'>,
  endpoint: string | undefined,
  surroundings: Pick<ProcessContext, 'env' | 'version' | 'command' | 'simulated'>,
): Promise<{ readonly gateway: Gateway; readonly region: string; readonly way: GatewayOptions }> {
  checkEndpoint(surroundings.env);
  checkProxy(surroundings.env);
  const { createGateway, resolveRegion } = await import('../aws/gateway.js');
  const region = checkRegion(await resolveRegion(flags.region, surroundings.env, flags.profile));
  const way: GatewayOptions = {
    region,
    agent: { version: surroundings.version, command: surroundings.command, sizes: flags.sizes },
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(flags.assume === undefined ? {} : { assume: flags.assume }),
    ...surroundings.simulated?.client,
  };
  const gateway = createGateway({ ...way, ...(flags.mayLeave === undefined ? {} : { mayLeave: flags.mayLeave }) });
  return { gateway, region, way };
}

/** Where an unexpected failure came from, under --debug alone: a stack trace helps no user. */
export function showCause(failure: Failure, { debug, stderr }: Pick<ProcessContext, 'debug' | 'stderr'>): void {
  if (!debug) return;
  const cause = failure.cause instanceof Error ? failure.cause : failure;
  stderr.write(`${cause.stack ?? cause.message}\n`);
}

/** A clock that can be set to the service's time, so that limits and stamps are read on one scale. */
interface ServiceClock extends Clock {
  readonly follow: (serviceNow: number) => void;
  /** How far the service's time is ahead of ours. */
  readonly ahead: () => Milliseconds;
  /** Time since `start`, which was taken before or after `follow`. */
  readonly sinceStart: (start: number) => number;
}

/** Dates of answers have whole seconds; a smaller difference is no difference. */
const NOISE_MS = 2_000;

function serviceClock(clock: Clock, ahead: Milliseconds = 0): ServiceClock {
  let offset = ahead;
  return {
    now: () => clock.now() + offset,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    follow: (serviceNow) => {
      const difference = serviceNow - clock.now();
      if (Math.abs(difference) > NOISE_MS) offset = difference;
    },
    ahead: () => offset,
    sinceStart: (start) => clock.now() - start,
  };
}
