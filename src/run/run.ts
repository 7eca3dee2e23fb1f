import { checkEndpoint, checkProxy, checkRegion } from '../config/connection-checks.js';
import { newRunId } from '../config/run-id.js';
import type { Settings } from '../config/settings.js';
import { readPace } from '../config/simulation-speed.js';
import { systemClock, type Clock } from '../clock.js';
import type { GatewayOptions, MayLeave } from '../aws/gateway.js';
import { buildOf } from '../config/ci-build.js';
import type { Deps } from '../engine/deps.js';
import type { Gateway } from '../engine/gateway.js';
import { RETRY } from '../engine/retry.js';
import { EXIT_OF, Failure } from '../errors.js';
import type { GroupResult } from '../model/rollout/decision.js';
import type { Emit, Identity, Outcome } from '../model/event.js';
import { createShell } from '../shell/shell.js';
import type { Output } from '../render/renderer.js';
import { createStream } from '../render/stream.js';
import { aftermath, toFailure, withPlace, type Scene } from './failure.js';
import { createHidden, type Hidden } from './secrets.js';
import { listen } from './interrupt.js';
import { openLocks, type LockAsked, type Locks } from '../app/lock/lock.js';
import { thisMachine } from './process-identity.js';
import { createRenderer } from './renderer-choice.js';
import { createPulse } from './heartbeat.js';
import type { Ending, Surroundings } from './process-context.js';
import { createWitness, type Witness } from './run-state.js';
import { retrying } from '../engine/retrying-gateway.js';

/** Flags of every command that talks to AWS. */
export interface CommonFlags {
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly output?: string | undefined;
}

/** What a command is about. */
export interface Head {
  readonly command: string;
  readonly stack?: string | undefined;
  readonly groups: readonly string[];
  /** The command that goes on with the groups after this run. */
  readonly again: (place: { readonly region: string; readonly profile?: string | undefined }) => string;
  /** Flags that whoever resumes needs again, for a shell. */
  readonly words?: string | undefined;
  /** What the first signal will do, in words, by where the run is. */
  readonly onInterrupt: (witness: Witness) => string;
  /** The strict lock to work under; absent without one, and for commands that change nothing. */
  readonly lock?: LockAsked | undefined;
  /** Only `lockGroups` takes it, and not the stack's: what comes before is meant for whoever holds it. */
  readonly lockLater?: boolean;
}

/** What a story works with. */
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
  /** Whether a call may leave now; for other ways to AWS than the gateway's. */
  readonly mayLeave: MayLeave;
  /** Secrets that must not be repeated in words of others: the service's, and those of the user's commands. */
  readonly hidden: Hidden;
  readonly deps: Deps;
  readonly region: string;
  readonly identity: Identity;
}

/** How a story ended well. */
export interface Happy {
  readonly outcome: Outcome;
  readonly results: readonly GroupResult[];
  /** What else the document at the end tells. */
  readonly more?: Pick<Ending, 'plan' | 'changeSet' | 'next'>;
}

/**
 * One run from the first call to the last words: connects, listens for signals, lets the story happen,
 * and turns whatever comes of it into one `run.finished` and one ending. Never throws what the story
 * throws.
 */
export async function withRun(
  head: Head,
  flags: CommonFlags,
  surroundings: Surroundings,
  story: (run: Run) => Promise<Happy>,
): Promise<Ending> {
  const pace = readPace(surroundings.env);
  const clock = serviceClock(systemClock(pace.speed));
  let locks: Locks | undefined;
  const mayLeave: MayLeave = (call) => locks?.mayLeave(call) ?? Promise.resolve();
  const { gateway, region } = await connect({ ...flags, mayLeave }, pace.endpoint, surroundings);
  const renderer = await createRenderer((flags.output ?? 'auto') as Output, surroundings);
  const id = newRunId(clock.now());
  const { witness, see } = createWitness();
  const stream = createStream({ clock, run: id, sinks: [({ event }) => see(event), renderer.show] });
  // `run.finished` is the last word, even if a story that was left alone still goes on.
  let over = false;
  const emit: Emit = (event) => {
    if (!over) stream(event);
  };
  const start = clock.now();
  const scene = (): Scene => ({
    command: head.command,
    stack: head.stack,
    groups: head.groups,
    region,
    profile: flags.profile,
    lock: locks?.address,
    witness: witness(),
    words: head.words,
    again: head.again({ region, profile: flags.profile }),
  });
  const machine = thisMachine(surroundings.host);

  const finish = (
    outcome: Outcome,
    results: readonly GroupResult[],
    failure?: Failure,
    { next: commands, ...more }: NonNullable<Happy['more']> = {},
  ): Ending => {
    const next =
      commands === undefined || commands.length === 0
        ? {}
        : {
            next: commands.map((command) =>
              withPlace(command, { region, profile: flags.profile, lock: locks?.address }),
            ),
          };
    const exitCode = EXIT_OF[outcome];
    const elapsedMs = clock.sinceStart(start);
    const facts = failure === undefined ? {} : { failure: failure.facts };
    emit({ type: 'run.finished', outcome, exitCode, results, ...facts, ...next, elapsedMs });
    over = true;
    return {
      v: 1,
      command: head.command,
      outcome,
      exitCode,
      run: id,
      ...(head.stack === undefined ? {} : { stack: head.stack }),
      groups: results,
      ...more,
      ...next,
      ...(signals.received === undefined ? {} : { interrupted: signals.received }),
      ...facts,
      elapsedMs,
    };
  };
  const results = collectResults();
  const signals = listen(surroundings.onSignal, {
    first: (signal) => emit({ type: 'interrupt', signal, effect: head.onInterrupt(witness()) }),
    second: (signal) => {
      if (over) return;
      const left = new Failure('stopped', {
        code: 'interrupted',
        what: `${signal} came while the run was already ending; it left at once.`,
        reasons: [],
        ...aftermath(scene()),
      });
      const ending = finish('stopped', results.all(), toFailure(left, scene()));
      // The screen gets a moment; then we are gone, whatever is still under way.
      void Promise.race([renderer.end(), systemClock().sleep(500)]).finally(() => surroundings.leave(ending));
    },
  });
  const done = new AbortController();
  const pulse = createPulse(clock, renderer.repeatMs, emit);
  const hidden = createHidden(surroundings.env, head.lock?.address);
  const holderIsGone: Deps['holderIsGone'] = (lease) =>
    machine.holderIsGone(lease) || locks?.outlived(lease.run) === true;
  const deps: Deps = {
    gateway,
    clock,
    emit: tee(emit, results.see, pulse.see),
    interrupt: signals,
    holderIsGone,
    hooks: createShell(surroundings.env, hidden.mask),
  };
  try {
    const build = buildOf(await import('ci-info'), surroundings.env);
    const place = { region, profile: flags.profile, speed: pace.speed, surroundings, now: () => clock.now() };
    const holder = {
      run: id,
      host: machine.host,
      pid: surroundings.pid,
      ...(build !== undefined && { build }),
      command: head.command,
    };
    if (head.lock !== undefined)
      locks = await openLocks(head.lock, place, { holder, emit: deps.emit, interrupt: signals });
    const { at, ...identity } = await retrying(deps, QUICK).identity();
    clock.follow(at);
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
    });
    tellSettings(emit, surroundings.settings);
    void pulse.beat(done.signal);
    if (head.stack !== undefined && head.lockLater !== true) await locks?.take(identity, { stack: head.stack });
    const lockGroups: Run['lockGroups'] = async (groups) => locks?.take(identity, { groups });
    const lock = locks?.address;
    const happy = await story({
      id,
      host: machine.host,
      pid: surroundings.pid,
      ...(build !== undefined && { build }),
      ...(lock !== undefined && { lock }),
      lockGroups,
      mayLeave,
      hidden,
      region,
      identity,
      deps,
    });
    await locks?.giveBack();
    return finish(happy.outcome, happy.results, undefined, happy.more);
  } catch (error) {
    const failure = toFailure(error, scene());
    await locks?.giveBack();
    const ending = finish(failure.outcome, results.all(), failure);
    if (failure.outcome === 'bug') showCause(failure, surroundings);
    return ending;
  } finally {
    done.abort();
    signals.release();
    await renderer.end();
  }
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

/** Gateway and region; the SDK is loaded only here. */
export async function connect(
  flags: CommonFlags & Pick<GatewayOptions, 'assume' | 'mayLeave'>,
  endpoint: string | undefined,
  surroundings: Pick<Surroundings, 'env' | 'version' | 'command'>,
): Promise<{ readonly gateway: Gateway; readonly region: string }> {
  checkEndpoint(surroundings.env);
  checkProxy(surroundings.env);
  const { createGateway, resolveRegion } = await import('../aws/gateway.js');
  const region = checkRegion(await resolveRegion(flags.region, surroundings.env, flags.profile));
  const gateway = createGateway({
    region,
    agent: { version: surroundings.version, command: surroundings.command },
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(flags.assume === undefined ? {} : { assume: flags.assume }),
    ...(flags.mayLeave === undefined ? {} : { mayLeave: flags.mayLeave }),
  });
  return { gateway, region };
}

/** Where an unexpected failure came from, under --debug alone: a stack trace helps no user. */
export function showCause(failure: Failure, { debug, stderr }: Pick<Surroundings, 'debug' | 'stderr'>): void {
  if (!debug) return;
  const cause = failure.cause instanceof Error ? failure.cause : failure;
  stderr.write(`${cause.stack ?? cause.message}\n`);
}

/** A clock that can be set to the service's time, so that limits and stamps are read on one scale. */
interface ServiceClock extends Clock {
  readonly follow: (serviceNow: number) => void;
  /** Time since `start`, which was taken before or after `follow`. */
  readonly sinceStart: (start: number) => number;
}

/** Dates of answers have whole seconds; a smaller difference is no difference. */
const NOISE_MS = 2_000;

function serviceClock(clock: Clock): ServiceClock {
  let offset = 0;
  return {
    now: () => clock.now() + offset,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    follow: (serviceNow) => {
      const difference = serviceNow - clock.now();
      if (Math.abs(difference) > NOISE_MS) offset = difference;
    },
    sinceStart: (start) => clock.now() - start,
  };
}

/** Ends of groups as they are told, for a run that does not come to its own end. */
function collectResults(): { readonly see: Emit; readonly all: () => readonly GroupResult[] } {
  const results = new Map<string, GroupResult>();
  return {
    see: (event) => {
      if (event.type === 'group.finished') results.set(event.result.group, event.result);
      if (event.type === 'group.skipped')
        results.set(event.group, { group: event.group, outcome: 'skipped', why: event.why });
    },
    all: () => [...results.values()],
  };
}

function tee(...sinks: readonly Emit[]): Emit {
  return (event) => sinks.forEach((sink) => sink(event));
}
