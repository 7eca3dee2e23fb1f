import { expect } from 'chai';
import { commandsIn, flagsPage } from '../scripts/flags-page.js';
import { read, ROOT } from './tidy/scan.js';

describe('the page of flags', () => {
  it('is what npm run docs makes of the flags of all commands', async () => {
    const page = read('docs/FLAGS.md');
    expect(page).to.equal(flagsPage(page, await commandsIn(ROOT)));
    expect(page).to.match(/^\| `--healthy-timeout` \| restart \| 600 \|/m);
  });
});
