import { styleText } from 'node:util';
import { Listr, type ListrRenderer } from 'listr2';
import type { Clock } from '../clock.js';
import { harmlessLine } from '../text/plain.js';
import { wrapWords } from './live/cells.js';
import { briefFailure } from './brief-failure.js';
import type { Level } from './describe.js';
import type { WriteLine } from './line-writer.js';
import { frameOf } from './live/frame.js';
import { asciiOf, drawRow, type Look } from './live/appearance.js';
import { lastingLines } from './live/lasting-lines.js';
import { NOTHING_SEEN, viewAfter } from './live/run-view.js';
import { createScreen, type Terminal } from './live/screen.js';
import { storyOf, type StoryLine } from './live/story.js';
import type { Renderer } from './stream.js';
import type { RunEvent, Stamped } from '../model/event.js';

/** So often rows are drawn anew when something happened, and so often at least, because they show how long it takes. */
const DRAW_MS = 100;
const TICK_MS = 1_000;

/** Where and how a run is shown. */
export interface TerminalOptions {
  readonly terminal: Terminal;
  /** Takes the last words of a failure. */
  readonly errors: WriteLine;
  readonly look: Look;
  /** The time of the events. */
  readonly clock: Pick<Clock, 'now'>;
  /** The time of the person who watches. */
  readonly pace: Pick<Clock, 'now' | 'sleep'>;
}

/**
 * The live rows of a terminal, with a permanent record above them. The rows are there while something is done and give
 * way when a question is asked and at the end. listr2 runs the stage, and must not handle signals: its handler ends the
 * process in the middle of a roll-back.
 */
export function terminalRenderer({ terminal, errors, look, clock, pace }: TerminalOptions): Renderer {
  const screen = createScreen(terminal);
  const paint = painter(look);
  let view = NOTHING_SEEN;
  let stage: Stage | undefined;
  // Everything leaves in the order in which it came, and a stage needs a moment to begin and to end.
  let queue: Promise<void> = Promise.resolve();
  const later = (work: () => void | Promise<void>): void => {
    queue = queue.then(work).catch(() => undefined);
  };
  // While a question is open the screen belongs to it; what was to be said then is said after it.
  let asking = false;
  const held: StoryLine[] = [];
  const print = (lines: readonly StoryLine[]): void => {
    if (asking) held.push(...lines);
    else if (lines.length > 0)
      later(() => screen.print(lines.flatMap((line) => paint(line, terminal.size().columns)).map(harmlessLine)));
  };
  const draw = (): void => {
    const { columns, rows } = terminal.size();
    // Terminals differ in where the cursor is once the last cell of a line is written.
    const size = { columns: Math.max(1, columns - 1), rows };
    const frame = frameOf(view, clock.now(), size, look);
    screen.show(frame.map((row) => harmlessLine(drawRow(row, size.columns, look))));
  };
  const open = (): void => {
    const fresh = openStage({ draw, clear: screen.clear, pace });
    stage = fresh;
    later(fresh.start);
  };
  const close = (): void => {
    const ended = stage;
    stage = undefined;
    if (ended !== undefined) later(ended.close);
  };
  /** What happened to the groups until now. */
  const story = (): readonly StoryLine[] => storyOf([...view.groups.values()]);

  return {
    repeatMs: 30_000,
    show: (stamped) => {
      const { event } = stamped;
      // What was left by a dead run came to its end, and the same groups begin anew.
      const before = event.type === 'groups.found' ? story() : [];
      view = viewAfter(view, stamped);
      const lines = [...before, ...linesOf(stamped, event.type === 'run.finished' ? story() : [])];
      if (event.type === 'question.answered' || event.type === 'run.finished') {
        asking = false;
        print(held.splice(0));
      }
      if (endsStage(event)) close();
      else if (stage === undefined && !asking && beginsStage(event)) open();
      print(lines);
      asking ||= event.type === 'question.asked';
      stage?.changed();
      if (event.type === 'run.finished' && event.failure !== undefined) {
        const words = briefFailure(event.outcome, event.exitCode, event.failure, terminal.size().columns);
        later(() => words.forEach((line) => errors(look.unicode ? line : asciiOf(line))));
      }
    },
    end: async () => {
      close();
      await queue;
    },
  };
}

/** The permanent lines of an event; at the end of a run the story of its groups stands before the last line. */
function linesOf(stamped: Stamped, story: readonly StoryLine[]): readonly StoryLine[] {
  // A plan names its stack in its first line.
  const bare = stamped.event.type === 'change.planned';
  const lines = lastingLines(stamped).map(({ scope, text, ...line }) => ({
    ...line,
    text: bare || scope === 'run' ? text : `${scope}: ${text}`,
  }));
  return [...story, ...lines];
}

/** A question may follow a plan, and needs the screen. */
function endsStage({ type }: RunEvent): boolean {
  return type === 'change.planned' || type === 'question.asked' || type === 'run.finished';
}

/** What is done now is worth rows; a heartbeat may come while a question is open. */
function beginsStage({ type }: RunEvent): boolean {
  return type === 'run.started' || type.startsWith('stack.') || type.startsWith('group') || type === 'action.started';
}

/** A stretch of time in which rows are on the screen. */
interface Stage {
  readonly start: () => void;
  /** Something looks different now. */
  readonly changed: () => void;
  readonly close: () => Promise<void>;
}

/** What a stage shows, and by which clock. */
interface Show {
  readonly draw: () => void;
  readonly clear: () => void;
  readonly pace: TerminalOptions['pace'];
}

function openStage(show: Show): Stage {
  let changed = false;
  let settle: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (settle = resolve));
  let running: Promise<unknown> = Promise.resolve();
  const takeChanged = (): boolean => {
    const was = changed;
    changed = false;
    return was;
  };
  return {
    start: () => {
      running = new Listr([{ title: 'run', task: () => over }], {
        registerSignalListeners: false,
        renderer: RowsRenderer,
        rendererOptions: { ...show, takeChanged },
      })
        .run()
        .catch(() => undefined);
    },
    changed: () => (changed = true),
    close: async () => {
      settle();
      await running;
    },
  };
}

/** Draws for listr2, whose own renderers erase all rows to draw one anew, and do not know how many fit. */
class RowsRenderer implements ListrRenderer {
  static readonly nonTTY = true;
  static readonly rendererOptions: Show & { readonly takeChanged: () => boolean };
  static readonly rendererTaskOptions: never;
  readonly #over = new AbortController();

  constructor(
    _tasks: readonly unknown[],
    private readonly options: typeof RowsRenderer.rendererOptions,
  ) {}

  render(): void {
    this.options.draw();
    void this.#drawOn();
  }

  end(): void {
    this.#over.abort();
    this.options.clear();
  }

  async #drawOn(): Promise<void> {
    const { draw, pace, takeChanged } = this.options;
    let drawnAt = pace.now();
    for (;;) {
      await pace.sleep(DRAW_MS, this.#over.signal);
      if (this.#over.signal.aborted) return;
      if (!takeChanged() && pace.now() - drawnAt < TICK_MS) continue;
      drawnAt = pace.now();
      draw();
    }
  }
}

const MARKS = { detail: ' ', info: '•', good: '✔', warning: '!', error: '✖' } as const satisfies Record<Level, string>;
const ASCII_MARKS = { ...MARKS, info: '-', good: '+', error: 'x' } as const satisfies Record<Level, string>;
const COLOURS = {
  detail: 'dim',
  info: 'reset',
  good: 'green',
  warning: 'yellow',
  error: 'red',
} as const satisfies Record<Level, string>;

/** A line with its mark, broken between words; a command stays whole, because it has to survive being copied. */
function painter({ colour, unicode }: Look): (line: StoryLine, columns: number) => readonly string[] {
  return ({ level, text, whole }, columns) => {
    const plain = (unicode ? MARKS : ASCII_MARKS)[level];
    const mark = colour ? styleText(COLOURS[level], plain, { validateStream: false }) : plain;
    const shown = `  ${unicode ? text : asciiOf(text)}`;
    const lines = whole === true ? [shown] : wrapWords(shown, columns, 2);
    return lines.map((line, index) => (index === 0 ? mark + line.slice(1) : line));
  };
}
