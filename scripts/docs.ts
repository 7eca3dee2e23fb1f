/** Writes docs/EVENTS.md anew from the event types. A test fails while it is not up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { eventsPage } from './events-page.js';

const ROOT = new URL('../../', import.meta.url);
writeFileSync(new URL('docs/EVENTS.md', ROOT), eventsPage(readFileSync(new URL('src/model/event.ts', ROOT), 'utf8')));
