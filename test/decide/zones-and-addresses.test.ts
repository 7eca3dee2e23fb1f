import { expect } from 'chai';
import { zoneReasons } from '../../src/decide/rollout/start/zones-and-addresses.js';
import type { Balancer } from '../../src/model/rollout/group.js';
import { BALANCER, group } from '../support/groups.js';

/** The zones of the group are eu-west-1a and eu-west-1b. */
const ROWS: readonly (readonly [what: string, differs: Partial<Balancer>, shut: string])[] = [
  ['takes both zones', { zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }, ''],
  ['takes one of them', { zones: ['eu-west-1a'] }, 'eu-west-1b'],
  ['takes none of them', { zones: ['eu-west-1c'] }, 'eu-west-1a, eu-west-1b'],
  ['does not tell its zones', {}, ''],
  ['names no zone at all, which tells nothing', { zones: [] }, ''],
  ['is not judged, so that its word means nothing', { zones: ['eu-west-1a'], judged: false }, ''],
];

describe('zones that a load balancer does not take', () => {
  for (const [what, differs, shut] of ROWS)
    it(`are ${shut === '' ? 'none' : shut} where it ${what}`, () => {
      const reasons = zoneReasons(group({ balancers: [{ ...BALANCER, ...differs }] }));
      expect(reasons.map(({ code }) => code)).to.deep.equal(shut === '' ? [] : ['group.zones']);
      expect(reasons[0]?.text ?? '').to.include(shut === '' ? '' : `it launches in ${shut}, where`);
    });
});
