import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

/** test/golden of the sources, seen from dist/test. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'test', 'golden');

/**
 * Compares text with test/golden/NAME, line by line in the message. UPDATE_GOLDEN=1 writes it anew; a
 * missing file fails, so that nobody commits a test without its transcript. Where CI is set nothing is
 * written: a pipeline that rewrites what it is to compare with would always be content.
 *
 * @param name path below test/golden
 * @param actual the whole text
 * @param env the environment that UPDATE_GOLDEN and CI are read from
 * @throws Error when it was asked to write where CI is set
 */
export function expectGolden(name: string, actual: string, env: NodeJS.ProcessEnv = process.env): void {
  const file = join(FOLDER, name);
  if (env['UPDATE_GOLDEN'] === '1') {
    if ((env['CI'] ?? '') !== '') throw new Error(`UPDATE_GOLDEN=1 writes no golden file where CI is set: ${name}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  expect(existsSync(file), `no golden file ${name}; UPDATE_GOLDEN=1 writes it`).to.equal(true);
  expect(actual).to.equal(readFileSync(file, 'utf8'));
}
