import { expect } from 'chai';
import { decide } from '../../src/decide/decide.js';
import type { Group } from '../../src/model/group.js';
import { doubledGroup, fresh, instance, LEASE, observed, PLAN, RECORD, T0, verdict } from '../support/groups.js';

/** Ids that are terminated now; a wait's reason when none are. */
function terminated(group: Group, seen: Parameters<typeof observed>[1] = {}): readonly string[] | string {
  const decision = decide(observed([group], seen), PLAN);
  if (decision.kind === 'wait') return decision.waits[0]?.why ?? '';
  return decision.kind === 'act' ? decision.actions.flatMap(({ action }) => (action.type === 'terminate' ? action.instances : [])) : decision.kind;
}

const NOTES = { record: RECORD, lease: LEASE, verdict: verdict('promote') };

describe('decide: how much of a half may go', () => {
  it('what Auto Scaling does not call InService does not stand in for an old one, whatever its balancer says', () => {
    const group = doubledGroup({ notes: NOTES, instances: [instance('i-old1'), instance('i-old2'), fresh('i-new1'), fresh('i-new2', { lifecycle: 'Pending:Wait' })] });
    expect(terminated(group)).to.deep.equal(['i-old1']);
  });

  it('a new one that is in service but not proven (again) does not either', () => {
    const group = doubledGroup({ notes: NOTES });
    expect(terminated(group, { seen: { inServiceSince: { 'i-new1': T0 + 40_000, 'i-new2': T0 + 99_000 } } })).to.deep.equal(['i-old1']);
    expect(terminated(group, { seen: { inServiceSince: {} } })).to.equal('terminating the old half would leave 0 proven in service, less than 2');
  });

  it('no more is terminated than AWS can decrement above min', () => {
    // Somebody put a new one into standby, which took one off the desired capacity.
    const size = { min: 2, max: 4, desired: 3 };
    const record = { ...RECORD, size: { min: 2, max: 4, desired: 2 } };
    expect(terminated(doubledGroup({ size, notes: { ...NOTES, record } }))).to.deep.equal(['i-old1']);
    expect(terminated(doubledGroup({ size: { ...size, desired: 2 }, notes: { ...NOTES, record } }))).to.match(/^its desired capacity 2 may not fall below min 2/);
  });
});
