/**
 * Puts the function of `server` and all that it needs into one archive, as Lambda takes it: `dist/server/function.zip`. The
 * same sources and packages give the same bytes, so the hash in its name says whether there is anything to deploy.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { httpAlone, licencesOf, namedImports, packagesIn, withCommonJs } from './bundle.js';
import { zip } from './zip.js';

/** The most that it may have, zipped. Lambda would take 250 MB unzipped; a start of the function reads it all. */
export const MOST_BYTES = 10 * 1024 * 1024;

/** The packages that the function has in it, as paths of their folders below the root. */
export async function packagesOfServer(root) {
  const { metafile } = await bundleServer(root, 'server/index.js');
  return packagesIn(metafile);
}

/**
 * @param root the folder of package.json; what is compiled is in its `dist`, the function's packages in `server/node_modules`
 * @param entry what Lambda calls, below it
 * @returns the archive
 */
export async function buildServer(root, entry = 'server/index.js') {
  const { metafile, outputFiles, out } = await bundleServer(root, entry);
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = new Map(
    outputFiles.map(({ path, text }) => [relative(out, path).replaceAll('\\', '/'), Buffer.from(withCommonJs(text))]),
  );
  // The library asks for its version by the name of its package.
  const manifest = { name, version, private: true, type: 'module', exports: { './package.json': './package.json' } };
  files.set('package.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  files.set('LICENCES.txt', Buffer.from(licencesOf(root, packagesIn(metafile))));
  const archive = zip(files);
  if (archive.length > MOST_BYTES)
    throw new Error(`The function has ${archive.length} bytes, more than ${MOST_BYTES}.`);
  return archive;
}

/** All that the function needs in a few files, which are not written. */
async function bundleServer(root, entry) {
  const out = join(root, 'dist', 'server');
  const made = await build({
    absWorkingDir: root,
    entryPoints: [{ in: join(root, entry), out: 'index' }],
    outdir: out,
    // Clients of AWS are loaded when they are first used: a start of the function waits for none that no look needs.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    plugins: [namedImports, httpAlone],
    logLevel: 'warning',
  });
  return { ...made, out };
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(ROOT, 'dist', 'server', 'function.zip');
  if (!existsSync(join(ROOT, 'server', 'node_modules')))
    throw new Error('The packages of the function are not installed: npm ci --prefix server');
  const archive = await buildServer(ROOT);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, archive);
  const hash = createHash('sha256').update(archive).digest('hex');
  console.log(`${relative(ROOT, file)}: ${archive.length} bytes, sha256 ${hash}`);
}
