import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** test/golden of the sources, seen from dist/test. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'test', 'golden');

/**
 * Compares text with test/golden/NAME, line by line in the message. UPDATE_GOLDEN=1 writes it anew; a
 * missing file fails, so that nobody commits a test without its transcript.
 */
export function expectGolden(name: string, actual: string): void {
  const file = join(FOLDER, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  expect(existsSync(file), `no golden file ${name}; UPDATE_GOLDEN=1 writes it`).to.equal(true);
  expect(actual).to.equal(readFileSync(file, 'utf8'));
}
