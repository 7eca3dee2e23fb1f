import xterm from '@xterm/headless';
import type { Stamped } from '../../../src/model/event.js';
import type { Look, ScreenSize } from '../../../src/render/live/appearance.js';
import { terminalRenderer } from '../../../src/render/terminal.js';
import { beginOf } from './recordings.js';

/** How a recording is shown. */
export interface Staging extends ScreenSize, Partial<Look> {
  /** The screen is looked at after so many seconds. */
  readonly at: readonly number[];
  /** It is given another size after so many seconds. */
  readonly resize?: ScreenSize & { readonly at: number };
  /** Sees the terminal at each of these moments, and at the end. */
  readonly watch?: (terminal: Emulator) => void;
}

/** What was seen. */
export interface Seen {
  /** The screen at each of the moments, row by row. */
  readonly screens: readonly (readonly string[])[];
  /** All that is left at the end, from the first line that scrolled away. */
  readonly left: readonly string[];
  /** Every write, with the width of the screen at that time. */
  readonly writes: readonly { readonly text: string; readonly columns: number }[];
}

/** So often time moves on. */
const STEP_MS = 500;

/** Shows a recording to a terminal emulator, on a clock that only the test moves. */
export async function play(events: readonly Stamped[], staging: Staging): Promise<Seen> {
  const { at, resize, watch, colour = false, unicode = true } = staging;
  let { columns, rows } = staging;
  // A terminal's driver turns a line feed into both characters.
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    scrollback: 5_000,
    convertEol: true,
    allowProposedApi: true,
  });
  const writes: { text: string; columns: number }[] = [];
  const write = (text: string): void => {
    writes.push({ text, columns });
    terminal.write(text);
  };
  const begin = beginOf(events);
  let now = begin;
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  const pace = {
    now: () => now,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        sleepers.push({ until: now + ms, wake });
        signal?.addEventListener('abort', wake, { once: true });
      }),
  };
  const renderer = terminalRenderer({
    terminal: { write, size: () => ({ columns, rows }) },
    errors: (line) => write(`${line}\n`),
    look: { colour, unicode },
    clock: pace,
    pace,
  });
  const screens: (readonly string[])[] = [];
  const waiting = [...events];
  const looks = [...at].sort((a, b) => a - b);
  let resized = resize === undefined;
  while (waiting.length > 0) {
    for (let next = waiting[0]; next !== undefined && next.at <= now; next = waiting[0]) {
      waiting.shift();
      renderer.show(next);
    }
    await settled();
    const due = sleepers.filter(({ until }) => until <= now);
    sleepers = sleepers.filter(({ until }) => until > now);
    due.forEach(({ wake }) => wake());
    await settled();
    if (!resized && resize !== undefined && now - begin >= resize.at * 1000) {
      resized = true;
      await flushed(terminal);
      ({ columns, rows } = resize);
      terminal.resize(columns, rows);
    }
    while (looks[0] !== undefined && now - begin >= looks[0] * 1000) {
      looks.shift();
      await flushed(terminal);
      screens.push(screenOf(terminal));
      watch?.(terminal);
    }
    now += STEP_MS;
  }
  await renderer.end();
  await flushed(terminal);
  watch?.(terminal);
  const left = linesOf(terminal, 0, terminal.buffer.active.length);
  terminal.dispose();
  return { screens, left, writes };
}

/** A terminal in memory. */
export type Emulator = InstanceType<typeof xterm.Terminal>;

/** The renderer works in promises alone while no time passes. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}

function flushed(terminal: Emulator): Promise<void> {
  return new Promise((resolve) => terminal.write('', resolve));
}

function screenOf(terminal: Emulator): readonly string[] {
  const { baseY } = terminal.buffer.active;
  return linesOf(terminal, baseY, baseY + terminal.rows);
}

function linesOf(terminal: Emulator, from: number, to: number): readonly string[] {
  const lines: string[] = [];
  for (let y = from; y < to; y++) lines.push(terminal.buffer.active.getLine(y)?.translateToString(true) ?? '');
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
