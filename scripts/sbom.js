/**
 * Writes what the package is made of, for scanners: `npm run sbom > sbom.json`. npm's own list of each lockfile (CycloneDX),
 * without what is in neither bundle: that of the tool, and that of the function for Lambda, which has a lockfile of its own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packagesOfServer } from './build-server.js';
import { bundle } from './bundle.js';

/** @param part a package.json, or a component of the list */
function nameOf({ name, version }) {
  return `${name}@${version}`;
}

function readManifest(path) {
  return JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
}

/** npm's list of a lockfile. */
function listOf(cwd) {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  return JSON.parse(execFileSync('npm', args, { cwd, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 }));
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ha-updater-sbom-'));
try {
  if (!existsSync(join(ROOT, 'server', 'node_modules')))
    throw new Error('The packages of the function are not installed: npm ci --prefix server --engine-strict=false');
  const paths = [...(await bundle(ROOT, join(ROOT, 'dist'), folder)), ...(await packagesOfServer(ROOT))];
  const inBundle = new Set(paths.map((path) => nameOf(readManifest(path))));
  const list = listOf(ROOT);
  const lists = [list, listOf(join(ROOT, 'server'))];
  const all = new Map(lists.flatMap((one) => one.components).map((component) => [nameOf(component), component]));
  const components = [...all.values()].filter((component) => inBundle.has(nameOf(component)));
  const known = new Set(components.map(nameOf));
  const missing = [...inBundle].filter((name) => !known.has(name));
  if (missing.length > 0) throw new Error(`The lockfile does not tell of ${missing.length} packages: ${missing[0]} …`);
  const kept = new Set([list.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = lists
    .flatMap((one) => one.dependencies)
    .filter(({ ref }, index, every) => kept.has(ref) && every.findIndex((other) => other.ref === ref) === index)
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }));
  // What is bundled is a part of the product, however it came to be installed.
  for (const component of components) {
    component.scope = 'required';
    component.properties = component.properties.filter(({ name }) => name !== 'cdx:npm:package:development');
  }
  process.stdout.write(`${JSON.stringify({ ...list, components, dependencies }, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
