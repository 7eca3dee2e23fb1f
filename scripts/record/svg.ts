import type { Recording } from './recording.js';
import { COLUMNS, ROWS, type Run, type Screen } from './screen.js';

/** Sizes in units of the picture. */
const CELL = 8.4;
const LINE = 19;
const EDGE = 14;
const WIDTH = Math.ceil(COLUMNS * CELL) + 2 * EDGE;
const HEIGHT = (ROWS + 3) * LINE + 2 * EDGE;

/** So many simulated seconds pass in one second of the film. */
const SPEED = 14;
/** How long the last screen stays, in seconds. */
const HOLD = 7;

/** The colours of a dark terminal; those of other numbers are not used. */
const COLOURS: Readonly<Record<number, string>> = {
  1: '#ff7b72',
  2: '#56d364',
  3: '#e3b341',
  4: '#79c0ff',
  8: '#8b949e',
};
const NORMAL = '#d6deeb';
const DIM = '#8b949e';

interface Frame {
  readonly at: number;
  readonly screen: Screen;
}

/**
 * The recording as a film that plays in any browser without a script: all frames in a row, of which a window shows one
 * after the other. Whoever wants no motion sees the last one.
 */
export function film({ command, screens }: Recording, title: string): string {
  const frames = framesOf(screens);
  const total = (frames.at(-1)?.at ?? 0) / SPEED + HOLD;
  const rows = new Map<string, number>();
  const shown = frames.map(({ at, screen }, index) => {
    const used = screen.flatMap((row, line) => {
      const drawn = drawRow(row);
      if (drawn === '') return [];
      const id = rows.get(drawn) ?? rows.size;
      rows.set(drawn, id);
      return [`<use href="#r${id}" y="${(line + 2.2) * LINE}"/>`];
    });
    const corner = `x="${COLUMNS * CELL}" y="${(ROWS + 2.6) * LINE}"`;
    const clock = `<text class="c" ${corner}>${time(at)} of the simulated AWS</text>`;
    return `<g transform="translate(${index * WIDTH})">${used.join('')}${clock}</g>`;
  });
  const steps = frames.map(({ at }, index) => {
    const percent = ((at / SPEED / total) * 100).toFixed(2);
    return `${percent}%{transform:translateX(${-index * WIDTH}px)}`;
  });
  const size = `width="${WIDTH}" height="${HEIGHT}"`;
  const end = `translateX(${-(frames.length - 1) * WIDTH}px)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${WIDTH} ${HEIGHT}" ${size} role="img">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(`${command}\n${plain(frames.at(-1)?.screen ?? [])}`)}</desc>`,
    '<style>',
    `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}`,
    `text{fill:${NORMAL};white-space:pre}`,
    `.d{fill:${DIM}}.c{fill:${DIM};text-anchor:end}`,
    ...Object.entries(COLOURS).map(([number, colour]) => `.f${number}{fill:${colour}}`),
    `.film{animation:film ${total.toFixed(2)}s step-end infinite}`,
    `@keyframes film{${steps.join('')}100%{transform:${end}}}`,
    `@media (prefers-reduced-motion:reduce){.film{animation:none;transform:${end}}}`,
    '</style>',
    '<defs>',
    ...[...rows].map(([drawn, id]) => `<text id="r${id}">${drawn}</text>`),
    '</defs>',
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#0d1117"/>`,
    `<svg x="${EDGE}" y="${EDGE / 2}" width="${WIDTH - EDGE}" height="${HEIGHT - EDGE}">`,
    `<text y="${LINE}">$ ${escaped(command)}</text><g class="film">`,
    ...shown,
    '</g></svg>',
    '</svg>',
    '',
  ].join('\n');
}

/** Screens that differ from the one before. */
function framesOf(screens: Recording['screens']): readonly Frame[] {
  const frames: Frame[] = [];
  for (const frame of screens) {
    const before = frames.at(-1);
    if (before === undefined || plain(before.screen) !== plain(frame.screen)) frames.push(frame);
  }
  return frames;
}

function drawRow(row: readonly Run[]): string {
  return row
    .map(({ text, colour, dim }) => {
      const name =
        dim === true ? 'd' : colour !== undefined && COLOURS[colour] !== undefined ? `f${colour}` : undefined;
      return name === undefined ? escaped(text) : `<tspan class="${name}">${escaped(text)}</tspan>`;
    })
    .join('');
}

function plain(screen: Screen): string {
  return screen
    .map((row) => row.map(({ text }) => text).join(''))
    .join('\n')
    .trimEnd();
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `3:12` */
function time(at: number): string {
  const seconds = Math.round(at);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
