#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [word, ...more] = process.argv.slice(2);
if (more.length === 0 && (word === '--version' || word === '-v' || word === 'version')) {
  // Whoever asks for the version waits for nothing else to be loaded.
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}`);
} else {
  const { main } = await import('../dist/commands/base/main.js');
  await main(process.argv.slice(2), fileURLToPath(import.meta.url));
}
