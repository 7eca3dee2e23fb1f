import { duration } from '../../../text/duration.js';
import { timestamp } from '../../../text/timestamp.js';
import type { RunFacts } from '../facts.js';
import { figure, table } from './parts.js';
import { html, type Markup } from './markup.js';
import { MOST_ROWS, stackPlot } from './plots.js';

const LEGEND = [
  { colour: 'var(--serving)', words: 'done or under way' },
  { colour: 'var(--hopeless)', words: 'failed' },
  { colour: 'var(--leaving)', words: 'rolled back' },
];

/** The change of the stack, resource by resource; undefined where none was made. */
export function stackSection({ stack }: RunFacts): Markup | undefined {
  if (stack === undefined) return undefined;
  const { name, status, resources, from, until } = stack;
  const words = `${name}: ${status} after ${duration(until - from)}; ${resources.length} resources moved.`;
  if (resources.length === 0) return html`<p>${words}</p>`;
  const beyond = resources.length > MOST_ROWS ? ` The first ${MOST_ROWS} are drawn.` : '';
  const begin = Math.min(from, ...resources.map((one) => one.from));
  const rows = resources.map((one) => [
    one.name,
    one.type,
    timestamp(one.from).slice(11),
    duration(one.until - one.from),
    one.status,
    one.reason,
  ]);
  const plot = stackPlot(resources, { from: begin, until }, words);
  return html`${figure({ plot, words: words + beyond, legend: LEGEND })}
    <details>
      <summary>The same in words</summary>
      ${table(`Resources of ${name}`, ['resource', 'type', 'begin', 'took', 'status', 'reason'], rows)}
    </details>`;
}
