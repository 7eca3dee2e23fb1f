import { duration } from '../../../text/duration.js';
import { oneLine } from '../../../text/plain.js';
import { sentence } from '../../../text/sentence.js';
import { timestamp } from '../../../text/timestamp.js';
import { aboutOf, answersOf, headline, isBad, type Answer } from '../questions.js';
import { totalPoints, totalPromised } from '../capacity-picture.js';
import type { RunFacts, Told } from '../facts.js';
import { CAPACITY_LEGEND, capacityPlot } from './plots.js';
import { groupSections, groupsTable } from './groups.js';
import { figure, lines, table } from './parts.js';
import { html, Markup } from './markup.js';
import { stackSection } from './stack.js';
import { STYLE } from './style.js';

/** Rows of a table at most; a page with more helps nobody, and the events have all. */
const MOST_ROWS = 2_000;

/** What a browser may do with the page: nothing but show it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The report as one page of HTML: no script, nothing from elsewhere. */
export function htmlReport(facts: RunFacts): string {
  const { finished, groups } = facts;
  const bad = isBad(finished?.outcome, finished?.exitCode);
  const answers = answersOf(facts);
  const [first, ...rest] = answers;
  const sections: readonly (readonly [string, string, Markup | undefined])[] = [
    ['cause', 'Root cause', rootCause(facts)],
    ['capacity', 'Capacity', capacity(facts)],
    ['groups', 'Groups', groups.length === 0 ? undefined : groupsTable(groups)],
    ['each-group', 'Each group', groups.length === 0 ? undefined : groupSections(facts)],
    ['stack', 'Change of the stack', stackSection(facts)],
    ['decisions', 'Decisions', decisions(facts.decisions)],
    ['warnings', 'Warnings', warnings(facts)],
  ];
  const shown = sections.filter((one): one is readonly [string, string, Markup] => one[2] !== undefined);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="generator" content="ha-updater" />
        <link rel="icon" href="data:," />
        <title>${aboutOf(facts)}: ${finished?.outcome ?? 'not finished'}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1 id="${first?.id ?? ''}" class="${bad ? 'bad' : 'good'}">${headline(facts)}</h1>
          <nav aria-label="Parts of the report">
            <ul>
              ${shown.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
            </ul>
          </nav>
        </header>
        <main>
          <dl>${rest.map(answered)}</dl>
          ${shown.map(
            ([id, title, content]) =>
              html`<section aria-labelledby="${id}">
                <h2 id="${id}">${title}</h2>
                ${content}
              </section> `,
          )}
        </main>
        <footer>
          <p>
            Run ${facts.run}, ha-updater ${facts.started?.version ?? ''}. Times are those of AWS, in UTC.
            ${facts.retries} calls were retried.
          </p>
        </footer>
      </body>
    </html> `;
  return page.text;
}

function answered({ id, question, lines: told, commands }: Answer): Markup {
  const wide = commands === true || told.join('').length > 240;
  const answer = commands === true ? lines(told, question) : html`${told.map((line) => html`<p>${line}</p>`)}`;
  return html`<div id="${id}" class="${wide ? 'wide' : ''}">
    <dt>${question}</dt>
    <dd>${answer}</dd>
  </div> `;
}

function rootCause({ failure, stack }: RunFacts): Markup | undefined {
  const causes = stack?.rootCauses ?? [];
  if (failure === undefined && causes.length === 0) return undefined;
  return html`${failure === undefined ? [] : html`<p class="bad-text">${sentence(failure.what)} [${failure.code}]</p>`}
  ${causes.map(
    ({ logicalId, type, reason, place = '' }) =>
      html`<p><strong>${logicalId}</strong> (${type}) ${place}: ${oneLine(reason)}</p>`,
  )}
  ${(failure?.reasons ?? []).map(
    ({ code, group, text, remedy, evidence = [] }, index) =>
      html`<h3>${group ?? `Reason ${index + 1}`}</h3>
        <p>${sentence(text)} ${oneLine(remedy)} [${code}]</p>
        ${evidence.length === 0 ? [] : lines(evidence, `What shows it, reason ${index + 1}`)}`,
  )}`;
}

function capacity({ groups, from, until }: RunFacts): Markup | undefined {
  const points = totalPoints(groups);
  if (points.length === 0) return undefined;
  const promised = totalPromised(groups);
  const low = Math.min(...points.map((point) => point.old + point.new));
  const marks = groups.length === 1 ? (groups[0]?.marks ?? []) : [];
  const all = groups.length > 1 ? `, all ${groups.length} groups together` : '';
  const words =
    `Instances through time${all}: never below ${low} in service` +
    `${promised === undefined ? '' : `, promised ${promised.floor}`}.`;
  return figure({
    plot: capacityPlot({ points, promised, marks: marks.map(({ at }) => at) }, { from, until }, words),
    words,
    legend: CAPACITY_LEGEND,
    marks: marks.map(({ name, at }) => `${name} at ${timestamp(at).slice(11)} (${duration(at - from)})`),
  });
}

function decisions(told: readonly Told[]): Markup {
  const shown = told.slice(0, MOST_ROWS);
  const rows = shown.map(({ at, scope, text }) => [timestamp(at).slice(11), scope, text]);
  const all = table('What was decided and done, and why', ['time', 'about', 'what and why'], rows);
  const more = told.length > shown.length ? html`<p>${told.length - shown.length} more are in the events.</p>` : html``;
  return told.length <= 40
    ? all
    : html`<details>
        <summary>All ${told.length} decisions</summary>
        ${all}${more}
      </details>`;
}

function warnings({ warnings: reasons }: RunFacts): Markup | undefined {
  if (reasons.length === 0) return undefined;
  const rows = reasons
    .slice(0, MOST_ROWS)
    .map(({ code, group, text, remedy }) => [group ?? '', sentence(text), oneLine(remedy), code]);
  return table('Warnings of the run', ['group', 'what', 'what helps', 'code'], rows);
}
