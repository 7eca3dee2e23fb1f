import { expect } from 'chai';
import { refused, usage } from '../../src/errors.js';
import { toFailure } from '../../src/run/failure.js';
import { NOTHING_DONE } from '../../src/run/run-state.js';

describe('a refusal', () => {
  const gone = refused('swap.refused', 'The swap was not started: web: there is no such group.', []);
  const changed = { ...NOTHING_DONE, changed: true, open: ['web'] };

  it('says that nothing was changed as long as nothing was', () => {
    const { outcome, facts } = toFailure(gone, { command: 'resume', witness: NOTHING_DONE });
    expect([outcome, facts.serves]).to.deep.equal(['refused', 'Nothing was changed.']);
  });

  for (const failure of [gone, usage('usage.flags', 'Something is wrong.')])
    it(`is a stop part-way after a change: ${failure.outcome}`, () => {
      const { outcome, facts } = toFailure(failure, { command: 'resume', witness: changed });
      expect([outcome, facts.code]).to.deep.equal(['stopped', failure.facts.code]);
      expect(facts.serves).to.not.include('Nothing was changed');
      expect(facts.next).to.include('ha-updater resume --asg web');
    });
});
