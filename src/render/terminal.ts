import { styleText } from 'node:util';
import { Listr, ListrLogger, ProcessOutput, type ListrDefaultRendererLogLevels } from 'listr2';
import type { Level } from './describe.js';
import { failureBlock } from './last-words.js';
import type { WriteLine } from './line-writer.js';
import type { Renderer } from './stream.js';
import { createTree, type Row } from './task-tree.js';

/** Notices of the run (a signal, a warning) that are shown below the live rows. */
const NOTICES = 3;

/**
 * The live tree of a terminal. While a stage lives its rows are redrawn in place; when it ends they
 * give way to a permanent record of plain, unwrapped lines. listr2 must not handle signals: its handler
 * ends the process in the middle of a roll-back.
 */
export function terminalRenderer(write: WriteLine, errors: WriteLine, colour: boolean): Renderer {
  const follow = createTree();
  const paint = painter(colour);
  let stage: Stage | undefined;
  // Lines wait while a stage owns the screen, and everything leaves in the order in which it came.
  let held: string[] = [];
  let queue: Promise<void> = Promise.resolve();
  const later = (work: () => void | Promise<void>): void => {
    queue = queue.then(work).catch(() => undefined);
  };

  const close = (): void => {
    const [ended, lines] = [stage, held];
    [stage, held] = [undefined, []];
    if (ended === undefined) return;
    later(() => ended.close());
    later(() => lines.forEach(write));
  };
  return {
    // Time left is part of the rows, and a person watches.
    repeatMs: 2_000,
    show: (stamped) => {
      const step = follow(stamped);
      const lines = step.record.map(({ level, scope, text }) =>
        paint(level, scope === 'run' ? text : `${scope}: ${text}`),
      );
      if (step.open !== undefined) {
        close();
        const fresh = openStage(step.open);
        stage = fresh;
        later(() => fresh.start());
      }
      step.rows.forEach((row) => stage?.set(row));
      if (stage === undefined) later(() => lines.forEach(write));
      else {
        held.push(...lines);
        step.record.forEach(({ level, text }, index) => level === 'warning' && stage?.notice(lines[index] ?? text));
      }
      if (step.close) close();
      const { event } = stamped;
      if (event.type === 'run.finished' && event.failure !== undefined) {
        const words = failureBlock(event.outcome, event.exitCode, event.failure);
        later(() => words.forEach(errors));
      }
    },
    end: async () => {
      close();
      await queue;
    },
  };
}

/** A stretch of time in which listr2 owns the screen. */
interface Stage {
  readonly start: () => void;
  readonly set: (row: Row) => void;
  readonly notice: (text: string) => void;
  readonly close: () => Promise<void>;
}

/** What a listr2 task offers to us while it runs. */
interface Task {
  title: string;
  output: string;
}

function openStage(first: readonly Row[]): Stage {
  const rows = new Map<string, Row>(first.map((row) => [row.key, row]));
  const live = new Map<string, { readonly task: Task; readonly settle: () => void }>();
  let below: { readonly task: Task; readonly settle: () => void } | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let over = false;

  const draw = (row: Row): void => {
    const known = live.get(row.key);
    if (known === undefined) return;
    known.task.title = row.title;
    known.task.output = row.details.join('\n');
    if (row.state !== 'running') known.settle();
  };
  const tasks = first.map(({ key, title }) => ({
    title,
    task: (_: unknown, task: Task) =>
      new Promise<void>((resolve, reject) => {
        live.set(key, {
          task,
          settle: () => (rows.get(key)?.state === 'failed' ? reject(new Error(rows.get(key)?.title)) : resolve()),
        });
        const row = rows.get(key);
        if (row !== undefined) draw(row);
        if (over) resolve();
      }),
  }));
  const notices = {
    task: (_: unknown, task: Task) =>
      new Promise<void>((resolve) => {
        below = { task, settle: resolve };
        if (over) resolve();
      }),
    rendererOptions: { bottomBar: NOTICES },
  };
  return {
    start: () => {
      running = new Listr([...tasks, notices], stageOptions()).run().catch(() => undefined);
    },
    set: (row) => {
      rows.set(row.key, row);
      draw(row);
    },
    notice: (text) => {
      if (below !== undefined) below.task.output = text;
    },
    close: async () => {
      over = true;
      for (const { settle } of live.values()) settle();
      below?.settle();
      await running;
    },
  };
}

/** Rows that change in place while the stage is open, and go with it. */
function stageOptions() {
  return {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: 'default',
    // Without a terminal only the permanent record is written.
    fallbackRenderer: 'silent',
    rendererOptions: {
      clearOutput: true,
      formatOutput: 'truncate',
      collapseErrors: false,
      showErrorMessage: false,
      logger: new ListrLogger<ListrDefaultRendererLogLevels>({
        useIcons: true,
        processOutput: new ProcessOutput(undefined, undefined, { leaveEmptyLine: false }),
      }),
    },
  } as const;
}

const MARKS = { detail: ' ', info: '•', good: '✔', warning: '!', error: '✖' } as const satisfies Record<Level, string>;
const COLOURS = {
  detail: 'dim',
  info: 'reset',
  good: 'green',
  warning: 'yellow',
  error: 'red',
} as const satisfies Record<Level, string>;

function painter(colour: boolean): (level: Level, text: string) => string {
  return (level, text) => {
    const mark = MARKS[level];
    return `${colour ? styleText(COLOURS[level], mark) : mark} ${text}`;
  };
}
