/**
 * Records a good and a bad rollout in the sandbox, for the README: the real command, on a terminal in memory, by the
 * sandbox's clock. Writes docs/promoted.svg and docs/rolled-back.svg; with --check it only compares them, and fails
 * when one differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { record } from './record/recording.js';
import { film } from './record/svg.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const FILMS = [
  {
    file: 'docs/promoted.svg',
    words: ['update-stack', 'web', 'ImageId=ami-0123456789abcdef1'],
    exitCode: 0,
    title: 'A good image: the new instances are proven, then the old ones leave',
  },
  {
    file: 'docs/rolled-back.svg',
    words: ['update-stack', 'web', 'ImageId=ami-0bad0bad0bad0bad0', '--healthy-timeout', '180'],
    exitCode: 4,
    title: 'A bad image: the new instances are never healthy, so they leave and the old ones stay',
  },
] as const;

const check = process.argv.includes('--check');
for (const { file, words, exitCode, title } of FILMS) {
  const recording = await record(words);
  if (recording.exitCode !== exitCode)
    throw new Error(`${recording.command} ended with ${String(recording.exitCode)}, not with ${exitCode}.`);
  const text = film(recording, title);
  if (!check) writeFileSync(ROOT + file, text);
  else if (readFileSync(ROOT + file, 'utf8') !== text) {
    process.stderr.write(`${file} is not what the command shows now: npm run docs records it anew.\n`);
    process.exitCode = 1;
  }
}
