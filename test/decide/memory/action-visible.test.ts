import { expect } from 'chai';
import { isVisible } from '../../../src/decide/memory/action-visible.js';
import type { GroupNotes } from '../../../src/model/rollout/group.js';
import type { KeepSizeRecord, RolloutRecord } from '../../../src/model/rollout/record.js';
import { group, LEASE, RECORD, T0 } from '../../support/groups.js';

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

  it('a record is not seen by the one that the same run had written before, to keep the size', () => {
    const before: KeepSizeRecord = {
      ...{ version: 2, strategy: 'keep-size', together: false, changed: [] },
      ...{ run: 'run-1', startedAt: T0 - 60_000, size: RECORD.size, old: 2, suspended: ['Terminate'] },
    };
    const isSeen = (record: RolloutRecord): boolean =>
      isVisible({ type: 'record', group: 'web', record: RECORD, lease: LEASE }, () =>
        group({ notes: { record, lease: LEASE } }),
      );
    expect(isSeen(before)).to.equal(false);
    expect(isSeen({ ...RECORD, startedAt: T0 - 60_000 })).to.equal(false);
    expect(isSeen(RECORD)).to.equal(true);
  });
});
