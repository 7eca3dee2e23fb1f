import { harmlessJson } from '../text/plain.js';
import type { WriteLine } from './line-writer.js';
import type { Renderer } from './stream.js';

/** JSON Lines: every event as it is, one to a line. The last line is the whole verdict. */
export function jsonlRenderer(write: WriteLine): Renderer {
  return {
    repeatMs: 30_000,
    show: (stamped) => write(harmlessJson(JSON.stringify(stamped))),
    end: () => Promise.resolve(),
  };
}
