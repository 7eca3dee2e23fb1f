import type { Instant, Milliseconds } from '../../clock.js';
import type { LogLine } from '../../model/execution.js';
import type { Stamped } from '../../model/event.js';

/** How long a gap in the numbers may be a line that comes late. */
const LATE_MS: Milliseconds = 20_000;

/** Lines of a log as events in the order in which they were told, each once. */
export interface EventOrder {
  /** @returns what can be told now */
  readonly take: (lines: readonly LogLine[], now: Instant) => readonly Stamped[];
  /** The time of the newest line, by the log. */
  readonly newest: () => Instant | undefined;
  /** The number of the last event that was told. */
  readonly last: () => number;
}

/**
 * Lines can come late and come again. Events of a run are numbered without gaps, so a gap is waited for, within limits;
 * a look that was taken again tells again, with the same numbers and a later time (`byLooks`), and is told again.
 *
 * @param run whose events are meant: others' lines are left out
 */
export function eventOrder(run: string): EventOrder {
  const seen = new Set<string>();
  const waiting: { readonly stamped: Stamped; readonly since: Instant }[] = [];
  let newest: Instant | undefined;
  let last = { seq: 0, at: 0 };
  const next = (now: Instant): Stamped | undefined => {
    const [first] = waiting;
    if (first === undefined) return undefined;
    const { seq, at } = first.stamped;
    if (seq > last.seq + 1 && now - first.since < LATE_MS) return undefined;
    waiting.shift();
    if (at >= last.at) last = { seq, at };
    return first.stamped;
  };
  return {
    newest: () => newest,
    last: () => last.seq,
    take: (lines, now) => {
      for (const { id, at, text } of lines) {
        newest = Math.max(newest ?? at, at);
        if (seen.has(id)) continue;
        seen.add(id);
        const stamped = eventIn(text);
        if (stamped?.run === run) waiting.push({ stamped, since: now });
      }
      waiting.sort((one, other) => one.stamped.at - other.stamped.at || one.stamped.seq - other.stamped.seq);
      const ready: Stamped[] = [];
      for (let one = next(now); one !== undefined; one = next(now)) ready.push(one);
      return ready;
    },
  };
}

function eventIn(text: string): Stamped | undefined {
  try {
    const value = JSON.parse(text) as Partial<Stamped> | null;
    const isEvent =
      value?.v === 1 &&
      typeof value.seq === 'number' &&
      typeof value.at === 'number' &&
      typeof value.run === 'string' &&
      typeof value.event?.type === 'string';
    return isEvent ? (value as Stamped) : undefined;
  } catch {
    return undefined;
  }
}
