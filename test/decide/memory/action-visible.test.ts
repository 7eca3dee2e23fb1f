import { expect } from 'chai';
import { isVisible } from '../../../src/decide/memory/action-visible.js';
import type { GroupNotes } from '../../../src/model/rollout/group.js';
import { group, LEASE, RECORD } from '../../support/groups.js';

describe('decide: whether a look shows what was done', () => {
  const ours = { ...LEASE, run: 'run-2', beat: 3 };
  const shows = (notes: GroupNotes): boolean =>
    isVisible({ type: 'renew', groups: ['web'], lease: ours }, () => group({ notes }));

  it('a take-over is seen by our lease alone: a look without a lease, or with the dead one, may be older than the record', () => {
    expect(shows({})).to.equal(false);
    expect(shows({ record: RECORD, lease: LEASE })).to.equal(false);
    expect(shows({ record: RECORD, lease: { ...ours, beat: 2 } })).to.equal(false);
    expect(shows({ record: RECORD, lease: ours })).to.equal(true);
    expect(shows({ record: RECORD, lease: { ...ours, beat: 4 } })).to.equal(true);
  });
});
