import { expect } from 'chai';
import { playOnSandbox } from './world.js';

describe('conformance: the stories', () => {
  it('all agree with the sandbox', async () => {
    const { results, endedBy, left } = await playOnSandbox();
    expect([endedBy, left]).to.deep.equal([undefined, undefined]);
    for (const { name, verdict, reason, comparisons } of results)
      expect({ name, verdict, reason, wrong: comparisons.filter(({ agrees }) => !agrees) }).to.deep.equal({
        name,
        verdict: 'as expected',
        reason: undefined,
        wrong: [],
      });
    expect(results).to.have.lengthOf(15);
  });
});
