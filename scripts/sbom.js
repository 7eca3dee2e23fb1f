/**
 * Writes what the package is made of, for scanners: `npm run sbom > sbom.json`. npm's own list of the lockfile (CycloneDX),
 * without what is not in the bundle.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';

/** @param part a package.json, or a component of the list */
function nameOf({ name, version }) {
  return `${name}@${version}`;
}

function readManifest(path) {
  return JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ha-updater-sbom-'));
try {
  const paths = await bundle(ROOT, join(ROOT, 'dist'), folder);
  const inBundle = new Set(paths.map((path) => nameOf(readManifest(path))));
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const list = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 }));
  const components = list.components.filter((component) => inBundle.has(nameOf(component)));
  const known = new Set(components.map(nameOf));
  const missing = [...inBundle].filter((name) => !known.has(name));
  if (missing.length > 0) throw new Error(`The lockfile does not tell of ${missing.length} packages: ${missing[0]} …`);
  const kept = new Set([list.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = list.dependencies
    .filter(({ ref }) => kept.has(ref))
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
