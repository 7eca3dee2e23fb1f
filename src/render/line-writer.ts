import { harmlessLine } from '../text/plain.js';

/** The part of a Node stream that we write to. */
export interface Stream {
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number;
  readonly rows?: number;
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
  const write = textWriter(stream);
  return (line) => write(`${harmlessLine(line)}\n`);
}

/** The same for text that moves the cursor of a terminal, as it is. */
export function textWriter(stream: Stream): (text: string) => void {
  let gone = false;
  stream.on('error', () => {
    gone = true;
  });
  return (text) => {
    if (gone) return;
    try {
      stream.write(text);
    } catch {
      gone = true;
    }
  };
}
