import type { Finding } from '../../model/finding.js';
import { list } from '../../text/list.js';
import { oneLine } from '../../text/plain.js';
import { sentence } from '../../text/sentence.js';
import { timestamp } from '../../text/timestamp.js';

/** Findings for people: what, when, what shows it, what helps, and the code to ask about. */
export function diagnosisLines({
  findings,
  missed,
  notes,
}: {
  readonly findings: readonly Finding[];
  readonly missed: readonly string[];
  readonly notes: readonly string[];
}): readonly string[] {
  const lines = findings.flatMap(({ code, text, at, place, remedy, evidence }) => [
    (at === undefined ? '' : `${timestamp(at)} `) +
      `${place === undefined ? '' : `${place} `}${sentence(text)} [${code}]`,
    ...evidence.map((line) => `    ${oneLine(line)}`),
    ...(remedy === '' ? [] : [`    Remedy: ${oneLine(remedy)}`]),
  ]);
  const codes = [...new Set(findings.map(({ code }) => code))];
  return [
    ...(lines.length === 0 ? ['Nothing that went wrong was found.'] : lines),
    ...notes,
    ...(missed.length === 0 ? [] : [`Not asked: ${list(missed)}.`]),
    ...(codes.length === 0 ? [] : [`More on a code: ha-updater explain ${codes[0] ?? ''}`]),
  ];
}
