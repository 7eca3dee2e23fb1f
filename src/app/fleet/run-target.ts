import type { Clock } from '../../clock.js';
import type { Target } from '../../fleet/waves.js';
import type { TargetEnd } from '../../fleet/target-end.js';
import { command, commandLine } from '../../text/commands/next-command.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { EXIT_OF } from '../../errors.js';
import { asOutcome } from './fleet-failure.js';
import type { FleetSignals } from './fleet-signals.js';
import type { FleetVoice } from './fleet-voice.js';
import { lookAtTarget, type SeenTarget } from './look-at-fleet.js';
import { updateTarget } from './call-target.js';

/** What targets are rolled out with. */
export interface TargetRunner {
  readonly file: string;
  readonly around: ProcessContext;
  readonly clock: Clock;
  readonly voice: FleetVoice;
  readonly signals: FleetSignals;
  /** Of its runs only warnings, and how they ended. */
  readonly quiet: boolean;
  /** Targets that start although a roll-back has frozen them. */
  readonly retry: ReadonlySet<string>;
  /** Some run left at once by a second signal: what it began still goes on in this process. */
  readonly left: () => void;
}

/**
 * Rolls one target out to its end, or says why there is nothing to do, or nothing that a fleet may do. Never throws.
 * @returns undefined when a signal came before it was begun
 */
export async function runTarget(target: Target, runner: TargetRunner): Promise<TargetEnd | undefined> {
  const { clock, around, signals } = runner;
  const startedAt = clock.now();
  const end = (more: Omit<TargetEnd, 'wave' | 'target' | 'startedAt' | 'elapsedMs'>): TargetEnd => ({
    wave: target.wave,
    target: target.name,
    startedAt,
    elapsedMs: clock.now() - startedAt,
    ...more,
  });
  const seen = await lookAtTarget(target, around);
  if (signals.stop.aborted) return undefined;
  const known = withoutRun(seen, runner);
  return end(known ?? endOf(await rolledOut(target, runner)));
}

/** What an end says of itself, beside its time. */
type Said = Omit<TargetEnd, 'wave' | 'target' | 'startedAt' | 'elapsedMs'>;

/** The end of a target that needs no run, or must not have one; undefined for all others. */
function withoutRun(
  { of, state, says, next, failure, differs }: SeenTarget,
  { file, retry }: TargetRunner,
): Said | undefined {
  if (failure !== undefined) {
    const { facts, end } = failure;
    return { outcome: asOutcome(end.outcome), exitCode: end.exitCode, code: facts.code, says, next: facts.next };
  }
  if (state === 'frozen' && !retry.has(of.name)) {
    const again = commandLine(command`ha-updater fleet run ${file} --retry ${of.name}`);
    return { outcome: 'refused', exitCode: EXIT_OF.refused, code: 'fleet.frozen', says, next: [again, ...next] };
  }
  if (state === 'paused') return { outcome: 'paused', exitCode: 0, says, next };
  if (state === 'kept' && differs.length === 0) return { outcome: 'kept', exitCode: 0, says, next };
  // Whether the template of a stack differs is for its change set to say.
  if (state === 'current' && of.stack === undefined && of.settings['swap'] !== 'always')
    return { outcome: 'nothing', exitCode: 0, says: 'already current', next: [] };
  return undefined;
}

/** Its run, from the first call to the last word; one that a second signal made leave has ended by then. */
function rolledOut(target: Target, { around, voice, signals, left, quiet }: TargetRunner): Promise<CommandResult> {
  return new Promise((resolve) => {
    const leave = (ending: CommandResult): void => {
      left();
      resolve(ending);
    };
    void updateTarget(target, around, { ...voice.of(target.name), onSignal: signals.onSignal, leave, quiet }).then(
      resolve,
    );
  });
}

function endOf({ outcome, exitCode, failure, next = [], run }: CommandResult): Said {
  const ended = asOutcome(outcome);
  return {
    outcome: ended,
    exitCode,
    ...(failure !== undefined && { code: failure.code }),
    says: failure?.what ?? (ended === 'nothing' ? 'already current' : ''),
    ...(run !== undefined && { run }),
    next: failure?.next ?? next,
  };
}
