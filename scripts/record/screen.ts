import type { Emulator } from '../../test/render/live/theatre.js';

export const COLUMNS = 80;
export const ROWS = 24;

/** A stretch of one row in one colour. */
export interface Run {
  readonly text: string;
  /** Number of the colour among the 16 of a terminal; absent: the normal one. */
  readonly colour?: number;
  readonly dim?: boolean;
}

/** What a terminal shows: its rows from the top, each as stretches of one colour. */
export type Screen = readonly (readonly Run[])[];

export function screenOf({ buffer: { active } }: Emulator): Screen {
  return Array.from({ length: ROWS }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    const runs: { text: string; colour?: number; dim?: boolean }[] = [];
    for (let column = 0; column < COLUMNS; column++) {
      const cell = line?.getCell(column);
      if (cell === undefined) continue;
      const colour = cell.isFgPalette() ? cell.getFgColor() : undefined;
      const dim = cell.isDim() !== 0;
      const text = cell.getChars() || ' ';
      const last = runs.at(-1);
      if (last !== undefined && last.colour === colour && (last.dim ?? false) === dim) last.text += text;
      else runs.push({ text, ...(colour !== undefined && { colour }), ...(dim && { dim }) });
    }
    const end = runs.at(-1);
    if (end !== undefined) end.text = end.text.trimEnd();
    return runs.filter(({ text }) => text !== '');
  });
}
