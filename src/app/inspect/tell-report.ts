import { resolve } from 'node:path';
import { newToken } from '../../config/run-id.js';
import { systemClock } from '../../clock.js';
import { badFlags, problem, usage } from '../../errors.js';
import { openForLater } from '../../files/written-file.js';
import { whyNot } from '../../files/system-fault.js';
import type { Stamped } from '../../model/event.js';
import { textWriter } from '../../render/line-writer.js';
import { harmlessLine } from '../../text/plain.js';
import { FORMATS, reportAs, type Format } from '../../render/report/formats.js';
import type { CommandResult, ProcessContext } from '../../run/process-context.js';
import { readJournal } from './read-journal.js';

export interface ReportAsked {
  /** A file of events, or `-` for stdin. */
  readonly file: string;
  readonly format?: string | undefined;
  readonly 'output-file'?: string | undefined;
}

/** The --json document of `report`. */
export interface ReportDocument extends Pick<CommandResult, 'v' | 'command' | 'outcome' | 'exitCode'> {
  readonly run: string;
  readonly format: Format;
  /** Where it was written to; absent where it is told here. */
  readonly file?: string;
  readonly report?: string;
}

/** `report`: what happened in a run, out of its events alone. Nothing is asked of AWS. */
export async function report(asked: ReportAsked, { stdout, json }: ProcessContext): Promise<ReportDocument> {
  const format = FORMATS.find((one) => one === asked.format) ?? 'html';
  const { file: path, 'output-file': target } = asked;
  const events = lastRun((await readJournal(path)).map(({ stamped }) => stamped));
  const text = await reportAs(format, events).catch((error: unknown) => {
    throw usage('usage.file', `${path} holds events that are not whole: ${whyNot(error)}.`);
  });
  const run = events[0]?.run ?? '';
  const document = { v: 1, command: 'report', outcome: 'shown', exitCode: 0, run, format } as const;
  if (target !== undefined) {
    if (resolve(target) === resolve(path))
      throw badFlags(
        [problem(`--output-file would write over the events in ${path}. Name another file.`, 'output-file')],
        'usage.file',
      );
    await write(target, text);
    return { ...document, file: target };
  }
  if (json) return { ...document, report: text };
  // A page of HTML has lines of its own; words of others in the other forms must be no command to a pipeline.
  const lines = format === 'html' ? text : text.split('\n').map(harmlessLine).join('\n');
  textWriter(stdout)(lines);
  return document;
}

async function write(target: string, text: string): Promise<void> {
  try {
    const file = await openForLater(target, newToken);
    await file.write(text, systemClock());
  } catch (error) {
    throw usage('usage.file', `The report cannot be written to ${target}: ${whyNot(error)}.`);
  }
}

/** A file may hold several runs, one after the other: the last one counts. */
function lastRun(events: readonly Stamped[]): readonly Stamped[] {
  const last = events.at(-1);
  if (last === undefined) return [];
  const own = events.filter(({ run }) => run === last.run);
  const begin = own.findLastIndex(({ seq }) => seq === 1);
  return own.slice(Math.max(0, begin));
}
