import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A release as a dry run: `npm run release`. In a copy of what is committed it makes the next version out of the
 * notes in
 * `.changeset`, packs it, and says what would be published. Nothing here is changed and nothing is published.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ha-updater-release-'));
const copy = join(folder, 'copy');

const inCopy = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const versionIn = (path: string): string =>
  (JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { readonly version: string }).version;
const write = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  execFileSync('git', ['clone', '--quiet', '--local', ROOT, copy]);
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  inCopy('node', 'node_modules/@changesets/cli/bin.js', 'version');
  const [packed] = JSON.parse(inCopy('npm', 'pack', '--json', '--silent').replace(/^[^[]*/, '')) as readonly {
    readonly filename: string;
    readonly size: number;
    readonly entryCount: number;
  }[];
  if (packed === undefined) throw new Error('npm pack told of no package.');
  const [, notes = ''] = readFileSync(join(copy, 'CHANGELOG.md'), 'utf8').split(/^## .*$/m);
  write(`${versionIn(ROOT)} would become ${versionIn(copy)}:`);
  write(notes.trimEnd());
  write(`\n${packed.filename}: ${packed.entryCount} files, ${Math.round(packed.size / 1024)} KB`);
  if (process.argv.includes('--keep')) {
    cpSync(join(copy, packed.filename), packed.filename);
    write(`Kept as ./${packed.filename}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
