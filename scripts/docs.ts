/** Writes docs/EVENTS.md anew from the event types, and the table of docs/FLAGS.md from the flags. Tests hold both. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventsPage } from './events-page.js';
import { commandsIn, flagsPage } from './flags-page.js';

const ROOT = new URL('../../', import.meta.url);
writeFileSync(new URL('docs/EVENTS.md', ROOT), eventsPage(readFileSync(new URL('src/model/event.ts', ROOT), 'utf8')));
const flags = new URL('docs/FLAGS.md', ROOT);
writeFileSync(flags, flagsPage(readFileSync(flags, 'utf8'), await commandsIn(fileURLToPath(ROOT))));
