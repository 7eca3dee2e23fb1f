import type { Instant } from '../clock.js';
import { INVARIANT_NAMES, type InvariantName } from './invariants.js';

/** Where an invariant was broken. */
interface Finding {
  /** Line of the file, from 1. */
  readonly line: number;
  /** Service time of the event. */
  readonly at: Instant;
  /** One sentence; holds names, ids and numbers, and no words of others. */
  readonly text: string;
}

/** What one run says of one invariant. */
export interface InvariantResult {
  readonly invariant: InvariantName;
  /** `unknown`: this file cannot tell; `why` says what it lacks. */
  readonly verdict: 'held' | 'broken' | 'unknown';
  /** How often there was something to check. 0: nothing in this run could break it. */
  readonly checked: number;
  /** How often it was broken; the first of them are in `findings`. */
  readonly broken: number;
  readonly findings: readonly Finding[];
  /** What the file lacks. */
  readonly why?: string;
}

/** So many findings of one invariant are kept; the rest is counted. */
const MOST_FINDINGS = 20;

/** Where a rule stands in the file while it checks. */
interface Place {
  readonly line: number;
  readonly at: Instant;
}

/** Collects what rules find in a run, within a limit. */
export interface Tally {
  /** One check of an invariant. `text` says what is wrong, or undefined where nothing is. */
  readonly check: (invariant: InvariantName, text: string | undefined) => void;
  /** This file cannot tell it, because of that; whatever else was checked of it. */
  readonly unknown: (invariant: InvariantName, why: string) => void;
  readonly move: (place: Place) => void;
  readonly results: () => readonly InvariantResult[];
}

/** An empty tally. */
export function createTally(): Tally {
  const rows = new Map<InvariantName, { checked: number; broken: number; findings: Finding[]; why?: string }>();
  let place: Place = { line: 0, at: 0 };
  const rowOf = (invariant: InvariantName): NonNullable<ReturnType<typeof rows.get>> => {
    const row = rows.get(invariant) ?? { checked: 0, broken: 0, findings: [] };
    rows.set(invariant, row);
    return row;
  };
  return {
    check: (invariant, text) => {
      const row = rowOf(invariant);
      row.checked += 1;
      if (text === undefined) return;
      row.broken += 1;
      if (row.findings.length < MOST_FINDINGS) row.findings.push({ ...place, text });
    },
    unknown: (invariant, why) => void (rowOf(invariant).why ??= why),
    move: (to) => void (place = to),
    results: () =>
      INVARIANT_NAMES.map((invariant) => {
        const { checked, broken, findings, why } = rowOf(invariant);
        const verdict = broken > 0 ? 'broken' : why === undefined ? 'held' : 'unknown';
        return { invariant, verdict, checked, broken, findings, ...(why !== undefined && { why }) };
      }),
  };
}
