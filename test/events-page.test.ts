import { expect } from 'chai';
import { eventsPage } from '../scripts/events-page.js';
import { read } from './tidy/scan.js';

describe('docs/EVENTS.md', () => {
  it('tells of the events that there are (npm run docs writes it anew)', () => {
    expect(read('docs/EVENTS.md')).to.equal(eventsPage(read('src/model/event.ts')));
  });

  it('would notice a new field', () => {
    const text =
      "export type RunEvent =\n  | { readonly type: 'a.b';\n/** How many. */\nreadonly n?: readonly string[] }\n  | { readonly type: 'c' };";
    expect(eventsPage(text)).to.include(
      '## a.b\n\n| field | type | |\n|---|---|---|\n| `n` | `string[]` | May be absent. How many. |\n\n## c\n\nNo fields.\n',
    );
  });
});
