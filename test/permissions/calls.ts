import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below dist, so that a clean build begins anew. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'calls');

let files = 0;

/** A file of its own for each sandbox of this process, for `sandbox --calls`. */
export function callsFile(): string {
  mkdirSync(FOLDER, { recursive: true });
  return join(FOLDER, `${process.pid}-${++files}.txt`);
}

/** One command that took one IAM action in some test. */
export interface Taken {
  readonly command: string;
  readonly action: string;
}

/** What all commands took in all tests that ran since the build; clients other than the commands are left out. */
export function takenSinceBuild(): readonly Taken[] {
  mkdirSync(FOLDER, { recursive: true });
  const lines = readdirSync(FOLDER).flatMap((name) => readFileSync(join(FOLDER, name), 'utf8').split('\n'));
  return [...new Set(lines)].sort().flatMap((line): Taken[] => {
    const [command = '', action] = line.split(' ');
    return action === undefined || command === '-' ? [] : [{ command, action }];
  });
}
