import type { Check } from '../../model/checkup.js';
import { count } from '../../text/count.js';
import { oneLine } from '../../text/plain.js';
import { sentence } from '../../text/sentence.js';

/** What the page shows; `app/inspect/doctor` makes it. */
interface CheckupOnPage {
  readonly stack?: string;
  readonly groups: readonly string[];
  readonly checks: readonly Check[];
}

const MARKS: Readonly<Record<Check['state'], string>> = { ok: 'ok', warning: 'warn', against: 'FAIL', unknown: '?' };

/** One line for each topic with its findings and their remedies below it, and what follows from all of them. */
export function checkupPage({ stack, groups, checks }: CheckupOnPage): readonly string[] {
  const width = Math.max(...checks.map(({ topic }) => topic.length));
  const lines = checks.flatMap(({ topic, state, says, findings }) => [
    `${MARKS[state].padEnd(4)}  ${topic.padEnd(width)}  ${oneLine(says)}`,
    ...findings.flatMap(({ code, group, text, remedy }) => {
      const where = group === undefined ? '' : `${group}: `;
      return [
        `        ${oneLine(`${where}${sentence(text)}`)} [${code}]`,
        ...(remedy === '' ? [] : [`          -> ${oneLine(remedy)}`]),
      ];
    }),
  ]);
  return [...lines, '', conclusion(checks, stack ?? (groups.length === 0 ? undefined : count(groups.length, 'group')))];
}

function conclusion(checks: readonly Check[], about: string | undefined): string {
  const against = checks.filter(({ state }) => state === 'against').map(({ topic }) => topic);
  const unknown = checks.filter(({ state }) => state === 'unknown').map(({ topic }) => topic);
  const of = about === undefined ? '' : ` of ${about}`;
  if (against.length > 0) return `A rollout${of} would fail or be refused: ${against.join(', ')}.`;
  const open = unknown.length === 0 ? '' : ` Not known: ${unknown.join(', ')}.`;
  if (about === undefined)
    return (
      `Nothing here stands against a rollout.${open} ` +
      'With STACK or --asg, its template, groups and room are checked too.'
    );
  return `Nothing stands against a rollout${of}.${open}`;
}
