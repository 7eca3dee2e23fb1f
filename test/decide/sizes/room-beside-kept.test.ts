import { expect } from 'chai';
import { split } from '../../../src/decide/instances/classify.js';
import { theirSizes } from '../../../src/decide/sizes/their-sizes.js';
import type { TheirSizes } from '../../../src/model/rollout/record.js';
import { doubledGroup, fresh, instance, RECORD, verdict } from '../../support/groups.js';

const GATES = { pauseAt: [], bakeMs: 0, alarms: [], metrics: [], keepMs: 600_000 };
const UNKNOWN = { whose: 'unknown', moved: 0, resumed: true, ourMax: undefined } as const;

/** What a run that takes over finds strange in a promoted swap of two with this max. */
function strange(max: number, differs: { readonly keeps?: boolean; readonly resumed?: boolean } = {}): TheirSizes {
  const { keeps = true, resumed = false } = differs;
  const record = { ...RECORD, size: { min: 1, max: 2, desired: 2 }, ...(keeps && { gates: GATES }) };
  const group = doubledGroup({
    size: { min: 1, max, desired: max },
    ...(resumed && { suspended: [] }),
    notes: { record, verdict: verdict('promote') },
    instances: [
      instance('i-old1', { lifecycle: 'Standby' }),
      ...(resumed ? [] : [instance('i-old2')]),
      fresh('i-new1'),
      fresh('i-new2'),
    ],
  });
  return theirSizes({ group, record, verdict: verdict('promote'), halves: split(group, record) }, UNKNOWN);
}

describe('the max of a kept half of which one came back before its time', () => {
  it('has room for new ones beside it, which a run that takes over knows for its own', () => {
    expect(strange(3)).to.deep.equal({});
  });

  it('has no more room than that', () => expect(strange(5)).to.deep.equal({ max: 5, desired: 5 }));

  it('is what somebody set once sizes and processes were given back', () => {
    expect(strange(3, { resumed: true })).to.have.property('max', 3);
  });

  it('is what somebody set where nothing is kept', () =>
    expect(strange(3, { keeps: false })).to.have.property('max', 3));
});
