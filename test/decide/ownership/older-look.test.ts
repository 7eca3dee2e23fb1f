import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import { doubledGroup, observed, PLAN, T0 } from '../../support/groups.js';
import { told } from '../../support/told.js';

const WAITS = 'wait: waiting until AWS shows what was just done';

/** A look at a doubled group, after an earlier one showed this instance on its way out. */
const look = (id: string, secondsAgo: number): string => {
  const left = { web: { ids: [id], at: T0 - secondsAgo * 1000, taken: [] } };
  return told(decide(observed([doubledGroup()], { at: T0, seen: { left, firstLookAt: T0 - 600_000 } }), PLAN));
};

describe('a look that is older than the one before it', () => {
  it('shows in service what was on its way out, and nothing is decided by it', () => {
    expect(look('i-old1', 5)).to.equal(WAITS);
  });

  it('is told by those that it shows alone', () => expect(look('i-gone', 5)).not.to.equal(WAITS));

  it('is awaited for no longer than a change may take to show', () => expect(look('i-old1', 600)).not.to.equal(WAITS));
});
