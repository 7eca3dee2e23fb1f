import { INVARIANTS, type InvariantName } from '../../check/invariants.js';
import type { CheckedRun } from '../../check/check-journal.js';
import { count } from '../../text/count.js';
import { timestamp } from '../../text/timestamp.js';

/** What `check` found, as people read it: each run with its invariants, and what was broken where. */
export function invariantLines(runs: readonly CheckedRun[]): readonly string[] {
  return runs.flatMap(runLines);
}

function runLines({ run, command, from, to, events, invariants }: CheckedRun): readonly string[] {
  const by = (verdict: string): typeof invariants => invariants.filter((one) => one.verdict === verdict);
  const [held, broken, unknown] = [by('held'), by('broken'), by('unknown')];
  return [
    `Run ${run}${command === undefined ? '' : ` (${command})`}: ${count(events, 'event')}, lines ${from} to ${to}`,
    ...broken.flatMap((one) => [
      `  BROKEN   ${one.invariant}: ${INVARIANTS[one.invariant]}`,
      ...one.findings.map(({ line, at, text }) => `             line ${line}, ${timestamp(at)}: ${text}`),
      ...(one.broken > one.findings.length ? [`             and ${one.broken - one.findings.length} more`] : []),
    ]),
    ...unknown.map(({ invariant, why = '' }) => `  unknown  ${invariant}: ${why}`),
    ...held.map(({ invariant, checked }) => `  held     ${invariant}: ${sayHeld(invariant, checked)}`),
    `${held.length} held, ${broken.length} broken, ${unknown.length} cannot be known from this file.`,
  ];
}

function sayHeld(invariant: InvariantName, checked: number): string {
  return checked === 0
    ? 'Nothing in this run could break it.'
    : `${INVARIANTS[invariant]} (${count(checked, 'check')})`;
}
