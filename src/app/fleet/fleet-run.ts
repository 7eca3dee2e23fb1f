import { systemClock, type Clock } from '../../clock.js';
import { readPace } from '../../config/simulation-speed.js';
import { badFlags, problem, refused, usage, type FlagProblem } from '../../errors.js';
import { driveFleet, type FleetPorts } from '../../fleet/drive-fleet.js';
import type { Bake, FleetStep } from '../../fleet/fleet-step.js';
import { phaseOf, type TargetEnd } from '../../fleet/target-end.js';
import { bakesAgain } from '../../fleet/target-state.js';
import { targetsOf, type Fleet, type Target, type Wave } from '../../fleet/waves.js';
import type { OutputFlags } from '../../run/renderer-choice.js';
import type { ProcessContext } from '../../run/process-context.js';
import { count } from '../../text/count.js';
import { duration } from '../../text/duration.js';
import { nearest } from '../../text/nearest.js';
import { timestamp } from '../../text/timestamp.js';
import { sayEnd } from '../../render/documents/fleet-page.js';
import { endWithUnseen } from './fleet-failure.js';
import { planTargets } from './fleet-plan.js';
import { fleetSignals, type FleetSignals } from './fleet-signals.js';
import { countsOf } from './fleet-status.js';
import { summaryOf, type FleetRunDocument } from './fleet-summary.js';
import { fleetVoice, type FleetVoice } from './fleet-voice.js';
import { lookAtTargets, type SeenTarget } from './look-at-fleet.js';
import { openFleet, type FleetAsked } from './open-fleet.js';
import { runTarget } from './run-target.js';
import { waveAlarms } from './wave-alarms.js';

export interface FleetRunAsked extends FleetAsked, Pick<OutputFlags, 'output' | 'quiet'> {
  /** Waves that need a person and may begin. */
  readonly approve?: readonly string[] | undefined;
  /** Targets that start although a roll-back has frozen them. */
  readonly retry?: readonly string[] | undefined;
}

/** What one `fleet run` works with. */
interface FleetRun {
  readonly fleet: Fleet;
  readonly asked: FleetRunAsked;
  readonly around: ProcessContext;
  readonly clock: Clock;
  readonly voice: FleetVoice;
  readonly signals: FleetSignals;
  /** Every target as it was before anything began. */
  readonly seen: readonly SeenTarget[];
  /** Ends until now, by target. */
  readonly ends: Map<string, TargetEnd>;
  readonly running: Set<string>;
  /** Waves whose bake time was told. */
  readonly baking: Set<string>;
}

/**
 * `fleet run`: looks at every target, then rolls out wave after wave, each target with a run of its own, whose record
 * stands on its groups. What is current is left alone, and what a dead run left is finished.
 *
 * @throws Failure `usage`, `refused` before anything is changed
 */
export async function fleetRun(asked: FleetRunAsked, around: ProcessContext): Promise<FleetRunDocument> {
  const fleet = await openFleet(asked, around);
  expectNames(fleet, asked);
  const clock = around.simulated?.clock ?? systemClock(readPace(around.env).speed);
  const startedAt = clock.now();
  const voice = fleetVoice(around, asked.output, () => clock.now());
  const running = new Set<string>();
  const signals = fleetSignals(around, (signal) => tellSignal(voice, signal, running.size));
  const left = new Set<string>();
  try {
    const seen = await lookAtAll(fleet, around, voice);
    if ('exitCode' in seen)
      return { ...seen, file: fleet.file, targets: [], waves: [], elapsedMs: clock.now() - startedAt };
    const ends = new Map<string, TargetEnd>();
    const run: FleetRun = { fleet, asked, around, clock, voice, signals, seen, ends, running, baking: new Set() };
    const ended = await driveFleet(
      fleet.waves,
      portsOf(run, (target) => void left.add(target)),
    );
    const document = summaryOf(
      { fleet, ended, ends, asked, elapsedMs: clock.now() - startedAt, signal: signals.came() },
      around,
    );
    const { exitCode, targets } = document;
    voice.tell({ type: 'fleet.finished', how: ended.how, exitCode, targets });
    // What a second signal left still goes on in this process, and must not.
    if (left.size > 0) around.leave(document);
    return document;
  } finally {
    signals.release();
  }
}

/** Waves and targets that the command line names have to be there. @throws Failure `usage` */
function expectNames({ waves, file }: Fleet, { approve = [], retry = [] }: FleetRunAsked): void {
  const targets = targetsOf({ waves });
  const problems: FlagProblem[] = [
    ...approve
      .filter((name) => !waves.some((wave) => wave.name === name))
      .map((name) => problem(`--approve: there is no wave ${name} in ${file}.${meant(name, waves)}`, 'approve')),
    ...retry
      .filter((name) => !targets.some((target) => target.name === name))
      .map((name) => problem(`--retry: there is no target ${name} in ${file}.${meant(name, targets)}`, 'retry')),
  ];
  if (problems.length > 0) throw badFlags(problems);
}

/** The name that was probably meant; '' where none is near. */
function meant(typed: string, there: readonly { readonly name: string }[]): string {
  const near = nearest(
    typed,
    there.map(({ name }) => name),
  );
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

function tellSignal(voice: FleetVoice, signal: string, running: number): void {
  const theirs =
    running === 0
      ? 'Nothing is running.'
      : `${count(running, 'target')} under way: each does what its own Ctrl-C does. Another signal leaves at once.`;
  voice.tell({ type: 'fleet.interrupted', signal, running }, `${signal}: no further target begins. ${theirs}`);
}

/**
 * Looks at every target, and refuses what could only fail later: a target that cannot be looked at, a secret in the
 * file, an alarm that does not exist.
 */
async function lookAtAll(
  fleet: Fleet,
  around: ProcessContext,
  voice: FleetVoice,
): Promise<readonly SeenTarget[] | NonNullable<ReturnType<typeof endWithUnseen>>> {
  const targets = targetsOf(fleet);
  const { waves, file } = fleet;
  voice.tell(
    { type: 'fleet.started', file, waves: waves.length, targets: targets.length },
    `Looks at ${count(targets.length, 'target')} in ${count(waves.length, 'wave')} of ${file}.`,
  );
  const seen = await lookAtTargets(targets, around);
  const unseen = endWithUnseen('fleet run', seen, around);
  if (unseen !== undefined) return unseen;
  const secrets = seen.flatMap(({ of, secrets: keys }) =>
    keys.map((key) => ({
      code: 'fleet.secret',
      text: `${of.at}: target ${of.name}: parameter ${key} is secret (NoEcho) on stack ${of.stack ?? ''}`,
      remedy: 'Leave it out, which keeps the value, or write @env:NAME or @file:PATH.',
    })),
  );
  if (secrets.length > 0) throw usage('fleet.secret', `${file} holds values of secret parameters.`, [], secrets);
  const missing = await waveAlarms(around).missing(waves);
  if (missing.length > 0)
    throw refused(
      'alarm.missing',
      `Alarms that ${file} names do not exist.`,
      missing.map((text) => ({ code: 'alarm.missing', text, remedy: 'Check the name, the account and the region.' })),
    );
  voice.say(`${countsOf(seen)}.`);
  return seen;
}

function portsOf(run: FleetRun, left: (target: string) => void): FleetPorts {
  const { fleet, asked, around, clock, voice, signals, ends, running } = run;
  const alarms = waveAlarms(around);
  const retry = new Set(asked.retry ?? []);
  return {
    clock,
    stop: signals.stop,
    start: async (target) => {
      running.add(target.name);
      voice.tell({ type: 'fleet.targetStarted', wave: target.wave, target: target.name });
      const runner = {
        file: fleet.file,
        around,
        clock,
        voice,
        signals,
        retry,
        left: () => left(target.name),
        quiet: asked.quiet === true,
      };
      const end = await runTarget(target, runner);
      running.delete(target.name);
      if (end === undefined) return undefined;
      ends.set(target.name, end);
      voice.tell({ type: 'fleet.targetFinished', end }, sayEnd(end));
      return phaseOf(end);
    },
    mayBegin: (wave) => mayBegin(run, wave),
    bakes: (wave) => Promise.resolve(needsBake(run, wave)),
    ringing: alarms.ringing,
    tell: (step, bake) => tellStep(run, step, bake),
  };
}

/** Nobody has to approve what changes nothing. */
async function mayBegin({ asked, around, voice, signals }: FleetRun, wave: Wave): Promise<boolean> {
  if (asked.approve?.includes(wave.name) === true) return true;
  const planned = await planTargets(wave.targets, around, signals);
  const changing = planned.filter(({ changes, failure }) => changes || failure !== undefined);
  if (changing.length === 0) return true;
  if (signals.stop.aborted) return false;
  voice.say(`Wave ${wave.name} needs approval: ${changing.length} of ${count(planned.length, 'target')} would change.`);
  for (const { target, says } of changing) voice.say(`  ${target}: ${says}`);
  return false;
}

/** Whether something was done in the wave, or an earlier run may not have waited for its end. */
function needsBake({ fleet, ends, seen }: FleetRun, wave: Wave): boolean {
  const mine = wave.targets.flatMap(({ name }) => ends.get(name) ?? []);
  if (mine.some(({ outcome }) => outcome !== 'nothing' && outcome !== 'kept')) return true;
  const of = (targets: readonly Target[]): readonly SeenTarget[] =>
    seen.filter(({ target }) => targets.some(({ name }) => name === target));
  const newest = Math.max(0, ...of(wave.targets).map((one) => one.newest ?? 0));
  const later = targetsOf({ waves: fleet.waves.slice(fleet.waves.indexOf(wave) + 1) });
  return bakesAgain(
    newest > 0 ? newest : undefined,
    of(later).map((one) => {
      const { template, app } = one.of.settings;
      return { ...one, hasTemplate: (template ?? app) !== undefined };
    }),
  );
}

function tellStep(
  { fleet, voice, clock, ends, running, baking }: FleetRun,
  step: FleetStep,
  bake: Bake | undefined,
): void {
  const wave = fleet.waves.find(({ name }) => name === step.wave);
  if (wave === undefined) return;
  const { name, targets, concurrency, alarms } = wave;
  if (step.do === 'start' && running.size === 0 && !targets.some((target) => ends.has(target.name)))
    voice.tell(
      { type: 'fleet.waveStarted', wave: name, targets: targets.length, concurrency },
      `Wave ${name} begins: ${count(targets.length, 'target')}, ${concurrency} at a time.`,
    );
  // It is told once, as the first sleep of that time begins.
  if (step.do !== 'sleep' || bake === undefined || baking.has(name)) return;
  baking.add(name);
  const quiet = alarms.length === 0 ? '' : `, while ${alarms.join(', ')} must be quiet`;
  voice.tell(
    { type: 'fleet.baking', wave: name, until: bake.until, alarms },
    `Wave ${name} bakes until ${timestamp(bake.until)} (${duration(bake.until - clock.now())})${quiet}.`,
  );
}
