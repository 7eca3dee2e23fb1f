import { constants, type Stats } from 'node:fs';
import { access, chmod, open, readlink, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Clock } from '../clock.js';
import { isSystemFault } from './system-fault.js';

/** A file that was found to be writable before anything else was done. */
export interface WrittenFile {
  /**
   * Writes the text: a regular file is there whole or not at all, anything else is written into.
   * @throws the operating system's error
   */
  readonly write: (text: string, clock: Clock) => Promise<void>;
}

/** How long whoever reads a pipe may let it stand full. */
const STALLED_MS = 30_000;

/**
 * Finds out whether a file can be written, and how: a link is followed, a regular file or one that is not there is
 * replaced by a rename, and a device or pipe stays what it is.
 * @param fresh draws what nobody can foresee, for names of files
 * @throws the operating system's error
 */
export async function openForLater(path: string, fresh: () => string): Promise<WrittenFile> {
  const found = await stat(path).catch(ifMissing);
  if (found !== undefined && !found.isFile()) return intoWhatIsThere(path, found);
  const target = found === undefined ? await endOfLinks(path) : await realpath(path);
  /** `wx` opens nothing that somebody else has put there, links least of all. */
  const part = (): string => join(dirname(target), `.ha-updater-${fresh()}.part`);
  if (found === undefined) {
    const mode = await tryOut(part());
    return { write: (text) => replace(target, part(), text, mode) };
  }
  await access(target, constants.W_OK);
  try {
    await tryOut(part());
  } catch (error) {
    if (!isSystemFault(error)) throw error;
    // The file may be written, its folder may not.
    return { write: (text) => overwrite(target, text) };
  }
  return { write: (text) => replace(target, part(), text, found.mode & 0o7777) };
}

async function intoWhatIsThere(path: string, found: Stats): Promise<WrittenFile> {
  if (found.isDirectory() || found.isSocket()) {
    // The system's own words for it.
    await (await open(path, constants.O_WRONLY)).close();
  }
  await access(path, constants.W_OK);
  return { write: (text, clock) => pour(path, text, clock) };
}

/** Where a file would be made: the end of links that lead to nothing yet. */
async function endOfLinks(path: string): Promise<string> {
  let end = resolve(path);
  // The system itself follows 40.
  for (let link = 0; link < 40; link++) {
    const next = await readlink(end).catch(() => undefined);
    if (next === undefined) break;
    end = resolve(dirname(end), next);
  }
  return join(await realpath(dirname(end)), basename(end));
}

/** Makes a file and removes it. @returns the mode that a new file gets there */
async function tryOut(path: string): Promise<number> {
  const file = await open(path, 'wx', 0o666);
  try {
    return (await file.stat()).mode & 0o7777;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

async function replace(target: string, part: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(part, mode);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    // A file that is mounted by itself, as containers have it, has no name to give away.
    if (!isSystemFault(error) || error.code !== 'EBUSY') throw error;
    await overwrite(target, text);
  }
}

async function overwrite(target: string, text: string): Promise<void> {
  const file = await open(target, constants.O_WRONLY | constants.O_TRUNC);
  await file.writeFile(text).finally(() => file.close());
}

/** Waits for no reader: a pipe that nobody reads is an error, and one that stands full is so after a while. */
async function pour(path: string, text: string, clock: Clock): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const bytes = Buffer.from(text);
    let since = clock.now();
    for (let at = 0; at < bytes.length;) {
      const written = await some(file, bytes.subarray(at));
      at += written;
      if (written > 0) since = clock.now();
      else if (clock.now() - since >= STALLED_MS) throw new Error('whoever reads it does not go on');
      else await clock.sleep(50);
    }
  } finally {
    await file.close();
  }
}

async function some(file: FileHandle, bytes: Buffer): Promise<number> {
  try {
    return (await file.write(bytes)).bytesWritten;
  } catch (error) {
    if (isSystemFault(error) && error.code === 'EAGAIN') return 0;
    throw error;
  }
}

function ifMissing(error: unknown): undefined {
  if (!isSystemFault(error) || error.code !== 'ENOENT') throw error;
  return undefined;
}
