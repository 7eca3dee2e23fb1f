/**
 * Builds what the package ships: `dist` with the tool and all that it needs in a few files, the types of what can be
 * imported, the licences of what is in it, and the manifest with which oclif finds commands without loading each. npm calls it as `prepack`, which always builds, and as `prepare`, which builds only
 * when there is no `dist`: an installation from git has to build, and a folder that is worked in shall not.
 * It is no TypeScript because nothing is compiled yet when it runs.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILT = join(ROOT, 'dist');
/** Compiled and not yet bundled; inside of the repository, so that packages are found from there. */
const COMPILED = join(ROOT, 'dist-compiled');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const OCLIF = join(ROOT, 'node_modules', 'oclif', 'bin', 'run.js');

/** Runs a tool of ours. The manifest is made offline: oclif would ask the registry for news of itself. */
function run(...args) {
  const env = { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' };
  execFileSync(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' });
}

/** A file of types and all that it leads to. */
function typesOf(path, known = new Set()) {
  if (known.has(path)) return known;
  known.add(path);
  for (const [, name] of readFileSync(path, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)\.js'/g))
    typesOf(join(dirname(path), `${name}.d.ts`), known);
  return known;
}

/**
 * The function for Lambda, of what was just compiled. It has packages of its own, which npm brings; an installation from git
 * that cannot have them goes without, and `server deploy` says so.
 */
async function bundleOfFunction() {
  const keeps = /^npm_config_(registry|cache)$/i;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || keeps.test(name)),
  );
  const words = ['ci', '--prefix', 'server', '--omit=dev', '--engine-strict=false', '--no-audit', '--prefer-offline'];
  try {
    execFileSync('npm', words, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    if (!onlyIfMissing) throw error;
    console.error('Without the function for Lambda: its packages could not be installed.');
    return undefined;
  }
  const { buildServer } = await import('./build-server.js');
  return buildServer(ROOT);
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

// The bundler is a development dependency, too: it is loaded only where something is built.
const { bundle, writeLicences } = await import('./bundle.js');
const functionBundle = await bundleOfFunction();
rmSync(COMPILED, { recursive: true, force: true });
renameSync(BUILT, COMPILED);
const packages = await bundle(ROOT, COMPILED, BUILT);
writeLicences(ROOT, packages, join(BUILT, 'LICENCES.txt'));
for (const path of typesOf(join(COMPILED, 'src/library/index.d.ts'))) {
  const copy = join(BUILT, relative(COMPILED, path));
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(path, copy);
}
rmSync(COMPILED, { recursive: true, force: true });
if (functionBundle !== undefined) {
  mkdirSync(join(BUILT, 'server'), { recursive: true });
  writeFileSync(join(BUILT, 'server', 'function.zip'), functionBundle);
}
