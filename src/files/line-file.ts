import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';

/** A file that takes lines while something goes on. */
export interface LineFile {
  /** @throws the operating system's error; then nothing more may be written */
  readonly write: (line: string) => void;
  readonly close: () => void;
}

/**
 * Opens a file for lines, and empties it. It waits for nobody: a pipe without a reader is an error.
 * Each line is in the file when the call returns, so that a process which is killed leaves all that it wrote.
 * @throws the operating system's error
 */
export function openLineFile(path: string): LineFile {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK, O_NOCTTY } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY, 0o666);
  const isRegular = fstatSync(file).isFile();
  return {
    write: (text) => {
      const line = Buffer.from(`${text}\n`);
      // A full disk takes a part; the next call says why it takes no more.
      for (let at = 0; at < line.length;) {
        const written = writeSync(file, line, at);
        if (written === 0 && isRegular) throw new Error('the file takes no more');
        at += written;
      }
    },
    close: () => closeSync(file),
  };
}
