import { harmlessLine } from '../text/plain.js';

/** The part of a Node stream that we write to. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Takes whole lines, without their line break. */
export type WriteLine = (line: string) => void;

/**
 * Lines to a stream that may go away, with no word of others in them that would be a command to a pipeline's runner.
 * When the reader is gone (`| head`, a closed terminal) the rest is dropped in silence: a rollout must not stop
 * half-way because nobody reads it any more.
 */
export function lineWriter(stream: Stream): WriteLine {
  let gone = false;
  stream.on('error', () => {
    gone = true;
  });
  return (line) => {
    if (gone) return;
    try {
      stream.write(`${harmlessLine(line)}\n`);
    } catch {
      gone = true;
    }
  };
}
