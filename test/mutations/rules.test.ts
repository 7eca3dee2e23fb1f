import { expect } from 'chai';
import { broken, compiled } from './mutate.js';
import { MUTATIONS } from './rules.js';

describe('the rules that npm run sim:mutations breaks', () => {
  it('are named once each', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).to.equal(MUTATIONS.length);
  });

  for (const mutation of MUTATIONS) {
    it(`${mutation.name} is where test/mutations/rules.ts looks for it`, async () => {
      const source = await compiled(mutation.file);
      expect(broken(source, mutation)).not.to.equal(source);
    });
  }
});
