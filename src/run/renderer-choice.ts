import { systemClock, type Clock } from '../clock.js';
import { chooseOutput, showsUnicode, wantsColour, type Output } from '../render/renderer.js';
import { jsonlRenderer } from '../render/jsonl.js';
import { linesRenderer } from '../render/lines.js';
import { lineWriter, textWriter } from '../render/line-writer.js';
import type { Renderer } from '../render/stream.js';
import type { ProcessContext } from './process-context.js';

/**
 * The one renderer of a run. With --json stdout belongs to the document, so the run is told on stderr.
 * listr2 is loaded only when a terminal wants it. `clock`: that of the events.
 */
export async function createRenderer(
  asked: Output,
  surroundings: ProcessContext,
  clock: Pick<Clock, 'now'>,
): Promise<Renderer> {
  const { env } = surroundings;
  const stdout = lineWriter(surroundings.stdout);
  const stderr = lineWriter(surroundings.stderr);
  if (surroundings.json) return asked === 'jsonl' ? jsonlRenderer(stderr) : linesRenderer(stderr, stderr);
  const isTTY = surroundings.stdout.isTTY === true;
  const { isCI } = await import('ci-info');
  switch (chooseOutput(asked, { isTTY, isCI, env })) {
    case 'terminal': {
      const { terminalRenderer } = await import('../render/terminal.js');
      const { stdout: screen } = surroundings;
      return terminalRenderer({
        terminal: {
          write: textWriter(screen),
          size: () => ({ columns: known(screen.columns) ?? 80, rows: known(screen.rows) ?? 24 }),
        },
        errors: stderr,
        look: { colour: wantsColour({ isTTY, env }), unicode: showsUnicode(env) },
        clock,
        pace: systemClock(),
      });
    }
    case 'lines':
      return linesRenderer(stdout, stderr);
    case 'jsonl':
      return jsonlRenderer(stdout);
  }
}

/** A terminal that does not know its size says 0, or nothing. */
function known(cells: number | undefined): number | undefined {
  return cells === 0 ? undefined : cells;
}
