import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { schemas } from '../../scripts/schemas.js';
import { read, ROOT } from '../tidy/scan.js';

describe('docs/schemas', () => {
  it('is what the types say; npm run docs writes it', function () {
    this.timeout(120_000);
    const made = schemas();
    expect(readdirSync(join(ROOT, 'docs/schemas')).sort()).to.deep.equal([...made.keys()].sort());
    for (const [name, text] of made) expect(read(`docs/schemas/${name}`), name).to.equal(text);
  });
});
