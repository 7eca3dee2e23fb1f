/**
 * Builds what the package ships: `dist` without tests and source maps, and the manifest with which oclif finds
 * commands without loading each. npm calls it as `prepack`, which always builds, and as `prepare`, which builds only
 * when there is no `dist`: an installation from git has to build, and a folder that is worked in shall not.
 * It is no TypeScript because nothing is compiled yet when it runs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = join(ROOT, 'dist');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const OCLIF = join(ROOT, 'node_modules', 'oclif', 'bin', 'run.js');

/** Runs a tool of ours. The manifest is made offline: oclif would ask the registry for news of itself. */
function run(...args) {
  const env = { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' };
  execFileSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
}

const onlyIfMissing = process.argv.includes('--if-missing');
if (onlyIfMissing && existsSync(BUILT)) process.exit();
if (onlyIfMissing && !existsSync(TSC)) {
  console.error('Not built: TypeScript is a development dependency, and those are not installed here.');
  process.exit();
}
rmSync(BUILT, { recursive: true, force: true });
run(TSC, '-p', 'tsconfig.package.json');
run(OCLIF, 'manifest');
