/** Characters that take no cell of a terminal, and those that take two (Unicode UAX #11, emoji by UTS #51). */
const NO_CELL = /^[\p{M}\u200b-\u200d\ufe00-\ufe0f]$/u;
const TWO_CELLS = new RegExp(
  '^[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Emoji_Presentation}' +
    '\\u3000-\\u303f\\uff01-\\uff60\\uffe0-\\uffe6]$',
  'u',
);

/** How many cells of a terminal a text takes that has no control characters. */
export function cellWidth(text: string): number {
  let cells = 0;
  for (const character of text) cells += cellsOf(character);
  return cells;
}

/** As much of the text as fits into so many cells, with `mark` at its end where something was cut off. */
export function cutToWidth(text: string, cells: number, mark: string): string {
  if (cellWidth(text) <= cells) return text;
  const room = cells - cellWidth(mark);
  if (room < 0) return '';
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += cellsOf(character);
    if (used > room) break;
    kept += character;
  }
  return `${kept.trimEnd()}${mark}`;
}

function cellsOf(character: string): number {
  // Almost all that is ever shown.
  if (character <= '\u007e') return 1;
  if (NO_CELL.test(character)) return 0;
  return TWO_CELLS.test(character) ? 2 : 1;
}

/**
 * A text in lines of at most so many cells, broken at blanks alone: an id or an address that is longer stays whole.
 * Lines after the first begin with the blanks that the first began with, and `hanging` more.
 */
export function wrapWords(text: string, cells: number, hanging: number): readonly string[] {
  if (cellWidth(text) <= cells) return [text];
  const [indent = ''] = /^ */.exec(text) ?? [];
  const further = ' '.repeat(Math.min(indent.length + hanging, Math.floor(cells / 2)));
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(' ')) {
    const begin = lines.length === 0 ? indent : further;
    if (line === '') line = begin + word;
    else if (cellWidth(line) + 1 + cellWidth(word) <= cells) line += ` ${word}`;
    else {
      lines.push(line);
      line = further + word;
    }
  }
  return [...lines, line];
}
