import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Instant, Milliseconds } from '../../../clock.js';
import type { InstanceState } from '../../../model/rollout/instance-row.js';
import { oneLine } from '../../../text/plain.js';
import type { Point } from '../group-facts.js';
import type { Promised } from '../promised.js';
import { laneIds, laneName, STATE_WORDS, type Lane } from '../lanes.js';
import type { ResourceBar } from '../stack-facts.js';
import { Markup } from './markup.js';

/** Time runs the same way in all plots of a report. */
export interface Axis {
  readonly from: Instant;
  readonly until: Instant;
}

const WIDTH = 1000;
const LEFT = 190;

/** So wide is a letter at most, in the font of the plots. */
const LETTER = 7;

/** Rows of a plot at most: what is beyond them stands in the table. */
export const MOST_ROWS = 80;

/** The colours of states: of the background of a bar, which dark letters stand on. */
const COLOURS: Readonly<Record<InstanceState, string>> = {
  launching: 'var(--launching)',
  booting: 'var(--booting)',
  unhealthy: 'var(--unhealthy)',
  hopeless: 'var(--hopeless)',
  serving: 'var(--serving)',
  proven: 'var(--proven)',
  leaving: 'var(--leaving)',
  idle: 'var(--set-aside)',
};

/** Legends of the plots: a colour and what it stands for. */
export const LANE_LEGEND = Object.entries(STATE_WORDS).map(([state, words]) => ({
  colour: COLOURS[state as InstanceState],
  words,
}));
export const CAPACITY_LEGEND = [
  { colour: 'var(--old)', words: 'old, in service' },
  { colour: 'var(--new)', words: 'new, in service' },
  { colour: 'var(--idle)', words: 'there and not in service' },
  { colour: 'var(--floor)', words: 'promised floor' },
  { colour: 'var(--ceiling)', words: 'promised ceiling' },
];

/** Instances in service and beside, through time, with what was promised and with numbered marks. */
export function capacityPlot(
  {
    points,
    promised,
    marks,
  }: { readonly points: readonly Point[]; readonly promised: Promised | undefined; readonly marks: readonly Instant[] },
  axis: Axis,
  label: string,
): Markup {
  const last = points.at(-1);
  const rows = (last === undefined ? points : [...points, { ...last, at: axis.until }]).map((point) => ({
    x: elapsed(point.at, axis),
    old: point.old,
    serving: point.old + point.new,
    all: point.old + point.new + point.idle,
  }));
  const top = Math.max(1, promised?.ceiling ?? 0, ...rows.map(({ all }) => all));
  const area = (y1: 'old' | 'serving' | 0, y2: 'old' | 'serving' | 'all', fill: string): Plot.Markish =>
    Plot.areaY(rows, {
      x: 'x',
      y1: (row: (typeof rows)[number]) => (y1 === 0 ? 0 : row[y1]),
      y2: (row: (typeof rows)[number]) => row[y2],
      curve: 'step-after',
      fill,
    });
  const numbers = numbered(marks, axis);
  return drawn(
    {
      ...base(axis, label),
      height: 260,
      marginTop: 28,
      y: { domain: [0, top], label: '↑ instances', grid: true, ticks: Math.min(top, 8), tickFormat: 'd' },
      marks: [
        area(0, 'old', 'var(--old)'),
        area('old', 'serving', 'var(--new)'),
        area('serving', 'all', 'var(--idle)'),
        Plot.lineY(rows, { x: 'x', y: 'serving', curve: 'step-after', stroke: 'currentColor', strokeWidth: 2 }),
        ...(promised === undefined
          ? []
          : [
              Plot.ruleY([promised.floor], { stroke: 'var(--floor)', strokeWidth: 2, strokeDasharray: '8 4' }),
              Plot.ruleY([promised.ceiling], { stroke: 'var(--ceiling)', strokeDasharray: '2 4', strokeWidth: 2 }),
            ]),
        Plot.ruleX(numbers, { x: 'x', stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '1 3' }),
        Plot.text(numbers, { x: 'x', text: 'text', frameAnchor: 'top', dy: -12, fontWeight: 600 }),
        Plot.ruleY([0]),
      ],
    },
    label,
  );
}

/** A row for each instance, or for several that went the same way. */
export function lanesPlot(lanes: readonly Lane[], axis: Axis, label: string): Markup {
  const shown = lanes.slice(0, MOST_ROWS);
  const bars = shown.flatMap((lane) =>
    lane.stretches.map(({ from, until, state, words }) =>
      bar(axis, {
        row: `${laneName(lane)} ${lane.half === 'unknown' ? '' : lane.half}`.trim(),
        from,
        until,
        fill: COLOURS[state],
        word: STATE_WORDS[state],
        title: [laneIds(lane), STATE_WORDS[state], words].filter(Boolean).join(': '),
      }),
    ),
  );
  return barsPlot(bars, axis, label);
}

/** A row for each resource, from its first event to its last. */
export function stackPlot(resources: readonly ResourceBar[], axis: Axis, label: string): Markup {
  const seen = new Map<string, number>();
  const bars = resources.slice(0, MOST_ROWS).map(({ name, type, stack, from, until, status, reason }) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return bar(axis, {
      row: times === 1 ? name : `${name} (${times})`,
      from,
      until,
      fill: status.endsWith('_FAILED')
        ? 'var(--hopeless)'
        : status.includes('ROLLBACK')
          ? 'var(--leaving)'
          : 'var(--serving)',
      word: status,
      title: `${name} (${type}) in ${stack}: ${status}${reason === '' ? '' : `: ${reason}`}`,
    });
  });
  return barsPlot(bars, axis, label);
}

interface Bar {
  readonly row: string;
  readonly x1: Date;
  readonly x2: Date;
  readonly fill: string;
  readonly word: string;
  readonly title: string;
}

function bar(
  axis: Axis,
  { from, until, row, title, ...rest }: Omit<Bar, 'x1' | 'x2'> & { readonly from: Instant; readonly until: Instant },
): Bar {
  // What is over in an instant is still seen.
  const least = (axis.until - axis.from) / 400;
  return {
    ...rest,
    row: oneLine(row),
    title: oneLine(title),
    x1: elapsed(from, axis),
    x2: elapsed(Math.max(until, Math.min(axis.until, from + least)), axis),
  };
}

function barsPlot(bars: readonly Bar[], axis: Axis, label: string): Markup {
  const rows = [...new Set(bars.map(({ row }) => row))];
  const perLetter = ((axis.until - axis.from) / (WIDTH - LEFT)) * LETTER;
  const worded = bars.filter(({ x1, x2, word }) => x2.getTime() - x1.getTime() > perLetter * word.length);
  return drawn(
    {
      ...base(axis, label),
      height: 40 + rows.length * 22,
      y: { domain: rows, label: null, tickSize: 0, tickFormat: (row: string) => shortened(row) },
      color: { type: 'identity' },
      marks: [
        Plot.barX(bars, {
          y: 'row',
          x1: 'x1',
          x2: 'x2',
          fill: 'fill',
          title: 'title',
          inset: 1,
          stroke: 'var(--soft)',
          strokeWidth: 0.5,
        }),
        Plot.text(worded, {
          y: 'row',
          x: 'x1',
          text: 'word',
          textAnchor: 'start',
          dx: 4,
          fill: '#111',
          pointerEvents: 'none',
        }),
      ],
    },
    label,
  );
}

/** A long name keeps its beginning and its end, where names of one kind differ. */
function shortened(name: string): string {
  const most = Math.floor(LEFT / LETTER);
  return name.length <= most ? name : `${name.slice(0, most - 11)}…${name.slice(-10)}`;
}

function base(axis: Axis, label: string): Plot.PlotOptions {
  const { document } = parseHTML('<html><body></body></html>') as unknown as { readonly document: never };
  return {
    document,
    width: WIDTH,
    marginLeft: LEFT,
    marginRight: 20,
    className: 'plot',
    ariaLabel: label,
    x: {
      type: 'utc',
      domain: [elapsed(axis.from, axis), elapsed(Math.max(axis.until, axis.from + 1000), axis)],
      label: null,
      grid: true,
      tickFormat: (at: Date) => sinceBegin(at.getTime()),
    },
  };
}

function drawn(options: Plot.PlotOptions, label: string): Markup {
  const svg = Plot.plot(options) as unknown as SvgElement;
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', oneLine(label));
  // The style of the page holds for all plots.
  svg.querySelectorAll('style').forEach((style) => style.remove());
  // The picture as a whole has its name; the parts of a picture are read to nobody.
  svg.querySelectorAll('g').forEach((part) => part.removeAttribute('aria-label'));
  return new Markup(svg.outerHTML);
}

/** What is used of the element that the plot is; no browser, so none of its types. */
interface SvgElement {
  readonly outerHTML: string;
  setAttribute(name: string, value: string): void;
  querySelectorAll(selector: string): Iterable<SvgElement> & { forEach(each: (one: SvgElement) => void): void };
  removeAttribute(name: string): void;
  remove(): void;
}

/** Time since the begin as a date of 1970: scales for time find round ticks for it. */
function elapsed(at: Instant, { from }: Axis): Date {
  return new Date(at - from);
}

/** `0:30`, `12:00`, `1:05:00` */
function sinceBegin(ms: Milliseconds): string {
  const total = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Numbers of the marks; those that fall together share one place. */
function numbered(marks: readonly Instant[], axis: Axis): readonly { readonly x: Date; readonly text: string }[] {
  const near = (axis.until - axis.from) / 60;
  const places: { at: Instant; numbers: number[] }[] = [];
  marks.forEach((at, index) => {
    const same = places.find((place) => Math.abs(place.at - at) < near);
    if (same === undefined) places.push({ at, numbers: [index + 1] });
    else same.numbers.push(index + 1);
  });
  return places.map(({ at, numbers }) => ({ x: elapsed(at, axis), text: numbers.join(',') }));
}
