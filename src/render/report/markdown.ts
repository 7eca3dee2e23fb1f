import { duration } from '../../text/duration.js';
import { oneLine } from '../../text/plain.js';
import { failureBlock } from '../last-words.js';
import { answersOf, endOf, headline, isBad } from './questions.js';
import type { RunFacts } from './facts.js';
import type { GroupFacts } from './group-facts.js';
import { pictureOf } from './text.js';

/** The summary of a step on GitHub takes 1 MiB. Source: GitHub Docs, "Workflow commands", job summaries. */
const MOST_GROUPS = 500;

/** The report as Markdown, for the summary of a step, a wiki or a ticket. */
export function markdownReport(facts: RunFacts): string {
  const { finished, failure } = facts;
  const picture = pictureOf(facts);
  const mark = isBad(finished?.outcome, finished?.exitCode) ? '❌' : '✅';
  const answers = answersOf(facts).slice(1);
  const parts = [
    `## ${mark} ${md(headline(facts))}`,
    ...answers.map(({ question, lines, commands }) =>
      commands === true ? `**${question}**\n\n${fenced(lines)}` : `**${question}** ${lines.map(md).join('<br>')}`,
    ),
    ...(picture.length === 0
      ? []
      : [`**Capacity of all groups** (█ in service, ░ there and not in service)`, fenced(picture)]),
    ...(facts.groups.length === 0 ? [] : [groupTable(facts.groups)]),
    ...(failure === undefined || finished === undefined
      ? []
      : [
          '<details><summary>Root cause</summary>',
          fenced(failureBlock(finished.outcome, finished.exitCode, failure)),
          '</details>',
        ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function groupTable(groups: readonly GroupFacts[]): string {
  const rows = groups.slice(0, MOST_GROUPS).map((group) => {
    const { name, view, lowest, promised, spans } = group;
    const took = spans.reduce((sum, { ms }) => sum + ms, 0);
    const cells = [
      name,
      endOf(group),
      lowest === undefined ? '' : String(lowest),
      promised === undefined ? '' : String(promised.floor),
      took === 0 ? '' : duration(took),
      view.result?.why ?? '',
    ];
    return `| ${cells.map(md).join(' | ')} |`;
  });
  const more = groups.length > MOST_GROUPS ? [`\n${groups.length - MOST_GROUPS} more groups are in the report.`] : [];
  return [
    '| group | end | lowest in service | promised | time | why |',
    '|---|---|---|---|---|---|',
    ...rows,
    ...more,
  ].join('\n');
}

/** A text of others as one line that is text alone: no mark-up, no link, no row of a table, no mention of anybody. */
function md(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]<>|~#$]/g, '\\$&')
    .replaceAll('\\<', '&lt;')
    .replaceAll('\\>', '&gt;')
    .replace(/@(?=\w)/g, '@\u200b');
}

/** A block that shows text as it is: its fence is longer than any run of marks in it. */
function fenced(lines: readonly string[]): string {
  const text = lines.map((line) => line.trimEnd()).join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
