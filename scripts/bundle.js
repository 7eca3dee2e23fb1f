/**
 * Puts the compiled tool and all that it needs into a few files: what the package ships. Whoever installs it gets one
 * package instead of some hundred and seventy, in exactly the versions that were tested, and node has fewer files to
 * load at each start. Names are kept, so that a stack trace can be read.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Files that somebody finds by their path: node, oclif by package.json, and whoever imports the package. */
const ENTRIES = ['commands/base/main', 'commands/base/help', 'commands/base/not-found', 'commands/index', 'src/index'];

/** What oclif would load to run TypeScript, which a compiled tool has none of. */
const NEVER_LOADED = ['typescript'];

/** Modules of CommonJS know these; in a module of ECMAScript they have to be made. */
const COMMON_JS = [
  "import { createRequire as makeRequire } from 'node:module';",
  "import { fileURLToPath as pathOf } from 'node:url';",
  "import { dirname as folderOf } from 'node:path';",
  'const require = makeRequire(import.meta.url);',
  'const __filename = pathOf(import.meta.url);',
  'const __dirname = folderOf(__filename);',
].join('\n');

/**
 * @param root the folder of package.json
 * @param from the folder of the compiled files
 * @param to the folder that gets the bundle
 * @returns the packages that are in it, as `node_modules/NAME` paths, in alphabetical order
 */
export async function bundle(root, from, to) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((name) => ({ in: join(from, `${name}.js`), out: name })),
    outdir: to,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    external: NEVER_LOADED,
    banner: { js: COMMON_JS },
    metafile: true,
    logLevel: 'error',
  });
  return [...new Set(Object.keys(metafile.inputs).flatMap((path) => packageOf(path) ?? []))].sort();
}

/** The folder of the package that a file belongs to, from `node_modules` on; undefined for our own files. */
function packageOf(path) {
  const parts = path.split(/[\\/]/);
  const last = parts.lastIndexOf('node_modules');
  if (last < 0) return undefined;
  const length = parts[last + 1]?.startsWith('@') ? 3 : 2;
  return parts.slice(parts.indexOf('node_modules'), last + length).join('/');
}

/**
 * Writes down whose work is in the bundle and under which licence: each text once, with the packages that it is for.
 * @param packages as `bundle` answers them
 */
export function writeLicences(root, packages, file) {
  const namesByText = new Map();
  for (const path of packages) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const text = licenceText(join(root, path)) ?? `Its licence is ${license}; it comes without the text.`;
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  const head = 'The files beside this one contain the packages that are named here, under these licences.\n';
  writeFileSync(file, [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`));
}

function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(file));
  return name === undefined ? undefined : readFileSync(join(folder, name), 'utf8').trim();
}
