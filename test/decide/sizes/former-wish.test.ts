import { expect } from 'chai';
import { theirSizes, type Origin } from '../../../src/decide/sizes/their-sizes.js';
import { split } from '../../../src/decide/instances/classify.js';
import { old, ROLLING, rollingGroup } from '../../support/rolling.js';

/**
 * Somebody had raised min to 8, so that the run grew the group of four to 9; then min became 1 again, and that is noted.
 * The size of 9 is none that the record leads to any more.
 */
const record = { ...ROLLING, theirs: { min: 1, max: 12 } };
const group = rollingGroup(old('i-1', 'i-2', 'i-3', 'i-4'), { ...record, judged: false, desired: 9 });
const shown = { ...group, size: { min: 1, max: 12, desired: 9 } };
const of = { group: shown, record, halves: split(shown, record) };
const origin: Origin = { whose: 'ours', moved: 0, resumed: false, ourMax: undefined };

describe('a desired capacity that this run set for what somebody asked for then', () => {
  it('is its own when they ask for less', () => expect(theirSizes(of, { ...origin, ourDesired: 9 })).to.deep.equal({}));

  it('is the same where standby by hand has moved it since', () =>
    expect(theirSizes(of, { ...origin, ourDesired: 8, moved: 1 })).to.deep.equal({}));

  it('is somebody’s where this run set another one, or something else changed it', () => {
    expect(theirSizes(of, { ...origin, ourDesired: 8 })).to.deep.equal({ desired: 9 });
    expect(theirSizes(of, { ...origin, ourDesired: 9, whose: 'theirs' })).to.deep.equal({ desired: 9 });
  });
});
