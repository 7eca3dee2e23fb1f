import { drawCapacity } from '../src/render/report/capacity-picture.js';

/** The capacity of one group at one moment, as /_sandbox/timeline tells it. */
export interface Point {
  readonly at: number;
  readonly group: string;
  readonly desired: number;
  readonly inService: number;
  readonly old: number;
  readonly new: number;
  readonly leaving: number;
}

/** Rows of a picture at most: more than the groups of a demonstration have instances. */
const MOST_ROWS = 24;

/** The group's own moments of a stretch of time, the one that held when it began among them. */
function within(points: readonly Point[], from: number): readonly Point[] {
  const before = points.findLast(({ at }) => at <= from);
  return [...(before === undefined ? [] : [{ ...before, at: from }]), ...points.filter(({ at }) => at > from)];
}

/** What a sandbox saw, as pictures of the capacity through time: one for each group, below its name. */
export function drawGroups(points: readonly Point[], width = WIDTH): readonly string[] {
  const from = Math.min(...points.map(({ at }) => at));
  const until = Math.max(...points.map(({ at }) => at)) + 1;
  return byGroup(points).flatMap(([name, own]) => drawGroup(name, own, { from, until, width }));
}

/**
 * The same from one moment to another, with marks where both halves were there, where all of both served, and where one
 * half was gone.
 */
export function drawAct(points: readonly Point[], from: number, until: number): readonly string[] {
  const stretch = { from, until: Math.max(until, from + 1), width: WIDTH };
  return byGroup(points).flatMap(([name, own]) => {
    const shown = within(own, from);
    return [...drawGroup(name, shown, stretch), ...drawMarks(marksOf(shown), stretch)];
  });
}

/** Columns of a picture. */
const WIDTH = 72;

/** A stretch of time, and the columns that it is drawn in. */
interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly width: number;
}

function byGroup(points: readonly Point[]): readonly (readonly [string, readonly Point[]])[] {
  const names = new Set(points.map(({ group }) => group));
  return [...names].map((name) => [name, points.filter(({ group }) => group === name)]);
}

function drawGroup(name: string, points: readonly Point[], stretch: Stretch): readonly string[] {
  const shown = points.map((one) => ({
    at: one.at,
    // Who of those in service is old is not told here, and makes no difference to the picture.
    old: one.inService,
    new: 0,
    idle: one.old + one.new + one.leaving - one.inService,
  }));
  return ['', `  ${name}`, ...drawCapacity(shown, undefined, { ...stretch, height: MOST_ROWS })];
}

interface Mark {
  readonly at: number;
  readonly label: string;
}

/** The moments of a rollout that a person looks for. */
function marksOf(points: readonly Point[]): readonly Mark[] {
  const both = points.findIndex((one) => one.old > 0 && one.new >= one.old);
  if (both < 0) return [];
  const after = points.slice(both);
  const serve = after.find((one) => one.old > 0 && one.new > 0 && one.inService === one.old + one.new);
  const gone = after.find((one) => (one.old === 0 || one.new === 0) && one.leaving === 0);
  const mark = (point: Point | undefined, label: string): readonly Mark[] =>
    point === undefined ? [] : [{ at: point.at, label }];
  return [
    ...mark(points[both], 'doubled'),
    ...mark(serve, 'all of them serve'),
    ...mark(gone, gone?.old === 0 ? 'the old ones are gone' : 'the new ones are gone'),
  ];
}

/** A row for each mark, with its sign below the column that it is about. */
function drawMarks(marks: readonly Mark[], { from, until, width }: Stretch): readonly string[] {
  return marks.map(({ at, label }) => {
    const column = Math.min(width - 1, Math.floor(((at - from) * width) / (until - from)));
    const text =
      column + label.length + 2 > width ? `${label} ^`.padStart(column + 1) : `${' '.repeat(column)}^ ${label}`;
    return `       ${text}`;
  });
}
