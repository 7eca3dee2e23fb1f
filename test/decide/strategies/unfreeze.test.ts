import { expect } from 'chai';
import { unfreeze } from '../../../src/decide/strategies/unfreeze/unfreeze.js';
import { makeView } from '../../../src/decide/make-view.js';
import type { Group } from '../../../src/model/rollout/group.js';
import { group, instance, observed, PLAN, T0 } from '../../support/groups.js';

const PROCESSES = ['Launch', 'ReplaceUnhealthy'];
const frozen = (differs: Partial<Group>): Group =>
  group({
    suspended: PROCESSES,
    notes: { frozen: { run: 'run-1', at: T0, processes: PROCESSES, why: 'a bad image' } },
    ...differs,
  });
const codes = (of: Group): readonly string[] => {
  const decision = unfreeze(makeView(observed([of]), { ...PLAN, strategy: 'unfreeze' }));
  return decision.kind === 'refuse' ? decision.reasons.map(({ code }) => code) : [decision.kind];
};

describe('unfreezing a group whose instances Auto Scaling has marked as unhealthy', () => {
  const marked = (id: string): Group['instances'][number] => instance(id, { healthy: false });

  it('is refused while nobody else serves: they would all be taken out at once', () => {
    expect(codes(frozen({ instances: [marked('i-1'), marked('i-2')] }))).to.deep.equal([
      'group.marked',
      'group.marked',
    ]);
  });

  it('goes on where others serve, and where replacing was not suspended by us', () => {
    expect(codes(frozen({ instances: [marked('i-1'), instance('i-2')] }))).to.deep.equal(['act']);
    const notes = { frozen: { run: 'run-1', at: T0, processes: ['Launch'], why: 'a bad image' } };
    expect(codes(frozen({ instances: [marked('i-1')], notes }))).to.deep.equal(['act']);
  });
});
