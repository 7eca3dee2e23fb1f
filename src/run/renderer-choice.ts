import { chooseOutput, wantsColour, type Output } from '../render/renderer.js';
import { jsonlRenderer } from '../render/jsonl.js';
import { linesRenderer } from '../render/lines.js';
import { lineWriter } from '../render/line-writer.js';
import type { Renderer } from '../render/stream.js';
import type { ProcessContext } from './process-context.js';

/**
 * The one renderer of a run. With --json stdout belongs to the document, so the run is told on stderr.
 * listr2 is loaded only when a terminal wants it.
 */
export async function createRenderer(asked: Output, surroundings: ProcessContext): Promise<Renderer> {
  const { env } = surroundings;
  const stdout = lineWriter(surroundings.stdout);
  const stderr = lineWriter(surroundings.stderr);
  if (surroundings.json) return asked === 'jsonl' ? jsonlRenderer(stderr) : linesRenderer(stderr, stderr);
  const isTTY = surroundings.stdout.isTTY === true;
  const { isCI } = await import('ci-info');
  switch (chooseOutput(asked, { isTTY, isCI, env })) {
    case 'terminal': {
      const { terminalRenderer } = await import('../render/terminal.js');
      return terminalRenderer(stdout, stderr, wantsColour({ isTTY, env }));
    }
    case 'lines':
      return linesRenderer(stdout, stderr);
    case 'jsonl':
      return jsonlRenderer(stdout);
  }
}
