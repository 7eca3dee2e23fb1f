import { systemClock } from '../../clock.js';
import { readPace } from '../../config/simulation-speed.js';
import { EXIT_OF, type ExitCode, Failure } from '../../errors.js';
import { goesBack, type TakenBack } from '../../fleet/back-by-state.js';
import type { TargetEnd } from '../../fleet/target-end.js';
import { worstEnd } from '../../fleet/worst-end.js';
import { targetsOf, type Target } from '../../fleet/waves.js';
import type { Outcome } from '../../model/event.js';
import { sayEnd, summaryLines } from '../../render/documents/fleet-page.js';
import { lineWriter } from '../../render/line-writer.js';
import { endWithError } from '../../run/end-with-error.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import type { OutputFlags } from '../../run/renderer-choice.js';
import { command, commandLine } from '../../text/commands/next-command.js';
import { count } from '../../text/count.js';
import { atOnce } from './at-once.js';
import { cancelTarget, rollbackTarget } from './call-target.js';
import { asOutcome } from './fleet-failure.js';
import { fleetSignals } from './fleet-signals.js';
import { fleetVoice, type FleetVoice } from './fleet-voice.js';
import { lookAtTargets, type SeenTarget } from './look-at-fleet.js';
import { openFleet, type FleetAsked } from './open-fleet.js';

export interface FleetBackAsked extends FleetAsked, Pick<OutputFlags, 'output' | 'quiet'> {}

/** The --json document of `fleet cancel` and `fleet rollback`. Fields are only ever added. */
export interface FleetBackDocument extends Pick<
  CommandResult,
  'v' | 'command' | 'outcome' | 'exitCode' | 'failure' | 'elapsedMs' | 'next' | 'interrupted'
> {
  readonly file: string;
  /** In the order of the waves. */
  readonly targets: readonly TargetEnd[];
}

/** Going back never serves with less, so targets need not wait for each other. */
const MOST_AT_ONCE = 20;

/** `fleet cancel`: calls back what is under way on every target. @throws Failure `usage` */
export function fleetCancel(asked: FleetBackAsked, around: ProcessContext): Promise<FleetBackDocument> {
  return takeBack('cancel', asked, around);
}

/** `fleet rollback`: takes back what is under way, paused or kept. @throws Failure `usage` */
export function fleetRollback(asked: FleetBackAsked, around: ProcessContext): Promise<FleetBackDocument> {
  return takeBack('rollback', asked, around);
}

async function takeBack(
  what: 'cancel' | 'rollback',
  asked: FleetBackAsked,
  around: ProcessContext,
): Promise<FleetBackDocument> {
  const fleet = await openFleet(asked, around);
  const clock = around.simulated?.clock ?? systemClock(readPace(around.env).speed);
  const startedAt = clock.now();
  const voice = fleetVoice(around, asked.output, () => clock.now());
  const signals = fleetSignals(around, (signal) => voice.say(`${signal}: each target does what its own Ctrl-C does.`));
  const left = new Set<string>();
  try {
    const seen = await lookAtTargets(targetsOf(fleet), around);
    const ends = await atOnce(seen, MOST_AT_ONCE, async (one): Promise<TargetEnd> => {
      const began = clock.now();
      const how = goesBack(what, one, one.of.settings['history'] !== undefined);
      const call = {
        ...voice.of(one.target),
        onSignal: signals.onSignal,
        ...(asked.quiet === true && { quiet: true }),
      };
      const said =
        one.failure !== undefined
          ? unseen(one)
          : typeof how === 'object'
            ? { outcome: 'nothing' as const, exitCode: 0, says: how.says, next: one.next }
            : signals.stop.aborted
              ? { outcome: 'stopped' as const, exitCode: EXIT_OF.stopped, code: 'interrupted', says: LATE, next: [] }
              : await called(one.of, how, around, { ...call, left: () => void left.add(one.target) });
      const end = { wave: one.of.wave, target: one.target, startedAt: began, elapsedMs: clock.now() - began, ...said };
      if (said.outcome !== 'nothing') voice.tell({ type: 'fleet.targetFinished', end }, sayEnd(end));
      return end;
    });
    const document = documentOf({ what, file: fleet.file, ends, elapsedMs: clock.now() - startedAt }, asked, around);
    const signal = signals.came();
    const all = signal === undefined ? document : { ...document, interrupted: signal };
    if (left.size > 0) around.leave(all);
    return all;
  } finally {
    signals.release();
  }
}

const LATE = 'a signal came before it was taken back';

/** What an end says of itself, beside its time. */
type Said = Omit<TargetEnd, 'wave' | 'target' | 'startedAt' | 'elapsedMs'>;

function unseen({ says, failure }: SeenTarget): Said {
  const { facts, end } = failure ?? {};
  return {
    outcome: asOutcome(end?.outcome ?? 'bug'),
    exitCode: end?.exitCode ?? EXIT_OF.bug,
    ...(facts !== undefined && { code: facts.code }),
    says,
    next: facts?.next ?? [],
  };
}

/** The call that takes a target back, to its end; one that a second signal made leave has ended by then. */
function called(
  target: Target,
  how: TakenBack,
  around: ProcessContext,
  { left, ...call }: ReturnType<FleetVoice['of']> & Pick<ProcessContext, 'onSignal'> & { readonly left: () => void },
): Promise<Said> {
  return new Promise<CommandResult>((resolve) => {
    const leave = (ending: CommandResult): void => {
      left();
      resolve(ending);
    };
    const run = how === 'cancel' ? cancelTarget : rollbackTarget;
    void run(target, around, { ...call, leave }).then(resolve);
  }).then(({ outcome, exitCode, failure, next = [], run }) => ({
    outcome: asOutcome(outcome),
    exitCode,
    ...(failure !== undefined && { code: failure.code }),
    says: failure?.what ?? (outcome === 'nothing' ? 'nothing is under way' : ''),
    ...(run !== undefined && { run }),
    next: failure?.next ?? next,
  }));
}

/** What it all came to. */
interface Back {
  readonly what: 'cancel' | 'rollback';
  readonly file: string;
  readonly ends: readonly TargetEnd[];
  readonly elapsedMs: number;
}

function documentOf(
  { what, file, ends, elapsedMs }: Back,
  { output }: FleetBackAsked,
  around: ProcessContext,
): FleetBackDocument {
  const bad = ends.filter(({ exitCode }) => exitCode !== 0);
  const worst = worstEnd(bad.flatMap(({ outcome, exitCode = 1 }) => [{ outcome, exitCode }]));
  const done = ends.some(({ outcome }) => outcome !== 'nothing');
  const good: Outcome = !done ? 'nothing' : what === 'cancel' ? 'cancelled' : 'undone';
  const outcome = worst === undefined || worst.outcome === 'notBegun' ? good : worst.outcome;
  const exitCode: ExitCode = EXIT_OF[outcome];
  const forPeople = output !== 'jsonl';
  if (!around.json && forPeople) {
    const write = lineWriter(around.stdout);
    summaryLines(ends, `Nothing to ${what === 'cancel' ? 'cancel' : 'take back'}`).forEach(write);
    write('');
    const many = ends.filter((end) => end.exitCode === 0 && end.outcome !== 'nothing').length;
    write(`${many} of ${count(ends.length, 'target')} ${many === 1 ? 'was' : 'were'} taken back.`);
  }
  const next =
    bad.length === 0 ? [] : [command`ha-updater fleet ${what} ${file}`, command`ha-updater fleet status ${file}`];
  const facts =
    worst === undefined
      ? undefined
      : endWithError(
          new Failure(outcome, {
            code: 'fleet.notBack',
            what: `${bad.length} of ${count(ends.length, 'target')} could not be taken back.`,
            reasons: bad.map(({ target, code = 'bug', says, exitCode: exit = 1 }) => ({
              code,
              text: `${target} (exit ${exit}): ${says}`,
              remedy: '',
            })),
            serves: '',
            left: '',
            next,
          }),
          `fleet ${what}`,
          around,
        ).failure;
  return {
    v: 1,
    command: `fleet ${what}`,
    outcome,
    exitCode,
    file,
    targets: ends,
    ...(next.length > 0 && { next: next.map(commandLine) }),
    ...(facts !== undefined && { failure: facts }),
    elapsedMs,
  };
}
