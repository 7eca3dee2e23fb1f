import { expect } from 'chai';
import { commandsIn } from '../../scripts/flags-page.js';
import { manPage } from '../../scripts/man-page.js';
import { read } from '../tidy/scan.js';
import { ROOT } from '../support/root.js';

describe('the manual page', () => {
  const page = read('man/ha-updater.1');

  it('is what npm run docs makes of the commands', async () => {
    const { description } = JSON.parse(read('package.json')) as { readonly description: string };
    expect(page).to.equal(manPage(await commandsIn(ROOT), description));
  });

  it('begins no line of text with what roff takes for a request', () => {
    const requests = new Set(page.match(/^[.'].*?(?= |$)/gm));
    expect([...requests].sort()).to.deep.equal(['.B', '.I', '.PP', '.RI', '.SH', '.TH', '.TP', '.\\"']);
  });
});
