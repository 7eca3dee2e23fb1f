import type { HistoryEntry, StackState } from '../model/history-entry.js';

/** Ends of runs after which the stack's configuration is what serves. */
const GOOD: ReadonlySet<string> = new Set(['updated', 'created', 'swapped']);

/** An entry whose state somebody can go back to. */
export type GoodRun = HistoryEntry & { readonly after: StackState };

/**
 * The run to go back to: the last one that came to a good end with another template or other parameters than the stack
 * has now. Where the stack has what a run gave back (`--to`), those before the run that it went back to count: going
 * back twice goes on back, and does not come to what was left.
 *
 * @param entries newest first, as many as were read
 */
export function formerRun(entries: readonly HistoryEntry[], now: StackState): GoodRun | undefined {
  let at = entries.findIndex((entry) => isGood(entry) && sameState(entry.after, now));
  // Every jump goes to an older entry, so it ends.
  for (let target = entries[at]?.to; target !== undefined; target = entries[at]?.to) {
    const older = entries.findIndex(({ run }, index) => index > at && run === target);
    if (older < 0) break;
    at = older;
  }
  return entries.slice(at + 1).find((entry): entry is GoodRun => isGood(entry) && !sameState(entry.after, now));
}

function isGood(entry: HistoryEntry): entry is GoodRun {
  return GOOD.has(entry.outcome) && entry.after !== undefined;
}

/** Values that nobody may see are left aside, and so is a template that was not read. */
export function sameState(one: StackState, other: StackState): boolean {
  if (one.template !== undefined && other.template !== undefined && one.template !== other.template) return false;
  const hidden = new Set([...one.secrets, ...other.secrets]);
  const keys = new Set([...Object.keys(one.parameters), ...Object.keys(other.parameters)]);
  return [...keys].every((key) => hidden.has(key) || one.parameters[key] === other.parameters[key]);
}
