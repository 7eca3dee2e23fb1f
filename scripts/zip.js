/** Writes zip files that are the same, byte by byte, for the same contents: no times, no owners, names in order. */
import { crc32, deflateRawSync } from 'node:zlib';

/** 1980-01-01 00:00, the first moment that a zip can name. */
const TIME = 0;
const DATE = 0x21;
/** A file that everybody may read: Lambda runs a function as another user than the one who owns its files. */
const MODE = 0o100644;
/** Made on Unix (3), by version 2.0 of the format. */
const MADE_BY = (3 << 8) | 20;
const NEEDS = 20;
const NAMES_ARE_UTF8 = 1 << 11;
const DEFLATED = 8;

/**
 * @param files contents by path within the archive
 * @returns the archive; its layout is that of the specification of the format, without the extensions for 4 GB and more
 */
export function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, contents] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(contents, { level: 9 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(NEEDS, 0);
    common.writeUInt16LE(NAMES_ARE_UTF8, 2);
    common.writeUInt16LE(DEFLATED, 4);
    common.writeUInt16LE(TIME, 6);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(contents), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(contents.length, 18);
    common.writeUInt16LE(path.length, 22);
    parts.push(signature('PK\x03\x04'), common, path, packed);
    directory.push(signature('PK\x01\x02'), number16(MADE_BY), common, whereItIs(offset), path);
    offset += 4 + common.length + path.length + packed.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, index, signature('PK\x05\x06'), end]);
}

/** What the directory says of a file besides what stands before it: no comment, one disk, its mode, and where it begins. */
function whereItIs(offset) {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((MODE << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return rest;
}

function signature(text) {
  return Buffer.from(text, 'latin1');
}

function number16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
