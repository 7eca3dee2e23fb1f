import type { InvariantResult } from './tally.js';
import { createRunCheck, type Line, type RunCheck } from './check-run.js';

/** What was checked of one run. */
export interface CheckedRun {
  readonly run: string;
  readonly command?: string;
  /** Lines of the file, from 1. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly invariants: readonly InvariantResult[];
}

/** An event that the check cannot read. */
export class UnreadableEvent extends Error {
  constructor(readonly line: number) {
    super(`line ${line} is no event of a run`);
  }
}

/** Checks all runs of a file, one after the other. @throws UnreadableEvent */
export function checkJournal(lines: Iterable<Line>): readonly CheckedRun[] {
  const runs: CheckedRun[] = [];
  let now: { readonly check: RunCheck; readonly first: Line; last: Line; events: number } | undefined;
  const close = (): void => {
    if (now === undefined) return;
    const { check, first, last, events } = now;
    const { event } = first.stamped;
    runs.push({
      run: first.stamped.run,
      ...(event.type === 'run.started' && { command: event.command }),
      from: first.line,
      to: last.line,
      events,
      invariants: check.end(),
    });
  };
  for (const line of lines) {
    // Only the first event of a run has this number; any other run in between is a fault of the file.
    if (now === undefined || line.stamped.seq === 1) {
      close();
      now = { check: createRunCheck(line.stamped.run), first: line, last: line, events: 0 };
    }
    try {
      now.check.see(line);
    } catch {
      throw new UnreadableEvent(line.line);
    }
    now.last = line;
    now.events += 1;
  }
  close();
  return runs;
}
