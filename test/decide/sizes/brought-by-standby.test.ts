import { expect } from 'chai';
import { broughtBy, isByHand } from '../../../src/decide/sizes/brought-by-standby.js';
import type { SeenSizes } from '../../../src/model/rollout/decision.js';
import { RECORD, T0 } from '../../support/groups.js';

const KEPT = { ...RECORD, gates: { keepMs: 600_000, keptUntil: T0 + 600_000 } };

describe('what old instances bring with them out of standby while they are kept', () => {
  const before: SeenSizes = { desired: 4, old: 0, brought: 0 };
  const rows: readonly (readonly [string, SeenSizes | undefined, number, number, number | undefined, boolean])[] = [
    // when, what was known, desired and old units now, brought, by hand
    ['all that is kept was seen in standby', undefined, 4, 0, 0, false],
    ['not all of it was seen there', undefined, 5, 1, undefined, false],
    ['nothing moves', before, 4, 0, 0, true],
    ['one comes back, and brings one', before, 5, 1, 1, true],
    ['another comes back', { desired: 5, old: 1, brought: 1 }, 6, 2, 2, true],
    ['one that came back goes there again', { desired: 5, old: 1, brought: 1 }, 4, 0, 0, true],
    ['somebody sets the size: that means all that serve then', { desired: 5, old: 1, brought: 1 }, 8, 1, 0, false],
    ['an old one that came back ends', { desired: 5, old: 1, brought: 1 }, 5, 0, 0, false],
  ];
  for (const [when, known, desired, old, brought, byHand] of rows)
    it(`is ${brought ?? 'not known'} where ${when}`, () => {
      expect(broughtBy(known, { desired, old }, KEPT)).to.equal(brought);
      expect(isByHand(known, { desired, old }, KEPT)).to.equal(byHand);
    });

  it('is nothing to know before that time begins', () => {
    expect(broughtBy(before, { desired: 5, old: 1 }, RECORD)).to.equal(undefined);
    expect(isByHand(before, { desired: 5, old: 1 }, RECORD)).to.equal(false);
  });

  it('is the doing of the run itself on the way back', () => {
    const back = { ...KEPT, gates: { ...KEPT.gates, backAt: T0 + 1 } };
    expect(isByHand(before, { desired: 5, old: 1 }, back)).to.equal(false);
    expect(broughtBy(before, { desired: 5, old: 1 }, back)).to.equal(1);
  });
});
