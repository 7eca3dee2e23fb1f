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

/** What a sandbox saw, as pictures of the capacity through time: one for each group, below its name. */
export function drawGroups(points: readonly Point[], width = 72): readonly string[] {
  const groups = [...new Set(points.map(({ group }) => group))];
  const from = Math.min(...points.map(({ at }) => at));
  const until = Math.max(...points.map(({ at }) => at)) + 1;
  return groups.flatMap((name) => {
    const own = points
      .filter(({ group }) => group === name)
      // Who of those in service is old is not told here, and makes no difference to the picture.
      .map((one) => ({
        at: one.at,
        old: one.inService,
        new: 0,
        idle: one.old + one.new + one.leaving - one.inService,
      }));
    return ['', `  ${name}`, ...drawCapacity(own, undefined, { from, until, width, height: MOST_ROWS })];
  });
}
