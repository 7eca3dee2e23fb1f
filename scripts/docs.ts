/**
 * Writes docs/EVENTS.md anew from the event types, the table of docs/FLAGS.md from the flags, and docs/CODES.md from
 * the codes. Tests hold them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codesPage } from './codes-page.js';
import { eventsPage } from './events-page.js';
import { commandsIn, flagsPage } from './flags-page.js';

const ROOT = new URL('../../', import.meta.url);
writeFileSync(new URL('docs/EVENTS.md', ROOT), eventsPage(readFileSync(new URL('src/model/event.ts', ROOT), 'utf8')));
writeFileSync(new URL('docs/CODES.md', ROOT), codesPage());
const flags = new URL('docs/FLAGS.md', ROOT);
writeFileSync(flags, flagsPage(readFileSync(flags, 'utf8'), await commandsIn(fileURLToPath(ROOT))));
