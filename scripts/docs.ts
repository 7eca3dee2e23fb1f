/**
 * Writes docs/EVENTS.md anew from the event types, the table of docs/FLAGS.md from the flags, docs/CODES.md from the
 * codes, docs/AWS-FACTS.md from the comments that name a source, the manual page, and the JSON Schemas in docs/schemas
 * from the types. Tests hold them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codesPage } from './codes-page.js';
import { eventsPage } from './events-page.js';
import { factsPage } from './facts-page.js';
import { schemas } from './schemas.js';
import { commandsIn, flagsPage } from './flags-page.js';
import { manPage } from './man-page.js';

const ROOT = new URL('../../', import.meta.url);
writeFileSync(new URL('docs/EVENTS.md', ROOT), eventsPage(readFileSync(new URL('src/model/event.ts', ROOT), 'utf8')));
writeFileSync(new URL('docs/CODES.md', ROOT), codesPage());
writeFileSync(new URL('docs/AWS-FACTS.md', ROOT), factsPage());
const flags = new URL('docs/FLAGS.md', ROOT);
const commands = await commandsIn(fileURLToPath(ROOT));
writeFileSync(flags, flagsPage(readFileSync(flags, 'utf8'), commands));
const { description } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly description: string;
};
writeFileSync(new URL('man/ha-updater.1', ROOT), manPage(commands, description));
mkdirSync(new URL('docs/schemas', ROOT), { recursive: true });
for (const [name, text] of schemas()) writeFileSync(new URL(`docs/schemas/${name}`, ROOT), text);
