import { usage } from '../../errors.js';
import { readBounded } from '../../files/read-bounded.js';
import { whyNot } from '../../files/system-fault.js';
import type { Stamped } from '../../model/event.js';

/** A run over a thousand instances for a day stays far below. */
const MOST_BYTES = 512 * 1024 * 1024;

/** An event of a file, and its line from 1. */
export interface JournalLine {
  readonly line: number;
  readonly stamped: Stamped;
}

/**
 * The events of a file, or of stdin for `-`: every line that is one. The last line may be torn, for the process was
 * killed while it wrote.
 *
 * @throws Failure `usage.file`
 */
export async function readJournal(path: string): Promise<readonly JournalLine[]> {
  return linesIn(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  const source = path === '-' ? '/dev/stdin' : path;
  const bytes = await readBounded(source, MOST_BYTES).catch((error: unknown) => {
    throw usage('usage.file', `The events in ${path} cannot be read: ${whyNot(error)}.`);
  });
  if (bytes === undefined) throw usage('usage.file', `${path} holds more than ${MOST_BYTES / 1024 / 1024} MiB.`);
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

function linesIn(text: string, path: string): readonly JournalLine[] {
  const lines = text.split('\n');
  const events = lines.flatMap((line, index): readonly JournalLine[] => {
    if (line.trim() === '') return [];
    const stamped = eventOf(line);
    if (stamped !== undefined) return [{ line: index + 1, stamped }];
    if (index === lines.length - 1 && index > 0) return [];
    throw usage(
      'usage.file',
      `${path}:${index + 1} is not an event: --output jsonl and --events-file write them, one to a line.`,
    );
  });
  if (events.length === 0) throw usage('usage.file', `${path} holds no events.`);
  return events;
}

function eventOf(line: string): Stamped | undefined {
  try {
    const value = JSON.parse(line) as Partial<Stamped> | null;
    const isEvent = value?.v === 1 && typeof value.at === 'number' && typeof value.event?.type === 'string';
    return isEvent ? (value as Stamped) : undefined;
  } catch {
    return undefined;
  }
}
