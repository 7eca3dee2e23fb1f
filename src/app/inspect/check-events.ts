import { checkJournal, UnreadableEvent, type CheckedRun } from '../../check/check-journal.js';
import { EXIT, usage } from '../../errors.js';
import { lineWriter } from '../../render/line-writer.js';
import { invariantLines } from '../../render/documents/invariants-page.js';
import { plainText } from '../../text/plain.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { writeScenario, type WrittenScenario } from './write-scenario.js';
import { readJournal, type JournalLine } from './read-journal.js';

export interface CheckAsked {
  /** A file of events, or `-` for stdin. */
  readonly file: string;
  /** Where a scenario of the run goes, so that the sandbox can play it. */
  readonly 'to-scenario'?: string | undefined;
}

/** The --json document of `check`. */
export interface CheckDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  /** `broken` where any invariant of any run is broken. */
  readonly verdict: 'held' | 'broken';
  /** All runs of the file, in its order. */
  readonly runs: readonly CheckedRun[];
  /** With --to-scenario. */
  readonly scenario?: WrittenScenario;
}

/**
 * `check`: whether the invariants held in the runs of a file of events, as far as it tells. Nothing is asked of AWS.
 * A broken one is a bug of this tool, or a file that was changed: exit 1.
 */
export async function checkEvents(
  { file: path, 'to-scenario': to }: CheckAsked,
  { stdout, json }: ProcessContext,
): Promise<CheckDocument> {
  const lines = await readJournal(path);
  const runs = checked(lines, path);
  const isBroken = runs.some(({ invariants }) => invariants.some(({ verdict }) => verdict === 'broken'));
  const write = lineWriter(stdout);
  if (!json) for (const line of invariantLines(runs)) write(plainText(line, ' ').replaceAll('\n', ' '));
  const stamped = lines.map((one) => one.stamped);
  const scenario = to === undefined ? undefined : await writeScenario(stamped, { from: path, to });
  if (!json && scenario !== undefined) for (const line of scenarioLines(scenario)) write(line);
  const ending = isBroken
    ? ({ outcome: 'bug', exitCode: EXIT.bug, verdict: 'broken' } as const)
    : ({ outcome: 'shown', exitCode: EXIT.done, verdict: 'held' } as const);
  return { v: 1, command: 'check', ...ending, runs, ...(scenario !== undefined && { scenario }) };
}

function checked(lines: readonly JournalLine[], path: string): readonly CheckedRun[] {
  try {
    return checkJournal(lines);
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    throw usage(
      'usage.file',
      `${path}:${error.line} is an event that is not whole: a field is missing or of another kind.`,
    );
  }
}

function scenarioLines({ file, commands, lost }: WrittenScenario): readonly string[] {
  return [
    `The scenario is in ${file}. ha-updater sandbox --scenario plays it; then, in a shell with what that prints:`,
    ...commands.map((one) => `  ${one}`),
    'It does not hold:',
    ...lost.map((one) => `  ${one}`),
  ];
}
