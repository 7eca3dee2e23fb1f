import { cellWidth } from './cells.js';
import type { ScreenSize } from './appearance.js';

/** The part of a terminal that is written to. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly size: () => ScreenSize;
}

/** Rows at the lower end of the screen that change in place, and lines above them that stay. */
export interface Screen {
  /** Shows these rows instead of those that are there; each must fit into the width. */
  readonly show: (rows: readonly string[]) => void;
  /** Writes lines above the rows, for good. They may be wider than the screen. */
  readonly print: (lines: readonly string[]) => void;
  /** Takes the rows away; what was printed stays. */
  readonly clear: () => void;
}

/** What is written in between is shown at once by terminals that know it, and by others as it comes. */
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';
const CLEAR_LINE_REST = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/**
 * Draws without flicker: only rows that differ are written, over what stood there, and nothing is erased that is
 * written again. The cursor rests on the line below the rows.
 */
export function createScreen({ write, size }: Terminal): Screen {
  let shown: readonly string[] = [];
  let width = 0;

  /** How many rows of the terminal what is shown takes now: terminals wrap rows anew when they get narrower. */
  const height = (): number => {
    const { columns } = size();
    if (columns >= width) return shown.length;
    return shown.reduce((sum, row) => sum + Math.max(1, Math.ceil(plainWidth(row) / columns)), 0);
  };
  const up = (rows: number): string => (rows === 0 ? '\r' : `\r\u001b[${rows}A`);
  const draw = (text: string): void => write(`${BEGIN}${text}${END}`);

  return {
    show: (rows) => {
      const { columns } = size();
      const resized = columns !== width;
      const same = !resized && rows.length === shown.length && rows.every((row, index) => row === shown[index]);
      if (same) return;
      const body = rows.map((row, index) => (resized || row !== shown[index] ? written(row, columns) : '\n')).join('');
      draw(`${up(Math.min(height(), Math.max(0, size().rows - 1)))}${body}${CLEAR_BELOW}`);
      [shown, width] = [rows, columns];
    },
    print: (lines) => {
      if (lines.length === 0) return;
      if (shown.length === 0) return void write(lines.map((line) => `${line}\n`).join(''));
      const { columns } = size();
      const text = [...lines, ...shown].map((row) => written(row, columns)).join('');
      draw(`${up(height())}${text}${CLEAR_BELOW}`);
    },
    clear: () => {
      if (shown.length > 0) draw(`${up(height())}${CLEAR_BELOW}`);
      shown = [];
    },
  };
}

/** A row over what stood there. One that fills the line leaves the cursor on its last cell, which must stay. */
function written(row: string, columns: number): string {
  const cells = plainWidth(row);
  const full = cells > 0 && cells % columns === 0;
  return `${row}${full ? '' : CLEAR_LINE_REST}\n`;
}

/** The width of a row that has colours. */
function plainWidth(row: string): number {
  return cellWidth(row.replace(/\u001b\[[0-9;]*m/g, ''));
}
