/**
 * Puts the compiled tool and all that it needs into a few files: what the package ships. Whoever installs it gets one
 * package instead of some hundred and seventy, in exactly the versions that were tested, and node has fewer files to
 * load at each start. Names are kept, so that a stack trace can be read.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Files that somebody finds by their path: node, oclif by package.json, and whoever imports the package. */
const ENTRIES = [
  'commands/base/main',
  'commands/base/help',
  'commands/base/not-found',
  'commands/base/root-help',
  'commands/index',
  'src/library/index',
];

/** What oclif would load to run TypeScript, which a compiled tool has none of. */
const NEVER_LOADED = ['typescript'];

/** Modules of CommonJS know these; in a module of ECMAScript they have to be made, where they are used: it takes time. */
const OF_COMMON_JS = /\b(require|__filename|__dirname)\b/;
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
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((name) => ({ in: join(from, `${name}.js`), out: name })),
    outdir: to,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // The SDK has both; of modules of ECMAScript only what is used gets into the bundle.
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    external: NEVER_LOADED,
    metafile: true,
    write: false,
    plugins: [namedImports, httpAlone],
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, withCommonJs(text));
  }
  return packagesIn(metafile);
}

/** A module of the bundle, with what modules of CommonJS in it know by name. */
export function withCommonJs(text) {
  return OF_COMMON_JS.test(text) ? `${COMMON_JS}\n${text}` : text;
}

/** The packages in a bundle, as `node_modules/NAME` paths, in alphabetical order. */
export function packagesIn({ inputs }) {
  return [...new Set(Object.keys(inputs).flatMap((path) => packageOf(path) ?? []))].sort();
}

/**
 * What node gives to whoever imports a module of CommonJS at run time: its names besides `default`. By itself esbuild gives
 * `default` alone where it splits, so such an import leads to a module that exports the names.
 */
export const namedImports = {
  name: 'named-imports',
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || path.startsWith('node:') || pluginData === SEEN) return undefined;
      const found = await building.resolve(path, { kind: 'import-statement', resolveDir, pluginData: SEEN });
      if (found.external || found.errors.length > 0 || isEcmaScript(found.path)) return undefined;
      return { path, namespace: 'named', pluginData: { resolveDir } };
    });
    building.onLoad({ filter: /./, namespace: 'named' }, async ({ path, pluginData: { resolveDir } }) => {
      const url = pathToFileURL(createRequire(join(resolveDir, 'any.js')).resolve(path));
      const names = Object.keys(await import(url)).filter((name) => !['default', 'module.exports'].includes(name));
      const contents = `export { ${names.join(', ')} } from ${JSON.stringify(path)};`;
      return { contents, resolveDir };
    });
  },
};

/**
 * A module of ECMAScript that imports `node:http` makes node read all of its names, among them `WebSocket`, for which node
 * (22 and newer) loads all of undici. This one reads those alone that cost nothing.
 */
export const httpAlone = {
  name: 'http-alone',
  setup(building) {
    building.onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'require-call' ? undefined : { path: 'http', namespace: 'http-alone' },
    );
    building.onLoad({ filter: /./, namespace: 'http-alone' }, () => {
      const known = Object.entries(Object.getOwnPropertyDescriptors(http));
      const names = known.flatMap(([name, { get }]) => (get === undefined ? [name] : []));
      const parts = [
        "const http = require('node:http')",
        'export default http',
        `export const { ${names.join(', ')} } = http`,
      ];
      return { contents: `${parts.join(';\n')};` };
    });
  },
};

/** That an import was asked for by this plugin. */
const SEEN = Symbol('seen');

/** Whether a file is a module of ECMAScript, as node or its package.json says; `module` is what bundlers are to take. */
function isEcmaScript(path) {
  let folder = dirname(path);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  const { type, module } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return path.endsWith('.mjs') || type === 'module' || module !== undefined;
}

/**
 * The folder of the package that a file belongs to, from `node_modules` on, or from the folder of the function, which has
 * packages of its own; undefined for our own files.
 */
function packageOf(path) {
  const parts = path.split(/[\\/]/);
  const last = parts.lastIndexOf('node_modules');
  if (last < 0) return undefined;
  const length = parts[last + 1]?.startsWith('@') ? 3 : 2;
  const first = parts.indexOf('node_modules');
  return parts.slice(parts[0] === 'server' ? 0 : first, last + length).join('/');
}

/** Writes what `licencesOf` says. */
export function writeLicences(root, packages, file) {
  writeFileSync(file, licencesOf(root, packages));
}

/**
 * Whose work is in the bundle and under which licence: each text once, with the packages that it is for.
 * @param packages as `bundle` answers them
 */
export function licencesOf(root, packages) {
  const namesByText = new Map();
  for (const path of packages) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const text = licenceText(join(root, path)) ?? `Its licence is ${license}; it comes without the text.`;
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  const head = 'The files beside this one contain the packages that are named here, under these licences.\n';
  return [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^(license|licence|copying)(\.(md|txt))?$/i.test(file));
  return name === undefined ? undefined : readFileSync(join(folder, name), 'utf8').trim();
}
