import { styleText } from 'node:util';
import { cellWidth, cutToWidth } from './cells.js';

/** What a terminal can show. */
export interface Look {
  readonly colour: boolean;
  /** Whether it shows more than ASCII. */
  readonly unicode: boolean;
}

/** The size of a terminal in cells. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The characters that are ours, as far as the terminal shows them. */
export interface Glyphs {
  readonly done: string;
  readonly failed: string;
  readonly now: string;
  readonly toCome: string;
  readonly separator: string;
  readonly arrow: string;
  readonly cut: string;
  readonly rule: string;
  /** Cells of a bar. */
  readonly proven: string;
  readonly serving: string;
  readonly starting: string;
  readonly missing: string;
}

const UNICODE: Glyphs = {
  done: '✔',
  failed: '✖',
  now: '●',
  toCome: '○',
  separator: '·',
  arrow: '→',
  cut: '…',
  rule: '─',
  proven: '█',
  serving: '▓',
  starting: '░',
  missing: '·',
};

const ASCII: Glyphs = {
  done: '+',
  failed: 'x',
  now: '*',
  toCome: 'o',
  separator: '-',
  arrow: '->',
  cut: '..',
  rule: '-',
  proven: '#',
  serving: '=',
  starting: '~',
  missing: '.',
};

export function glyphsOf({ unicode }: Look): Glyphs {
  return unicode ? UNICODE : ASCII;
}

/** How a piece of a line looks. */
export type Style = 'plain' | 'dim' | 'bold' | 'good' | 'warning' | 'bad';

const COLOURS = { plain: 'reset', dim: 'dim', bold: 'bold', good: 'green', warning: 'yellow', bad: 'red' } as const;

/** A piece of a line. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** One row of the screen. */
export type Row = readonly Piece[];

export function piece(text: string, style: Style = 'plain'): Piece {
  return { text, style };
}

/** How many cells a row takes. */
export function rowWidth(row: Row): number {
  return row.reduce((sum, { text }) => sum + cellWidth(text), 0);
}

/** A row as text for the terminal, never wider than so many cells. */
export function drawRow(row: Row, columns: number, look: Look): string {
  const { cut } = glyphsOf(look);
  let left = columns;
  let drawn = '';
  for (const { text, style } of row) {
    const shown = look.unicode ? text : asciiOf(text);
    const fits = cutToWidth(shown, left, cut);
    left -= cellWidth(fits);
    drawn += look.colour && style !== 'plain' && fits !== '' ? styleText(COLOURS[style], fits, ANYWAY) : fits;
    if (fits !== shown) break;
  }
  return drawn;
}

/** Whether there is colour was decided by whoever made the look. */
const ANYWAY = { validateStream: false } as const;

/** The text without what an ASCII terminal cannot show; words of others may hold anything. */
export function asciiOf(text: string): string {
  return text
    .replace(/→/g, '->')
    .replace(/…/g, '..')
    .replace(/·/g, '-')
    .replace(/[^\u0020-\u007e]/gu, '?');
}
