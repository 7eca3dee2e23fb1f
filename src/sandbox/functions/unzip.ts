import { inflateRawSync } from 'node:zlib';

/** Signatures of a zip file. Source: PKWARE's APPNOTE, 4.3. */
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;

/** The files of an archive, by its directory. @throws Error where it is no zip file, or a name leads out of it */
export function unzip(archive: Buffer): ReadonlyMap<string, Buffer> {
  const end = endOf(archive);
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error('The archive has no whole directory.');
    const name = archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28));
    if (name.split('/').includes('..') || /^[/\\]|^\w:/.test(name))
      throw new Error(`${name} leads out of the archive.`);
    if (!name.endsWith('/')) files.set(name, contentsAt(archive, at));
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}

function endOf(archive: Buffer): number {
  for (let at = archive.length - END_BYTES; at >= Math.max(0, archive.length - END_BYTES - LONGEST_COMMENT); at--)
    if (archive.readUInt32LE(at) === END) return at;
  throw new Error('The code of the function is not a zip file.');
}

function contentsAt(archive: Buffer, entry: number): Buffer {
  const local = archive.readUInt32LE(entry + 42);
  const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(begin, begin + archive.readUInt32LE(entry + 20));
  return archive.readUInt16LE(entry + 10) === 0 ? packed : inflateRawSync(packed);
}
