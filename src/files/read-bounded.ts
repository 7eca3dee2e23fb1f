import { open } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a file, a pipe or a device to its end. What a file says of its own size counts for nothing: `/dev/zero` and a
 * pipe say 0, and never end.
 * @param most bytes; at most one more is read
 * @returns undefined when there is more than that
 * @throws the operating system's error
 */
export async function readBounded(path: string, most: number): Promise<Buffer | undefined> {
  const file = await open(path);
  try {
    const parts: Buffer[] = [];
    let bytes = 0;
    while (bytes <= most) {
      const part = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, most + 1 - bytes));
      const { bytesRead } = await file.read(part, 0, part.length, null);
      if (bytesRead === 0) return Buffer.concat(parts);
      bytes += bytesRead;
      parts.push(part.subarray(0, bytesRead));
    }
    return undefined;
  } finally {
    await file.close();
  }
}
