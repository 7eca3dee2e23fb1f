import { systemClock, type Clock } from '../clock.js';
import { ciLogOf } from '../config/log-marks.js';
import { ciLog } from '../render/ci/ci-log.js';
import type { Dialect } from '../render/ci/dialect.js';
import { github } from '../render/ci/github.js';
import { gitlab } from '../render/ci/gitlab.js';
import { teamcity } from '../render/ci/teamcity.js';
import { chooseOutput, showsUnicode, wantsColour, type Output } from '../render/renderer.js';
import { jsonlRenderer } from '../render/jsonl.js';
import { linesRenderer } from '../render/lines.js';
import { lineWriter, textWriter } from '../render/line-writer.js';
import type { Renderer } from '../render/stream.js';
import type { ProcessContext } from './process-context.js';

/** How a run is to be shown, as flags say it. */
export interface OutputFlags {
  readonly output?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly 'ci-log'?: string | undefined;
}

const DIALECTS: Readonly<Record<'github' | 'gitlab' | 'teamcity', Dialect>> = { github, gitlab, teamcity };

/**
 * The one renderer of a run. With --json stdout belongs to the document, so the run is told on stderr.
 * listr2 is loaded only when a terminal wants it. `clock`: that of the events.
 */
export async function createRenderer(
  flags: OutputFlags,
  surroundings: ProcessContext,
  clock: Pick<Clock, 'now'>,
): Promise<Renderer> {
  const { env } = surroundings;
  const { quiet = false } = flags;
  const asked = (flags.output ?? 'auto') as Output;
  const stdout = lineWriter(surroundings.stdout);
  const stderr = lineWriter(surroundings.stderr);
  if (surroundings.json) return asked === 'jsonl' ? jsonlRenderer(stderr) : linesRenderer(stderr, stderr, { quiet });
  const isTTY = surroundings.stdout.isTTY === true;
  const { isCI } = await import('ci-info');
  const chosen = chooseOutput(asked, { isTTY, isCI, env });
  switch (quiet && chosen === 'terminal' ? 'lines' : chosen) {
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
    case 'lines': {
      const lines = linesRenderer(stdout, stderr, { quiet });
      const kind = ciLogOf(flags['ci-log'], env);
      if (kind === 'none') return lines;
      const write = textWriter(surroundings.stdout);
      return ciLog(lines, DIALECTS[kind], (line) => write(`${line}\n`));
    }
    case 'jsonl':
      return jsonlRenderer(stdout);
  }
}

/** A terminal that does not know its size says 0, or nothing. */
function known(cells: number | undefined): number | undefined {
  return cells === 0 ? undefined : cells;
}
