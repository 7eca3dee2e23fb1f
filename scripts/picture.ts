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

/**
 * Capacity through time in letters, one picture per group: `█` in service, `░` there but not (yet or any
 * more) in service. Each column is a stretch of time and shows its worst moment, so that a short drop
 * cannot hide between two samples.
 */
export function drawCapacity(points: readonly Point[], width = 72): readonly string[] {
  const groups = [...new Set(points.map(({ group }) => group))];
  const from = Math.min(...points.map(({ at }) => at));
  const until = Math.max(...points.map(({ at }) => at)) + 1;
  return groups.flatMap((group) => {
    const own = points.filter((point) => point.group === group);
    const columns = Array.from({ length: width }, (_, column) => {
      const start = from + ((until - from) * column) / width;
      const end = from + ((until - from) * (column + 1)) / width;
      return worst(own, start, end);
    });
    const top = Math.max(1, ...columns.map((column) => column?.total ?? 0));
    const rows = Array.from({ length: top }, (_, index) => {
      const level = top - index;
      return `${String(level).padStart(4)} |${columns.map((column) => cell(column, level)).join('')}`;
    });
    return ['', `  ${group}`, ...rows, `     +${'-'.repeat(width)}`, `      ${axis(until - from, width)}`];
  });
}

interface Column {
  readonly serving: number;
  readonly total: number;
}

function worst(points: readonly Point[], start: number, end: number): Column | undefined {
  const before = points.filter(({ at }) => at <= start).at(-1);
  const within = points.filter(({ at }) => at > start && at < end);
  const seen = before === undefined ? within : [before, ...within];
  if (seen.length === 0) return undefined;
  return {
    serving: Math.min(...seen.map(({ inService }) => inService)),
    total: Math.max(...seen.map((point) => point.old + point.new + point.leaving)),
  };
}

function cell(column: Column | undefined, level: number): string {
  if (column === undefined) return ' ';
  if (level <= column.serving) return '█';
  return level <= column.total ? '░' : ' ';
}

/** Minutes of simulated time below the picture. */
function axis(ms: number, width: number): string {
  const minutes = `${Math.round(ms / 60_000)} min`;
  return `0${minutes.padStart(width - 1)}`;
}
