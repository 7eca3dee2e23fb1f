import { checkJournal, UnreadableEvent, type CheckedRun } from '../../check/check-journal.js';
import { EXIT, usage } from '../../errors.js';
import { lineWriter } from '../../render/line-writer.js';
import { invariantLines } from '../../render/documents/invariants-page.js';
import { plainText } from '../../text/plain.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { readJournal, type JournalLine } from './read-journal.js';

export interface CheckAsked {
  /** A file of events, or `-` for stdin. */
  readonly file: string;
}

/** The --json document of `check`. */
export interface CheckDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  /** `broken` where any invariant of any run is broken. */
  readonly verdict: 'held' | 'broken';
  /** All runs of the file, in its order. */
  readonly runs: readonly CheckedRun[];
}

/**
 * `check`: whether the invariants held in the runs of a file of events, as far as it tells. Nothing is asked of AWS.
 * A broken one is a bug of this tool, or a file that was changed: exit 1.
 */
export async function checkEvents(
  { file: path }: CheckAsked,
  { stdout, json }: ProcessContext,
): Promise<CheckDocument> {
  const runs = checked(await readJournal(path), path);
  const isBroken = runs.some(({ invariants }) => invariants.some(({ verdict }) => verdict === 'broken'));
  const write = lineWriter(stdout);
  if (!json) for (const line of invariantLines(runs)) write(plainText(line, ' ').replaceAll('\n', ' '));
  const ending = isBroken
    ? ({ outcome: 'bug', exitCode: EXIT.bug, verdict: 'broken' } as const)
    : ({ outcome: 'shown', exitCode: EXIT.done, verdict: 'held' } as const);
  return { v: 1, command: 'check', ...ending, runs };
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
