import { table } from './table.js';

/** Rows of targets under their heads. A cell that says nothing is a dash: an empty one looks like a fault. */
export function fleetTable(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return table([heads, ...rows.map((row) => row.map((cell) => (cell === '' ? '-' : cell)))]);
}
