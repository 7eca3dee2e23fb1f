import { duration } from '../../../text/duration.js';
import { sentence } from '../../../text/sentence.js';
import { timestamp } from '../../../text/timestamp.js';
import { endOf } from '../questions.js';
import type { RunFacts } from '../facts.js';
import type { GroupFacts } from '../group-facts.js';
import { laneIds, STATE_WORDS } from '../lanes.js';
import { figure, table } from './parts.js';
import { html, idOf, type Markup } from './markup.js';
import { CAPACITY_LEGEND, capacityPlot, LANE_LEGEND, lanesPlot, MOST_ROWS, type Axis } from './plots.js';

/** So many groups are open at once; of more, those alone that somebody has to look at. */
const MOST_OPEN = 3;

/** All groups, one to a row. */
export function groupsTable(groups: readonly GroupFacts[]): Markup {
  const rows = groups.map((group) => {
    const { name, view, lowest, promised, extraHours } = group;
    return [
      html`<a href="#${idOf('group', name)}">${name}</a>`,
      endOf(group),
      lowest === undefined ? '' : String(lowest),
      promised === undefined ? '' : String(promised.floor),
      duration(tookOf(group)),
      extraHours.toFixed(2),
      sentence(view.result?.why ?? ''),
    ];
  });
  return table(
    'How each group ended',
    ['group', 'end', 'lowest in service', 'promised', 'time', 'extra instance-hours', 'why'],
    rows,
  );
}

function tookOf({ spans }: GroupFacts): number {
  return spans.reduce((sum, { ms }) => sum + ms, 0);
}

/** Each group with its capacity, its instances and where its time went. */
export function groupSections({ groups, from, until }: RunFacts): Markup {
  return html`${groups.map((group) => {
    const open = groups.length <= MOST_OPEN || !isFine(group) ? ' open' : '';
    return html`<details id="${idOf('group', group.name)}" ${open}>
      <summary>${group.name}: ${endOf(group)}</summary>
      ${one(group, { from, until }, groups.length === 1)}
    </details> `;
  })}`;
}

function isFine({ view: { result } }: GroupFacts): boolean {
  return result !== undefined && !['rolledBack', 'putBack', 'stuck', 'unproven'].includes(result.outcome);
}

/** @param alone it is the only group, and its capacity is drawn already */
function one(group: GroupFacts, axis: Axis, alone: boolean): Markup {
  const { name, points, promised, marks, lowest, lanes, spans } = group;
  if (points.length === 0 && lanes.length === 0)
    return html`<p>${sentence(group.view.result?.why ?? 'Nothing was seen of it')}</p>`;
  const low = lowest === undefined ? '' : `: never below ${lowest} in service`;
  const floor = promised === undefined ? '' : `, promised ${promised.floor}`;
  const words = `Instances of ${name} through time${low}${floor}.`;
  const curve =
    points.length === 0 || alone
      ? html``
      : figure({
          plot: capacityPlot({ points, promised, marks: marks.map(({ at }) => at) }, axis, words),
          words,
          legend: CAPACITY_LEGEND,
          marks: marks.map(
            (mark) => `${mark.name} at ${timestamp(mark.at).slice(11)} (${duration(mark.at - axis.from)})`,
          ),
        });
  return html`${curve}${lanes.length === 0 ? [] : lanesOf(group, axis)}${spans.length === 0 ? [] : timeTable(group)}`;
}

function lanesOf({ name, lanes }: GroupFacts, axis: Axis): Markup {
  const instances = lanes.reduce((sum, { ids }) => sum + ids.length, 0);
  const beyond = lanes.length > MOST_ROWS ? ` ${lanes.length - MOST_ROWS} rows more are in the table.` : '';
  const words =
    `What the ${instances} instances of ${name} went through, those that went the same way in one row.` + beyond;
  const rows = lanes.map(({ ids, half, stretches }) => [
    laneIds({ ids, half, stretches }),
    half,
    stretches
      .map(({ from, until, state, words: said }) => {
        const why = said === '' ? '' : ` (${said})`;
        return `${timestamp(from).slice(11)} ${STATE_WORDS[state]} ${duration(until - from)}${why}`;
      })
      .join('; '),
  ]);
  const all = table(`Instances of ${name}`, ['instances', 'half', 'states'], rows);
  return html`<h3>Instances</h3>
    ${figure({ plot: lanesPlot(lanes, axis, words), words, legend: LANE_LEGEND })}
    <details>
      <summary>The same in words</summary>
      ${all}
    </details>`;
}

function timeTable({ name, spans }: GroupFacts): Markup {
  const rows = spans.map((span) => [span.name, duration(span.ms), span.advice]);
  return html`<h3>Where the time went</h3>
    ${table(`Where the time of ${name} went`, ['what', 'time', 'what would shorten it'], rows)}`;
}
