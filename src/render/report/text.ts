import { duration } from '../../text/duration.js';
import { oneLine } from '../../text/plain.js';
import { timestamp } from '../../text/timestamp.js';
import { failureBlock } from '../last-words.js';
import { answersOf, endOf, headline } from './questions.js';
import { drawCapacity, totalPoints, totalPromised } from './capacity-picture.js';
import type { RunFacts } from './facts.js';

const WIDTH = 72;
const HEIGHT = 12;

/** The picture of the capacity of all groups. */
export function pictureOf({ groups, from, until }: RunFacts): readonly string[] {
  return drawCapacity(totalPoints(groups), totalPromised(groups), { from, until, width: WIDTH, height: HEIGHT });
}

/** The report for a terminal or a mail. */
export function textReport(facts: RunFacts): string {
  const picture = pictureOf(facts);
  const { failure, finished } = facts;
  const lines = [
    headline(facts),
    ...answersOf(facts)
      .slice(1)
      .flatMap(({ question, lines: told }) => ['', question, ...told.map((line) => `  ${line}`)]),
    ...(picture.length === 0
      ? []
      : ['', 'Capacity of all groups (█ in service, ░ there and not in service)', ...picture]),
    ...(facts.groups.length === 0 ? [] : ['', 'Groups', ...facts.groups.map((group) => `  ${groupLine(group)}`)]),
    ...(failure === undefined || finished === undefined
      ? []
      : failureBlock(finished.outcome, finished.exitCode, failure)),
    '',
    'Decisions',
    ...facts.decisions.map(({ at, scope, text }) => `  ${timestamp(at)} ${scope} ${text}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** A group in one line. */
function groupLine(group: RunFacts['groups'][number]): string {
  const { name, view, spans } = group;
  const took = spans.reduce((sum, { ms }) => sum + ms, 0);
  const why = view.result === undefined ? '' : oneLine(`, ${view.result.why}`);
  return `${name}: ${endOf(group)}${why}${took === 0 ? '' : ` (${duration(took)})`}`;
}
