import { EXIT_OF, type ExitCode, type FailureData, Failure } from '../../errors.js';
import type { FleetStep } from '../../fleet/fleet-step.js';
import { outcomeOfFleet, type TargetEnd } from '../../fleet/target-end.js';
import { targetsOf, type Fleet, type Wave } from '../../fleet/waves.js';
import { summaryLines } from '../../render/documents/fleet-page.js';
import { failureBlock } from '../../render/last-words.js';
import { lineWriter } from '../../render/line-writer.js';
import { tellFacts } from '../../run/failure.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { command, commandLine, remarked, type NextCommand } from '../../text/commands/next-command.js';
import { count } from '../../text/count.js';

/** The --json document of `fleet run`. Fields are only ever added. */
export interface FleetRunDocument extends Pick<
  CommandResult,
  'v' | 'command' | 'outcome' | 'exitCode' | 'failure' | 'elapsedMs' | 'next' | 'interrupted'
> {
  readonly file: string;
  /** In their order; `state` says how far each came. */
  readonly waves: readonly { readonly wave: string; readonly state: WaveState }[];
  /** In the order of the waves. */
  readonly targets: readonly TargetEnd[];
}

/** `failed`: it stopped the next ones; `waits`: for a person; `notBegun`: its turn never came. */
type WaveState = 'through' | 'failed' | 'waits' | 'stopped' | 'notBegun';

/** How a `fleet run` came to its end. */
interface FleetEnded {
  readonly fleet: Fleet;
  readonly ended: Extract<FleetStep, { do: 'end' }>;
  readonly ends: ReadonlyMap<string, TargetEnd>;
  readonly asked: { readonly approve?: readonly string[] | undefined; readonly output?: string | undefined };
  readonly elapsedMs: number;
  /** Name of the signal that came. */
  readonly signal: string | undefined;
}

/** The summary: one table, the last words, and the document, which it answers. */
export function summaryOf(all: FleetEnded, around: ProcessContext): FleetRunDocument {
  const { fleet, ended, ends, elapsedMs } = all;
  const targets = targetsOf(fleet).map((target) => ends.get(target.name) ?? notBegun(target.wave, target.name));
  const outcome = outcomeOfFleet(ended.how, targets);
  const exitCode: ExitCode = EXIT_OF[outcome];
  const next = nextOf(all, targets);
  const facts = exitCode === 0 ? undefined : tellFacts(failureOf(all, targets, next).facts);
  const lines = next.map(commandLine);
  const write = lineWriter(around.json ? around.stderr : around.stdout);
  // Whoever asked for JSON Lines has the same in the last one.
  const forPeople = all.asked.output !== 'jsonl';
  if (!around.json && forPeople) {
    summaryLines(targets).forEach(write);
    write('');
    write(headline(all, targets));
    if (facts === undefined && lines.length > 0) ['', 'Next:', ...lines.map((line) => `  ${line}`)].forEach(write);
  }
  if (facts !== undefined && forPeople) failureBlock(outcome, exitCode, facts).forEach(lineWriter(around.stderr));
  return {
    v: 1,
    command: 'fleet run',
    outcome,
    exitCode,
    file: fleet.file,
    waves: fleet.waves.map((wave) => ({ wave: wave.name, state: stateOf(wave, ended, fleet) })),
    targets,
    ...(lines.length > 0 && { next: lines }),
    ...(all.signal !== undefined && { interrupted: all.signal }),
    ...(facts !== undefined && { failure: facts }),
    elapsedMs,
  };
}

function notBegun(wave: string, target: string): TargetEnd {
  return { wave, target, outcome: 'notBegun', says: 'not begun', elapsedMs: 0, next: [] };
}

function stateOf(wave: Wave, { how, wave: last }: FleetEnded['ended'], { waves }: Fleet): WaveState {
  const at = waves.findIndex(({ name }) => name === last);
  const mine = waves.indexOf(wave);
  if (at < 0 || mine < at) return 'through';
  if (mine > at) return 'notBegun';
  if (how === 'paused' || how === 'approval') return 'waits';
  return how === 'stopped' ? 'stopped' : 'failed';
}

/** One sentence on the whole fleet. */
function headline({ ended, ends }: FleetEnded, targets: readonly TargetEnd[]): string {
  const done = targets.filter(({ exitCode, outcome }) => exitCode === 0 && outcome !== 'paused').length;
  const head = `${done} of ${count(targets.length, 'target')} ${targets.length === 1 ? 'is' : 'are'} done`;
  const { how, wave, why } = ended;
  if (how === 'done') return ends.size === 0 ? `${head}.` : `${head}; ${why}.`;
  if (how === 'approval') return `${head}. Wave ${wave ?? ''} waits: ${why}.`;
  return `${head}. Wave ${wave ?? ''} ended the fleet: ${why}.`;
}

/** The commands that go on with the whole fleet. */
function nextOf({ fleet: { file }, ended, asked }: FleetEnded, targets: readonly TargetEnd[]): readonly NextCommand[] {
  const { how, wave = '' } = ended;
  if (how === 'done' && targets.every(({ exitCode }) => exitCode === 0)) return [];
  const given = asked.approve ?? [];
  const approve = [...given, ...(how === 'approval' ? [wave] : [])].flatMap((name) => ['--approve', name]);
  const frozen = targets.filter(({ exitCode, code }) => exitCode === EXIT_OF.swapRolledBack || code === 'fleet.frozen');
  const retry = frozen.flatMap(({ target }) => ['--retry', target]);
  const goesOn = command`ha-updater fleet run ${file} ${approve} ${retry}`;
  const remark =
    how === 'approval'
      ? `lets wave ${wave} begin`
      : frozen.length > 0
        ? 'once the cause is fixed: starts again what was rolled back, and goes on'
        : 'goes on, and leaves alone what is current';
  return [
    remarked(goesOn, remark),
    command`ha-updater fleet status ${file}`,
    ...(targets.some(({ outcome, exitCode }) => exitCode === 5 || outcome === 'paused' || outcome === 'kept')
      ? [remarked(command`ha-updater fleet rollback ${file}`, 'takes back what is under way, paused or kept')]
      : []),
  ];
}

const CODES: Readonly<Record<FleetEnded['ended']['how'], string>> = {
  done: 'fleet.tolerated',
  failed: 'fleet.failed',
  alarm: 'fleet.alarm',
  stopped: 'fleet.interrupted',
  paused: 'fleet.failed',
  approval: 'fleet.tolerated',
};

function failureOf({ ended, fleet }: FleetEnded, targets: readonly TargetEnd[], next: readonly NextCommand[]): Failure {
  const { how, wave, why } = ended;
  const bad = targets.filter(({ exitCode = 0 }) => exitCode !== 0);
  const rest = targets.filter(({ outcome }) => outcome === 'notBegun').length;
  const done = targets.filter(({ exitCode }) => exitCode === 0).length;
  const isOne = done === 1 || targets.length === 1;
  const facts: FailureData = {
    code: CODES[how],
    what:
      how === 'done' || how === 'approval'
        ? `${bad.length} of ${count(targets.length, 'target')} failed, as ${fleet.file} tolerates.`
        : `Wave ${wave ?? ''}: ${why}.`,
    reasons: bad.map(({ target, code = 'bug', says, exitCode = 1 }) => ({
      code,
      text: `${target} (exit ${exitCode}): ${says}`,
      remedy: '',
    })),
    serves:
      `${done} of ${count(targets.length, 'target')} ${isOne ? 'serves' : 'serve'} what the file says` +
      `${bad.length > 0 ? '; of those that failed the lines above say what serves' : ''}.`,
    left: rest === 0 ? '' : `${count(rest, 'target')} that ${rest === 1 ? 'was' : 'were'} not begun.`,
    next,
  };
  return new Failure(outcomeOfFleet(how, targets), facts);
}
