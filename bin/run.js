#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Where node may keep what it compiled: in the user's own folder. By itself it takes the one for temporary files, where
 * others of this machine could put code that we would run. Undefined when it is not known.
 */
function cacheFolder({ XDG_CACHE_HOME: caches, HOME: home }) {
  if (caches && isAbsolute(caches)) return join(caches, 'ha-updater');
  return home ? join(home, '.cache', 'ha-updater') : undefined;
}

/** Whether the help of the whole program was asked for, and told: nothing else has to be loaded for it. */
async function helped() {
  if (more.length > 0 || (word !== '--help' && word !== '-h')) return false;
  const { rootHelp } = await import('../dist/commands/base/root-help.js');
  const text = rootHelp(fileURLToPath(new URL('..', import.meta.url)), process);
  if (text !== undefined) console.log(text);
  return text !== undefined;
}

const [word, ...more] = process.argv.slice(2);
if (more.length === 0 && (word === '--version' || word === '-v' || word === 'version')) {
  // Whoever asks for the version waits for nothing else to be loaded.
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}`);
} else if (!(await helped())) {
  // Node 22.1 and newer compile each file once; a folder that cannot be written to changes nothing but the time.
  const folder = cacheFolder(process.env);
  if (folder !== undefined) nodeModule.enableCompileCache?.(folder);
  const { main } = await import('../dist/commands/base/main.js');
  await main(process.argv.slice(2), fileURLToPath(import.meta.url));
}
