import { expect } from 'chai';
import { decide } from '../../../src/decide/decide.js';
import { afterAction } from '../../../src/decide/memory/fold-action.js';
import { afterLook } from '../../../src/decide/memory/fold-look.js';
import type { Observed, Seen } from '../../../src/model/rollout/decision.js';
import type { Verdict } from '../../../src/model/rollout/record.js';
import { doubledGroup, LEASE, observed, PLAN, RECORD, verdict } from '../../support/groups.js';

const SIGNAL = { outcome: 'rollBack', why: 'interrupted by SIGINT' } as const;
const first = observed([doubledGroup()]);

/** What is remembered once the reply to that verdict was lost. */
function lost(outcome: Verdict['outcome'], seen: Seen = first.seen): Seen {
  const action = { type: 'judge', groups: ['web'], verdict: verdict(outcome), lease: LEASE } as const;
  return afterAction(seen, { action, at: first.at, sure: false }, PLAN);
}

/** The verdict that a look leads to, so many seconds after the one whose reply was lost; none: it leads to none. */
function judgedAfter(seen: Seen, seconds: number, differs: Partial<Omit<Observed, 'seen'>> = {}): string {
  const { seen: _before, ...look } = { ...first, at: first.at + seconds * 1_000, ...differs };
  const decision = decide({ ...look, seen: afterLook(seen, look, PLAN) }, PLAN);
  const acts = decision.kind === 'act' ? decision.actions : [];
  return acts.map(({ action }) => (action.type === 'judge' ? action.verdict.outcome : '')).join('');
}

describe('decide: a verdict whose reply was lost', () => {
  it('binds its run while it may become visible: whoever calls the rollout back meanwhile waits', () => {
    const seen = lost('promote');
    const other = { cancellation: SIGNAL };
    for (const seconds of [15, 60, 119]) expect(judgedAfter(seen, seconds, other), `${seconds} s`).to.equal('');
    expect(judgedAfter(seen, 120, other)).to.equal('rollBack');
  });

  it('is what holds once a look shows it', () => {
    const notes = { record: RECORD, lease: LEASE, verdict: verdict('promote') };
    const shown = { groups: [doubledGroup({ notes })], cancellation: SIGNAL };
    for (const seconds of [20, 130]) expect(judgedAfter(lost('promote'), seconds, shown)).to.equal('');
  });

  it('is sent again at once where it is the same', () => {
    expect(judgedAfter(lost('rollBack'), 15, { cancellation: SIGNAL })).to.equal('rollBack');
  });

  it('binds nobody in the next rollout', () => {
    const action = { type: 'record', group: 'web', record: RECORD, lease: LEASE } as const;
    const seen = afterAction(lost('promote'), { action, at: first.at, sure: true }, PLAN);
    expect(seen.unsureVerdicts).to.deep.equal({});
  });
});
