import { expect } from 'chai';
import { split } from '../../../src/decide/instances/classify.js';
import { replaceable } from '../../../src/decide/instances/externally-ended.js';
import { doubledGroup, fresh, instance, observed, RECORD } from '../../support/groups.js';

const SPOT = 'Server.SpotInstanceTermination';

interface Row {
  readonly when: string;
  /** Ids that Auto Scaling calls unhealthy. */
  readonly unhealthy: readonly string[];
  /** EC2's reasons for the end, by id. */
  readonly ended: Readonly<Record<string, string>>;
  readonly suspended?: readonly string[];
  readonly replaced: readonly string[];
}

describe('new instances that somebody else took away', () => {
  const rows: readonly Row[] = [
    { when: 'Spot took it', unhealthy: ['i-new1'], ended: { 'i-new1': SPOT }, replaced: ['i-new1'] },
    {
      when: 'a person terminated it',
      unhealthy: ['i-new1'],
      ended: { 'i-new1': 'Client.UserInitiatedShutdown' },
      replaced: ['i-new1'],
    },
    {
      when: 'it shut itself down: that is its version’s doing',
      unhealthy: ['i-new1'],
      ended: { 'i-new1': 'Client.InstanceInitiatedShutdown' },
      replaced: [],
    },
    { when: 'EC2 still runs it', unhealthy: ['i-new1'], ended: {}, replaced: [] },
    {
      when: 'another unhealthy one still runs, which would be replaced as well',
      unhealthy: ['i-new1', 'i-new2'],
      ended: { 'i-new1': SPOT },
      replaced: [],
    },
    {
      when: 'an old one ended with it, whatever its reason',
      unhealthy: ['i-new1', 'i-old1'],
      ended: { 'i-new1': SPOT, 'i-old1': 'Client.InstanceInitiatedShutdown' },
      replaced: ['i-new1'],
    },
    {
      when: 'replacing was not suspended by this rollout',
      unhealthy: ['i-new1'],
      ended: { 'i-new1': SPOT },
      suspended: ['AZRebalance'],
      replaced: [],
    },
    { when: 'all are healthy', unhealthy: [], ended: {}, replaced: [] },
  ];
  for (const { when, unhealthy, ended, suspended = RECORD.suspended, replaced } of rows)
    it(`may be replaced, ${replaced.join(', ') || 'none'}, where ${when}`, () => {
      const one = doubledGroup({
        instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2')].map((each) => ({
          ...each,
          healthy: !unhealthy.includes(each.id),
        })),
      });
      const record = { ...RECORD, suspended };
      const found = replaceable(observed([one], { ended }), one, record, split(one, record));
      expect(found.map(({ id }) => id)).to.deep.equal(replaced);
    });
});
