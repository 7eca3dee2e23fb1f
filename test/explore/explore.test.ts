import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { search } from './search.js';
import { SCOPES, type Scope } from './scopes.js';

/** How a world of each strategy ends among others. */
const ENDS: Readonly<Record<Scope['strategy'], readonly string[]>> = {
  swap: ['promoted', 'rolledBack'],
  rolling: ['promoted', 'rolledBack'],
  restart: ['restarted', 'putBack'],
  'keep-size': ['sizeKept'],
};

describe('small worlds, searched whole', function () {
  this.timeout(120_000);

  for (const scope of SCOPES.filter(({ small }) => small === true))
    it(`${scope.name}: ${scope.about}`, () => {
      const found = search(scope);
      expect(found.complete).to.equal(true);
      expect(found.violations, 'what must never happen').to.deep.equal([]);
      expect(found.doors, 'ways to where no end can be reached').to.deep.equal([]);
      // A search that never gets anywhere would find nothing either.
      expect(Object.keys(found.ends), 'ends').to.include.members(ENDS[scope.strategy]);
    });

  it('are all rows of docs/PROOF.md', async () => {
    const [, page = ''] = (await readFile('docs/PROOF.md', 'utf8')).split('## Scopes and results');
    const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (.*?) \|/gm)].map(([, name, about]) => `${name}: ${about}`);
    expect(rows).to.deep.equal(SCOPES.map(({ name, about }) => `${name}: ${about}`));
  });
});
