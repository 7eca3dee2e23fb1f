import { expect } from 'chai';
import { afterLook, nothingSeen } from '../../../src/decide/memory/fold-look.js';
import type { Seen } from '../../../src/model/rollout/decision.js';
import { group, instance, observed, PLAN, T0 } from '../../support/groups.js';

describe('remember: restarts', () => {
  const { seen: _none, ...look } = observed([group({ instances: [instance('i-1')], notes: {} })], { at: T0 });
  const before: Seen = {
    ...nothingSeen(T0 - 5_000),
    outSince: { 'i-1': 1, 'i-9': 1 },
    backSince: { 'i-1': 2 },
    failed: { 'i-1': 'web had not drained it after 120 s' },
  };

  it('forget what was put back for a dead run before a restart of their own begins: it would fail at once', () => {
    const { outSince, backSince, failed } = afterLook(before, look, PLAN);
    expect({ outSince, backSince, failed }).to.deep.equal({ outSince: { 'i-9': 1 }, backSince: {}, failed: {} });
  });

  it('remember how one ended that is over', () => {
    const results: Seen['results'] = { web: { group: 'web', outcome: 'putBack', why: 'x', open: [] } };
    expect(afterLook({ ...before, results }, look, PLAN).failed).to.deep.equal(before.failed);
  });
});
