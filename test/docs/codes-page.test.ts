import { expect } from 'chai';
import { codesPage } from '../../scripts/codes-page.js';
import { CODES } from '../../src/render/codes.js';
import { read } from '../tidy/scan.js';

describe('the page of codes', () => {
  it('is what npm run docs makes of the codes', () => {
    expect(read('docs/CODES.md')).to.equal(codesPage());
  });

  it('has every code once', () => {
    const rows = [...read('docs/CODES.md').matchAll(/^\| `([\w.-]+)` \|/gm)].map(([, code]) => code);
    expect(rows.sort()).to.deep.equal(Object.keys(CODES).sort());
  });
});
