import type { Instant, Milliseconds } from '../../clock.js';
import { duration } from '../../text/duration.js';
import type { GroupFacts, Point } from './group-facts.js';
import type { Promised } from './promised.js';

/** The capacity of all groups together, from one moment on. */
export function totalPoints(groups: readonly GroupFacts[]): readonly Point[] {
  const [only] = groups;
  if (only !== undefined && groups.length === 1) return only.points;
  const changes = groups
    .flatMap(({ points }, group) => points.map((point) => ({ point, group })))
    .sort((a, b) => a.point.at - b.point.at);
  const now = groups.map(({ points }): Omit<Point, 'at'> => points[0] ?? NOTHING);
  const total: Point[] = [];
  for (const { point, group } of changes) {
    now[group] = point;
    const sum = now.reduce((all, one) => ({
      old: all.old + one.old,
      new: all.new + one.new,
      idle: all.idle + one.idle,
    }));
    if (total.at(-1)?.at === point.at) total.pop();
    total.push({ at: point.at, ...sum });
  }
  return total;
}

const NOTHING: Omit<Point, 'at'> = { old: 0, new: 0, idle: 0 };

/** What is promised of all together; undefined where one of those that changed promises nothing. */
export function totalPromised(groups: readonly GroupFacts[]): Promised | undefined {
  const changed = groups.filter(({ points }) => points.length > 0);
  const known = changed.flatMap(({ promised }) => promised ?? []);
  if (known.length === 0 || known.length < changed.length) return undefined;
  return {
    floor: known.reduce((sum, { floor }) => sum + floor, 0),
    ceiling: known.reduce((sum, { ceiling }) => sum + ceiling, 0),
  };
}

/** How a capacity is drawn in letters. */
export interface Frame {
  readonly from: Instant;
  readonly until: Instant;
  /** Columns. */
  readonly width: number;
  /** Rows at most. */
  readonly height: number;
}

/**
 * Capacity through time in letters: `█` in service, `░` there and not in service, `─` the promised floor where nothing
 * is. A column is a stretch of time and shows its worst moment, so that a short drop cannot hide between two of them.
 */
export function drawCapacity(
  points: readonly Point[],
  promised: Promised | undefined,
  { from, until, width, height }: Frame,
): readonly string[] {
  if (points.length === 0) return [];
  const span: Milliseconds = Math.max(1, until - from);
  const columns = Array.from({ length: width }, (_, column) =>
    worst(points, from + (span * column) / width, from + (span * (column + 1)) / width),
  );
  const top = Math.max(1, promised?.floor ?? 0, ...columns.map((column) => column?.total ?? 0));
  const rows = Math.min(top, height);
  const floorRow = promised === undefined ? 0 : Math.ceil((promised.floor * rows) / top);
  const lines = Array.from({ length: rows }, (_, index) => {
    const row = rows - index;
    const level = Math.ceil((row * top) / rows);
    const cells = columns.map((column) => cell(column, level) ?? (row === floorRow ? '─' : ' ')).join('');
    const named = row === floorRow && promised !== undefined ? ` floor ${promised.floor}` : '';
    return `${String(level).padStart(5)} |${cells}${named}`;
  });
  return [...lines, `      +${'-'.repeat(width)}`, `       0${duration(span).padStart(width - 1)}`];
}

interface Column {
  readonly serving: number;
  readonly total: number;
}

function worst(points: readonly Point[], start: Instant, end: Instant): Column | undefined {
  const before = points.findLast(({ at }) => at <= start);
  const within = points.filter(({ at }) => at > start && at < end);
  const seen = before === undefined ? within : [before, ...within];
  if (seen.length === 0) return undefined;
  return {
    serving: Math.min(...seen.map((point) => point.old + point.new)),
    total: Math.max(...seen.map((point) => point.old + point.new + point.idle)),
  };
}

function cell(column: Column | undefined, level: number): string | undefined {
  if (column === undefined) return undefined;
  if (level <= column.serving) return '█';
  return level <= column.total ? '░' : undefined;
}
